// The client library in Node, without a browser: signalling alone, through a network that breaks again and again.

import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { GrtcError, Room, join } from '../../web/grtc-client/index.js'
import { startServer, waitFor } from '../support/server.mjs'
import { CutProxy } from '../support/cut_proxy.mjs'

/** Joins by `url`; `received` collects the texts. Left at the end of the test. */
async function member(t, url, name, options = {}) {
  const room = await join('room', { url, name, WebSocket, ...options })
  t.after(() => room.leave())
  const received = []
  room.addEventListener('message', ({ detail }) => received.push(detail.text))
  return { room, received }
}

test('20 cuts under traffic both ways: nothing lost, doubled or reordered', async (t) => {
  const server = await startServer(t)
  const proxy = await CutProxy.start(t, server.port)
  const ana = await member(t, server.url, 'Ana')
  const ben = await member(t, proxy.url, 'Ben')
  await waitFor(() => ana.room.peers.size === 1, { what: 'Ana to see Ben' })
  const states = new Set()
  ben.room.addEventListener('state', ({ detail }) => { if (detail.state === 'open') states.add(detail.resumed) })
  const fromAna = []
  const fromBen = []
  for (let cut = 0; cut < 20; cut += 1) {
    for (let i = 0; i < 10; i += 1) {
      fromAna.push(`a${cut}.${i}`)
      fromBen.push(`b${cut}.${i}`)
      await Promise.all([ana.room.send({ text: fromAna.at(-1) }), ben.room.send({ text: fromBen.at(-1) })])
      if (i === 4) proxy.cut()
      if (i === 7) proxy.restore()
      await wait(1)
    }
    await waitFor(() => ben.room.state === 'open', { what: 'Ben to be back' })
  }
  await waitFor(() => ana.received.length >= fromBen.length && ben.received.length >= fromAna.length, { what: 'all messages' })
  assert.deepEqual(ana.received, fromBen)
  assert.deepEqual(ben.received, fromAna)
  assert.deepEqual([...states], [true], 'each return was a resume')
})

test('presence, a delivery, an iterator and leaving', async (t) => {
  const server = await startServer(t)
  const ana = await member(t, server.url, 'Ana')
  const ben = await member(t, server.url, 'Ben')
  await waitFor(() => ana.room.peers.size === 1)
  const updated = new Promise((resolve) => ana.room.addEventListener('peerupdated', ({ detail }) => resolve(detail), { once: true }))
  ben.room.update({ name: 'Benjamín', meta: { hand: true } })
  const { name, meta, route } = await updated
  assert.deepEqual({ name, meta, route }, { name: 'Benjamín', meta: { hand: true }, route: 'server' })

  const messages = ben.room.messages()
  const first = messages.next()
  const delivery = await ana.room.send({ type: 'message', text: 'hola' }, { to: ben.room.self.id })
  const { value } = await first
  assert.deepEqual([value.text, value.name, value.via], ['hola', 'Ana', 'server'])
  await waitFor(() => delivery.state === 'delivered')
  assert.deepEqual([delivery.via, delivery.delivered, delivery.total], ['server', 1, 1])

  const left = new Promise((resolve) => ana.room.addEventListener('peerleft', ({ detail }) => resolve(detail.reason), { once: true }))
  await ben.room.leave()
  assert.equal(await left, 'left')
  assert.deepEqual(await messages.next(), { value: undefined, done: true })
  await assert.rejects(ben.room.send({ text: 'late' }), { code: 'closed' })
})

test('refusals are errors with the code of the server', async (t) => {
  const server = await startServer(t, { env: { MAX_PEERS_PER_ROOM: '2' } })
  await member(t, server.url, 'Ana', { peerId: 'ana' })
  await assert.rejects(join('a/b', { url: server.url, WebSocket }), { code: 'bad-request' })
  await assert.rejects(join('room', { url: server.url, WebSocket, peerId: 'ana' }), { code: 'peer-id-taken' })
  await member(t, server.url, 'Ben')
  await assert.rejects(join('room', { url: server.url, WebSocket }), { code: 'room-full' })
  const stop = new AbortController()
  const unreachable = new Room('room', { url: 'http://127.0.0.1:1', WebSocket, signal: stop.signal })
  const joined = unreachable.open()
  await waitFor(() => unreachable.reason === 'server-unreachable')
  stop.abort()
  await assert.rejects(joined, (error) => error instanceof GrtcError && error.code === 'aborted')
})

test('a refused token is asked for once more, then it is the end', async (t) => {
  const server = await startServer(t, { env: { ROOM_TOKEN_SECRET: 'a-secret-of-more-than-thirty-two-bytes-in-length' } })
  let asked = 0
  const token = () => `wrong-${asked += 1}`
  await assert.rejects(join('room', { url: server.url, WebSocket, token }), { code: 'unauthorized' })
  assert.equal(asked, 2)
  await assert.rejects(join('room', { url: server.url, WebSocket }), { code: 'unauthorized' })
})

test('a message too large is refused here, and the room goes on', async (t) => {
  const server = await startServer(t)
  const ana = await member(t, server.url, 'Ana')
  const ben = await member(t, server.url, 'Ben')
  await waitFor(() => ana.room.peers.size === 1)
  await assert.rejects(ana.room.send({ text: 'x'.repeat(65_536) }), { code: 'too-large' })
  await ana.room.send({ text: 'fits' })
  await waitFor(() => ben.received.length === 1)
  assert.deepEqual(ben.received, ['fits'])
})
