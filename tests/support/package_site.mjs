// A site of another origin than gRTC's, whose pages use packages of node_modules/ as they are, without a bundler.

import { createServer } from 'node:http'
import { once } from 'node:events'
import { answer, importMap, moduleText } from '../../examples/serve.mjs'

const page = (script) => `<!doctype html><meta charset="utf-8"><title>compat</title><script type="importmap">${importMap}</script>${script}`

const kPages = {
  '/peerjs': page('<script src="/modules/peerjs/dist/peerjs.min.js"></script>'),
  '/yjs': page(`<script type="module">
    import * as Y from 'yjs'
    import { WebrtcProvider } from 'y-webrtc'
    Object.assign(globalThis, { Y, WebrtcProvider, ready: true })
  </script>`),
}

/** Asked for with a query, a module is one of its own that shares no channel with the others of its page, as in another browser. */
const ownModule = (pathname, query) => moduleText(pathname.slice('/modules/'.length)).replaceAll("'lib0/broadcastchannel'", `'/modules/lib0/broadcastchannel.js${query}'`)

/** Starts the site for test context `t`; returns its URL. */
export async function packageSite(t) {
  const site = createServer((request, response) => {
    const { pathname, search } = new URL(request.url, 'http://site')
    const html = kPages[pathname]
    if (!html && !(search && pathname.startsWith('/modules/'))) return answer(request, response)
    response.writeHead(200, { 'Content-Type': html ? 'text/html' : 'text/javascript' })
    response.end(html ?? ownModule(pathname, search))
  })
  site.listen(0, '127.0.0.1')
  await once(site, 'listening')
  t.after(() => { site.closeAllConnections(); site.close() })
  return `http://127.0.0.1:${site.address().port}`
}

/** A page of its own browser context; what goes wrong in it ends up in `faults`. */
export async function openPage(browser, url, init) {
  const context = await browser.newContext()
  if (init) await context.addInitScript(init)
  const opened = await context.newPage()
  opened.faults = []
  opened.on('pageerror', (error) => opened.faults.push(error.message))
  await opened.goto(url)
  return opened
}
