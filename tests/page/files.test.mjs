// The rules of file transfer, without a browser: names, blocks, digests, speed.

import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import test from 'node:test'
import { BlockMap, blockCount, blockLength, fromHex, kBlockBytes, missingOf, rootInput, toHex } from '../../web/grtc-client/files/blocks.js'
import { cleanName, isThumbnail, readOffer } from '../../web/grtc-client/files/names.js'
import { RateMeter } from '../../web/grtc-client/files/rate-meter.js'
import { sha256 } from '../../web/grtc-client/files/sha256.js'
import { Unfinished } from '../../web/grtc-client/files/unfinished.js'

test('our own SHA-256: the vectors of FIPS 180-4, and every length around its blocks', () => {
  const hex = (text) => toHex(sha256(Buffer.from(text)).buffer)
  assert.equal(hex(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  assert.equal(hex('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  assert.equal(hex('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'), '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1')
  for (let length = 0; length < 200; length += 1) {
    const bytes = randomBytes(length)
    assert.equal(toHex(sha256(bytes).buffer), createHash('sha256').update(bytes).digest('hex'), String(length))
  }
})

test('a file name of a peer becomes one that is no path, on every system', () => {
  const rows = [
    ['photo.jpg', 'photo.jpg'], ['Fotos de España.jpg', 'Fotos de España.jpg'], ['../../etc/passwd', '_.._etc_passwd'],
    ['C:\\Windows\\a.txt', 'C__Windows_a.txt'], ['.bashrc', 'bashrc'], ['..', 'file'], ['', 'file'], [undefined, 'file'], [7, 'file'],
    ['a\u0000b\nc', 'abc'], ['gpj.\u202Eexe', 'gpj.exe'], ['con', '_con'], ['NUL.txt', '_NUL.txt'], ['console.txt', 'console.txt'],
    ['end. ', 'end'], ['a<b>c|d?e*f"g', 'a_b_c_d_e_f_g'], ['é'.normalize('NFD'), 'é'],
    [`${'x'.repeat(300)}.tar.gz`, `${'x'.repeat(117)}.gz`], ['😀'.repeat(200), '😀'.repeat(120)],
  ]
  for (const [name, clean] of rows) assert.equal(cleanName(name), clean, JSON.stringify(name))
})

test('an offer of a peer is checked', () => {
  const good = { transfer: 'abcdefghijkl', name: 'a.txt', size: 0, mime: 'text/plain', thumbnail: 'data:image/png;base64,AAAA' }
  assert.deepEqual(readOffer(good), { id: 'abcdefghijkl', name: 'a.txt', size: 0, type: 'text/plain', thumbnail: good.thumbnail })
  for (const change of [{ transfer: 'short' }, { transfer: '../../../../x' }, { transfer: 1 }, { size: -1 }, { size: 1.5 }, { size: '5' }, { size: 2 ** 60 }]) {
    assert.equal(readOffer({ ...good, ...change }), null, JSON.stringify(change))
  }
  assert.equal(readOffer({ ...good, mime: 'text/html; x' }).type, '')
  for (const bad of ['data:image/svg+xml;base64,AAAA', 'https://a.example/x.png', 'data:image/png;base64,A"A', `data:image/png;base64,${'A'.repeat(20_000)}`]) {
    assert.equal(isThumbnail(bad), false, bad.slice(0, 40))
  }
})

test('blocks: lengths, what is there, what is missing', () => {
  assert.deepEqual([0, 1, kBlockBytes, kBlockBytes + 1].map(blockCount), [0, 1, 1, 2])
  assert.equal(blockLength(kBlockBytes + 5, 1), 5)
  const map = new BlockMap(4 * kBlockBytes + 7)
  assert.equal(new BlockMap(0).complete, true)
  for (const block of [0, 1, 3, 3]) map.add(block, 'ab'.repeat(32))
  assert.deepEqual([map.bytes, map.complete, map.ranges()], [3 * kBlockBytes, false, [[0, 2], [3, 4]]])
  assert.deepEqual(missingOf(map.ranges(), map.total), [2, 4])
  for (const block of [2, 4]) map.add(block, '00'.repeat(32))
  assert.deepEqual([map.bytes, map.complete, missingOf(map.ranges(), map.total)], [map.size, true, []])
  // What a peer says may be anything.
  for (const odd of [null, 'x', [[0]], [[-1, 2]], [[0, 99]], [[3, 1]], [[0.5, 1]], [null]]) assert.deepEqual(missingOf(odd, 2), [0, 1], JSON.stringify(odd))
  assert.equal(toHex(fromHex('00ff7a').buffer), '00ff7a')
  assert.equal(rootInput((block) => map.digest(block), map.total).length, 5 * 32)
})

test('the speed is that of the last seconds, and falls when nothing comes', () => {
  const meter = new RateMeter()
  assert.equal(meter.rate(0), 0)
  for (let at = 0; at <= 10_000; at += 50) meter.add(at, at * 100)
  assert.ok(Math.abs(meter.rate(10_000) - 100_000) < 1_000)
  for (let at = 10_050; at <= 16_000; at += 50) meter.add(at, 1_000_000 + (at - 10_000) * 10)
  assert.ok(Math.abs(meter.rate(16_000) - 10_000) < 1_000)
  assert.ok(meter.rate(40_000) < 2_500)
})

test('what this tab has not ended is noted, and read with care', () => {
  const kept = new Map()
  const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key) }
  const unfinished = new Unfinished(storage, 'files')
  const facts = { id: 'abcdefghijkl', direction: 'send', peerId: 'ben', name: 'a.txt', size: 5, type: '', thumbnail: 'data:image/png;base64,AAAA' }
  unfinished.note(facts, '')
  unfinished.note({ ...facts, id: 'mnopqrstuvwx', direction: 'receive' }, 'auto')
  assert.deepEqual(unfinished.all().map(({ facts: { id, direction, thumbnail } }) => [id, direction, thumbnail]), [['abcdefghijkl', 'send', ''], ['mnopqrstuvwx', 'receive', '']])
  unfinished.remove('abcdefghijkl')
  unfinished.remove('mnopqrstuvwx')
  assert.equal(kept.size, 0)
  for (const odd of ['{', '{}', '[1, null, {"transfer": "x"}]']) {
    kept.set('files', odd)
    assert.deepEqual(unfinished.all(), [], odd)
  }
  assert.deepEqual(new Unfinished(null, 'files').all(), [])
})
