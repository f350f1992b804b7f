/** @typedef {import('./types.js').Frame} Frame */
/** @typedef {import('./types.js').Way} Way */
/** @typedef {{frame: Frame, via: Way, heldAt: number}} Held */
/** @typedef {{last: number, held: Map<number, Held>}} Stream */

const kHeldPerStream = 1024
const kStreamsPerPeer = 4
const kPeers = 4096
/** A sender that lives fills a gap, or sends what follows again with a smaller `after`. Later than this it lives no more. */
const kHoldMs = 30_000

/** Puts the messages of each sender in order and drops the doubled ones, whichever way each came.
 *
 *  A message carries `stream` (one page of the sender), `n` (grows) and `after`: the message before it for this receiver,
 *  if that was not yet acknowledged; 0 otherwise. */
export class Inbound {
  #deliver
  /** @type {Map<string, Map<string, Stream>>} */
  #peers = new Map()

  /** @param {(from: string, frame: Frame, via: Way) => void} deliver  called in order, once a message */
  constructor(deliver) { this.#deliver = deliver }

  get waiting() {
    for (const streams of this.#peers.values()) for (const { held } of streams.values()) if (held.size > 0) return true
    return false
  }

  /** Takes a message. Returns what to acknowledge: all up to `n` of the stream; null when it asks for nothing.
   *  @param {string} from
   *  @param {Frame} frame
   *  @param {Way} via
   *  @param {number} now  milliseconds
   *  @returns {{stream: string, n: number} | null} */
  take(from, frame, via, now) {
    const { stream: name, n, after } = frame
    if (typeof name !== 'string' || name.length > 64 || !isCount(n)) {
      // A plain client's message: the server's order is all there is.
      this.#deliver(from, frame, via)
      return null
    }
    const stream = this.#stream(from, name)
    if (n > stream.last) {
      if (isCount(after) && after > stream.last) {
        // Over the bound it is not kept, thus not acknowledged, thus sent again.
        if (stream.held.has(n) || stream.held.size < kHeldPerStream) stream.held.set(n, { frame, via, heldAt: now })
      } else {
        this.#pass(from, stream, n, frame, via)
        this.#release(from, stream)
      }
    }
    return stream.last > 0 ? { stream: name, n: stream.last } : null
  }

  /** Lets go of what waited too long. Returns what to acknowledge, a row a peer.
   *  @param {number} now */
  tick(now) {
    /** @type {{from: string, stream: string, n: number}[]} */
    const acknowledge = []
    for (const [from, streams] of this.#peers) {
      for (const [name, stream] of streams) {
        const due = [...stream.held].filter(([, { heldAt }]) => now - heldAt >= kHoldMs).sort(([a], [b]) => a - b)
        if (due.length === 0) continue
        for (const [n, { frame, via }] of due) if (n > stream.last) this.#pass(from, stream, n, frame, via)
        this.#release(from, stream)
        acknowledge.push({ from, stream: name, n: stream.last })
      }
    }
    return acknowledge
  }

  /** @param {string} from
   *  @param {string} name */
  #stream(from, name) {
    const streams = this.#peers.get(from) ?? new Map()
    // Kept when the peer leaves: it may come back with the same stream and send again what it saw no acknowledgement of.
    this.#peers.delete(from)
    this.#peers.set(from, streams)
    if (this.#peers.size > kPeers) this.#peers.delete(/** @type {string} */ (this.#peers.keys().next().value))
    let stream = streams.get(name)
    if (!stream) {
      stream = { last: 0, held: new Map() }
      streams.set(name, stream)
      if (streams.size > kStreamsPerPeer) streams.delete(streams.keys().next().value)
    }
    return stream
  }

  /** @param {string} from
   *  @param {Stream} stream
   *  @param {number} n
   *  @param {Frame} frame
   *  @param {Way} via */
  #pass(from, stream, n, frame, via) {
    stream.last = n
    this.#deliver(from, frame, via)
  }

  /** @param {string} from
   *  @param {Stream} stream */
  #release(from, stream) {
    for (const n of [...stream.held.keys()].sort((a, b) => a - b)) {
      const held = /** @type {Held} */ (stream.held.get(n))
      if (n > stream.last) {
        const { after } = held.frame
        if (isCount(after) && after > stream.last) return
        this.#pass(from, stream, n, held.frame, held.via)
      }
      stream.held.delete(n)
    }
  }
}

/** @param {unknown} value
 *  @returns {value is number} */
function isCount(value) {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0
}
