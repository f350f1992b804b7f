// A client for tests that break things: it loses nothing that the protocol promises to keep, and knows what it sent and heard.

import assert from 'node:assert/strict'
import { open } from './peer.mjs'
import { waitFor } from './server.mjs'
import { delay } from './suite.mjs'

// What was under way when its server was killed can keep Node 20 busy for ever while it tears its loop down; exit() does not do that.
process.once('beforeExit', () => process.exit())

/** A client as the library is one: keeps what is not known to be taken, returns after each break, never gives up. */
export class SteadyClient {
  #peer = null
  #unsure = []
  #nextId = 1
  #sent = new Map()
  heard = new Map()
  resumes = 0
  /** Comes back by itself, whoever broke the connection. */
  returns = false
  /** Where given, what was heard twice or too late is counted here and ends nothing. */
  faults = null
  #closed = false
  lost = null

  constructor(server, room, name, random) {
    Object.assign(this, { server, room, name, random })
  }

  async connect() {
    for (;;) {
      try {
        const peer = await open(this.server, this.room, { peer: this.name, session: this.session, seq: this.seq, not: this.#peer?.port })
        const welcome = await peer.expect('welcome')
        if (this.session !== undefined) {
          if (!welcome.resumed) throw Object.assign(new Error(`${this.name}: the session was lost`), { fatal: true })
          this.resumes++
        }
        this.session = welcome.session
        this.seq ??= welcome.seq
        this.#unsure = this.#unsure.filter((message) => message.id > welcome.received)
        // Only now may new ones follow: an id that overtakes an older one would make the server drop that.
        for (const message of this.#unsure) peer.send(message)
        this.#peer = peer
        this.#read(peer)
        return
      } catch (error) {
        const isPassing = /closed|ECONNRESET|EPIPE|ECONNREFUSED|refused with 503|out-of-reach|socket hang up/.test(error.message)
        if (error.fatal || !isPassing || this.#closed) {
          if (!this.#closed) this.lost ??= error
          throw error
        }
        await delay(20 + this.random() * 60) // waits: a server that is away is not there at once
      }
    }
  }

  async #read(peer) {
    for (;;) {
      const event = await peer.next(60_000).catch(() => null)
      if (event === null || peer !== this.#peer) break
      if (event.type === 'error' && this.allows?.(event)) continue
      if (event.seq) this.seq = event.seq
      if (event.type === 'message') {
        if (!this.heard.has(event.from)) this.heard.set(event.from, [])
        const heard = this.heard.get(event.from)
        if (event.n <= heard.at(-1) && this.faults) this.faults[heard.includes(event.n) ? 'doubled' : 'reordered']++
        else if (event.n <= heard.at(-1)) this.lost ??= new Error(`${this.name} of ${this.room} heard ${event.n} of ${event.from} after ${heard.at(-1)}, at ${event.seq}, on port ${peer.port}`)
        heard.push(event.n)
      } else if (event.type === 'error' || event.type === 'peer-left') {
        this.lost ??= new Error(`${this.name} got ${event.raw}`)
      }
    }
    // Whoever broke it: this client comes back by itself.
    if (this.returns && peer === this.#peer && !this.#closed) {
      this.#peer = null
      this.connect().catch(() => {})
    }
  }

  send(to, everyone) {
    const id = this.#nextId++
    const message = { type: 'message', n: id, id, ...(to && { to }) }
    for (const receiver of to ? [to].flat() : everyone.filter((name) => name !== this.name)) {
      if (!this.#sent.has(receiver)) this.#sent.set(receiver, [])
      this.#sent.get(receiver).push(id)
    }
    this.#unsure.push(message)
    this.#peer?.send(message)
  }

  sentTo(receiver) {
    return this.#sent.get(receiver) ?? []
  }

  /** Breaks now, or in the middle of the next handshake. */
  async breakAndReturn() {
    const peer = this.#peer
    this.#peer = null
    const how = this.random()
    if (how < 0.7) await peer.cut()
    else if (how < 0.85) await peer.ws.end()
    // Else the old socket stays open: the return must replace it.
    if (this.random() < 0.3) {
      const half = await open(this.server, this.room, { peer: this.name, session: this.session, seq: this.seq }).catch(() => null)
      await half?.cut()
    }
    await this.connect()
  }

  /** What was sent and heard up to now. */
  forget() {
    this.#sent.clear()
    this.heard.clear()
  }

  get connected() { return this.#peer !== null }

  /** The connection breaks; what follows is `returns`. */
  cut() {
    this.#peer?.cut()
  }

  close() {
    this.#closed = true
    this.#peer?.ws.cut()
  }
}

/** Waits until everything that was sent has arrived; then nothing may be lost, doubled or out of order. */
export async function assertExact(clients, timeoutMs = 20_000) {
  const wanted = (client) => clients.reduce((sum, from) => sum + from.sentTo(client.name).length, 0)
  const got = (client) => [...client.heard.values()].reduce((sum, list) => sum + list.length, 0)
  await waitFor(() => clients.every((client) => got(client) >= wanted(client)) || clients.some((client) => client.lost), { timeoutMs, everyMs: 50,
    what: () => `everything sent to arrive: ${clients.map((client) => `${client.name} ${got(client)}/${wanted(client)}`).join(', ')}` })
  for (const client of clients) {
    assert.equal(client.lost, null)
    for (const from of clients) {
      assert.deepEqual(client.heard.get(from.name) ?? [], from.sentTo(client.name), `${from.name} to ${client.name}`)
    }
  }
  return clients.reduce((sum, client) => sum + got(client), 0)
}

/** Lets all clients talk to each other, in each way there is, until stop() is called; they are silent from pause() to resume(). */
export function startTalk(clients, pauseMs = 8) {
  const names = clients.map((client) => client.name)
  let talking = true
  let sent = 0
  let go = () => {}
  let turn = Promise.resolve()
  const done = Promise.all(clients.map(async (client) => {
    while (talking) {
      await turn
      const pick = client.random()
      const other = names[Math.floor(client.random() * names.length)]
      if (pick < 0.6) client.send(other, names)
      else if (pick < 0.8) client.send([...new Set([other, names[0], names[1]])], names)
      else client.send(undefined, names)
      sent++
      await delay(1 + client.random() * pauseMs) // waits: the pace of the talk
    }
  }))
  return {
    get sent() { return sent },
    pause() { turn = new Promise((resolve) => { go = resolve }) },
    resume() { go() },
    async stop() {
      talking = false
      go()
      await done
    },
  }
}
