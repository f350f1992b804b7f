// Sending and Receiving against each other over channels that break, corrupt, and against a peer of bad will.

import assert from 'node:assert/strict'
import { File } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import test from 'node:test'
import { ChannelPair } from '../support/channel_pair.mjs'
import { BlockMap, kBlockBytes } from '../../web/grtc-client/files/blocks.js'
import { Receiving } from '../../web/grtc-client/files/receiving.js'
import { Sending } from '../../web/grtc-client/files/sending.js'
import { openSink } from '../../web/grtc-client/files/sinks.js'

globalThis.File ??= File // Node 18 has it, but not as a global
const kMemory = { place: 'memory' }
const facts = (size) => ({ id: 'abcdefghijkl', name: 'a.bin', type: '', size })

/** Hooks that end `over` with what happened. */
function hooks() {
  const seen = { moved: [], repaired: 0 }
  seen.over = new Promise((resolve) => { seen.end = resolve })
  return {
    seen, moved: (bytes) => seen.moved.push(bytes), checking: () => {}, repaired: () => { seen.repaired += 1 },
    done: (file) => seen.end({ state: 'complete', file }), failed: (cause) => seen.end({ state: 'failed', cause }),
  }
}

/** One run over one channel; null when it broke first. */
async function run({ file, map, sink, pair }) {
  const [there, here] = pair.ends
  const sender = hooks()
  const receiver = hooks()
  const sending = new Sending({ ...sender, file, map, channel: there, maxMessageBytes: 262_144 })
  const receiving = new Receiving({ ...receiver, size: file.size, sink, channel: here })
  const ended = await Promise.race([Promise.all([sender.seen.over, receiver.seen.over]), pair.broken.then(() => null)])
  sending.end()
  receiving.end()
  return { ended, repaired: receiver.seen.repaired, moved: receiver.seen.moved }
}

test('whatever breaks on the way, what arrives is what was sent', async () => {
  for (const size of [0, 1, 65_536, kBlockBytes - 1, kBlockBytes, kBlockBytes + 1, 5 * kBlockBytes + 7]) {
    const bytes = randomBytes(size)
    const file = new File([bytes], 'a.bin')
    const sink = await openSink(facts(size), kMemory)
    const map = new BlockMap(size)
    let result = null
    for (let runs = 0; result === null || result.ended === null; runs += 1) {
      assert.ok(runs < 50, `${size} bytes need more than 50 runs`)
      const before = sink.map.bytes
      const pair = new ChannelPair({ breakAfter: 10 + 29 * runs })
      result = await run({ file, map, sink, pair })
      assert.ok(sink.map.bytes >= before, 'nothing that was there is lost')
      assert.ok(pair.ends[0].mostBuffered <= kBlockBytes, `${pair.ends[0].mostBuffered} bytes waited in the channel`)
      // The receiver may have its file when the last word breaks off: then it says so in the next channel.
      if (result.ended === null && sink.map.complete && size > 0) await pair.broken
    }
    const [sent, received] = result.ended
    assert.deepEqual([sent.state, received.state], ['complete', 'complete'])
    assert.ok(Buffer.from(await received.file.arrayBuffer()).equals(bytes))
    await sink.discard()
  }
})

test('of blocks that arrive broken each is fetched again, alone', async () => {
  const size = 3 * kBlockBytes + 100
  const bytes = randomBytes(size)
  const sink = await openSink(facts(size), kMemory)
  const pair = new ChannelPair({ mayChange: (data, at) => { if (at === 5 || at === 40) new Uint8Array(data)[17] ^= 1 } })
  const { ended: [sent, received], repaired } = await run({ file: new File([bytes], 'a.bin'), map: new BlockMap(size), sink, pair })
  assert.deepEqual([sent.state, received.state, repaired, pair.count], ['complete', 'complete', 2, 49 + 32])
  assert.ok(Buffer.from(await received.file.arrayBuffer()).equals(bytes))
  await sink.discard()
})

test('a block that never comes right ends the transfer', async () => {
  const size = kBlockBytes
  const sink = await openSink(facts(size), kMemory)
  const pair = new ChannelPair({ mayChange: (data) => { new Uint8Array(data)[0] ^= 1 } })
  const sender = hooks()
  new Sending({ ...sender, file: new File([randomBytes(size)], 'a.bin'), map: new BlockMap(size), channel: pair.ends[0], maxMessageBytes: 0 })
  new Receiving({ ...hooks(), size, sink, channel: pair.ends[1] })
  assert.deepEqual(await sender.seen.over, { state: 'failed', cause: 'corrupt' })
  await sink.discard()
})

test('a sender of bad will gets nowhere', async () => {
  const size = 2 * kBlockBytes
  const chunk = new Uint8Array(65_536)
  const rows = [
    ['a block beyond the end', ['{"block":2}']], ['a block before the beginning', ['{"block":-1}']], ['half a block', ['{"block":0.5}']],
    ['bytes of no block', [chunk]], ['more bytes than a block has', ['{"block":0}', ...new Array(17).fill(chunk)]],
    ['the end of no block', ['{"end":0,"sha":"00"}']], ['the end of another block', ['{"block":0}', '{"end":1,"sha":"00"}']],
    ['no digest', ['{"block":0}', '{"end":0}']],
  ]
  for (const [what, frames] of rows) {
    const sink = await openSink(facts(size), kMemory)
    const pair = new ChannelPair()
    const receiver = hooks()
    new Receiving({ ...receiver, size, sink, channel: pair.ends[1] })
    for (const frame of frames) pair.ends[0].send(frame)
    assert.deepEqual(await receiver.seen.over, { state: 'failed', cause: 'protocol' }, what)
    await sink.discard()
  }
  const sink = await openSink(facts(size), kMemory)
  const pair = new ChannelPair()
  const receiver = hooks()
  new Receiving({ ...receiver, size, sink, channel: pair.ends[1] })
  for (const odd of ['{', 'null', '[]', '{"block":"0"}', '"x"', '{"done":1}', '{"done":"an early end"}']) pair.ends[0].send(odd)
  assert.deepEqual(await receiver.seen.over, { state: 'failed', cause: 'corrupt' })
  await sink.discard()
})

test('memory is bounded over all transfers, and given back', async () => {
  const size = 300 * 2 ** 20
  const first = await openSink(facts(size), kMemory)
  await assert.rejects(openSink(facts(size), kMemory), { code: 'too-large' })
  await first.discard()
  await first.discard()
  const again = await openSink(facts(size), kMemory)
  await assert.rejects(openSink(facts(size), kMemory), { code: 'too-large' })
  await again.discard()
})
