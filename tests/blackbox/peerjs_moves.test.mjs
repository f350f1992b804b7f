// PeerJS clients that come and go while others write to them, alone on a server or over several replicas.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { peer } from '../support/compat.mjs'
import { startServerOrReplicas } from '../support/replicas.mjs'
import { delay, kSlow, seedOf, seeded } from '../support/suite.mjs'

const kSteps = kSlow ? 100 : 400

describe('PeerJS clients that move', () => {
  it('lose, double and reorder nothing that others write to them', { timeout: 120_000 }, async (t) => {
    const random = seeded(seedOf(t))
    const below = (bound) => Math.floor(random() * bound)
    const server = await startServerOrReplicas(t, { env: { THREADS: '2', PEERJS_EXPIRE_TIMEOUT_S: '30' } })
    const world = new World(server.all ?? [server], ['a', 'b', 'c', 'd', 'e', 'f'])
    await world.begin()
    for (let step = 0; step < kSteps; step++) {
      for (let n = 0; n < 4; n++) world.write(below(6), below(6))
      if (random() < 0.3) await world.move(below(6), below(3), random() < 0.5, below(200))
      if (random() < 0.1) await delay(below(40)) // waits: so that moves meet letters that rest
    }
    await world.finish()
    world.check()
  })
})

/** Peers that move; each has read what came by any of its sockets. */
class World {
  constructor(servers, ids) {
    this.servers = servers
    this.people = ids.map((id) => ({ id, socket: null, moves: 0, read: [], written: 0, moving: null }))
    this.sent = new Map()
  }

  async begin() {
    for (const [i, person] of this.people.entries()) person.socket = await peer(this.servers[i % this.servers.length], person.id)
  }

  write(from, to) {
    const writer = this.people[from]
    if (writer.moving) return
    const payload = [writer.moves, ++writer.written]
    writer.socket.send({ type: 'OFFER', dst: this.people[to].id, payload })
    const pair = `${writer.id}>${this.people[to].id}`
    this.sent.set(pair, [...this.sent.get(pair) ?? [], payload])
  }

  /** To a server: the old socket is closed before, or left to be closed by the new one. */
  async move(who, where, closes, pause) {
    const person = this.people[who]
    await person.moving
    const old = person.socket
    person.read.push(...await old.settled())  // what it had to say has been heard
    person.moving = this.#move(person, old, this.servers[where % this.servers.length], closes, pause)
  }

  async #move(person, old, server, closes, pause) {
    if (closes) {
      await old.close()
      await delay(pause) // waits: so that letters find nobody
    }
    person.socket = await peer(server, person.id, { timeout: 8000 })
    await old.ws.closed
    person.read.push(...old.ws.messages.drain().map((message) => JSON.parse(message.data.toString('utf8'))))
    person.moves++
    person.moving = null
  }

  async finish() {
    for (const person of this.people) await person.moving
    for (const person of this.people) {
      const lists = [...this.sent].filter(([pair]) => pair.endsWith(`>${person.id}`)).map(([, list]) => list.length)
      const expected = lists.reduce((sum, length) => sum + length, 0)
      try {
        while (person.read.length < expected) person.read.push(await person.socket.next(10_000))
      } catch {
        continue // check() says what is missing
      }
      person.read.push(...await person.socket.settled())
    }
  }

  check() {
    for (const person of this.people) {
      assert.deepEqual(person.read.filter(({ type }) => type !== 'OFFER'), [], `${person.id} was told of no fault`)
      for (const { id } of this.people) {
        const read = person.read.filter(({ src }) => src === id).map(({ payload }) => payload)
        const sent = this.sent.get(`${id}>${person.id}`) ?? []
        const what = `${id} to ${person.id}`
        // By socket of the writer: what it says by the next one may be there before the last that it said by this one.
        for (let move = 0; move <= this.people.find((each) => each.id === id).moves; move++) {
          assert.deepEqual(read.filter((payload) => payload[0] === move), sent.filter((payload) => payload[0] === move), what)
        }
      }
    }
  }
}
