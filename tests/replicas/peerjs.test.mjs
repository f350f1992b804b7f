// PeerJS clients on several replicas: an id is one person's wherever it is, and what is said to it gets there.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { peer, turnedAway } from '../support/compat.mjs'
import { get, request } from '../support/http.mjs'
import { noRedis, startRedis } from '../support/redis.mjs'
import { startReplicas } from '../support/replicas.mjs'
import { waitFor } from '../support/server.mjs'

const env = { THREADS: '2', PEERJS_EXPIRE_TIMEOUT_S: '3' }
const offer = (client, dst, payload) => client.send({ type: 'OFFER', dst, payload })
const numbers = (count, from = 0) => Array.from({ length: count }, (_, n) => from + n)

/** The payloads of the next `count` messages. */
async function payloads(client, count) {
  const all = []
  while (all.length < count) all.push((await client.next()).payload)
  return all
}

describe('PeerJS over replicas', { skip: noRedis, concurrency: 2 }, () => {
  it('what peers on different replicas say to each other arrives, in order', async (t) => {
    const { all } = await startReplicas(t, { env })
    const peers = [await peer(all[0], 'a'), await peer(all[1], 'b'), await peer(all[2], 'c')]
    for (const n of numbers(300)) {
      offer(peers[0], 'b', n)
      offer(peers[2], 'a', n)
    }
    assert.deepEqual(await payloads(peers[1], 300), numbers(300))
    assert.deepEqual(await payloads(peers[0], 300), numbers(300))
    peers[1].send({ type: 'LEAVE', dst: 'c' })
    await peers[2].expect({ type: 'LEAVE', src: 'b', dst: 'c' })
  })

  it('an id that is held on one replica is ID-TAKEN on the others, at once', async (t) => {
    const { all } = await startReplicas(t, { env })
    const holder = await peer(all[0], 'me')
    const start = performance.now()
    const { frame, code } = await turnedAway(all[1], { id: 'me', token: 'other' })
    assert.equal(frame.type, 'ID-TAKEN')
    assert.equal(code, 4409)
    assert.ok(performance.now() - start < 1500)
    assert.deepEqual(await holder.settled(), [])
  })

  it('the same client gets its id on another replica, and what waited; the old socket is closed with 4410', async (t) => {
    const { all } = await startReplicas(t, { env })
    const [old, other] = [await peer(all[0], 'me'), await peer(all[2], 'other')]
    const again = await peer(all[1], 'me')
    await old.ws.expectClose(4410)
    offer(other, 'me', 1)
    await again.expect({ type: 'OFFER', src: 'other', dst: 'me', payload: 1 })
    await again.ws.cut()
    for (const n of numbers(20)) offer(other, 'me', n)
    await other.settled()
    const third = await peer(all[0], 'me')
    for (const n of numbers(20, 20)) offer(other, 'me', n)
    assert.deepEqual(await payloads(third, 40), numbers(40))
  })

  it('another client gets the id of one who is dead on another replica, within 3 s', async (t) => {
    const { all } = await startReplicas(t, { env })
    const dead = await peer(all[0], 'me', { autoPong: false })
    const start = performance.now()
    const newcomer = await peer(all[1], 'me', { token: 'reloaded', timeout: 5000 })
    const took = performance.now() - start
    assert.ok(took > 1500 && took < 3500, `${took} ms`)
    await dead.ws.expectClose(4408)
    offer(await peer(all[2], 'other'), 'me', 'hello')
    assert.equal((await newcomer.next()).payload, 'hello')
  })

  it('messages wait for one who is on no replica yet, or are answered with one EXPIRE', async (t) => {
    const { all } = await startReplicas(t, { env })
    const alice = await peer(all[0], 'alice')
    const carol = await peer(all[1], 'carol')
    for (const n of numbers(3)) offer(alice, 'bob', n)
    await alice.settled()
    for (const n of numbers(3)) offer(carol, 'bob', n)
    await carol.settled()
    const bob = await peer(all[2], 'bob')
    const heard = []
    while (heard.length < 6) heard.push(await bob.next())
    for (const from of ['alice', 'carol']) {
      assert.deepEqual(heard.filter(({ src }) => src === from).map(({ payload }) => payload), numbers(3), from)
    }
    for (const client of [alice, carol]) offer(client, 'nobody', 1)
    await alice.expect({ type: 'EXPIRE', src: 'nobody', dst: 'alice' }, 6000)
    await carol.expect({ type: 'EXPIRE', src: 'nobody', dst: 'carol' }, 6000)
    assert.deepEqual(await alice.settled(), [])
  })

  it('the ids of a replica that is killed are free at once, and what is said to them waits', async (t) => {
    const { all } = await startReplicas(t, { env })
    const other = await peer(all[2], 'other')
    await peer(all[0], 'me')
    await all[0].kill()
    offer(other, 'me', 'meanwhile')
    const again = await peer(all[1], 'me', { token: 'reloaded', timeout: 4000 })
    assert.equal((await again.next()).payload, 'meanwhile')
  })

  it('what waited on a replica that restarts is delivered, wherever its receiver comes', async (t) => {
    const { all } = await startReplicas(t, { count: 2, env: { ...env, PEERJS_EXPIRE_TIMEOUT_S: '20' } })
    const alice = await peer(all[0], 'alice')
    for (const n of numbers(3)) alice.send({ type: 'CANDIDATE', dst: 'bob', payload: n })
    await alice.settled()
    const restarted = all[0].restart()
    await alice.ws.expectClose(1012)
    const bob = await peer(all[1], 'bob')
    await restarted
    for (const n of numbers(3)) await bob.expect({ type: 'CANDIDATE', src: 'alice', dst: 'bob', payload: n })
  })

  it('PEERJS_MAX_PEERS counts all; ids are listed, and can be removed, by any replica', async (t) => {
    const { all } = await startReplicas(t, { env: { ...env, PEERJS_MAX_PEERS: '3', PEERJS_DISCOVERY: 'on' } })
    const clients = []
    for (const [i, id] of ['a', 'b', 'c'].entries()) clients.push(await peer(all[i], id))
    assert.equal((await turnedAway(all[0], { id: 'd', token: 't' })).code, 4413)
    for (const server of all) {
      assert.deepEqual((await get(server, '/peerjs/peers')).json.sort(), ['a', 'b', 'c'])
      assert.deepEqual((await get(server, '/api/rooms?protocol=peerjs')).json.rooms, [{ room: 'peerjs/peerjs', peers: 3, connected: 3 }])
    }
    assert.equal((await request(all[0], 'DELETE', '/api/rooms/peerjs%2Fpeerjs/peers/b')).status, 204)
    await clients[1].ws.expectClose(4403)
    await waitFor(async () => (await get(all[2], '/peerjs/peers')).json.length === 2, { what: 'the list to be shorter' })
    assert.equal((await request(all[0], 'DELETE', '/api/rooms/peerjs%2Fpeerjs/peers/b')).status, 404)
    await peer(all[1], 'd')
  })

  it('while Redis is away the peers of one replica meet, and all do again by themselves; of two with one id one is closed', async (t) => {
    const redis = await startRedis(t)
    const { all } = await startReplicas(t, { redis, count: 2, env: { ...env, REDIS_TIMEOUT_MS: '500' } })
    const [a, b, far] = [await peer(all[0], 'a'), await peer(all[0], 'b'), await peer(all[1], 'far')]
    offer(a, 'far', 'before')
    assert.equal((await far.next()).payload, 'before')
    await redis.stop('SIGKILL')
    offer(a, 'b', 'near')
    assert.equal((await b.next()).payload, 'near')
    const twins = [await peer(all[0], 'twin', { token: '1' }), await peer(all[1], 'twin', { token: '2' })]
    offer(a, 'far', 'waits')
    await redis.start()
    assert.equal((await far.next()).payload, 'waits')
    offer(far, 'b', 'after')
    assert.equal((await b.next()).payload, 'after')
    const code = await Promise.race(twins.map(async ({ ws }) => (await ws.closed).code))
    assert.equal(code, 4410)
  })
})
