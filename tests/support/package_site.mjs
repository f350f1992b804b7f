// A site of another origin than gRTC's, whose pages use packages of node_modules/ as they are, without a bundler.

import { createServer } from 'node:http'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const kModules = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'node_modules')
const kBare = ['yjs', 'y-webrtc', 'lib0', 'y-protocols', 'simple-peer']
const kMain = { yjs: 'dist/yjs.mjs', 'y-webrtc': 'src/y-webrtc.js' }
const kImports = Object.fromEntries(kBare.flatMap((name) => [[`${name}/`, `/modules/${name}/`], ...(kMain[name] ? [[name, `/modules/${name}/${kMain[name]}`]] : [])]))

const page = (script) => `<!doctype html><meta charset="utf-8"><title>compat</title>
<script type="importmap">${JSON.stringify({ imports: kImports })}</script>${script}`

const kPages = {
  '/peerjs': page('<script src="/modules/peerjs/dist/peerjs.min.js"></script>'),
  '/yjs': page(`<script type="module">
    import * as Y from 'yjs'
    import { WebrtcProvider } from 'y-webrtc'
    Object.assign(globalThis, { Y, WebrtcProvider, ready: true })
  </script>`),
}

/** The file of a path below /modules/, as a bundler would find it. UMD files become modules. Asked for with a query, a module
 *  is one of its own that shares no channel with the others of its page, as in another browser. */
function moduleText(name, query) {
  const file = [name, `${name}.js`].map((each) => path.join(kModules, each)).find((each) => existsSync(each) && statSync(each).isFile())
  if (!file || !file.startsWith(kModules)) return null
  const text = readFileSync(file, 'utf8')
  if (query) return text.replaceAll(/'lib0\/broadcastchannel'/g, `'/modules/lib0/broadcastchannel.js${query}'`)
  if (!name.endsWith('simplepeer.min.js')) return text
  return `const module = { exports: {} }; const exports = module.exports;\n${text}\nexport default module.exports`
}

/** Starts the site for test context `t`; returns its URL. */
export async function packageSite(t) {
  const site = createServer((request, response) => {
    const { pathname, search } = new URL(request.url, 'http://site')
    const html = kPages[pathname]
    const text = html ?? (pathname.startsWith('/modules/') ? moduleText(pathname.slice('/modules/'.length), search) : null)
    response.writeHead(text === null ? 404 : 200, { 'Content-Type': html ? 'text/html' : 'text/javascript' })
    response.end(text ?? '')
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
