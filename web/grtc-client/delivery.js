import { DetailEvent } from './errors.js'
import { TypedTarget } from './typed-target.js'

/** @typedef {'waiting' | 'sent' | 'delivered' | 'failed'} ReceiverState */
/** @typedef {{state: ReceiverState, via: import('./types.js').Way | null}} Receiver */

/** What became of one sent message. Event `change` after each step.
 *  @extends {TypedTarget<{change: Delivery}>} */
export class Delivery extends TypedTarget {
  /** @type {Map<string, Receiver>} */
  receivers = new Map()

  /** @param {string} id   unique among all messages of all pages
   *  @param {readonly string[]} peerIds  nobody: then it is `sent` to no one */
  constructor(id, peerIds) {
    super()
    this.id = id
    for (const peerId of peerIds) this.receivers.set(peerId, { state: 'waiting', via: null })
  }

  /** `direct` when all that was sent so far went directly, `server` when some went through the server, null before.
   *  @returns {import('./types.js').Way | null} */
  get via() {
    /** @type {import('./types.js').Way | null} */
    let via = null
    for (const receiver of this.receivers.values()) {
      if (receiver.via === 'server') return 'server'
      via ??= receiver.via
    }
    return via
  }

  get delivered() { return this.#count('delivered') }
  get failed() { return this.#count('failed') }
  get total() { return this.receivers.size }

  /** The least advanced of all receivers; `failed` only when nobody else is under way.
   *  @returns {ReceiverState} */
  get state() {
    if (this.#count('waiting') > 0) return 'waiting'
    if (this.#count('sent') > 0) return 'sent'
    return this.failed > 0 ? 'failed' : this.total > 0 ? 'delivered' : 'sent'
  }

  /** Used by the room.
   *  @param {string} peerId
   *  @param {ReceiverState} state
   *  @param {import('./types.js').Way | null} [via]  of the step; kept when left out */
  advance(peerId, state, via) {
    const receiver = this.receivers.get(peerId)
    if (!receiver || receiver.state === 'delivered' || (receiver.state === state && (!via || receiver.via === via))) return
    this.receivers.set(peerId, { state, via: via ?? receiver.via })
    this.dispatchEvent(new DetailEvent('change', this))
  }

  /** @param {ReceiverState} state */
  #count(state) {
    let count = 0
    for (const receiver of this.receivers.values()) if (receiver.state === state) count += 1
    return count
  }
}
