// Replicas, their Redis and their PostgreSQL break in every way that there is, while everybody talks and items are written: no
// message and no item may be lost, doubled or reordered. (Fail-overs, which lose what was not copied: failover.test.mjs.)

import { describe, it } from 'node:test'
import { kReplicaFaults, startCrowd } from '../support/faults.mjs'
import { metric } from '../support/http.mjs'
import { startWriters } from '../support/keyed_writer.mjs'
import { Postgres, noPostgres } from '../support/postgres.mjs'
import { noRedis, startRedis } from '../support/redis.mjs'
import { startReplicas } from '../support/replicas.mjs'
import { waitFor } from '../support/server.mjs'
import { assertExact } from '../support/steady_client.mjs'
import { delay, seedOf, seeded } from '../support/suite.mjs'

const kFaults = Number(process.env.GRTC_FAULTS ?? 20)
const kRooms = Number(process.env.GRTC_FAULT_ROOMS ?? 4)
const kWriters = 6

const kinds = {
  ...kReplicaFaults,
  async 'Redis is killed'({ redis }) { await redis.restart('SIGKILL') },
  async 'Redis is told to end'({ redis }) { await redis.restart('SIGTERM') },
  async 'Redis hangs'({ redis, random }) {
    redis.pause()
    await delay(500 + random() * 3000) // waits: so long it hangs, shorter or longer than REDIS_TIMEOUT_MS
    redis.resume()
  },
  async 'the connections to Redis are cut'({ redis, random }) {
    for (let i = 0; i < 10; i++) {
      await redis.command('CLIENT', 'KILL', 'TYPE', random() < 0.5 ? 'normal' : 'pubsub')
      await delay(random() * 300) // waits: the next one comes while the replicas are still finding their way back, or after
    }
  },
  async 'PostgreSQL is restarted'({ postgres }) { await postgres.halt('SIGINT'); await postgres.resume() },
  async 'PostgreSQL crashes'({ postgres }) { await postgres.halt('SIGQUIT'); await postgres.resume() },
}

describe('Faults of replicas, Redis and PostgreSQL under two-way traffic', { skip: noRedis || noPostgres }, () => {
  it(`${kFaults} of them: 0 lost, 0 doubled, 0 reordered`, { timeout: Math.max(600_000, kFaults * 15_000) }, async (t) => {
    const seed = seedOf(t)
    const random = seeded(seed)
    const pick = (list) => list[Math.floor(random() * list.length)]
    const redis = await startRedis(t, { persistent: true })
    const postgres = await Postgres.start({ durable: true })
    t.after(() => postgres.stop())
    const url = postgres.createDatabase()
    const replicas = await startReplicas(t, { redis, env: { DATABASE_URL: url, DATABASE_TIMEOUT_MS: '2000', REQUEST_RATE: '100000', RESUME_WINDOW_S: '60', MESSAGE_RATE: '100000', REDIS_TIMEOUT_MS: '1000', DRAIN_SECONDS: '1',
      QUEUE_EVENTS: '60000', QUEUE_BYTES: '60000000' } }) // or the peers of one that hangs would be ended by what waits for them
    const crowd = await startCrowd(t, replicas, { rooms: kRooms, seed })
    const { clients, talks } = crowd
    const writers = startWriters(replicas, kWriters, 50)
    const done = []
    for (let n = 0; n < kFaults; n++) {
      const name = pick(Object.keys(kinds))
      done.push(name)
      await kinds[name]({ replicas, redis, postgres, clients, random, pick })
      await crowd.isWhole(done.join(', '))
      // Silence meanwhile: of those who talk, something is always on its way.
      for (const talk of talks) talk.pause()
      await waitFor(async () => (await Promise.all(replicas.all.map((server) => metric(server, 'grtc_bus_held')))).every((held) => held === 0),
        { timeoutMs: 20_000, what: () => `all that was held to be written after ${done.join(', ')}` })
      for (const talk of talks) talk.resume()
      await delay(200 + random() * 300) // waits: what was held leaves, and faults come at any time
    }
    for (const talk of talks) await talk.stop()
    await writers.stop()
    writers.assertStored(postgres.query(url, 'SELECT id,name FROM grtc.items ORDER BY id'), 0)
    let received = 0
    for (const room of crowd.rooms) received += await assertExact(room)
    const counts = Object.keys(kinds).map((name) => `${name} ${done.filter((one) => one === name).length}`)
    t.diagnostic(`${received} messages received and ${writers.total} items made over ${counts.join(', ')}; ${crowd.resumes} resumes`)
  })
})
