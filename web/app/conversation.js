import { Room, randomId } from '../grtc-client/index.js'
import { keepRoom } from './kept-room.js'
import { Store } from './store.js'
import { kOutside, reduceRoom } from './room-state.js'

/** @typedef {import('./room-state.js').RoomView} RoomView */
/** @typedef {import('./room-state.js').RoomAction} RoomAction */
/** @typedef {import('../grtc-client/room.js').Message} Message */
/** @typedef {import('../grtc-client/delivery.js').Delivery} Delivery */

/** Somebody who comes back within this time (a reload of the page) has not left. */
const kLeftMs = 1_500
/** While the page is laid out nothing else runs, and an offer, an answer or the first words would wait for tens of milliseconds.
 *  So who comes is drawn when the link has opened, as one with all that came with it; on a slow network after this. */
const kSetUpMs = 500
/** A link that has just opened carries its first words before it is shown. */
const kOpenedMs = 100
const kLeftNotes = Object.freeze({ timeout: 'chat.lost', removed: 'chat.removed' })

/** Ties a room of the library to the state that the page shows. */
export class Conversation {
  /** @type {Store<RoomView, RoomAction>} */
  store = new Store(reduceRoom, kOutside)
  /** @type {Room | null} */
  #room = null
  /** @type {Map<string, string>} */
  #failed = new Map()
  /** @type {Set<(room: Room) => void>} */
  #roomListeners = new Set()

  /** Joins at once; asks for no device. @param {string} name  of the room
   *  @param {{name: string, token: string}} self  token: of the invitation, '' for none */
  async join(name, self) {
    this.#room?.leave()
    const room = new Room(name, { name: self.name, ...(self.token ? { token: () => self.token } : {}) })
    this.#room = room
    this.#listen(room)
    for (const listener of this.#roomListeners) listener(room)
    this.store.dispatch({ type: 'join', room: name, name: self.name }, room.media.kinds.length > 0 ? kSetUpMs : 0)
    // Why it was refused is in the state; there is nothing to add.
    await room.open().catch(() => {})
  }

  /** The room joined last. */
  get room() { return this.#room }

  /** Runs for each room before it is opened, and now if there is one. @param {(room: Room) => void} listener */
  onRoom(listener) {
    this.#roomListeners.add(listener)
    if (this.#room) listener(this.#room)
  }

  constructor() {
    globalThis.addEventListener?.('pagehide', () => {
      const { phase, room, lines } = this.store.state
      keepRoom(phase === 'in' ? room : '', lines)
    })
  }

  /** Puts back what was said before a reload. What had not gone out can be sent again.
   *  @param {string} room
   *  @param {readonly import('./room-state.js').Line[]} lines */
  restore(room, lines) {
    this.store.dispatch({ type: 'restore', room, lines })
    for (const line of lines) if (line.kind === 'mine' && line.state === 'failed') this.#failed.set(line.id, line.text)
  }

  leave() { void this.#room?.leave() }

  /** False: not sent, and the remark in the state says why. @param {string} text */
  async say(text) {
    const room = this.#room
    if (!room || this.store.state.phase === 'out') return this.#remark('chat.joinFirst')
    try {
      this.#mine(await room.send({ type: 'message', text }), text)
      return true
    } catch (error) {
      const { code } = /** @type {{code?: string}} */ (error)
      return this.#remark(code === 'too-large' ? 'chat.tooLong' : code === 'backlog-full' ? 'chat.backlog' : 'chat.joinFirst')
    }
  }

  /** Sends a failed message again, as a new one. @param {string} id */
  async retry(id) {
    const text = this.#failed.get(id)
    if (text === undefined || !(await this.say(text))) return
    this.#failed.delete(id)
    this.store.dispatch({ type: 'line-removed', id })
  }

  newsRead() { this.store.dispatch({ type: 'news-read' }) }

  /** @param {string} key */
  #remark(key) {
    this.store.dispatch({ type: 'remark', key })
    return false
  }

  /** @param {Room} room */
  #listen(room) {
    const on = (/** @type {string} */ type, /** @type {(detail: any) => void} */ take) => {
      room.addEventListener(type, (event) => {
        if (this.#room === room) take(/** @type {any} */ (event).detail)
      })
    }
    on('state', ({ state, reason, resumed }) => {
      const first = this.store.state.phase === 'joining' && state === 'open'
      const { peers, lines } = this.store.state
      this.store.dispatch({ type: 'connection', state, reason, resumed, selfId: room.self.id }, first && peers.size > 0 ? kSetUpMs : 0)
      // Said once: whoever comes to others who may have talked sees nothing of that.
      if (first && peers.size > 0 && lines.length === 0) this.#note('chat.late', { id: '', name: '' })
    })
    /** @type {Map<string, ReturnType<typeof setTimeout>>} */
    const leaving = new Map()
    on('peerjoined', (peer) => {
      const back = leaving.has(peer.id)
      clearTimeout(leaving.get(peer.id))
      leaving.delete(peer.id)
      // Who was there before is no news.
      const news = this.store.state.phase === 'in' && !back
      this.store.dispatch({ type: 'peer', peer }, kSetUpMs)
      if (news) this.#note('chat.joined', peer)
    })
    on('peerupdated', (peer) => this.store.dispatch({ type: 'peer', peer }, peer.link === 'connecting' ? kSetUpMs : kOpenedMs))
    on('peerleft', ({ peer, reason }) => {
      this.store.dispatch({ type: 'peer-left', id: peer.id })
      leaving.set(peer.id, setTimeout(() => {
        leaving.delete(peer.id)
        if (this.#room === room) this.#note(kLeftNotes[/** @type {keyof typeof kLeftNotes} */ (reason)] ?? 'chat.left', peer)
      }, reason === 'left' ? kLeftMs : 0))
    })
    on('message', (message) => this.#theirs(message))
    on('error', (error) => this.#remark(`error.${error.code}`))
  }

  /** Adds a remark about a peer to the conversation. @param {string} key
   *  @param {{id: string, name: string}} peer */
  remarkAbout(key, peer) { this.#note(key, peer) }

  /** @param {string} key
   *  @param {{id: string, name: string}} peer */
  #note(key, { id, name }) {
    const line = { id: `note ${randomId()}`, kind: /** @type {const} */ ('note'), from: id, name, text: key, at: Date.now() }
    this.store.dispatch({ type: 'line', line: { ...line, via: null, state: '', delivered: 0, total: 0 } }, kSetUpMs)
  }

  /** @param {Message} message */
  #theirs({ id, from, name, via, type, text }) {
    if (type !== 'message' || text === '') return
    const line = { id: `${from} ${id}`, kind: /** @type {const} */ ('theirs'), from, name, text, at: Date.now(), via }
    this.store.dispatch({ type: 'line', line: { ...line, state: '', delivered: 0, total: 0 } })
  }

  /** @param {Delivery} delivery
   *  @param {string} text */
  #mine(delivery, text) {
    const { selfId, selfName } = this.store.state
    const progress = () => ({
      state: delivery.state, via: delivery.via, delivered: delivery.delivered, total: delivery.total,
    })
    const line = { id: delivery.id, kind: /** @type {const} */ ('mine'), from: selfId, name: selfName, text, at: Date.now() }
    this.store.dispatch({ type: 'line', line: { ...line, ...progress() } })
    delivery.addEventListener('change', () => {
      if (delivery.state === 'failed') this.#failed.set(delivery.id, text)
      this.store.dispatch({ type: 'line-changed', id: delivery.id, change: progress() })
    })
  }
}
