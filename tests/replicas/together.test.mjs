// What only several replicas can show: how they part, and how they come together again.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CutProxy } from '../support/cut_proxy.mjs'
import { get, metric, request } from '../support/http.mjs'
import { join, open } from '../support/peer.mjs'
import { noRedis, startRedis } from '../support/redis.mjs'
import { startReplicas } from '../support/replicas.mjs'
import { startServer, waitFor } from '../support/server.mjs'
import { SteadyClient, assertExact, startTalk } from '../support/steady_client.mjs'
import { fresh, seeded } from '../support/suite.mjs'

const kFast = { RESUME_WINDOW_S: '3', REDIS_TIMEOUT_MS: '500' }

const health = async (server) => (await get(server, '/health')).json
const becomes = (server, status) => waitFor(async () => (await health(server)).status === status, { timeoutMs: 15_000, what: `/health to say ${status}` })

describe('Replicas', { skip: noRedis, concurrency: 2 }, () => {
  it('one that starts is ready once it has reached Redis: what it is asked then it can answer', async (t) => {
    const redis = await startRedis(t)
    redis.pause()
    const { all: [one] } = await startReplicas(t, { redis, count: 1, waitReady: false })
    const early = await get(one, '/ready')
    assert.equal(early.status, 503, early.text)
    assert.equal(early.headers['retry-after'], '1')
    redis.resume()
    await one.ready()
    assert.equal((await get(one, '/api/rooms/anybody/count')).status, 200)
  })

  it('one that starts while Redis is away is ready after 5 s: items and the page need no Redis', async (t) => {
    const redis = await startRedis(t)
    await redis.stop('SIGKILL')
    const { all: [one] } = await startReplicas(t, { redis, count: 1 })
    const { status, uptime_s } = await health(one)
    assert.equal(status, 'degraded')
    assert.ok(uptime_s >= 4, `ready after ${uptime_s} s`)
    assert.equal((await get(one, '/api/items')).status, 200)
  })

  it('without Redis those on one replica talk on, and the others hear all of it, in order, when it is back', async (t) => {
    const redis = await startRedis(t, { persistent: true })
    const { all: [one, two] } = await startReplicas(t, { redis, count: 2, env: { ...kFast, RESUME_WINDOW_S: '30' } })
    const room = fresh()
    const ana = await join(one, room, { peer: 'ana' })
    const ben = await join(one, room, { peer: 'ben' })
    const eva = await join(two, room, { peer: 'eva' })
    await ana.until('peer-joined', (event) => event.peer.peer_id === 'eva')
    await ben.expect('peer-joined')
    await redis.stop('SIGKILL')
    await becomes(one, 'degraded')
    assert.equal((await health(one)).checks.redis, 'down')
    for (let n = 1; n <= 20; n++) ana.send({ type: 'message', n, id: n })
    for (let n = 1; n <= 20; n++) assert.equal((await ben.expect('message')).n, n)
    ben.send({ type: 'message', to: ['ana', 'eva'], n: 21 })
    assert.equal((await ana.expect('message')).n, 21)
    await waitFor(async () => (await metric(one, 'grtc_bus_held')) >= 21, { what: 'what is held to show in the metrics' })
    const late = await open(one, room, { peer: 'late' })
    const told = await late.next(10_000)
    assert.equal(told.code, 'out-of-reach', told.raw)
    await late.ws.expectClose(1013)

    await redis.start()
    for (let n = 1; n <= 20; n++) assert.equal((await eva.expect('message', 10_000)).n, n)
    assert.equal((await eva.expect('message')).n, 21)
    await becomes(one, 'ok')
    assert.deepEqual(await ben.settled(), [], 'nothing is told twice')
    assert.deepEqual(await ana.settled(), [])
    // Whoever was told ahead of the log comes back to the other replica, and is told nothing twice there either.
    await ben.cut()
    ben.server = two
    const again = await ben.resume()
    assert.equal(again.welcome.resumed, true)
    ana.send({ type: 'message', n: 22 })
    assert.equal((await again.until('message')).n, 22)
  })

  it('more is held than a connection takes at once: all of it arrives, in order', async (t) => {
    const redis = await startRedis(t, { persistent: true })
    const { all: [one, two] } = await startReplicas(t, { redis, count: 2, env: { THREADS: '1', RESUME_WINDOW_S: '60', REDIS_TIMEOUT_MS: '2000', MAX_MESSAGE_BYTES: '1048576', MESSAGE_RATE: '0', QUEUE_BYTES: '16777216' } })
    const pairs = await Promise.all(Array.from({ length: 12 }, async () => {
      const room = fresh()
      return { ana: await join(one, room, { peer: 'ana' }), eva: await join(two, room, { peer: 'eva' }) }
    }))
    for (const { ana } of pairs) await ana.expect('peer-joined')
    await redis.stop('SIGKILL')
    await becomes(one, 'degraded')
    const filler = 'x'.repeat(1_000_000)
    for (const { ana } of pairs) for (let n = 1; n <= 8; n++) ana.send({ type: 'message', n, filler })
    await waitFor(async () => (await metric(one, 'grtc_bus_held')) === pairs.length * 8, { timeoutMs: 20_000, what: 'all of it to be held' })
    await redis.start()
    await becomes(one, 'ok')
    for (const { ana } of pairs) ana.send({ type: 'message', n: 9 })
    for (const { eva } of pairs) for (let n = 1; n <= 9; n++) assert.equal((await eva.expect('message', 20_000)).n, n)
  })

  it('what many say at once, to one, to all and to nobody, arrives in order, and who said it hears who is not there', async (t) => {
    const { all: [one, two] } = await startReplicas(t, { count: 2 })
    const room = fresh()
    const ana = await join(one, room, { peer: 'ana' })
    const ben = await join(one, room, { peer: 'ben' })
    const eva = await join(two, room, { peer: 'eva' })
    await ben.until('peer-joined', (event) => event.peer.peer_id === 'eva')
    const lines = []
    for (let n = 1; n <= 60; n++) lines.push({ type: 'message', n, id: n, ...(n % 3 === 0 && { to: ['eva', 'nobody'] }), ...(n % 5 === 0 && { to: 'nobody' }) })
    for (const speaker of [ana, ben]) {
      // In one write, so that they are read in one turn.
      speaker.ws.socket.cork()
      for (const line of lines) speaker.send(line)
      speaker.ws.socket.uncork()
    }
    const to = (wanted) => lines.filter((line) => line.to === undefined || [line.to].flat().includes(wanted)).map((line) => line.n)
    const heard = { ana: [], ben: [] }
    while (heard.ana.length + heard.ben.length < 2 * to('eva').length) {
      const { from, n } = await eva.expect('message')
      heard[from].push(n)
    }
    assert.deepEqual(heard, { ana: to('eva'), ben: to('eva') })
    for (const speaker of [ana, ben]) {
      const refs = []
      const missing = lines.filter((line) => line.to !== undefined).map((line) => line.n)
      while (refs.length < missing.length) refs.push((await speaker.until('error')).ref)
      assert.deepEqual(refs, missing)
    }
    await ana.cut()
    ana.server = two
    assert.equal((await ana.resume()).welcome.received, 60)
  })

  it('a replica that is killed: its peers are seen as away, and leave as "timeout" when they do not come back', async (t) => {
    const { all: [one, two] } = await startReplicas(t, { count: 2, env: kFast })
    const room = fresh()
    const ana = await join(one, room, { peer: 'ana' })
    const ben = await join(two, room, { peer: 'ben' })
    await ana.expect('peer-joined')
    await two.stop('SIGKILL')
    await ben.ws.closed
    const away = await ana.expect('peer-updated', 20_000)
    assert.equal(away.peer.connected, false)
    const left = await ana.expect('peer-left', 20_000)
    assert.deepEqual([left.peer_id, left.reason], ['ben', 'timeout'])
  })

  it('a replica that is taken for dead and comes back: what Redis had done for it already is not done again', async (t) => {
    const redis = await startRedis(t)
    const way = await CutProxy.start(t, redis.port)
    const env = { ...kFast, RESUME_WINDOW_S: '30' }
    const one = await startServer(t, { env: { ...env, REDIS_URL: `redis://127.0.0.1:${way.port}` } })
    const two = await startServer(t, { env: { ...env, REDIS_URL: redis.url } })
    const room = fresh()
    const [ana, ben] = [await join(one, room, { peer: 'ana' }), await join(one, room, { peer: 'ben' })]
    const eva = await join(two, room, { peer: 'eva' })
    await ben.expect('peer-joined')
    way.freezeAnswers()
    for (let n = 1; n <= 5; n++) ana.send({ type: 'message', n, id: n })
    for (const peer of [eva, ben]) for (let n = 1; n <= 5; n++) assert.equal((await peer.expect('message')).n, n)
    way.cut()
    // Both are given up at once, in no order that anybody was promised.
    const away = new Set()
    while (away.size < 2) away.add((await eva.until('peer-updated', ({ peer }) => !peer.connected, 20_000)).peer.peer_id)
    way.restore()
    for (let back = 0; back < 2;) {
      const event = await eva.next(20_000)
      assert.equal(event.type, 'peer-updated', `nothing is told twice: ${event.raw}`)
      if (event.peer.connected) back++
    }
    ana.send({ type: 'message', n: 6, id: 6 })
    for (const peer of [eva, ben]) assert.equal((await peer.until('message')).n, 6, 'nothing is told twice')
  })

  it('a replica that is killed: who comes back to another one has missed nothing', async (t) => {
    const { all: [one, two, three] } = await startReplicas(t, { count: 3, env: { ...kFast, RESUME_WINDOW_S: '30' } })
    const room = fresh()
    const ana = await join(one, room, { peer: 'ana' })
    const ben = await join(two, room, { peer: 'ben' })
    await ana.expect('peer-joined')
    await two.stop('SIGKILL')
    for (let n = 1; n <= 50; n++) ana.send({ type: 'message', n, ...(n % 2 ? { to: 'ben' } : {}) })
    await ana.settled()
    ben.server = three
    const again = await ben.resume()
    assert.equal(again.welcome.resumed, true)
    for (let n = 1; n <= 50; n++) assert.equal((await again.expect('message')).n, n)
    assert.deepEqual((await again.settled()).map((event) => event.type), [])
  })

  it('Redis that forgets everything: who is connected stays so, and the rooms go on', async (t) => {
    const redis = await startRedis(t)
    const { all: [one, two] } = await startReplicas(t, { redis, count: 2, env: { ...kFast, RESUME_WINDOW_S: '30' } })
    const room = fresh()
    const ana = await join(one, room, { peer: 'ana' })
    const ben = await join(two, room, { peer: 'ben' })
    await ana.expect('peer-joined')
    await redis.restart('SIGKILL')
    await becomes(one, 'ok')
    await becomes(two, 'ok')
    ana.send({ type: 'message', n: 1 })
    assert.equal((await ben.until('message', () => true, 15_000)).n, 1)
    ben.send({ type: 'message', to: 'ana', n: 2 })
    assert.equal((await ana.until('message')).n, 2)
    const eva = await join(one, room, { peer: 'eva' })
    assert.deepEqual(eva.welcome.peers.map((peer) => peer.peer_id).sort(), ['ana', 'ben'])
  })

  it('Redis that forgets everything while people talk: nobody is sent away, and what they say meanwhile arrives', async (t) => {
    const redis = await startRedis(t)
    const replicas = await startReplicas(t, { redis, env: { RESUME_WINDOW_S: '30', REDIS_TIMEOUT_MS: '1000', MESSAGE_RATE: '0' } })
    const clients = Array.from({ length: 6 }, (_, i) => new SteadyClient(replicas, 'forgetful', `peer-${i}`, seeded(i)))
    t.after(() => clients.forEach((client) => client.close()))
    for (const client of clients) await client.connect()
    const talk = startTalk(clients)
    for (let n = 1; n <= 3; n++) {
      await waitFor(() => talk.sent > n * 200, { what: 'some talk' })
      await redis.restart('SIGTERM')
      for (const server of replicas.all) await becomes(server, 'ok')
    }
    await waitFor(() => talk.sent > 1200, { what: 'some more talk' })
    await talk.stop()
    await assertExact(clients)
    const eva = await join(replicas, 'forgetful', { peer: 'eva' })
    assert.equal(eva.welcome.peers.filter((peer) => peer.connected).length, clients.length)
  })

  it('Redis whose memory is full: the sender is told, and nothing is lost in silence', async (t) => {
    const redis = await startRedis(t)
    const { all: [one, two] } = await startReplicas(t, { redis, count: 2, env: kFast })
    const room = fresh()
    const ana = await join(one, room, { peer: 'ana' })
    const ben = await join(two, room, { peer: 'ben' })
    await ana.expect('peer-joined')
    await redis.command('CONFIG', 'SET', 'maxmemory', '1')
    ana.send({ type: 'message', n: 1, id: 1 })
    const refused = await ana.expectError('unavailable')
    assert.equal(refused.ref, 1)
    await redis.command('CONFIG', 'SET', 'maxmemory', '0')
    ana.send({ type: 'message', n: 2, id: 2 })
    assert.equal((await ben.expect('message')).n, 2)
  })

  it('an administrator sees, speaks to and removes the peers of all replicas from any', async (t) => {
    const { all } = await startReplicas(t, { count: 3, env: { ...kFast, ADMIN_TOKEN: 'an-administrator-of-tests' } })
    const headers = { Authorization: 'Bearer an-administrator-of-tests' }
    const room = fresh()
    const peers = []
    for (const [i, server] of all.entries()) peers.push(await join(server, room, { peer: `peer-${i}` }))
    for (const server of all) {
      const { json } = await get(server, '/api/rooms', { headers })
      assert.deepEqual(json.rooms.find((one) => one.room === room), { room, peers: 3, connected: 3 })
      const detail = await get(server, `/api/rooms/${room}`, { headers })
      assert.deepEqual(detail.json.peers.map((peer) => peer.peer_id).sort(), ['peer-0', 'peer-1', 'peer-2'])
    }
    await request(all[0], 'POST', `/api/rooms/${room}/messages`, { headers, json: { type: 'notice', text: 'soon' } })
    for (const peer of peers) {
      const notice = await peer.until('notice')
      assert.equal(notice.text, 'soon')
      assert.equal(notice.from, undefined)
    }
    const removed = await request(all[1], 'DELETE', `/api/rooms/${room}/peers/peer-2`, { headers })
    assert.equal(removed.status, 204, removed.text)
    assert.equal((await peers[2].until('error')).code, 'forbidden')
    await peers[2].ws.expectClose(4403)
    assert.equal((await peers[0].until('peer-left')).reason, 'removed')
    const back = await open(all[0], room, { peer: 'peer-2', session: peers[2].session, seq: peers[2].seq })
    assert.equal((await back.next()).code, 'forbidden')
  })

  it('one after the other is restarted while two people talk: nothing is lost, and nobody leaves', async (t) => {
    const replicas = await startReplicas(t, { env: { ...kFast, RESUME_WINDOW_S: '30', MESSAGE_RATE: '10000' } })
    const room = fresh()
    const clients = ['ana', 'ben'].map((name, i) => new SteadyClient(replicas, room, name, seeded(i)))
    t.after(() => clients.forEach((client) => client.close()))
    for (const client of clients) {
      client.returns = true
      await client.connect()
    }
    const talk = startTalk(clients)
    for (const server of replicas.all) {
      await server.restart('SIGTERM')
      await waitFor(() => clients.every((client) => client.connected || client.lost), { what: 'both to be back' })
    }
    await talk.stop()
    assert.ok((await assertExact(clients)) > 50)
    assert.ok(clients.every((client) => client.resumes > 0))
  })
})
