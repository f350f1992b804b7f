// Replicas that share their items through PostgreSQL, while that, or one of them, breaks: no acknowledged item may be
// lost, none made twice, and every listener hears of each once, in one order.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventStream, request } from '../support/http.mjs'
import { startWriters } from '../support/keyed_writer.mjs'
import { Postgres, noPostgres } from '../support/postgres.mjs'
import { noRedis } from '../support/redis.mjs'
import { startReplicas } from '../support/replicas.mjs'
import { waitFor } from '../support/server.mjs'
import { delay, seedOf, seeded } from '../support/suite.mjs'

const kFaults = Number(process.env.GRTC_FAULTS ?? 12)
const kWriters = 12
const kFeed = '/api/items/events'

const kinds = {
  async 'PostgreSQL is restarted'({ postgres }) { await postgres.halt('SIGINT'); await postgres.resume() },
  async 'PostgreSQL crashes'({ postgres }) { await postgres.halt('SIGQUIT'); await postgres.resume() },
  async 'PostgreSQL hangs'({ postgres, random }) {
    postgres.signal('SIGSTOP')
    await delay(500 + random() * 2500) // waits: so long it hangs, shorter or longer than DATABASE_TIMEOUT_MS
    postgres.signal('SIGCONT')
  },
  async 'connections are cut'({ postgres }) {
    postgres.query('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name='grtc'")
  },
  async 'a replica is killed'({ replicas, pick }) { await pick(replicas.all).restart('SIGKILL') },
}

/** Listens to one replica, and returns with the last id it has heard; `heard` has ids of events and items. */
class Listener {
  constructor(server) {
    Object.assign(this, { server, heard: [], resets: 0, going: true })
  }

  async work() {
    while (this.going) {
      const headers = this.last === undefined ? {} : { 'Last-Event-ID': this.last }
      const feed = await eventStream(this.server, kFeed, { headers }).catch(() => null)
      if (feed?.status !== 200) {
        feed?.close()
        await delay(100) // waits: the replica is away, or its database
        continue
      }
      this.feed = feed
      this.ready?.()
      for (;;) {
        const event = await feed.events.next(600_000).catch(() => null)
        if (!event) break
        if (event.event === 'reset') this.resets++
        else this.heard.push([Number(event.id), event.data.item.id])
        this.last = event.id
      }
    }
  }

  stop() {
    this.going = false
    this.feed?.close()
  }
}

describe('Faults of PostgreSQL and replicas while items are written', { skip: noPostgres || noRedis }, () => {
  it(`${kFaults} of them: no item lost, none made twice, each heard once and in order`, { timeout: 600_000 }, async (t) => {
    const random = seeded(seedOf(t))
    const pick = (list) => list[Math.floor(random() * list.length)]
    const postgres = await Postgres.start({ durable: true })
    t.after(() => postgres.stop())
    const url = postgres.createDatabase()
    const replicas = await startReplicas(t, { env: { DATABASE_URL: url, DATABASE_TIMEOUT_MS: '1000', REQUEST_RATE: '100000' } })
    const listeners = replicas.all.map((server) => new Listener(server))
    const ready = Promise.all(listeners.map((listener) => new Promise((resolve) => { listener.ready = resolve })))
    const listening = listeners.map((listener) => listener.work())
    await ready
    // From its first event on a listener knows where it has been.
    const first = await request(replicas, 'POST', '/api/items', { json: { name: 'first' } })
    assert.equal(first.status, 201)
    await waitFor(() => listeners.every((listener) => listener.heard.length === 1), { what: () => 'every listener to hear the first item' })
    const writers = startWriters(replicas, kWriters)

    const done = []
    for (let n = 0; n < kFaults; n++) {
      const name = pick(Object.keys(kinds))
      done.push(name)
      await kinds[name]({ postgres, replicas, random, pick })
      const before = writers.total
      await waitFor(() => writers.total > before + 50, { timeoutMs: 30_000, what: () => `writing to go on by itself after ${done.join(', ')}` })
    }
    await writers.stop()
    const stored = writers.assertStored(postgres.query(url, 'SELECT id,name FROM grtc.items ORDER BY id'), 1)
    const wanted = stored.map(({ id }) => id)
    for (const listener of listeners) {
      await waitFor(() => listener.heard.at(-1)?.[1] === wanted.at(-1) || listener.resets > 0, { timeoutMs: 20_000, what: () => `${listener.heard.length} of ${wanted.length} to be heard` })
      listener.stop()
      assert.equal(listener.resets, 0, 'no gap was left')
      const events = listener.heard.map(([id]) => id)
      assert.deepEqual(events, [...events].sort((a, b) => a - b), 'in the order of the log')
      assert.deepEqual(listener.heard.map(([, id]) => id), wanted, 'each once')
    }
    await Promise.all(listening)
    const counts = Object.keys(kinds).map((name) => `${name} ${done.filter((one) => one === name).length}`)
    t.diagnostic(`${writers.total} items over ${counts.join(', ')}; refusals: ${JSON.stringify(writers.refusals)}`)
  })
})
