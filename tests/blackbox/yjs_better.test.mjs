// Where gRTC does better by y-webrtc clients than their own server, and what it bounds.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { subscriber, topics } from '../support/compat.mjs'
import { assertProblem, get } from '../support/http.mjs'
import { inSeconds, jwt } from '../support/jwt.mjs'
import { startServer } from '../support/server.mjs'
import { fresh, sharedServer } from '../support/suite.mjs'

const kPath = '/y-webrtc'
const kSecret = 'a-long-enough-room-secret-0123456789'
const announce = (client, topic, from) => client.send({ type: 'publish', topic, data: { type: 'announce', from } })

/** Three peers who have announced themselves as `a`, `b` and `c`, and have heard each other. */
async function three(server, topic) {
  const clients = {}
  for (const name of ['a', 'b', 'c']) clients[name] = await subscriber(server, kPath, [topic])
  for (const name of ['a', 'b', 'c']) {
    announce(clients[name], topic, name)
    for (const each of Object.values(clients)) while ((await each.next()).data.from !== name);
  }
  return clients
}

describe('y-webrtc topics', { concurrency: true }, () => {
  const server = sharedServer({ env: { THREADS: '2', MAX_PEERS_PER_ROOM: '5' } })

  it('a handshake goes to the one that it is meant for; clients still counts all', async () => {
    const t = fresh('t')
    const { a, b, c } = await three(server, t)
    a.send({ type: 'publish', topic: t, data: { type: 'signal', from: 'a', to: 'b', signal: {} } })
    await b.expect({ type: 'publish', topic: t, data: { type: 'signal', from: 'a', to: 'b', signal: {} }, clients: 3 })
    a.send({ type: 'publish', topic: t, data: 'to all' })
    for (const each of [a, c]) assert.equal((await each.next()).data, 'to all', 'the handshake was not for it')
  })

  it('one for a name that nobody goes by, and an encrypted one, go to all', async () => {
    const t = fresh('t')
    const { a, b, c } = await three(server, t)
    a.send({ type: 'publish', topic: t, data: { from: 'a', to: 'nobody' } })
    b.send({ type: 'publish', topic: t, data: 'ZW5jcnlwdGVk' })
    for (const each of [a, b, c]) {
      const got = [await each.next(), await each.next()].map(({ data }) => data)
      assert.ok(got.some((data) => data.to === 'nobody') && got.includes('ZW5jcnlwdGVk'))
    }
  })

  it('a client that came back under its name by another socket gets it there', async () => {
    const t = fresh('t')
    const { a, b } = await three(server, t)
    const again = await subscriber(server, kPath, [t])
    announce(again, t, 'b')
    while ((await a.next()).data.from !== 'b');
    await b.ws.cut()
    await a.settled()
    a.send({ type: 'publish', topic: t, data: { from: 'a', to: 'b', n: 1 } })
    for (;;) if ((await again.next()).data.n === 1) break
  })

  it('malformed JSON hurts nobody', async () => {
    const t = fresh('t')
    const a = await subscriber(server, kPath, [t])
    for (const bad of ['{', '', 'null', '[1]', '"x"', '['.repeat(40)]) a.send(bad)
    a.send({ type: 'publish', topic: t, data: 1 })
    assert.equal((await a.next()).data, 1)
  })

  it('the twentieth bad frame within a minute closes with 1007, and only that socket', async () => {
    const other = await topics(server, kPath)
    for (const bad of [() => '{', () => Buffer.from('[')]) {
      const a = await topics(server, kPath)
      for (let n = 0; n < 19; n++) a.send(bad())
      a.send({ type: 'ping' })
      await a.expect({ type: 'pong' })
      a.send(bad())
      await a.ws.expectClose(1007)
    }
    const binary = await topics(server, kPath)
    for (let n = 0; n < 20; n++) binary.ws.binary(Buffer.from([0xff, 0xfe]))
    await binary.ws.expectClose(1007)
    assert.deepEqual(await other.settled(), [])
  })

  it('a full topic is told so, and what has room goes on', async () => {
    const t = fresh('t')
    const members = []
    for (let n = 0; n < 5; n++) members.push(await subscriber(server, kPath, [t]))
    const late = await topics(server, kPath)
    late.send({ type: 'subscribe', topics: [t] })
    const { message, ...error } = await late.next()
    assert.deepEqual(error, { type: 'error', code: 'room-full', topic: t })
    assert.equal(typeof message, 'string')
    await members[0].close()
    const next = await topics(server, kPath)
    for (let frame; frame?.data !== 'in';) {  // the end of the first one may be told later
      next.send({ type: 'subscribe', topics: [t] }).send({ type: 'publish', topic: t, data: 'in' })
      frame = await next.next()
    }
  })

  it('topics are 1 to 256 bytes, and 256 a socket', async () => {
    const a = await subscriber(server, kPath, ['ñ'.repeat(128)])
    for (const topic of ['', 'ñ'.repeat(129)]) {
      a.send({ type: 'subscribe', topics: [topic] })
      assert.equal((await a.next()).code, 'bad-request')
    }
    const many = await topics(server, kPath)
    const names = Array.from({ length: 257 }, () => fresh('n'))
    many.send({ type: 'subscribe', topics: names })
    assert.deepEqual((({ code, topic }) => ({ code, topic }))(await many.next()), { code: 'bad-request', topic: names[256] })
    many.send({ type: 'unsubscribe', topics: names.slice(0, 1) }).send({ type: 'subscribe', topics: names.slice(256) })
    assert.deepEqual(await many.settled(), [])
  })

  it('a message over MAX_MESSAGE_BYTES closes with 1009', async () => {
    const a = await topics(server, kPath)
    a.send({ type: 'publish', topic: 't', data: 'x'.repeat(70_000) })
    await a.ws.expectClose(1009)
  })

  it('a plain GET is 426, and administrators see the topics', async () => {
    assertProblem(await get(server, kPath), 426)
    const t = fresh('seen')
    await subscriber(server, kPath, [t])
    const { json } = await get(server, '/api/rooms?protocol=y-webrtc')
    assert.deepEqual(json.rooms.find(({ room }) => room === `yjs/${t}`), { room: `yjs/${t}`, peers: 1, connected: 1 })
  })
})

describe('y-webrtc settings', { concurrency: 2 }, () => {
  it('YJS_DIRECTED=off broadcasts', async (t) => {
    const server = await startServer(t, { env: { YJS_DIRECTED: 'off' } })
    const { a, b, c } = await three(server, 't')
    a.send({ type: 'publish', topic: 't', data: { from: 'a', to: 'b' } })
    for (const each of [a, b, c]) assert.deepEqual((await each.next()).data, { from: 'a', to: 'b' })
  })

  it('a burst is read slowly, not refused, and in order', async (t) => {
    const server = await startServer(t, { env: { MESSAGE_RATE: '100', THREADS: '2' } })
    const a = await subscriber(server, kPath, ['t'])
    for (let n = 0; n < 350; n++) a.send({ type: 'publish', topic: 't', data: n })
    const start = performance.now()
    for (let n = 0; n < 350; n++) assert.equal((await a.next()).data, n)
    assert.ok(performance.now() - start > 1000, 'the rate held it back')
    assert.deepEqual(await a.settled(), [])
  })

  it('a reader who stops is closed with 4408, and the others go on', async (t) => {
    const server = await startServer(t, { env: { QUEUE_EVENTS: '50', QUEUE_BYTES: '65536', MESSAGE_RATE: '0' } })
    const slow = await subscriber(server, kPath, ['t'])
    const fast = await subscriber(server, kPath, ['t'])
    await slow.settled()
    slow.ws.pause()
    const data = 'x'.repeat(50_000)
    let n = 0
    for (; n < 400; n++) {
      fast.send({ type: 'publish', topic: 't', data })
      for (;;) if ((await fast.next()).data === data) break
    }
    slow.ws.resume()
    await slow.ws.expectClose(4408)
    fast.send({ type: 'publish', topic: 't', data: 'end' })
    assert.deepEqual(await fast.next(), { type: 'publish', topic: 't', data: 'end', clients: 1 })
  })

  it('without life it is closed with 4408', async (t) => {
    const server = await startServer(t, { env: { HEARTBEAT_S: '1' } })
    const dead = await topics(server, kPath, { autoPong: false })
    await dead.ws.expectClose(4408, 6000)
  })

  it('at SIGTERM sockets close with 1012', async (t) => {
    const server = await startServer(t, { env: { THREADS: '2' } })
    const clients = []
    for (let n = 0; n < 6; n++) clients.push(await subscriber(server, kPath, [`t${n % 2}`]))
    const stopped = server.stop()
    for (const client of clients) await client.ws.expectClose(1012)
    assert.equal((await stopped).code, 0)
  })

  it('tokens gate subscribing and publishing, topic by topic', async (t) => {
    const server = await startServer(t, { env: { ROOM_TOKEN_SECRET: kSecret } })
    const good = (room, exp = inSeconds(60)) => jwt({ room, exp }, kSecret)
    const holder = await subscriber(server, kPath, ['t'], { token: good('yjs/t') })
    await subscriber(server, kPath, ['t', 'u'], { token: good('*') })
    for (const token of [undefined, 'nonsense', good('t'), good('trystero/t'), good('yjs/t', inSeconds(-60))]) {
      const client = await topics(server, kPath, { token })
      for (const frame of [{ type: 'subscribe', topics: ['t'] }, { type: 'publish', topic: 't', data: 'forbidden' }]) {
        client.send(frame)
        const error = await client.next()
        assert.deepEqual({ type: error.type, code: error.code, topic: error.topic }, { type: 'error', code: 'unauthorized', topic: 't' })
        assert.match(error.message, /[.]$/)
      }
      client.send({ type: 'ping' })
      await client.expect({ type: 'pong' })
    }
    holder.send({ type: 'publish', topic: 'u', data: 1 })
    for (;;) {
      const frame = await holder.next()
      assert.notEqual(frame.data, 'forbidden')
      if (frame.code === 'unauthorized') break
    }
  })

  it('what flooded for 30 s without a pause is closed with 4429', { skip: process.env.GRTC_LONG ? false : 'takes 30 s: set GRTC_LONG=1', timeout: 60_000 }, async (t) => {
    const server = await startServer(t, { env: { MESSAGE_RATE: '10' } })
    const a = await topics(server, kPath)
    const flood = setInterval(() => { for (let n = 0; n < 20; n++) a.send({ type: 'other' }) }, 100)
    t.after(() => clearInterval(flood))
    assert.equal((await a.next(45_000)).code, 'rate-limited')
    await a.ws.expectClose(4429)
  })
})
