import assert from 'node:assert/strict'
import { OP, RawWs } from './raw_ws.mjs'

/** The path of a join; `query` members that are undefined are left out, `raw` is appended as it is. */
export function joinPath(room, { peer, name, token, session, seq, raw } = {}) {
  const query = Object.entries({ peer_id: peer, name, token, session, seq })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
  if (raw) query.push(raw)
  return `/ws/${encodeURIComponent(room)}${query.length > 0 ? `?${query.join('&')}` : ''}`
}

/** Opens a socket to a room without waiting for the welcome. Options: those of joinPath and RawWs.open. */
export async function open(server, room, options = {}) {
  const { path = joinPath(room, options), protocol = 'grtc.v1', headers, ...rest } = options
  // Where there are replicas, one that was not the last.
  const port = options.not && server.portBut ? server.portBut(options.not) : server.port
  const ws = await RawWs.open({ port, tls: server.tlsClient, path,
    headers: { 'Sec-WebSocket-Protocol': protocol ?? undefined, ...headers }, ...pick(rest) })
  return Object.assign(new Peer(server, room, options, ws), { port })
}

/** Joins a room: resolves with the peer once its welcome came, and keeps that in `peer.welcome`. */
export async function join(server, room, options = {}) {
  const peer = await open(server, room, options)
  peer.welcome = await peer.expect('welcome', options.timeout)
  peer.id = peer.welcome.peer_id
  peer.session = peer.welcome.session
  peer.seq = peer.welcome.seq
  return peer
}

/** A join that must be refused inside the socket: one `error` frame, then the close code. */
export async function refused(server, room, code, closeCode, options = {}) {
  const peer = await open(server, room, options)
  const error = await peer.next(options.timeout)
  assert.equal(error.type, 'error', `instead of an error: ${error.raw}`)
  assert.equal(error.code, code, error.raw)
  assertSentence(error.message)
  await peer.ws.expectClose(closeCode)
  assert.equal(peer.ws.messages.size, 0, 'nothing but the one error frame')
  assert.deepEqual(peer.ws.violations, [])
  return error
}

function pick({ host, localAddress, early, autoPong, autoClose, timeout }) {
  return { host, localAddress, early, autoPong, autoClose, timeout }
}

/** `message` of an error: one sentence for a person. */
export function assertSentence(text) {
  assert.equal(typeof text, 'string')
  assert.match(text, /^\S.{8,}[.!?]$/u, `a sentence for a person, not: ${text}`)
}

let markers = 0

/** A client of `grtc.v1` that hides nothing: events are objects with the frame's text in `raw`. */
export class Peer {
  constructor(server, room, options, ws) {
    Object.assign(this, { server, room, options, ws, id: options.peer, nextId: 1 })
  }

  /** Sends an object as JSON; a string or Buffer goes as it is. */
  send(message) {
    this.ws.text(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message))
    return this
  }

  /** Sends with the next `id` of the session; returns the id. */
  sendCounted(message) {
    const id = this.nextId++
    this.send({ ...message, id })
    return id
  }

  /** The next event, whatever it is. */
  async next(timeout) {
    const message = await this.ws.messages.next(timeout)
    assert.equal(message.opcode, OP.text, 'the server sends text frames')
    return this.#event(message.data)
  }

  /** The next event, which must be of this type. */
  async expect(type, timeout) {
    const event = await this.next(timeout)
    assert.equal(event.type, type, `expected ${type}, got ${event.raw}`)
    return event
  }

  /** The next error, which must have this code. */
  async expectError(code, timeout) {
    const error = await this.expect('error', timeout)
    assert.equal(error.code, code, error.raw)
    assertSentence(error.message)
    return error
  }

  /** Skips events until one of this type (that passes `accept`) comes. */
  async until(type, accept = () => true, timeout = 5000) {
    const end = Date.now() + timeout
    for (;;) {
      const event = await this.next(Math.max(1, end - Date.now()))
      if (event.type === type && accept(event)) return event
    }
  }

  /** A ping is answered by the replica alone; a complaint about an absent peer comes through the log, behind all else. */
  async #settledAmongReplicas(timeout) {
    const events = []
    for (let round = 0; round < 3; round++) {
      const nobody = `nobody-${++markers}`
      this.send({ type: 'marker', to: nobody })
      for (;;) {
        const event = await this.next(timeout)
        if (event.type === 'error' && event.to === nobody) break
        events.push(event)
      }
    }
    return events
  }

  /**
   * All events that came before the answer to a ping of `grtc.v1`: what the server had for this peer by now.
   * The proof of "nothing else arrives" that needs no sleep.
   */
  async settled(timeout = 5000) {
    if (this.server.all) return this.#settledAmongReplicas(timeout)
    const events = []
    // Twice: a pong may overtake events that were queued in the same moment, but not those of the round before.
    for (let round = 0; round < 2; round++) {
      this.send({ type: 'ping' })
      for (;;) {
        const event = await this.next(timeout)
        if (event.type === 'pong') break
        events.push(event)
      }
    }
    return events
  }

  /** Waits until the server has taken everything that was sent so far, keeping what arrives for next(). */
  async flushed() {
    this.ws.ping('flushed')
    await this.ws.pongs.next()
  }

  /** Comes back with the session and the last event seen (or what `options` says instead). */
  resume(options = {}) {
    const { token, name, localAddress } = this.options
    return join(this.server, this.room, { peer: this.id, session: this.session, seq: this.seq, token, name, localAddress, not: this.port, ...options })
      .then((peer) => Object.assign(peer, { nextId: this.nextId }))
  }

  /** Breaks the connection without a close frame. */
  cut() {
    return this.ws.cut()
  }

  /** Leaves and waits for the close with 1000. */
  async leave() {
    this.send({ type: 'leave' })
    return this.ws.expectClose(1000)
  }

  /** Closes as a client does and waits for the server's echo. */
  async close(code = 1000, reason) {
    this.ws.close(code, reason)
    return this.ws.closed
  }

  #event(data) {
    const raw = data.toString('utf8')
    const event = JSON.parse(raw)
    Object.defineProperty(event, 'raw', { value: raw, enumerable: false })
    Object.defineProperty(event, 'bytes', { value: data, enumerable: false })
    if (typeof event.seq === 'string') this.seq = event.seq
    return event
  }
}

/** Joins several peers to one room, one after the other, each with its presence events taken out of the way. */
export async function roomOf(server, room, names, options = {}) {
  const peers = {}
  for (const name of names) {
    peers[name] = await join(server, room, { peer: name, ...options })
    for (const earlier of Object.values(peers)) {
      if (earlier.id === name) continue
      const joined = await earlier.expect('peer-joined')
      assert.equal(joined.peer.peer_id, name)
    }
  }
  return peers
}
