/** One state, changed by a pure reducer; whoever subscribed is told.
 *  @template S, A */
export class Store {
  /** @type {Set<(state: S, before: S) => void>} */
  #listeners = new Set()
  #reduce

  /** @param {(state: S, action: A) => S} reduce
   *  @param {S} initial */
  constructor(reduce, initial) {
    this.#reduce = reduce
    this.state = initial
  }

  /** @param {A} action */
  dispatch(action) {
    const before = this.state
    this.state = this.#reduce(before, action)
    if (this.state !== before) for (const listener of this.#listeners) listener(this.state, before)
  }

  /** Runs now and after each change. @param {(state: S, before: S) => void} listener */
  subscribe(listener) {
    this.#listeners.add(listener)
    listener(this.state, this.state)
  }

  /** Tells all without a change: the language is another. */
  refresh() { for (const listener of this.#listeners) listener(this.state, this.state) }
}
