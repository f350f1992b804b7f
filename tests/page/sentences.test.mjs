// Whatever docs/signalling.md says that can go wrong has a sentence in each language: no person ever sees a bare code.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { decideOnClose, kReasons } from '../../web/grtc-client/close-policy.js'
import en from '../../web/app/strings/en.js'
import es from '../../web/app/strings/es.js'

const kDocs = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'docs')
const errors = readFileSync(path.join(kDocs, 'signalling.md'), 'utf8').split('\n## Errors\n')[1].split('\n## ')[0]
const [open, closed, bare] = errors.split(/After these it is closed:|Without a frame before it:/)
const rows = (part) => part.split('\n').filter((line) => /^\| [`1]/.test(line)).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()))
const sentence = (strings, key) => assert.match(strings[key] ?? '', /^[\p{Lu}¿¡].{8,}[.?!]$/u, key)

test('errors that leave the socket open', () => {
  const codes = rows(open).map(([code]) => code.replaceAll('`', ''))
  assert.ok(codes.length >= 6, String(codes))
  for (const strings of [en, es]) for (const code of codes) sentence(strings, `error.${code}`)
})

test('errors that close, by their code and by their frame', () => {
  const table = rows(closed).map(([code, close]) => ({ code: code.replaceAll('`', ''), close: Number.parseInt(close, 10), framed: !close.includes('no frame') }))
  assert.ok(table.length >= 10)
  for (const { code, close, framed } of table) {
    const { reason } = decideOnClose(close, { canAskToken: false, fixedPeerId: true })
    assert.notEqual(reason, 'connection-lost', `${close} is known`)
    for (const strings of [en, es]) {
      sentence(strings, `reason.${reason}`)
      if (framed) sentence(strings, `reason.${code}`)
    }
  }
})

test('closes without a frame, and all that the library itself gives as a reason', () => {
  const codes = rows(bare).map(([code]) => Number(code))
  assert.deepEqual(codes, [1002, 1007, 1009])
  const reasons = [...codes.map((code) => decideOnClose(code, { canAskToken: false, fixedPeerId: false }).reason), ...kReasons]
  for (const strings of [en, es]) for (const reason of reasons) sentence(strings, `reason.${reason}`)
})

test('both languages have the same keys, none empty, with the same values to fill in', () => {
  assert.deepEqual(Object.keys(es).sort(), Object.keys(en).sort())
  const holes = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()
  for (const [key, text] of Object.entries(en)) {
    assert.ok(text.trim() && es[key].trim(), key)
    assert.deepEqual(holes(es[key]), holes(text), key)
  }
})
