/** How long nothing may come before a sign of life is asked for. A frozen network closes nothing. */
const kIdleMs = 8_000
const kAnswerMs = 5_000
/** For a network that just came back, or a page that was just shown: the person is waiting. */
const kQuickAnswerMs = 2_000
/** How long sent messages wait before a ping asks whether they were taken. */
const kConfirmMs = 1_000

/** Finds out whether an open socket still lives, by pings that must be answered in time. */
export class Pulse {
  #ping
  #dead
  #asking = false
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #confirmTimer

  /** @param {{ping: () => void, dead: () => void}} hooks  dead: no sign of life in time; the pulse has stopped */
  constructor({ ping, dead }) {
    this.#ping = ping
    this.#dead = dead
  }

  /** The socket is being opened: the first frame must come within `ms`. @param {number} ms */
  expect(ms) { this.#within(ms) }

  /** Something came. */
  beat() {
    this.#asking = false
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.ask(), kIdleMs)
  }

  ask(quick = false) {
    if (this.#asking) return
    this.#asking = true
    this.#ping()
    this.#within(quick ? kQuickAnswerMs : kAnswerMs)
  }

  /** Asks in a moment, once for all that was sent until then; not when `settled` by then. @param {() => boolean} settled */
  askSoon(settled) {
    this.#confirmTimer ??= setTimeout(() => {
      this.#confirmTimer = undefined
      if (!settled()) this.ask()
    }, kConfirmMs)
  }

  stop() {
    this.#asking = false
    clearTimeout(this.#timer)
    clearTimeout(this.#confirmTimer)
    this.#confirmTimer = undefined
  }

  /** @param {number} ms */
  #within(ms) {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.stop()
      this.#dead()
    }, ms)
  }
}
