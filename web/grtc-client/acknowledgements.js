/** Acknowledgements wait this long for each other: one tells all up to its number. */
const kDelayMs = 20

/** @typedef {{stream: string, n: number}} Ack */

/** Collects what is to be acknowledged and tells each peer once. */
export class Acknowledgements {
  /** @type {Map<string, Ack>} */
  #due = new Map()
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer
  #send

  /** @param {(peerId: string, frame: import('./types.js').Frame) => void} send  may fail: the sender sends again, and is then
   *         acknowledged again */
  constructor(send) { this.#send = send }

  /** @param {string} peerId
   *  @param {Ack | null} ack */
  add(peerId, ack) {
    if (!ack) return
    this.#due.set(peerId, ack)
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      for (const [to, { stream, n }] of this.#due) this.#send(to, { type: 'message-ack', stream, n })
      this.#due.clear()
    }, kDelayMs)
  }

  stop() { clearTimeout(this.#timer) }
}
