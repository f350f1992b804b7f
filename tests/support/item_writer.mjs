import assert from 'node:assert/strict'
import http from 'node:http'
import { request } from './http.mjs'

/** Writes without pause on one connection until the server is gone; remembers what was acknowledged. */
export class Writer {
  constructor(server, name, random) {
    Object.assign(this, { server, name, random, agent: new http.Agent({ keepAlive: true, maxSockets: 1 }) })
    /** id → the version that a 2xx named, or 'deleted' */
    this.known = new Map()
    /** id → what was asked last and not answered: 'update' or 'delete' */
    this.asked = new Map()
    this.writes = 0
  }

  async work() {
    for (;;) {
      try {
        await this.#write()
        this.writes++
      } catch {
        return
      }
    }
  }

  async #write() {
    const alive = [...this.known].filter(([, state]) => state !== 'deleted')
    const [id, version] = alive[Math.floor(this.random() * alive.length)] ?? []
    const pick = this.random()
    if (id === undefined || pick < 0.6) {
      const { json } = await this.#ask('POST', '/api/items', { json: { name: `${this.name}-${this.writes}` } }, 201)
      this.known.set(json.id, json.version)
    } else if (pick < 0.9) {
      this.asked.set(id, 'update')
      const { json } = await this.#ask('PATCH', `/api/items/${id}`, { json: { data: { n: this.writes } }, headers: { 'If-Match': `"${id}-${version}"` } }, 200)
      this.known.set(id, json.version)
    } else {
      this.asked.set(id, 'delete')
      await this.#ask('DELETE', `/api/items/${id}`, {}, 204)
      this.known.set(id, 'deleted')
    }
    this.asked.delete(id)
  }

  async #ask(method, target, options, status) {
    const answer = await request(this.server, method, target, { agent: this.agent, ...options })
    if (answer.status !== status) throw new Error(`${method} ${target}: ${answer.status}`)
    return answer
  }

  /** Compares what is there with what was acknowledged; an unanswered write may have happened or not. */
  check(found) {
    for (const [id, state] of this.known) {
      const item = found.get(id)
      const open = this.asked.get(id)
      if (state === 'deleted') assert.equal(item, undefined, `the acknowledged delete of ${id}`)
      else if (item === undefined) assert.equal(open, 'delete', `the acknowledged item ${id} is lost`)
      else {
        const allowed = open === 'update' ? [state, state + 1] : [state]
        assert.ok(allowed.includes(item.version), `item ${id}: version ${item.version}, acknowledged ${state}`)
      }
      if (item === undefined) this.known.set(id, 'deleted')
      else this.known.set(id, item.version)
    }
    this.asked.clear()
  }
}
