import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertProblem, get, metrics } from '../support/http.mjs'
import { join, joinPath, refused, roomOf } from '../support/peer.mjs'
import { OP, RawWs, UpgradeRefused, frame } from '../support/raw_ws.mjs'
import { startServer, waitFor } from '../support/server.mjs'
import { fresh } from '../support/suite.mjs'

/** The refusal of a socket with 503. */
async function overLimit(server, options = {}) {
  try {
    await RawWs.open({ port: server.port, path: joinPath(fresh()), ...options })
  } catch (error) {
    if (!(error instanceof UpgradeRefused)) throw error
    const answer = { status: error.status, headers: error.headers, text: error.body, get json() { return JSON.parse(error.body) } }
    assertProblem(answer, 503)
    assert.match(answer.headers['retry-after'] ?? '', /^\d+$/)
    return answer
  }
  throw new Error('the socket was accepted')
}

describe('Limits', { concurrency: true }, () => {
  it('MAX_PEERS_PER_ROOM: the next one is told room-full, 4413; a place that gets free can be taken', async (t) => {
    const server = await startServer(t, { env: { MAX_PEERS_PER_ROOM: '3', RESUME_WINDOW_S: '30' } })
    const room = fresh()
    const { a, b } = await roomOf(server, room, ['a', 'b', 'c'])
    await refused(server, room, 'room-full', 4413, { peer: 'd' })
    await join(server, fresh(), { peer: 'd' })
    await a.cut()
    await b.expect('peer-updated')
    await refused(server, room, 'room-full', 4413, { peer: 'd' })
    const again = await a.resume()
    assert.equal(again.welcome.resumed, true, 'a broken peer keeps its place')
    await again.leave()
    await join(server, room, { peer: 'd' })
  })

  it('MAX_CONNECTIONS: 503 with Retry-After, and a closed socket gives its place back', async (t) => {
    const server = await startServer(t, { env: { MAX_CONNECTIONS: '5', THREADS: '2' } })
    const peers = []
    for (let i = 0; i < 5; i++) peers.push(await join(server, fresh(), { peer: `p${i}` }))
    await overLimit(server)
    await peers[0].leave()
    peers[0] = await waitFor(() => join(server, fresh(), { peer: 'again' }).catch(() => null))
    await overLimit(server)
    await peers[1].cut()
    peers[1] = await waitFor(() => join(server, fresh(), { peer: 'again' }).catch(() => null))
  })

  it('MAX_CONNECTIONS_PER_IP: one address over it gets 503, another is served', async (t) => {
    const server = await startServer(t, { env: { MAX_CONNECTIONS_PER_IP: '3', THREADS: '2', HOST: '0.0.0.0', MAX_CONNECTIONS: '100' } })
    const peers = []
    for (let i = 0; i < 3; i++) peers.push(await join(server, fresh(), { localAddress: '127.0.0.2' }))
    await overLimit(server, { localAddress: '127.0.0.2' })
    await join(server, fresh(), { localAddress: '127.0.0.3' })
    await peers[0].leave()
    await waitFor(() => join(server, fresh(), { localAddress: '127.0.0.2' }).catch(() => null))
  })

  it('MAX_CONNECTIONS_PER_IP counts the client that a trusted proxy names', async (t) => {
    const server = await startServer(t, { env: { MAX_CONNECTIONS_PER_IP: '1' } })
    const via = (address) => ({ headers: { 'X-Forwarded-For': address } })
    await join(server, fresh(), via('203.0.113.1'))
    await join(server, fresh(), via('203.0.113.2'))
    await overLimit(server, via('203.0.113.1'))
    await overLimit(server, via('198.51.100.9, 203.0.113.1'))
  })

  it('MAX_MESSAGE_BYTES: one byte more is closed with 1009, also in fragments and before all of it came', async (t) => {
    const server = await startServer(t, { env: { MAX_MESSAGE_BYTES: '1000' } })
    const ofSize = (size) => `{"type":"message","p":"${'x'.repeat(size - 25)}"}`
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    assert.equal(alice.welcome.max_message_bytes, 1000)
    alice.send(ofSize(1000))
    await bob.expect('message')
    alice.send(ofSize(1001))
    await alice.ws.expectClose(1009)

    const inParts = await join(server, fresh())
    for (let i = 0; i < 4; i++) inParts.ws.frame(i === 0 ? OP.text : OP.continuation, 'x'.repeat(300), { fin: false })
    await inParts.ws.expectClose(1009)

    const announced = await join(server, fresh())
    announced.ws.raw(frame(OP.text, 'x', { claim: 2 ** 40 }))
    await announced.ws.expectClose(1009)

    const binary = await join(server, fresh())
    binary.ws.binary('x'.repeat(1001))
    await binary.ws.expectClose(1009)
  })

  it('the default largest message is 65,536 bytes: that one passes, one more byte is 1009', async (t) => {
    const server = await startServer(t)
    const peer = await join(server, fresh(), { peer: 'alice' })
    peer.send(`{"type":"ping","p":"${'x'.repeat(65536 - 22)}"}`)
    await peer.expect('pong')
    peer.send(`{"type":"ping","p":"${'x'.repeat(65536 - 21)}"}`)
    await peer.ws.expectClose(1009)
  })

  it('MESSAGE_RATE: a burst of twice the rate passes at once, the rest is taken at the rate, nothing is lost', async (t) => {
    const server = await startServer(t, { env: { MESSAGE_RATE: '50' } })
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    const start = performance.now()
    for (let n = 0; n < 200; n++) alice.send({ type: 'message', n })
    for (let n = 0; n < 90; n++) assert.equal((await bob.expect('message')).n, n)
    const burst = performance.now() - start
    for (let n = 90; n < 200; n++) assert.equal((await bob.expect('message')).n, n)
    const all = performance.now() - start
    assert.ok(burst < 700, `90 of the burst of 100 took ${burst} ms`)
    assert.ok(all > 1500 && all < 5000, `200 messages at 50/s after a burst of 100 took ${all} ms`)
    bob.send({ type: 'message', n: 'other peers are not held back' })
    assert.equal((await alice.expect('message')).n, 'other peers are not held back')
  })

  it('MESSAGE_RATE counts whatever a client sends, pings of grtc.v1 and nonsense too', async (t) => {
    const server = await startServer(t, { env: { MESSAGE_RATE: '20' } })
    const peer = await join(server, fresh(), { peer: 'alice' })
    const start = performance.now()
    for (let n = 0; n < 40; n++) peer.send({ type: 'ping' }).send('nonsense')
    const answers = { pong: 0, error: 0 }
    for (let n = 0; n < 80; n++) answers[(await peer.next()).type]++
    assert.deepEqual(answers, { pong: 40, error: 40 })
    const took = performance.now() - start
    assert.ok(took > 1200 && took < 5000, `80 frames at 20/s after a burst of 40 took ${took} ms`)
  })

  it('a flood of protocol pings does not pile up: only the latest needs an answer, and the socket lives', async (t) => {
    const server = await startServer(t)
    const peer = await join(server, fresh(), { peer: 'alice' })
    for (let n = 0; n < 5000; n++) peer.ws.ping(String(n))
    let last
    do last = (await peer.ws.pongs.next(10_000)).toString()
    while (last !== '4999')
  })

  it('30 s without room in the bucket: rate-limited, 4429', { skip: !process.env.GRTC_LONG && 'GRTC_LONG=1 runs it', timeout: 60_000 }, async (t) => {
    const server = await startServer(t, { env: { MESSAGE_RATE: '1' } })
    const peer = await join(server, fresh(), { peer: 'alice' })
    const start = Date.now()
    for (let n = 0; n < 100; n++) peer.send({ type: 'message', n })
    const error = await peer.next(50_000)
    assert.equal(error.code, 'rate-limited', error.raw)
    await peer.ws.expectClose(4429, 5000)
    assert.ok(Date.now() - start > 25_000)
  })

  it('a reader too slow for its bounded queue is closed with 4408; the others are not held up', { timeout: 60_000 }, async (t) => {
    const server = await startServer(t, { env: { MESSAGE_RATE: '100000', RESUME_WINDOW_S: '5' } })
    const { alice, slow, bob } = await roomOf(server, fresh(), ['alice', 'slow', 'bob'])
    await alice.settled()
    slow.ws.pause()
    const text = 'x'.repeat(50_000)
    let dropped = null
    // The kernel's buffers take megabytes before the server sees that nobody reads.
    for (let n = 0; n < 2000 && !dropped; n++) {
      alice.send({ type: 'message', n, text })
      const heard = await bob.next(10_000)
      if (heard.type !== 'message') dropped = heard
    }
    assert.ok(dropped, 'the slow reader was dropped')
    assert.equal(dropped.peer?.peer_id ?? dropped.peer_id, 'slow')
    slow.ws.resume()
    await slow.ws.expectClose(4408)
    alice.send({ type: 'message', n: 'on we go' })
    assert.equal((await bob.until('message', (event) => event.n === 'on we go', 10_000)).n, 'on we go')
    const memory = (await metrics(server)).filter((sample) => sample.name === 'process_resident_memory_bytes')
    if (memory.length > 0) assert.ok(memory[0].value < 200e6, `${memory[0].value} bytes resident`)
  })

  it('JOIN_RATE: too many joins from one address are told rate-limited, 4429; others still join', async (t) => {
    const server = await startServer(t, { env: { JOIN_RATE: '1' } })
    const from = (address) => ({ headers: { 'X-Forwarded-For': address } })
    for (let i = 0; i < 2; i++) await join(server, fresh(), from('203.0.113.1'))
    await refused(server, fresh(), 'rate-limited', 4429, from('203.0.113.1'))
    await join(server, fresh(), from('203.0.113.2'))
    assert.equal((await get(server, '/health')).status, 200)
  })
})
