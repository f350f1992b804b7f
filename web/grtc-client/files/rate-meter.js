const kWindowMs = 4_000
const kStepMs = 200

/** Bytes a second over the last four seconds. */
export class RateMeter {
  /** @type {{at: number, bytes: number}[]} */
  #samples = []

  /** @param {number} now  milliseconds
   *  @param {number} bytes  so far */
  add(now, bytes) {
    const last = this.#samples.at(-1)
    // At most 20 samples: within a step the last one moves.
    if (last && this.#samples.length > 1 && now - this.#samples[this.#samples.length - 2].at < kStepMs) {
      last.at = now
      last.bytes = bytes
    } else {
      this.#samples.push({ at: now, bytes })
    }
    while (this.#samples.length > 2 && now - this.#samples[0].at > kWindowMs) this.#samples.shift()
  }

  /** @param {number} now */
  rate(now) {
    const [first] = this.#samples
    const last = this.#samples.at(-1)
    if (!first || !last || first === last) return 0
    // A way that has just stopped moving is not as fast as it was.
    const until = now - last.at > 1_000 ? now : last.at
    return ((last.bytes - first.bytes) * 1000) / Math.max(1, until - first.at)
  }

  reset() { this.#samples = [] }
}
