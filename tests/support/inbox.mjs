/**
 * A queue that one side fills and the other awaits: tests wait for events, they do not sleep.
 * @template T
 */
export class Inbox {
  #items = []
  #waiter = null
  #ended = null

  /** @param {string} what names the inbox in the error of a wait that ran out of time */
  constructor(what) {
    this.what = what
  }

  get size() {
    return this.#items.length
  }

  push(item) {
    if (this.#ended) return
    this.#items.push(item)
    this.#wake()
  }

  /** Nothing more will come: waits on an empty inbox reject with `reason`. */
  end(reason) {
    this.#ended ??= reason
    this.#wake()
  }

  /** The next item, in order. Rejects after `timeout` ms, or when the inbox ended and is empty. */
  async next(timeout = 5000) {
    const until = Date.now() + timeout
    while (this.#items.length === 0) {
      if (this.#ended) throw this.#ended
      const left = until - Date.now()
      if (left <= 0) throw new Error(`${this.what}: nothing came in ${timeout} ms`)
      await this.#wait(left)
    }
    return this.#items.shift()
  }

  /** Takes all that is here now. */
  drain() {
    return this.#items.splice(0)
  }

  #wake() {
    const waiter = this.#waiter
    this.#waiter = null
    waiter?.()
  }

  #wait(left) {
    if (this.#waiter) throw new Error(`${this.what}: two waits at once`)
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake(), left)
      this.#waiter = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

/** Rejects when `promise` takes longer than `ms`; `what` names it. */
export function within(ms, promise, what) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${ms} ms`)), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
