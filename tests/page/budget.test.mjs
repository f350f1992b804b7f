// What the page may weigh, and that it holds what it names.

import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const kWeb = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'web')
const filesIn = (folder, ending) =>
  readdirSync(path.join(kWeb, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`
    return entry.isDirectory() ? filesIn(name, ending) : entry.name.endsWith(ending) ? [name] : []
  })
const read = (name) => readFileSync(path.join(kWeb, name), 'utf8')
const withoutComments = (text) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
/** As one file, which is how a bundler ships a library, and how the server ships the page. */
const bundled = (texts) => [texts.join('\n')]
const gzipped = (texts) => texts.reduce((sum, text) => sum + gzipSync(text).length, 0)

/** What the browser fetches before anybody does anything: the page, its styles, and all that its script imports, at once or right after. */
function firstLoad() {
  const found = new Set(['app/index.html'])
  for (const name of found) {
    const imports = name.endsWith('.html') ? /(?:src|href)="\/static\/([^"]+)"/g : /^(?:(?:import|export) [^'(]*from |const .* = await import\()'(\.[^']+)'/gm
    for (const [, target] of read(name).matchAll(imports)) {
      found.add(name.endsWith('.html') ? target : path.posix.join(path.posix.dirname(name), target))
    }
  }
  return [...found]
}

/** Loaded with the first file. */
const onDemand = (name) => name.startsWith('grtc-client/files/') && !name.endsWith('/door.js')

test('the page and the library stay within their budget', (t) => {
  const library = filesIn('grtc-client', '.js').filter((name) => !onDemand(name) && !name.includes('/examples/')).map(read)
  const files = filesIn('grtc-client', '.js').filter(onDemand).map(read)
  const page = filesIn('app', '.js').map(read)
  const styles = filesIn('app', '.css').map(read)
  const rows = [
    ['library, code alone', bundled(library.map(withoutComments)), 20],
    ['library, on demand: files', bundled(files.map(withoutComments)), 16],
    ['page scripts, code alone', bundled(page.map(withoutComments)), 60],
    ['styles', styles, 12],
    ['first load, its script with all comments', [...firstLoad().filter((name) => !name.endsWith('.js')).map(read), ...bundled(firstLoad().filter((name) => name.endsWith('.js')).map(read))], 100],
  ]
  for (const [what, texts, kib] of rows) {
    const bytes = gzipped(texts)
    t.diagnostic(`${what}: ${(bytes / 1024).toFixed(1)} KiB gzipped of ${kib}`)
    assert.ok(bytes <= kib * 1024, `${what}: ${bytes} bytes`)
  }
})

test('every file that a page or a module names is there', () => {
  for (const name of [...filesIn('app', '.js'), ...filesIn('grtc-client', '.js')]) {
    for (const [, target] of readFileSync(path.join(kWeb, name), 'utf8').matchAll(/^(?:import|export) .*?from '(\.[^']+)'/gm)) {
      readFileSync(path.join(kWeb, path.dirname(name), target))
    }
  }
  for (const name of filesIn('app', '.html')) {
    for (const [, target] of readFileSync(path.join(kWeb, name), 'utf8').matchAll(/(?:src|href)="\/static\/([^"]+)"/g)) {
      readFileSync(path.join(kWeb, target))
    }
  }
})

test('no sink of markup or code is used', () => {
  const sinks = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\.srcdoc|setAttribute\('(?:style|on)/
  for (const name of [...filesIn('app', '.js'), ...filesIn('grtc-client', '.js')]) {
    assert.doesNotMatch(readFileSync(path.join(kWeb, name), 'utf8'), sinks, name)
  }
})
