// Writers of items that know which of theirs were acknowledged, for tests that break replicas and their database.

import assert from 'node:assert/strict'
import { request } from './http.mjs'
import { delay } from './suite.mjs'

/** Creates items one after the other, each with a key of its own that is sent until it is answered with 201. */
class KeyedWriter {
  constructor(replicas, name, pauseMs) {
    Object.assign(this, { replicas, name, pauseMs, going: true, made: new Map(), refusals: new Map() })
  }

  async work() {
    for (let n = 0; this.going; n++) {
      await this.#create(`${this.name}-${n}`)
      if (this.pauseMs > 0) await delay(this.pauseMs) // waits: the pace of the writing
    }
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

/** Lets `count` of them write until stop(); each waits `pauseMs` between two items. */
export function startWriters(replicas, count, pauseMs = 0) {
  const writers = Array.from({ length: count }, (_, i) => new KeyedWriter(replicas, `writer-${i}`, pauseMs))
  const working = Promise.all(writers.map((writer) => writer.work()))
  working.catch(() => {}) // stop() tells
  return {
    /** Items that were acknowledged. */
    get total() { return writers.reduce((sum, writer) => sum + writer.made.size, 0) },
    /** How often each refusal was given. */
    get refusals() {
      const all = {}
      for (const writer of writers) for (const [why, times] of writer.refusals) all[why] = (all[why] ?? 0) + times
      return all
    },
    async stop() {
      for (const writer of writers) writer.going = false
      await working
    },
    /** @param {string} rows  psql's `id|name` lines, in order  @param {number} others  items that no writer has made */
    assertStored(rows, others) {
      const stored = rows.split('\n').map((line) => line.split('|')).map(([id, name]) => ({ id: Number(id), name }))
      const ids = new Map(stored.map(({ id, name }) => [name, id]))
      assert.equal(ids.size, stored.length, 'no key has made two items')
      for (const writer of writers) {
        for (const [key, id] of writer.made) assert.equal(ids.get(key), id, `the acknowledged item of ${key}`)
      }
      assert.equal(stored.length, this.total + others, 'each item belongs to a key that was answered')
      return stored
    },
  }
}
