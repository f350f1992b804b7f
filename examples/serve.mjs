#!/usr/bin/env node
// Serves the examples on http://localhost:8080, and below /modules/ the packages that they use, as they are.
//   npm ci && node examples/serve.mjs

import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const kExamples = path.dirname(fileURLToPath(import.meta.url))
const kModules = path.resolve(kExamples, '..', 'node_modules')
const kTypes = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript' }

const isFile = (file) => existsSync(file) && statSync(file).isFile()
const below = (folder, name) => path.join(folder, path.normalize(`/${name}`))

/** The file of a path below /modules/, as a bundler would find it. A UMD file becomes a module with one default export. */
export function moduleText(name) {
  const file = [name, `${name}.js`].map((each) => below(kModules, each)).find(isFile)
  if (!file) return null
  const text = readFileSync(file, 'utf8')
  if (!name.endsWith('simplepeer.min.js')) return text
  return `const module = { exports: {} }; const exports = module.exports;\n${text}\nexport default module.exports`
}

/** Where the imports of y-webrtc's and simple-peer's sources are. */
export const importMap = JSON.stringify({
  imports: {
    yjs: '/modules/yjs/dist/yjs.mjs',
    'y-webrtc': '/modules/y-webrtc/src/y-webrtc.js',
    ...Object.fromEntries(['yjs', 'y-webrtc', 'lib0', 'y-protocols', 'simple-peer'].map((name) => [`${name}/`, `/modules/${name}/`])),
  },
})

/** Answers one request of a page. */
export function answer(request, response) {
  const { pathname } = new URL(request.url, 'http://localhost')
  const file = below(kExamples, pathname.endsWith('/') ? `${pathname}index.html` : pathname)
  const text = pathname.startsWith('/modules/') ? moduleText(pathname.slice('/modules/'.length)) : isFile(file) ? readFileSync(file, 'utf8') : null
  response.writeHead(text === null ? 404 : 200, { 'Content-Type': kTypes[path.extname(file)] ?? 'text/javascript' })
  response.end(text?.replace('<!-- import map -->', `<script type="importmap">${importMap}</script>`) ?? 'not found')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const port = Number(process.env.PORT ?? 8080)
  createServer(answer).listen(port, () => {
    for (const name of ['peerjs', 'y-webrtc', 'trystero', 'simple-peer']) console.log(`http://localhost:${port}/${name}/`)
  })
}
