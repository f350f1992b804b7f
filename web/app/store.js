import { drawSoon } from './frame.js'

/** Shows a state; `drawn` is the one that it showed last. What it returns is run when all have drawn: a scroll or a focus asks how
 *  the page is laid out, which is slow and is so done once.
 *  @template S
 *  @typedef {(state: S, drawn: S) => void | (() => void)} Drawer */

/** One state, changed by a pure reducer; whoever subscribed is told at once, whoever draws once for what comes together.
 *  @template S, A */
export class Store {
  /** @type {Set<(state: S, before: S) => void>} */
  #listeners = new Set()
  /** @type {Set<Drawer<S>>} */
  #drawers = new Set()
  /** What the page shows. @type {S} */
  #drawn
  /** The drawing to come. @type {{at: number, cancel: () => void} | null} */
  #coming = null
  /** @type {(() => void)[]} */
  #waiting = []
  #reduce

  /** @param {(state: S, action: A) => S} reduce
   *  @param {S} initial */
  constructor(reduce, initial) {
    this.#reduce = reduce
    this.state = initial
    this.#drawn = initial
  }

  /** @param {A} action
   *  @param {number} [drawMs]  how long its drawing may wait; 0: the next frame */
  dispatch(action, drawMs = 0) {
    const before = this.state
    this.state = this.#reduce(before, action)
    if (this.state === before) return
    for (const listener of this.#listeners) listener(this.state, before)
    const at = Date.now() + drawMs
    if (this.#coming && this.#coming.at <= at) return
    this.#coming?.cancel()
    this.#coming = { at, cancel: drawSoon(() => this.#draw(), drawMs) }
  }

  /** Runs now and after each change. @param {(state: S, before: S) => void} listener */
  subscribe(listener) {
    this.#listeners.add(listener)
    listener(this.state, this.state)
  }

  /** Runs now, and after changes before a frame, once for all of them. @param {Drawer<S>} drawer */
  draw(drawer) {
    this.#drawers.add(drawer)
    drawer(this.state, this.state)?.()
  }

  /** Resolves with the next drawing, before the frame. @returns {Promise<void>} */
  drawn() { return new Promise((resolve) => { this.#waiting.push(resolve) }) }

  /** Tells all without a change: the language is another. */
  refresh() {
    this.#draw()
    for (const listener of this.#listeners) listener(this.state, this.state)
    this.#drawAll(this.state)
  }

  #draw() {
    this.#coming?.cancel()
    this.#coming = null
    const drawn = this.#drawn
    this.#drawn = this.state
    if (this.#drawn !== drawn) this.#drawAll(drawn)
  }

  /** @param {S} drawn */
  #drawAll(drawn) {
    const after = [...this.#drawers].map((drawer) => drawer(this.state, drawn))
    for (const act of after) act?.()
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
