import { Delivery } from './delivery.js'
import { GrtcError } from './errors.js'
import { randomId } from './ids.js'

/** @typedef {import('./types.js').Json} Json */
/** @typedef {import('./types.js').Frame} Frame */

/** One message on its way to one peer. `ref` is its id at the server, 0 before.
 *  @typedef {object} Pending
 *  @property {number} n
 *  @property {Json & {type: string}} payload
 *  @property {Delivery} delivery
 *  @property {import('./types.js').Way | null} via  null: waits
 *  @property {import('./types.js').Way | null} tried  the way it went last
 *  @property {number} ref
 *  @property {number} queuedAt
 *  @property {number} sentAt */

/** One frame for all that get it with the same number and predecessor.
 *  @typedef {{frame: Frame, entries: [string, Pending][]}} Batch */

/** The ways out, given by the room.
 *  @typedef {object} Ways
 *  @property {(peerId: string) => boolean} serverReaches  the room is open and the peer has a session in it
 *  @property {(peerId: string) => boolean} confirms       the peer is known to acknowledge (a plain client doesn't)
 *  @property {(peerId: string, frame: Frame) => boolean} sendDirect   false: there is no usable channel
 *  @property {(peerIds: string[], frame: Frame) => number} sendServer  the id at the server; 0: not now */

const kPendingPerPeer = 1000
const kDirectAgainMs = 2_000
const kServerAgainMs = 5_000
const kGiveUpMs = 60_000
const kMulticast = 64

/** Sends each message to each receiver, directly when there is a channel and by the server when not, again by the server when
 *  it isn't acknowledged, until it is. The receiver's `Inbound` drops the doubled ones and keeps the order. */
export class Outbound {
  stream = randomId()
  #ways
  #lastN = 0
  /** @type {Map<string, Pending[]>} */
  #pending = new Map()

  /** @param {Ways} ways */
  constructor(ways) { this.#ways = ways }

  get waiting() { return this.#pending.size > 0 }

  /** @param {Json & {type: string}} payload
   *  @param {readonly string[]} peerIds
   *  @param {number} now
   *  @throws {GrtcError} backlog-full */
  send(payload, peerIds, now) {
    if (peerIds.some((id) => (this.#pending.get(id)?.length ?? 0) >= kPendingPerPeer)) {
      throw new GrtcError('backlog-full', 'Too many messages wait for a peer that does not answer.')
    }
    this.#lastN += 1
    const delivery = new Delivery(`${this.stream}.${this.#lastN}`, peerIds)
    for (const peerId of peerIds) {
      const list = this.#pending.get(peerId) ?? []
      list.push({ n: this.#lastN, payload, delivery, via: null, tried: null, ref: 0, queuedAt: now, sentAt: 0 })
      this.#pending.set(peerId, list)
    }
    this.flush(now)
    return delivery
  }

  /** Sends what waits, by whatever way there is.
   *  @param {number} now */
  flush(now) {
    /** @type {Map<string, Batch>} */
    const byServer = new Map()
    for (const [peerId, list] of this.#pending) {
      let after = 0
      for (const entry of list) {
        if (entry.via === null) this.#sendOne(peerId, entry, after, now, byServer)
        after = entry.n
      }
    }
    // Map order is the order of queueing for each peer, so what one peer gets stays in order.
    const batches = [...byServer.values()].sort((a, b) => Number(a.frame.n) - Number(b.frame.n))
    for (const { frame, entries } of batches) this.#sendBatch(frame, entries, now)
  }

  /** All up to `n` arrived.
   *  @param {string} peerId
   *  @param {unknown} stream
   *  @param {unknown} n */
  acknowledge(peerId, stream, n) {
    if (stream !== this.stream || typeof n !== 'number') return
    this.#settle(peerId, (entry) => entry.n <= n, 'delivered')
  }

  /** The channel to the peer is gone: what it had not acknowledged goes by the server.
   *  @param {string} peerId
   *  @param {number} now */
  channelClosed(peerId, now) {
    for (const entry of this.#pending.get(peerId) ?? []) if (entry.via === 'direct') entry.via = null
    this.flush(now)
  }

  /** A new session: what the old one may have lost goes again to all that confirm; to the others only what is known as lost.
   *  @param {readonly number[]} lost  ids at the server
   *  @param {number} now */
  rejoined(lost, now) {
    const ids = new Set(lost)
    for (const [peerId, list] of this.#pending) {
      for (const entry of list) {
        if (entry.via === 'server' && (ids.has(entry.ref) || this.#ways.confirms(peerId))) entry.via = null
      }
    }
    this.flush(now)
  }

  /** The server says that `peerId` is not in the room (`unknown-peer` with `ref`): it waits until it is, or is given up.
   *  @param {string} peerId
   *  @param {unknown} ref */
  notReached(peerId, ref) {
    for (const entry of this.#pending.get(peerId) ?? []) if (entry.ref === ref) entry.via = null
  }

  /** @param {string} peerId */
  peerLeft(peerId) { this.#settle(peerId, () => true, 'failed') }

  /** Sends again what was not acknowledged in time and gives up what is too old. Call about once a second.
   *  @param {number} now */
  tick(now) {
    for (const [peerId, list] of [...this.#pending]) {
      const confirms = this.#ways.confirms(peerId)
      const reached = this.#ways.serverReaches(peerId)
      for (const entry of list) {
        const again = entry.via === 'direct' ? kDirectAgainMs : kServerAgainMs
        if (entry.via !== null && confirms && now - entry.sentAt >= again) entry.via = null
      }
      // Waiting for a connection is not failing: only the time since it was last sent counts, and what never was waits on.
      this.#settle(peerId, (entry) => entry.sentAt > 0 && reached && now - entry.queuedAt >= kGiveUpMs, confirms ? 'failed' : 'sent')
    }
    this.flush(now)
  }

  /** @param {string} peerId
   *  @param {Pending} entry
   *  @param {number} after
   *  @param {number} now
   *  @param {Map<string, Batch>} byServer */
  #sendOne(peerId, entry, after, now, byServer) {
    const frame = { ...entry.payload, stream: this.stream, n: entry.n, after }
    // Sent already without an answer: that way is in doubt, so the other goes first.
    const serverFirst = entry.tried === 'direct' && this.#ways.serverReaches(peerId)
    if (!serverFirst && this.#ways.sendDirect(peerId, frame)) {
      this.#sent(peerId, entry, 'direct', 0, now)
    } else if (this.#ways.serverReaches(peerId)) {
      const key = `${entry.n} ${after}`
      /** @type {Batch} */
      const batch = byServer.get(key) ?? { frame, entries: [] }
      batch.entries.push([peerId, entry])
      byServer.set(key, batch)
    }
  }

  /** @param {Frame} frame
   *  @param {[string, Pending][]} entries
   *  @param {number} now */
  #sendBatch(frame, entries, now) {
    for (let at = 0; at < entries.length; at += kMulticast) {
      const part = entries.slice(at, at + kMulticast)
      const ref = this.#ways.sendServer(part.map(([peerId]) => peerId), frame)
      if (ref > 0) for (const [peerId, entry] of part) this.#sent(peerId, entry, 'server', ref, now)
    }
  }

  /** @param {string} peerId
   *  @param {Pending} entry
   *  @param {import('./types.js').Way} via
   *  @param {number} ref
   *  @param {number} now */
  #sent(peerId, entry, via, ref, now) {
    Object.assign(entry, { via, tried: via, ref, sentAt: now })
    entry.delivery.advance(peerId, 'sent', via)
  }

  /** @param {string} peerId
   *  @param {(entry: Pending) => boolean} which
   *  @param {import('./delivery.js').ReceiverState} state */
  #settle(peerId, which, state) {
    const list = this.#pending.get(peerId)
    if (!list) return
    const rest = list.filter((entry) => !which(entry))
    if (rest.length > 0) this.#pending.set(peerId, rest)
    else this.#pending.delete(peerId)
    for (const entry of list) if (which(entry)) entry.delivery.advance(peerId, state)
  }
}
