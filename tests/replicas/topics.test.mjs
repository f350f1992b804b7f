// y-webrtc and Trystero clients on several replicas: they meet, are counted, and what breaks hurts nobody who need not be.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { subscriber, topics } from '../support/compat.mjs'
import { get } from '../support/http.mjs'
import { noRedis, startRedis } from '../support/redis.mjs'
import { startReplicas } from '../support/replicas.mjs'
import { waitFor } from '../support/server.mjs'
import { fresh } from '../support/suite.mjs'

const kPath = '/y-webrtc'

/** Says `data` until `other` has heard it: a subscription needs a moment to reach all replicas. */
async function heard(client, other, topic, data) {
  await waitFor(async () => {
    client.send({ type: 'publish', topic, data })
    return (await other.settled()).some((message) => message.data === data)
  }, { what: () => `${data} to be heard` })
}

describe('Topics over replicas', { skip: noRedis }, () => {
  it('all see what is said to a topic in one order, and clients counts them all', async (t) => {
    const replicas = await startReplicas(t)
    const topic = fresh('t')
    const peers = []
    for (const server of replicas.all) peers.push(await subscriber(server, kPath, [topic]))
    for (let n = 0; n < 40; n++) for (const [i, peer] of peers.entries()) peer.send({ type: 'publish', topic, data: `${i}-${n}` })
    const orders = []
    for (const peer of peers) {
      const order = []
      while (order.length < 120) {
        const message = await peer.next()
        assert.equal(message.clients, 3)
        order.push(message.data)
      }
      orders.push(order)
    }
    assert.deepEqual(orders[1], orders[0])
    assert.deepEqual(orders[2], orders[0])
  })

  it('a handshake goes to the one that it is meant for, on another replica', async (t) => {
    const replicas = await startReplicas(t, { count: 2 })
    const topic = fresh('t')
    const [a, b, c] = [await subscriber(replicas.all[0], kPath, [topic]), await subscriber(replicas.all[1], kPath, [topic]), await subscriber(replicas.all[0], kPath, [topic])]
    b.send({ type: 'publish', topic, data: { type: 'announce', from: 'b' } })
    for (;;) if ((await a.next()).data.from === 'b') break
    for (;;) if ((await c.next()).data.from === 'b') break
    a.send({ type: 'publish', topic, data: { from: 'a', to: 'b', n: 1 } })
    for (;;) if ((await b.next()).data.n === 1) break
    assert.deepEqual(await c.settled(), [], 'it was not for it')
  })

  it('who has heard their own words hears all that anybody says from then on', async (t) => {
    const replicas = await startReplicas(t, { count: 2 })
    await Promise.all(Array.from({ length: 40 }, async () => {
      const topic = fresh('t')
      const near = await subscriber(replicas.all[0], kPath, [topic])
      const far = await topics(replicas.all[1], kPath)
      far.send({ type: 'publish', topic, data: 'first' })
      await near.expect({ type: 'publish', topic, data: 'first', clients: 1 })
    }))
  })

  it('administrators see the topics of all, by any replica', async (t) => {
    const replicas = await startReplicas(t)
    const [one, other] = [fresh('t'), fresh('t')]
    for (const server of replicas.all) await subscriber(server, kPath, [one])
    const last = await subscriber(replicas.all[1], kPath, [other])
    const listed = async (server) => {
      const { json } = await get(server, '/api/rooms?protocol=y-webrtc')
      return Object.fromEntries(json.rooms.map(({ room, peers }) => [room, peers]))
    }
    for (const server of replicas.all) assert.deepEqual(await listed(server), { [`yjs/${one}`]: 3, [`yjs/${other}`]: 1 })
    await last.close()
    for (const server of replicas.all) await waitFor(async () => !(`yjs/${other}` in await listed(server)), { what: 'its end to be seen' })
  })

  it('while Redis is away those on one replica talk on, and all meet again by themselves', async (t) => {
    const redis = await startRedis(t)
    const replicas = await startReplicas(t, { redis, count: 2, env: { REDIS_TIMEOUT_MS: '500' } })
    const topic = fresh('t')
    const [a, b, far] = [await subscriber(replicas.all[0], kPath, [topic]), await subscriber(replicas.all[0], kPath, [topic]), await subscriber(replicas.all[1], kPath, [topic])]
    await heard(a, far, topic, 'before')
    await redis.stop('SIGKILL')
    for (let n = 0; n < 20; n++) a.send({ type: 'publish', topic, data: n })
    const seen = []
    while (seen.length < 20) {
      const { data } = await b.next()
      if (typeof data === 'number') seen.push(data)
    }
    assert.deepEqual(seen, Array.from({ length: 20 }, (_, n) => n), 'each once, in order')
    await redis.start()
    await heard(a, far, topic, 'after')
    await heard(far, a, topic, 'and back')
  })

  it('the clients of a replica that is killed go on elsewhere', async (t) => {
    const replicas = await startReplicas(t, { count: 2 })
    const topic = fresh('t')
    const [a, b] = [await subscriber(replicas.all[0], kPath, [topic]), await subscriber(replicas.all[1], kPath, [topic])]
    await heard(a, b, topic, 'there')
    await replicas.all[1].kill()
    const again = await subscriber(replicas.all[0], kPath, [topic])
    a.send({ type: 'publish', topic, data: 'on we go' })
    for (;;) if ((await again.next()).data === 'on we go') break
  })

  it('topics of Trystero are others than those of y-webrtc', async (t) => {
    const replicas = await startReplicas(t, { count: 2 })
    const topic = fresh('t')
    const y = await subscriber(replicas.all[0], kPath, [topic])
    const [near, far] = [await topics(replicas.all[0], '/trystero'), await topics(replicas.all[1], '/trystero')]
    for (const client of [near, far]) client.send({ type: 'subscribe', topic })
    await waitFor(async () => {
      near.send({ type: 'publish', topic, payload: 1 })
      return (await far.settled()).length > 0
    }, { what: () => 'the publication to arrive' })
    assert.deepEqual(await y.settled(), [])
    assert.equal((await get(replicas.all[0], '/health')).json.checks.redis, 'ok')
  })
})
