import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Garbage } from '../support/garbage.mjs'
import { RawHttp, get, metrics } from '../support/http.mjs'
import { join, joinPath, roomOf } from '../support/peer.mjs'
import { OP, RawWs, connect, frame } from '../support/raw_ws.mjs'
import { startServer, waitFor } from '../support/server.mjs'
import { fresh, kSlow, seedOf, seeded } from '../support/suite.mjs'

const kRounds = Number(process.env.GRTC_GARBAGE ?? (kSlow ? 1500 : 10_000))

/** Pieces that garbage is made of: half sense reaches deeper than noise. */
const kTexts = ['{"type":"message","text":"hi"}', '{"type":"offer","to":"bob","id":1}', '{"type":"update","meta":{"a":[1,2,{"b":null}]}}', '{"type":"ping","id":9007199254740991}',
  '{"type":"message","to":["bob","alice","nobody"]}', '{"from":"x","fr\\u006fm":"y","type":"message","seq":1}', '{"type":"leave"}', '{"type":"error"}', '[[[[[[[[', '{"a":"\\ud83e\\udd8a"}', '']
const kHttp = ['GET /health HTTP/1.1\r\nHost: x\r\n\r\n', 'POST /api/items HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{"name":"x"}',
  'POST /api/items HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nc\r\n{"name":"x"}\r\n0\r\n\r\n',
  'GET /api/items?limit=5&sort=-name&q=x&cursor=abc HTTP/1.1\r\nHost: x\r\nIf-None-Match: "1-1", W/"2"\r\n\r\n', 'PATCH /api/items/1 HTTP/1.1\r\nHost: x\r\nIf-Match: "1-1"\r\nContent-Type: application/merge-patch+json\r\nContent-Length: 16\r\n\r\n{"data":{"a":1}}',
  'GET /api/items/events HTTP/1.1\r\nHost: x\r\nLast-Event-ID: 3\r\n\r\n', 'OPTIONS /api/items HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\n\r\n', 'GET /static/app.js HTTP/1.1\r\nHost: x\r\nAccept-Encoding: br;q=0.5, gzip\r\n\r\n',
  'GET /ws/r?peer_id=%61&name=%C3%B1&token=a.b.c HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n']

/** Wilder than the dialects': control frames, reserved bits, lengths that lie. */
class WilderGarbage extends Garbage {
  constructor(random) { super(random, kTexts) }

  /** One frame: mostly well-formed around bad content, sometimes bad itself, sometimes noise. */
  frame() {
    const pick = this.random()
    if (pick < 0.05) return this.bytes(1 + this.below(30))
    const payload = this.random() < 0.7 ? this.mutate(this.pick(this.texts)) : this.bytes(this.below(200))
    if (pick < 0.75) return frame(this.pick([OP.text, OP.text, OP.text, OP.binary, OP.ping, OP.pong]), payload.subarray(0, 125), {})
    if (pick < 0.85) return frame(this.pick([OP.text, OP.continuation]), payload, { fin: this.random() < 0.5 })
    return frame(this.below(16), payload, { rsv: this.random() < 0.7 ? 0 : this.below(8), fin: this.random() < 0.8, mask: this.random() < 0.9 ? this.bytes(4) : null,
      ...(this.random() < 0.3 && { length: this.pick([16, 64]) }), ...(this.random() < 0.1 && { claim: this.below(60_000), length: 64 }) })
  }
}

/** Gauges of connections, rooms and peers in /metrics, and what /health counts. */
async function open(server) {
  const { rooms, peers } = (await get(server, '/health')).json
  const gauges = (await metrics(server)).filter(({ name }) => /^grtc_(.*connections|rooms|peers)$/.test(name))
  return { rooms, peers, gauges }
}

/** Nothing is left of what came: no room, no peer, no connection but the one that asks. */
async function assertNothingLeft(server) {
  await waitFor(async () => {
    const { rooms, peers, gauges } = await open(server)
    // The connection that asks for the metrics may count itself.
    return rooms === 0 && peers === 0 && gauges.length > 0 && gauges.every(({ name, value, labels }) => value <= (/connections/.test(name) && !/ws|websocket/i.test(name + JSON.stringify(labels)) ? 1 : 0))
  }, { timeoutMs: 20_000, everyMs: 200, what: 'all gauges to go back to zero' }).catch(async (error) => {
    throw new Error(`${error.message}: ${JSON.stringify(await open(server))}`)
  })
}

describe('The server does not exit and leaks nothing', { concurrency: 2 }, () => {
  it(`under ${kRounds} random frames on joined sockets`, { timeout: 170_000 }, async (t) => {
    const garbage = new WilderGarbage(seeded(seedOf(t)))
    const server = await startServer(t, { env: { RESUME_WINDOW_S: '1', MESSAGE_RATE: '100000', THREADS: '2' } })
    const { pid } = server
    const witness = await roomOf(server, 'witness', ['alice', 'bob'])
    for (let done = 0; done < kRounds;) {
      const sockets = await Promise.all(Array.from({ length: 20 }, () => RawWs.open({ port: server.port, path: joinPath(`garbage-${garbage.below(5)}`) })))
      for (const ws of sockets) {
        for (let n = 1 + garbage.below(15); n > 0; n--, done++) ws.raw(garbage.frame())
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
    witness.alice.send({ type: 'message', text: 'still here' })
    assert.equal((await witness.bob.expect('message')).text, 'still here')
    assert.equal(server.pid, pid)
    assert.ok(server.running)
    await witness.alice.leave()
    await witness.bob.leave()
    await assertNothingLeft(server)
  })

  it(`under ${kRounds} pieces of broken HTTP`, { timeout: 170_000 }, async (t) => {
    const garbage = new WilderGarbage(seeded(seedOf(t)))
    const server = await startServer(t, { env: { RESUME_WINDOW_S: '1', THREADS: '2' } })
    for (let done = 0; done < kRounds; done += 50) {
      const sockets = await Promise.all(Array.from({ length: 25 }, () => connect({ port: server.port })))
      const ends = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)))
      for (const socket of sockets) {
        socket.resume()
        for (let n = 0; n < 2; n++) socket.write(garbage.random() < 0.1 ? garbage.bytes(garbage.below(300)) : garbage.mutate(garbage.pick(kHttp)))
        if (garbage.random() < 0.5) socket.end()
        setTimeout(() => socket.destroy(), garbage.below(60))
      }
      await Promise.all(ends)
    }
    assert.ok(server.running)
    await assertNothingLeft(server)
  })

  it('when sockets break at every point of a handshake', async (t) => {
    const server = await startServer(t, { env: { RESUME_WINDOW_S: '1', THREADS: '2' } })
    const request = `GET ${joinPath(fresh(), { peer: 'x' })} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`
    for (let at = 0; at <= request.length; at += 3) {
      const socket = await connect({ port: server.port })
      socket.write(request.slice(0, at))
      setImmediate(() => (at % 2 ? socket.resetAndDestroy() : socket.destroy()))
    }
    assert.equal((await get(server, '/health')).status, 200)
    await assertNothingLeft(server)
  })

  it('under JSON bombs, to the signalling and to the items', async (t) => {
    const server = await startServer(t, { env: { MESSAGE_RATE: '10000' } })
    const bombs = ['['.repeat(60_000), '{"a":'.repeat(12_000), `{"type":"message","a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, `{"type":"message",${'"a":1,'.repeat(9000)}"b":2}`,
      `{"type":"message","to":[${'"x",'.repeat(15_000)}"y"]}`, `{"type":"message","id":${'9'.repeat(60_000)}}`, `{"type":"message","a":"${'\\u0000'.repeat(10_000)}"}`, '"'.repeat(60_000), '\\'.repeat(60_000)]
    const peer = await join(server, fresh(), { peer: 'alice' })
    for (const bomb of bombs) {
      peer.send(bomb)
      const events = await peer.settled()
      assert.ok(events.every((event) => event.type === 'error'), JSON.stringify(events).slice(0, 300))
      const connection = await RawHttp.open(server)
      connection.send(`POST /api/items HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${bomb.length}\r\n\r\n${bomb}`)
      assert.ok([400, 422].includes((await connection.response()).status))
      connection.destroy()
    }
    assert.ok(server.running)
  })

  it('under a thousand connections that come and go at once', { timeout: 60_000 }, async (t) => {
    const server = await startServer(t, { env: { RESUME_WINDOW_S: '1', THREADS: '2' } })
    for (let round = 0; round < 5; round++) {
      await Promise.all(Array.from({ length: 200 }, async (_, n) => {
        const peer = await join(server, `crowd-${n % 20}`, { timeout: 20_000 })
        if (n % 3 === 0) await peer.cut()
        else if (n % 3 === 1) await peer.leave()
        else await peer.close(1000)
      }))
    }
    await assertNothingLeft(server)
  })
})
