import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { open } from '../support/peer.mjs'
import { startServer, waitFor } from '../support/server.mjs'
import { delay, fresh, kSlow, seedOf, seeded } from '../support/suite.mjs'

const kPeers = 20
const kCuts = Number(process.env.GRTC_CUTS ?? (kSlow ? 200 : 1000))

/** A client as the library is one: keeps what is not known to be taken, returns after each break, never gives up. */
class Client {
  #peer = null
  #unsure = []
  #nextId = 1
  #sent = new Map()
  heard = new Map()
  resumes = 0
  lost = null

  constructor(server, room, name, random) {
    Object.assign(this, { server, room, name, random })
  }

  async connect() {
    for (;;) {
      try {
        const peer = await open(this.server, this.room, { peer: this.name, session: this.session, seq: this.seq })
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
        if (error.fatal || !/closed|ECONNRESET|EPIPE/.test(error.message)) {
          this.lost = error
          throw error
        }
      }
    }
  }

  async #read(peer) {
    for (;;) {
      const event = await peer.next(60_000).catch(() => null)
      if (event === null || peer !== this.#peer) break
      if (event.seq) this.seq = event.seq
      if (event.type === 'message') {
        if (!this.heard.has(event.from)) this.heard.set(event.from, [])
        this.heard.get(event.from).push(event.n)
      } else if (event.type === 'error' || event.type === 'peer-left') {
        this.lost ??= new Error(`${this.name} got ${event.raw}`)
      }
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

  close() {
    this.#peer?.ws.cut()
  }
}

describe('A storm of broken connections', () => {
  it(`${kCuts} abrupt disconnects under two-way traffic: 0 lost, 0 doubled, 0 reordered`, { timeout: 180_000 }, async (t) => {
    const seed = seedOf(t)
    const random = seeded(seed)
    const server = await startServer(t, { env: { MESSAGE_RATE: '100000', RESUME_WINDOW_S: '60', ...(process.env.GRTC_THREADS && { THREADS: process.env.GRTC_THREADS }) } })
    const room = fresh('storm')
    const names = Array.from({ length: kPeers }, (_, i) => `peer-${i}`)
    const clients = names.map((name, i) => new Client(server, room, name, seeded(seed + i + 1)))
    for (const client of clients) await client.connect()
    t.after(() => clients.forEach((client) => client.close()))

    let storming = true
    let sent = 0
    const talk = clients.map(async (client) => {
      while (storming) {
        const pick = client.random()
        const other = names[Math.floor(client.random() * kPeers)]
        if (pick < 0.6) client.send(other, names)
        else if (pick < 0.8) client.send([...new Set([other, names[0], names[1]])], names)
        else client.send(undefined, names)
        sent++
        await delay(1 + client.random() * 8)
      }
    })
    const share = Array.from({ length: kPeers }, (_, i) => Math.floor(kCuts / kPeers) + (i < kCuts % kPeers ? 1 : 0))
    await Promise.all(clients.map(async (client, i) => {
      for (let n = 0; n < share[i]; n++) {
        await delay(random() * 40)
        await client.breakAndReturn()
      }
    }))
    storming = false
    await Promise.all(talk)

    const wanted = (client) => clients.reduce((sum, from) => sum + from.sentTo(client.name).length, 0)
    const got = (client) => [...client.heard.values()].reduce((sum, list) => sum + list.length, 0)
    await waitFor(() => clients.every((client) => got(client) >= wanted(client)), { timeoutMs: 20_000, everyMs: 50,
      what: () => `everything sent to arrive: ${clients.map((client) => `${client.name} ${got(client)}/${wanted(client)}`).join(', ')}` })
    for (const client of clients) {
      assert.equal(client.lost, null)
      for (const from of clients) {
        assert.deepEqual(client.heard.get(from.name) ?? [], from.sentTo(client.name), `${from.name} to ${client.name}`)
      }
    }
    const resumes = clients.reduce((sum, client) => sum + client.resumes, 0)
    assert.equal(resumes, kCuts)
    t.diagnostic(`${sent} messages sent, ${clients.reduce((sum, client) => sum + got(client), 0)} received, ${resumes} resumes`)
  })
})
