/** @typedef {import('./files.js').Files} Files */
/** @typedef {import('./files.js').FilesPorts} FilesPorts */
/** @typedef {import('./transfer.js').Transfer} Transfer */
/** @typedef {import('../types.js').Json} Json */

/** Messages that may wait for the code. */
const kWaiting = 256

/** The files of a room. What it takes to send and receive them is loaded with the first one: most rooms only talk. */
export class FilesDoor {
  #ports
  /** @type {Files | null} */
  #files = null
  /** @type {Promise<Files> | null} */
  #loading = null
  #waiting = 0

  /** @param {FilesPorts} ports */
  constructor(ports) { this.#ports = ports }

  /** All of this page, by id, newest last. @returns {ReadonlyMap<string, Transfer>} */
  get transfers() { return this.#files?.transfers ?? new Map() }

  /** Offers a file to all peers, or to `to`. Each of them decides; the Offer has a Transfer for each.
   *  @param {File} file
   *  @param {{to?: string | readonly string[], thumbnail?: string}} [options]  thumbnail: a small picture as a `data:` address
   *  @throws {import('../errors.js').GrtcError} too-many, nobody */
  async offer(file, options) { return (await this.#load()).offer(file, options) }

  /** Goes on with what this page had begun to send before it was reloaded.
   *  @param {Transfer} transfer  one that waits for `choose-again`
   *  @param {File} file  the same file, chosen again
   *  @throws {import('../errors.js').GrtcError} other-file */
  async chooseAgain(transfer, file) { (await this.#load()).chooseAgain(transfer, file) }

  /** Takes one that is over out of the list, and what arrived of it off the disk. @param {Transfer} transfer */
  async forget(transfer) { await (await this.#load()).forget(transfer) }

  /** Where `accept()` would keep a file of `size` bytes, to be said before: `disk` (goes on after a reload) or `memory` (which is
   *  bounded), and whether it fits. @param {number} size */
  async placeFor(size) { return (await this.#load()).placeFor(size) }

  /** Used by the room. @param {string} from
   *  @param {Json} payload */
  message(from, payload) {
    if (this.#files) return this.#files.message(from, payload)
    if (this.#waiting >= kWaiting) return
    this.#waiting += 1
    // Callbacks of one promise run in the order in which they were added, so the messages stay in theirs.
    this.#load().then((files) => files.message(from, payload), () => {})
  }

  /** Used by the room. @param {string} from
   *  @param {RTCDataChannel} channel */
  channel(from, channel) {
    // One that comes before the code belongs to nothing that was accepted in this page: its sender is told so.
    if (this.#files) this.#files.channel(from, channel)
    else this.#load().then((files) => files.channel(from, channel), () => channel.close())
  }

  /** Used by the room. @param {string} peerId
   *  @param {boolean} [joined] */
  wayChanged(peerId, joined) { this.#files?.wayChanged(peerId, joined) }

  /** Used by the room, which was joined for the first time. */
  restore() {
    try {
      if (this.#ports.storage?.getItem(this.#ports.storageKey)) this.#load().then((files) => files.restore(), () => {})
    } catch { /* forbidden: nothing was noted */ }
  }

  /** Used by the room. */
  close() { this.#files?.close() }

  #load() {
    return (this.#loading ??= import('./files.js').then(({ Files }) => (this.#files = new Files(this.#ports)), (error) => {
      this.#loading = null
      throw error
    }))
  }
}
