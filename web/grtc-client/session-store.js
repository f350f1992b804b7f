import { randomId } from './ids.js'

/** How long to wait for another tab to say that it holds the session. */
const kAskMs = 120

/** @typedef {object} SavedSession
 *  @property {string} session
 *  @property {string} seq
 *  @property {string} peerId
 *  @property {boolean} inUse   a page that ends normally sets it to false */

/** The resume token of one room in this tab, so that a reload comes back as the same peer. Without a Storage it does nothing. */
export class SessionStore {
  #storage
  #key
  #me = randomId()
  /** @type {BroadcastChannel | null} */
  #channel = null
  /** @type {SavedSession | null} */
  #saved = null

  /** @param {Storage | null} storage
   *  @param {string} url
   *  @param {string} room */
  constructor(storage, url, room) {
    this.#storage = storage
    this.#key = `grtc.session ${url} ${room}`
  }

  /** The session to resume, or null. A duplicated tab has a copy of its origin's storage: when another tab answers for the
   *  session it is not taken, and this tab becomes a peer of its own. A promise only when others have to be asked.
   *  @returns {SavedSession | null | Promise<SavedSession | null>} */
  take() {
    const saved = this.#read()
    return saved?.inUse ? this.#heldElsewhere(saved.session).then((held) => (held ? null : saved)) : saved
  }

  /** @param {SavedSession} saved */
  save(saved) {
    if (!this.#storage) return
    this.#saved = saved
    this.#answerOthers()
    try {
      this.#storage.setItem(this.#key, JSON.stringify(saved))
    } catch {
      // Full or forbidden: then a reload joins anew.
    }
  }

  forget() {
    this.#saved = null
    this.#channel?.close()
    this.#channel = null
    try {
      this.#storage?.removeItem(this.#key)
    } catch { /* forbidden: nothing is there either */ }
  }

  /** @returns {SavedSession | null} */
  #read() {
    try {
      const value = JSON.parse(this.#storage?.getItem(this.#key) ?? 'null')
      const whole = value && ['session', 'seq', 'peerId'].every((member) => typeof value[member] === 'string')
      return whole ? value : null
    } catch {
      return null
    }
  }

  /** @param {string} session */
  #heldElsewhere(session) {
    if (typeof BroadcastChannel === 'undefined') return Promise.resolve(false)
    const channel = new BroadcastChannel('grtc.sessions')
    return new Promise((/** @type {(held: boolean) => void} */ resolve) => {
      const done = (/** @type {boolean} */ held) => { clearTimeout(timer); channel.close(); resolve(held) }
      const timer = setTimeout(() => done(false), kAskMs)
      channel.onmessage = ({ data }) => { if (data?.held === session) done(true) }
      channel.postMessage({ asks: session, me: this.#me })
    })
  }

  #answerOthers() {
    if (this.#channel || typeof BroadcastChannel === 'undefined') return
    this.#channel = new BroadcastChannel('grtc.sessions')
    this.#channel.onmessage = ({ data }) => {
      if (data?.asks && data.asks === this.#saved?.session && data.me !== this.#me) {
        this.#channel?.postMessage({ held: data.asks })
      }
    }
  }
}

/** sessionStorage, or null where there is none (Node, or a browser that forbids it). */
export function defaultStorage() {
  try {
    return globalThis.sessionStorage ?? null
  } catch {
    return null
  }
}
