// No frame of any client may end the server, stay behind in it, or reach those whom it is not for.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { peer, peerjsPath, subscriber } from '../support/compat.mjs'
import { Garbage } from '../support/garbage.mjs'
import { get, metrics } from '../support/http.mjs'
import { RawWs } from '../support/raw_ws.mjs'
import { startServer, waitFor } from '../support/server.mjs'
import { kSlow, seedOf, seeded } from '../support/suite.mjs'

const kRounds = Number(process.env.GRTC_GARBAGE ?? 10_000)
/** A server that keeps something of each frame would grow by more. Sanitizers keep freed memory on purpose. */
const kMayGrow = 30 * 1024 * 1024

const text = JSON.stringify
const kDialects = {
  peerjs: {
    path: (garbage) => peerjsPath({ id: `id-${garbage.below(20)}`, token: `t-${garbage.below(3)}` }),
    texts: [{ type: 'OFFER', dst: 'id-1', payload: { sdp: 'v=0', type: 'data', connectionId: 'dc' } }, { type: 'CANDIDATE', dst: 'absent', payload: { candidate: {} } },
      { type: 'ANSWER', dst: 'id-2', payload: null }, { type: 'LEAVE', dst: 'id-3' }, { type: 'HEARTBEAT' }, { type: 'EXPIRE', dst: 'id-4' }, { type: 'LEAVE' }].map(text),
  },
  'y-webrtc': {
    path: () => '/y-webrtc',
    texts: [{ type: 'subscribe', topics: ['a', 'b', 'c'] }, { type: 'unsubscribe', topics: ['a'] }, { type: 'publish', topic: 'a', data: { type: 'announce', from: 'x' } },
      { type: 'publish', topic: 'b', data: { from: 'x', to: 'y', signal: {} }, clients: 7 }, { type: 'publish', topic: 'c', data: 'AAAA' }, { type: 'ping' }].map(text),
  },
  trystero: {
    path: () => '/trystero',
    texts: [{ type: 'subscribe', topic: 'a' }, { type: 'unsubscribe', topic: 'a' }, { type: 'publish', topic: 'a', payload: { x: [1, 2] } }, { type: 'publish', topic: 'b', payload: null }].map(text),
  },
}

const residentBytes = (pid) => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024
const connections = async (server, protocol) => (await metrics(server))
  .find(({ name, labels }) => name === 'grtc_connections' && labels.protocol === protocol).value

async function storm(server, garbage, { path }, rounds) {
  for (let done = 0; done < rounds;) {
    const sockets = await Promise.all(Array.from({ length: 10 }, () => RawWs.open({ port: server.port, path: path(garbage) })))
    for (const ws of sockets) {
      for (let n = 1 + garbage.below(40); n > 0; n--, done++) ws.raw(garbage.frame())
      const end = garbage.random()
      if (end < 0.3) ws.cut()
      else if (end < 0.5) ws.end()
      else ws.close(1000)
    }
    for (const ws of sockets) {
      setTimeout(() => ws.socket.destroy(), 2000).unref()
      await ws.closed
      assert.deepEqual(ws.violations, [])
    }
  }
}

describe('The server does not exit, grow or mix things up', { concurrency: 3 }, () => {
  for (const [protocol, dialect] of Object.entries(kDialects)) {
    it(`under ${kRounds} random frames of ${protocol} clients`, { timeout: 120_000 }, async (t) => {
      const garbage = new Garbage(seeded(seedOf(t)), dialect.texts)
      const server = await startServer(t, { env: { THREADS: '2', MESSAGE_RATE: '100000', PEERJS_EXPIRE_TIMEOUT_S: '1' } })
      const [alice, bob] = [await peer(server, 'alice'), await peer(server, 'bob')]
      const witness = await subscriber(server, '/y-webrtc', ['witness'])
      await storm(server, garbage, dialect, Math.ceil(kRounds / 5))
      const before = residentBytes(server.pid)
      await storm(server, garbage, dialect, kRounds - Math.ceil(kRounds / 5))
      assert.ok(server.running)
      await waitFor(async () => (await connections(server, protocol)) <= (protocol === 'peerjs' ? 2 : protocol === 'y-webrtc' ? 1 : 0), { what: `the ${protocol} connections to go` })
      if (!kSlow) assert.ok(residentBytes(server.pid) - before < kMayGrow, `grew from ${before} to ${residentBytes(server.pid)} bytes`)
      alice.send({ type: 'OFFER', dst: 'bob', payload: 'still here' })
      await bob.expect({ type: 'OFFER', src: 'alice', dst: 'bob', payload: 'still here' })
      assert.deepEqual(await alice.settled(), [])
      assert.deepEqual(await witness.settled(), [])
      const left = (await get(server, '/api/rooms?protocol=y-webrtc')).json.rooms.map(({ room }) => room)
      assert.deepEqual(left, ['yjs/witness'])
    })
  }
})
