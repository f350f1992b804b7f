const kFirstMs = 200
const kMostMs = 5000

/** Delays between attempts: 0.2 s doubling to 5 s, each shortened by up to half by chance so that clients don't come in step. */
export class Backoff {
  #attempt = 0
  #random

  /** @param {() => number} random  from 0 up to 1 */
  constructor(random = Math.random) { this.#random = random }

  get attempts() { return this.#attempt }

  /** Milliseconds to wait before the next attempt.
   *  @param {import('./close-policy.js').CloseDecision['pace']} [pace] */
  next(pace = 'backoff') {
    const full = Math.min(kMostMs, kFirstMs * 2 ** Math.min(this.#attempt, 10))
    this.#attempt += 1
    if (pace === 'slow') return kMostMs + this.#random() * 1000
    if (pace === 'spread') return Math.max(full / 2, this.#random() * 1000)
    return full * (0.5 + this.#random() / 2)
  }

  reset() { this.#attempt = 0 }
}
