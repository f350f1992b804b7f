import { DetailEvent } from '../errors.js'
import { TypedTarget } from '../typed-target.js'
import { RateMeter } from './rate-meter.js'

/** `offered` (not answered yet), `waiting` (accepted; there is no direct way now), `queued` (others go first), `running`,
 *  `paused`, `checking` (all is there, the whole is being confirmed); at the end `complete` (verified), `declined`,
 *  `cancelled`, `failed`.
 *  @typedef {'offered' | 'waiting' | 'queued' | 'running' | 'paused' | 'checking' | 'complete' | 'declined' | 'cancelled' | 'failed'}
 *    TransferState */

/** Why: `no-direct` (a direct way is not possible), `connecting`, `peer-left`, `sender-gone` (the file must be chosen again over
 *  there), `choose-again` (here), `here` or `there` (who paused, cancelled or declined), `unreadable`, `corrupt`, `other-file`,
 *  `storage`, `too-large`, `too-many`, `protocol`, `unreachable`.
 *  @typedef {string} TransferCause */

/** @typedef {{id: string, direction: 'send' | 'receive', peerId: string, name: string, size: number, type: string,
 *             thumbnail: string}} TransferFacts */

/** What a transfer asks of the `Files` that made it.
 *  @typedef {object} TransferActions
 *  @property {(transfer: Transfer, paused: boolean) => void} pause
 *  @property {(transfer: Transfer) => void} cancel
 *  @property {(transfer: Transfer, options: AcceptOptions) => Promise<void>} accept
 *  @property {(transfer: Transfer) => void} decline */

/** `place`: where it is kept while it arrives; `auto` is this origin's private disk space where the browser has one, else memory.
 *  `handle`: a file that the person chose (`showSaveFilePicker`), written to while the file arrives.
 *  @typedef {{place?: 'auto' | 'memory', handle?: FileSystemFileHandle}} AcceptOptions */

const kOver = new Set(['complete', 'declined', 'cancelled', 'failed'])

/** One file on its way to or from one peer. Event `change` after each step and about four times a second on the way.
 *  @extends {TypedTarget<{change: Transfer}>} */
export class Transfer extends TypedTarget {
  /** @type {TransferState} */
  state = 'offered'
  /** @type {TransferCause} */
  cause = ''
  /** Bytes that are there and verified. */
  bytes = 0
  /** What arrived, once complete; a File on disk where there is one. @type {File | null} */
  file = null
  /** Blocks that came wrong and were fetched again. */
  repaired = 0

  #actions
  #meter = new RateMeter()
  #toldAt = 0

  /** @param {TransferFacts} facts
   *  @param {TransferActions} actions */
  constructor({ id, direction, peerId, name, size, type, thumbnail }, actions) {
    super()
    this.id = id
    this.direction = direction
    this.peerId = peerId
    this.name = name
    this.size = size
    this.type = type
    /** A small picture as a `data:` address, or ''. */
    this.thumbnail = thumbnail
    this.#actions = actions
  }

  /** Nothing more will happen. */
  get over() { return kOver.has(this.state) }

  /** `rate` in bytes a second over the last seconds; `secondsLeft` Infinity when nothing moves. */
  get progress() {
    const rate = this.state === 'running' ? this.#meter.rate(performance.now()) : 0
    const left = this.size - this.bytes
    return { bytes: this.bytes, size: this.size, rate, secondsLeft: left === 0 ? 0 : rate > 0 ? left / rate : Infinity }
  }

  /** Stops until resume(), by whichever side paused. */
  pause() { if (!this.over) this.#actions.pause(this, true) }
  resume() { if (!this.over) this.#actions.pause(this, false) }
  /** For good, on both sides; what has arrived is thrown away. */
  cancel() { if (!this.over) this.#actions.cancel(this) }

  /** Takes an offered file. With `handle` or a file dialog call it from the click itself.
   *  @param {AcceptOptions} [options]
   *  @throws {import('../errors.js').GrtcError} too-large, storage */
  async accept(options = {}) {
    if (this.direction === 'receive' && this.state === 'offered') await this.#actions.accept(this, options)
  }

  decline() { if (this.direction === 'receive' && this.state === 'offered') this.#actions.decline(this) }

  /** Used by Files. @param {TransferState} state
   *  @param {TransferCause} [cause] */
  become(state, cause = '') {
    if (this.over || (this.state === state && this.cause === cause)) return
    if (state !== 'running') this.#meter.reset()
    this.state = state
    this.cause = cause
    this.dispatchEvent(new DetailEvent('change', this))
  }

  /** Used by Files. @param {number} bytes  that are there now */
  reached(bytes) {
    this.bytes = bytes
    const now = performance.now()
    this.#meter.add(now, bytes)
    if (now - this.#toldAt < 250 && bytes < this.size) return
    this.#toldAt = now
    this.dispatchEvent(new DetailEvent('change', this))
  }
}
