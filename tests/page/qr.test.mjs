// The QR encoder against codes of an independent one (node-qrcode 1.5.4, bytes mode, level M), which jsQR 1.4.0 read back.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test from 'node:test'
import { qrCode } from '../../web/app/qr.js'

const drawn = (rows) => rows.map((row) => row.map((dark) => (dark ? '#' : '.')).join(''))

test('a small code, module by module', () => {
  assert.deepEqual(drawn(qrCode('gRTC')), [
    '#######.##....#######',
    '#.....#.#..#..#.....#',
    '#.###.#.#.#...#.###.#',
    '#.###.#...#.#.#.###.#',
    '#.###.#.###.#.#.###.#',
    '#.....#....##.#.....#',
    '#######.#.#.#.#######',
    '...........##........',
    '#..######.#.##..#.###',
    '##..##.#.#..#.#.#.###',
    '..#######....##.##.##',
    '.......#..##......###',
    '...#..#..##...#...#.#',
    '........##.##..#.###.',
    '#######.#.#.#####.#..',
    '#.....#.######.####.#',
    '#.###.#.#.###.##.####',
    '#.###.#.##.##...###..',
    '#.###.#..##...#....##',
    '#.....#..##..##.#.###',
    '#######.####......#..',
  ])
})

test('links of every length: with alignment patterns, version information, long and short blocks', () => {
  const rows = [
    ['https://example.org/r/reuni%C3%B3n', 29, '6facc0d57d72c6d53cf57d37de60e0fe44862c179646c2f6deb465218fb1caef'],
    [`https://example.org/r/${'a'.repeat(120)}`, 49, '71fcf49799c6b4e0b95134a4d31dee8bfc176094681837199a3902a37bbfb582'],
    ['ñ'.repeat(300), 93, '66a6fd6e47a8ddebf4f251b2f5a912a5cbe1d34c28e18efc4a1b592b64eb2e3e'],
  ]
  for (const [text, size, digest] of rows) {
    const code = qrCode(text)
    assert.equal(code.length, size)
    assert.equal(createHash('sha256').update(drawn(code).join('\n')).digest('hex'), digest, text.slice(0, 40))
  }
  // The longest link: a host name of 253 characters, and a room of 128 bytes that all have to be written as %XX.
  assert.ok(qrCode(`https://${'h'.repeat(253)}/r/${'%C3'.repeat(128)}`))
  assert.equal(qrCode('x'.repeat(667)), null)
})
