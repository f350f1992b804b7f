// Replicas that share their items through PostgreSQL, while that, or one of them, breaks: no acknowledged item may be
// lost, none made twice, and every listener hears of each once, in one order.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventStream, request } from '../support/http.mjs'
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

/** Creates items one after the other, each with a key of its own that is sent until it is answered with 201. */
class KeyedWriter {
  constructor(replicas, name) {
    Object.assign(this, { replicas, name, going: true, made: new Map(), refusals: new Map() })
  }

  async work() {
    for (let n = 0; this.going; n++) await this.#create(`${this.name}-${n}`)
  }

  async #create(key) {
    for (;;) {
      const answer = await request(this.replicas, 'POST', '/api/items', { json: { name: key }, headers: { 'Idempotency-Key': key } }).catch(() => null)
      if (answer?.status === 201) return void this.made.set(key, answer.json.id)
      if (answer) {
        assert.equal(answer.status, 503, answer.body?.toString())
        assert.ok(Number(answer.headers['retry-after']) >= 1, 'a refusal says when to try again')
        this.refusals.set(answer.json.detail, (this.refusals.get(answer.json.detail) ?? 0) + 1)
      }
      await delay(100) // waits: what Retry-After says, a little sooner
    }
  }
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
    const writers = Array.from({ length: kWriters }, (_, i) => new KeyedWriter(replicas, `writer-${i}`))
    const working = writers.map((writer) => writer.work())
    const total = () => writers.reduce((sum, writer) => sum + writer.made.size, 0)

    const done = []
    for (let n = 0; n < kFaults; n++) {
      const name = pick(Object.keys(kinds))
      done.push(name)
      await kinds[name]({ postgres, replicas, random, pick })
      const before = total()
      await waitFor(() => total() > before + 50, { timeoutMs: 30_000, what: () => `writing to go on by itself after ${done.join(', ')}` })
    }
    for (const writer of writers) writer.going = false
    await Promise.all(working)

    const stored = postgres.query(url, 'SELECT id,name FROM grtc.items ORDER BY id').split('\n').map((line) => line.split('|'))
    const ids = new Map(stored.map(([id, name]) => [name, Number(id)]))
    assert.equal(ids.size, stored.length, 'no key has made two items')
    for (const writer of writers) {
      for (const [key, id] of writer.made) assert.equal(ids.get(key), id, `the acknowledged item of ${key}`)
    }
    assert.equal(stored.length, total() + 1, 'each item belongs to a key that was answered')
    const wanted = stored.map(([id]) => Number(id))
    for (const listener of listeners) {
      await waitFor(() => listener.heard.at(-1)?.[1] === wanted.at(-1) || listener.resets > 0, { timeoutMs: 20_000, what: () => `${listener.heard.length} of ${wanted.length} to be heard` })
      listener.stop()
      assert.equal(listener.resets, 0, 'no gap was left')
      const events = listener.heard.map(([id]) => id)
      assert.deepEqual(events, [...events].sort((a, b) => a - b), 'in the order of the log')
      assert.deepEqual(listener.heard.map(([, id]) => id), wanted, 'each once')
    }
    await Promise.all(listening)
    const refusals = new Map()
    for (const writer of writers) for (const [why, times] of writer.refusals) refusals.set(why, (refusals.get(why) ?? 0) + times)
    const counts = Object.keys(kinds).map((name) => `${name} ${done.filter((one) => one === name).length}`)
    t.diagnostic(`${total()} items over ${counts.join(', ')}; refusals: ${JSON.stringify(Object.fromEntries(refusals))}`)
  })
})
