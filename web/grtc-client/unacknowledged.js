/** Messages that the server may not have taken yet, in the order of their ids. Bounded: a full one refuses. */
export class Unacknowledged {
  /** @type {{id: number, text: string}[]} */
  #messages = []
  #bytes = 0

  /** @param {number} maxMessages
   *  @param {number} maxBytes  of UTF-16 text, about what they hold in memory */
  constructor(maxMessages = 1000, maxBytes = 1 << 20) {
    this.maxMessages = maxMessages
    this.maxBytes = maxBytes
  }

  get size() { return this.#messages.length }

  /** False: full, nothing was added.
   *  @param {number} id  greater than all before
   *  @param {string} text */
  add(id, text) {
    if (this.#messages.length >= this.maxMessages || this.#bytes + text.length * 2 > this.maxBytes) return false
    this.#messages.push({ id, text })
    this.#bytes += text.length * 2
    return true
  }

  /** Forgets all up to and with `id`.
   *  @param {number} id */
  acknowledge(id) {
    let taken = 0
    while (taken < this.#messages.length && this.#messages[taken].id <= id) {
      this.#bytes -= this.#messages[taken].text.length * 2
      taken += 1
    }
    if (taken > 0) this.#messages.splice(0, taken)
  }

  /** What is to be sent again, oldest first. */
  all() { return [...this.#messages] }

  /** Empties it and gives the ids that were in it. */
  clear() {
    const ids = this.#messages.map((message) => message.id)
    this.#messages = []
    this.#bytes = 0
    return ids
  }
}
