import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RawHttp, assertProblem, eventStream, get } from '../support/http.mjs'
import { join, joinPath, roomOf } from '../support/peer.mjs'
import { RawWs, UpgradeRefused } from '../support/raw_ws.mjs'
import { startServer, waitFor } from '../support/server.mjs'
import { fresh } from '../support/suite.mjs'

describe('SIGTERM', { concurrency: true }, () => {
  it('closes all sockets with 1012, spread over DRAIN_SECONDS, and ends with code 0 in time', { timeout: 30_000 }, async (t) => {
    const server = await startServer(t, { env: { DRAIN_SECONDS: '3', THREADS: '2' } })
    const peers = []
    for (let i = 0; i < 60; i++) peers.push(await join(server, `room-${i % 7}`, { peer: `p${i}` }))
    const start = performance.now()
    const exit = server.stop('SIGTERM')
    const times = await Promise.all(peers.map(async (peer) => {
      await peer.ws.expectClose(1012, 6000)
      return performance.now() - start
    }))
    assert.deepEqual(await exit, { code: 0, signal: null })
    const took = performance.now() - start
    assert.ok(took < 4500, `the process ended after ${took} ms`)
    times.sort((a, b) => a - b)
    assert.ok(times.at(-1) < 3600, `the last socket was closed after ${times.at(-1)} ms`)
    assert.ok(times.at(-1) - times[0] > 1000, `spread, not all at once: from ${times[0]} to ${times.at(-1)} ms`)
    const half = times.filter((time) => time < 1600).length
    assert.ok(half > 10 && half < 50, `${half} of 60 in the first half`)
  })

  it('/ready says 503 and new sockets get 503 with Retry-After while what is open still works', { timeout: 30_000 }, async (t) => {
    const server = await startServer(t, { env: { DRAIN_SECONDS: '3' } })
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    const early = await RawHttp.open(server)
    early.send('GET /ready HTTP/1.1\r\nHost: x\r\n\r\n')
    assert.equal((await early.response()).status, 200)
    process.kill(server.pid, 'SIGTERM')
    await waitFor(async () => {
      const answer = await get(server, '/ready').catch(() => null)
      if (answer?.status !== 503) return false
      assertProblem(answer, 503)
      return true
    }, { timeoutMs: 2000, what: '/ready to say 503' })
    assert.equal((await get(server, '/health')).status, 200, 'alive, only not ready')
    await assert.rejects(RawWs.open({ port: server.port, path: joinPath(fresh()) }), (error) => {
      assert.ok(error instanceof UpgradeRefused, error.message)
      assert.equal(error.status, 503)
      assert.match(error.headers['retry-after'] ?? '', /^\d+$/)
      return true
    })
    const open = [alice, bob].find((peer) => peer.ws.closeFrame === null)
    if (open) {
      open.send({ type: 'message', to: open.id, n: 1 })
      await Promise.race([open.until('message').catch(() => {}), open.ws.closed])
    }
    await server.stop('SIGTERM')
    assert.equal(server.exit.code, 0)
  })

  it('without any connection it ends at once', async (t) => {
    const server = await startServer(t, { env: { DRAIN_SECONDS: '10' } })
    const start = performance.now()
    assert.deepEqual(await server.stop('SIGTERM'), { code: 0, signal: null })
    assert.ok(performance.now() - start < 3000, `${performance.now() - start} ms`)
  })

  it('who has just connected is answered yet: a proxy could not send its POST to another server', async (t) => {
    const server = await startServer(t)
    const proxy = await RawHttp.open(server)
    t.after(() => proxy.destroy())
    const silent = await RawHttp.open(server)
    t.after(() => silent.destroy())
    const exit = server.stop('SIGTERM')
    await waitFor(() => get(server, '/health').then(() => false, (error) => error.code === 'ECONNREFUSED'), { what: 'nobody else to be let in', everyMs: 5 })
    const body = '{"name":"late"}'
    proxy.send(`POST /api/items HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    const answer = await proxy.response()
    assert.equal(answer.status, 201)
    assert.equal(answer.headers.connection, 'close')
    await proxy.expectClosed()
    assert.deepEqual(await exit, { code: 0, signal: null }, 'one that says nothing does not hold it up')
  })

  it('SIGINT (Ctrl-C) is the same', async (t) => {
    const server = await startServer(t)
    const alice = await join(server, fresh())
    const exit = server.stop('SIGINT')
    await alice.ws.expectClose(1012)
    assert.deepEqual(await exit, { code: 0, signal: null })
  })

  it('a client that never answers the close does not hold up the end', { timeout: 20_000 }, async (t) => {
    const server = await startServer(t, { env: { DRAIN_SECONDS: '1' } })
    await join(server, fresh(), { autoClose: false, autoPong: false })
    const idle = await RawHttp.open(server)
    idle.send('GET /hea')
    const start = performance.now()
    assert.equal((await server.stop('SIGTERM')).code, 0)
    assert.ok(performance.now() - start < 4000, `${performance.now() - start} ms`)
    idle.destroy()
  })

  for (const threads of ['1', '2']) {
    it(`the next start on the same database takes the sessions back, nothing lost or doubled (THREADS=${threads})`, { timeout: 40_000 }, async (t) => {
      const server = await startServer(t, { env: { DRAIN_SECONDS: '1', RESUME_WINDOW_S: '15', THREADS: threads } })
      const room = fresh()
      const { alice, bob, carol } = await roomOf(server, room, ['alice', 'bob', 'carol'], { name: 'N' })
      alice.send({ type: 'update', meta: { hand: true }, id: 1 })
      await bob.expect('peer-updated')
      await carol.expect('peer-updated')
      await bob.cut()
      await alice.expect('peer-updated')
      for (let n = 2; n <= 31; n++) alice.send({ type: 'message', n, id: n, ...(n % 2 ? { to: ['bob', 'carol'] } : {}) })
      await alice.flushed()
      for (let n = 2; n <= 11; n++) {
        const event = await carol.until('message')
        assert.equal(event.n, n)
      }
      const seen = carol.seq
      await server.restart('SIGTERM')
      const backBob = await bob.resume()
      assert.equal(backBob.welcome.resumed, true)
      for (let n = 2; n <= 31; n++) assert.equal((await backBob.until('message')).n, n)
      const backCarol = await carol.resume({ seq: seen })
      assert.equal(backCarol.welcome.resumed, true)
      for (let n = 12; n <= 31; n++) assert.equal((await backCarol.until('message')).n, n)
      const backAlice = await alice.resume()
      assert.equal(backAlice.welcome.resumed, true)
      assert.equal(backAlice.welcome.received, 31)
      backAlice.send({ type: 'message', n: 31, id: 31 }).send({ type: 'message', n: 32, id: 32 })
      assert.equal((await backBob.until('message')).n, 32)
      assert.equal((await backCarol.until('message')).n, 32)
      const dave = await join(server, room, { peer: 'dave' })
      assert.deepEqual(dave.welcome.peers.map(({ peer_id, name, connected }) => ({ peer_id, name, connected }))
        .sort((a, b) => (a.peer_id < b.peer_id ? -1 : 1)), ['alice', 'bob', 'carol'].map((peer_id) => ({ peer_id, name: 'N', connected: true })))
      assert.deepEqual(dave.welcome.peers.find((peer) => peer.peer_id === 'alice').meta, { hand: true })
    })
  }

  it('a restored session that nobody fetches ends after the window: peer-left "timeout"', { timeout: 30_000 }, async (t) => {
    const server = await startServer(t, { env: { DRAIN_SECONDS: '0', RESUME_WINDOW_S: '2' } })
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    await server.restart('SIGTERM')
    const back = await alice.resume()
    assert.equal(back.welcome.resumed, true)
    const left = await back.until('peer-left', () => true, 6000)
    assert.equal(left.peer_id, 'bob')
    assert.equal(left.reason, 'timeout')
    assert.equal((await bob.resume()).welcome.resumed, false)
  })

  it('sessions are taken back once: a later crash does not revive what an earlier shutdown kept', { timeout: 30_000 }, async (t) => {
    const server = await startServer(t, { env: { DRAIN_SECONDS: '0', RESUME_WINDOW_S: '15' } })
    const { alice } = await roomOf(server, fresh(), ['alice'])
    await server.restart('SIGTERM')
    const back = await alice.resume()
    assert.equal(back.welcome.resumed, true)
    await back.leave()
    await server.restart('SIGKILL')
    assert.equal((await back.resume()).welcome.resumed, false)
  })

  it('event streams are ended too', async (t) => {
    const server = await startServer(t)
    const stream = await eventStream(server, '/api/items/events')
    assert.equal(stream.status, 200)
    const exit = server.stop('SIGTERM')
    await stream.closed
    assert.equal((await exit).code, 0)
  })
})
