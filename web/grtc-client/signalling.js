import { Backoff } from './backoff.js'
import { decideOnClose } from './close-policy.js'
import { DetailEvent, GrtcError } from './errors.js'
import { Pulse } from './pulse.js'
import { SessionStore, defaultStorage } from './session-store.js'
import { watchPage } from './page-events.js'
import { TypedTarget } from './typed-target.js'
import { Unacknowledged } from './unacknowledged.js'

/** @typedef {import('./types.js').Frame} Frame */
/** @typedef {import('./types.js').Welcome} Welcome */
/** @typedef {{welcome: {welcome: Welcome, resumed: boolean, lost: number[]}, frame: Frame,
 *             state: {state: import('./types.js').RoomState, reason: string, retryMs: number}}} SignallingEvents */

const kWelcomeMs = 10_000
const kDefaultMaxBytes = 65_536
/** Our own "going away, but keep the session": 1000, 1001 and a close without code would be a leave. */
const kKeepSession = 4000

const kUtf8 = new TextEncoder()

/** One peer's connection to one room, kept up across broken sockets, with ids, resume and backoff.
 *
 *  Events (`detail`): `welcome` {welcome, resumed, lost}: lost = ids of messages that a new session may have lost;
 *  `frame` (every other frame of the server, errors too); `state` {state, reason, retryMs}.
 *  Usable alone, in Node too.
 *  @extends {TypedTarget<SignallingEvents>} */
export class Signalling extends TypedTarget {
  /** @type {import('./types.js').RoomState} */
  state = 'connecting'
  /** Why the state is what it is: a reason of close-policy.js, '' when open. */
  reason = ''
  peerId = ''
  /** @type {Welcome | null} */
  welcome = null

  #room
  #options
  #url
  #store
  #backoff = new Backoff()
  #kept = new Unacknowledged()
  #nextId = 1
  #session = ''
  #seq = ''
  #name
  /** @type {WebSocket | null} */
  #socket = null
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retryTimer
  #pulse = new Pulse({ ping: () => this.#ping(), dead: () => this.#broken() })
  #tokenAsked = false
  #refused = ''
  #stopWatching = () => {}
  #started = false

  /** @param {string} room
   *  @param {import('./types.js').JoinOptions} [options] */
  constructor(room, options = {}) {
    super()
    this.#room = room
    this.#options = options
    this.#url = (options.url ?? globalThis.location?.origin ?? '').replace(/\/$/, '').replace(/^http/, 'ws')
    this.#name = options.name ?? ''
    const storage = options.storage === undefined ? defaultStorage() : options.storage
    this.#store = new SessionStore(storage, this.#url, room)
    this.peerId = options.peerId ?? ''
  }

  /** The server, for requests. */
  get url() { return this.#url.replace(/^ws/, 'http') }
  get maxMessageBytes() { return this.welcome?.max_message_bytes ?? kDefaultMaxBytes }

  /** Starts connecting. Attempts go on until it works, is refused for good, or is left; watch `state`. */
  async start() {
    if (this.#started) return
    this.#started = true
    if (this.#options.signal?.aborted) return this.#stop('aborted')
    this.#options.signal?.addEventListener('abort', () => this.leave('aborted'), { once: true })
    // Nothing is waited for without need: the socket is opened before the page draws what the click has changed.
    const taken = this.#store.take()
    const saved = taken instanceof Promise ? await taken : taken
    if (saved && (!this.#options.peerId || saved.peerId === this.#options.peerId)) {
      this.#session = saved.session
      this.#seq = saved.seq
      this.peerId = saved.peerId
    }
    this.#stopWatching = watchPage({
      wake: () => this.wake(),
      hidden: () => this.#save(),
      end: (reload) => this.#pageEnds(reload),
    })
    if (this.state !== 'closed') await this.#open()
  }

  /** Sends a message, or keeps it for the next connection. Returns its id.
   *  @param {Frame} message  without `id`
   *  @throws {GrtcError} closed, too-large, backlog-full */
  send(message) {
    if (this.state === 'closed') throw new GrtcError('closed', 'This room was left.')
    const id = this.#nextId
    const text = JSON.stringify({ ...message, id })
    if (kUtf8.encode(text).length > this.maxMessageBytes) {
      throw new GrtcError('too-large', `A message may have ${this.maxMessageBytes} bytes.`)
    }
    if (!this.#kept.add(id, text)) throw new GrtcError('backlog-full', 'Too many messages wait for the connection.')
    this.#nextId += 1
    if (this.state === 'open') {
      this.#socket?.send(text)
      this.#pulse.askSoon(() => this.#kept.size === 0)
    }
    return id
  }

  /** The name given with the next new session. @param {string} name */
  rename(name) { this.#name = name }

  /** Connects at once when waiting to; asks for a sign of life when open. For a network that came back. */
  wake() {
    if (this.state === 'open') this.#pulse.ask(true)
    else if (this.#retryTimer !== undefined) void this.#open()
  }

  /** Leaves for good: the others see it at once. */
  leave(reason = 'left') {
    const socket = this.#socket
    if (this.state === 'open' && socket) {
      socket.send('{"type":"leave"}')
      socket.close(1000, 'left')
    }
    this.#stop(reason)
  }

  async #open() {
    clearTimeout(this.#retryTimer)
    this.#retryTimer = undefined
    this.#drop()
    let token = ''
    try {
      if (this.#options.token) token = await this.#options.token()
    } catch {
      return this.#retry('unauthorized', 'backoff')
    }
    if (this.state === 'closed' || this.#socket) return
    const Socket = this.#options.WebSocket ?? globalThis.WebSocket
    const socket = new Socket(this.#address(token), ['grtc.v1'])
    this.#socket = socket
    this.#refused = ''
    this.#pulse.expect(kWelcomeMs)
    socket.onmessage = ({ data }) => { if (this.#socket === socket) this.#take(data) }
    socket.onclose = ({ code }) => { if (this.#socket === socket) void this.#closed(code) }
    socket.onerror = () => {}
  }

  /** @param {string} token */
  #address(token) {
    const query = new URLSearchParams()
    if (this.peerId) query.set('peer_id', this.peerId)
    if (this.#name) query.set('name', this.#name)
    if (token) query.set('token', token)
    if (this.#session) {
      query.set('session', this.#session)
      query.set('seq', this.#seq)
    }
    return `${this.#url}/ws/${encodeURIComponent(this.#room)}?${query}`
  }

  /** @param {unknown} data */
  #take(data) {
    const frame = parseFrame(data)
    if (!frame) return
    this.#pulse.beat()
    if (frame.type === 'welcome') return this.#welcomed(/** @type {Welcome} */ (/** @type {unknown} */ (frame)))
    if (typeof frame.seq === 'string') this.#seq = frame.seq
    if (frame.type === 'pong') {
      // Frames are taken in order, so the pong of a later id confirms all before it.
      if (typeof frame.id === 'number') this.#kept.acknowledge(frame.id)
      return
    }
    if (frame.type === 'error' && typeof frame.code === 'string') this.#refused = frame.code
    this.dispatchEvent(new DetailEvent('frame', frame))
  }

  /** @param {Welcome} welcome */
  #welcomed(welcome) {
    const resumed = welcome.resumed === true
    this.welcome = welcome
    this.peerId = welcome.peer_id
    this.#session = welcome.session
    this.#seq = welcome.seq
    this.#backoff.reset()
    this.#tokenAsked = false
    this.#nextId = Math.max(this.#nextId, welcome.received + 1)
    /** @type {number[]} */
    let lost = []
    if (resumed) {
      this.#kept.acknowledge(welcome.received)
    } else {
      // Whoever sent them knows what they still mean to the new session.
      lost = this.#kept.clear()
    }
    this.#save()
    this.#setState('open', '')
    for (const message of this.#kept.all()) this.#socket?.send(message.text)
    if (this.#kept.size > 0) this.#pulse.askSoon(() => this.#kept.size === 0)
    this.dispatchEvent(new DetailEvent('welcome', { welcome, resumed, lost }))
  }

  /** @param {number} code */
  async #closed(code) {
    this.#drop()
    const decision = decideOnClose(code, {
      canAskToken: this.#options.token !== undefined && !this.#tokenAsked,
      fixedPeerId: this.#options.peerId !== undefined,
    })
    const reason = this.#refused && code >= 4000 ? this.#refused : decision.reason
    if (decision.action === 'stop') return this.#stop(reason)
    if (decision.action === 'new-token') this.#tokenAsked = true
    if (decision.action === 'new-peer-id') {
      this.peerId = ''
      this.#session = ''
    }
    this.#retry(this.welcome || code >= 4000 ? reason : 'server-unreachable', decision.pace)
  }

  /** @param {string} reason
   *  @param {import('./close-policy.js').CloseDecision['pace']} pace */
  #retry(reason, pace) {
    const delay = this.#backoff.next(pace)
    this.#retryTimer = setTimeout(() => void this.#open(), delay)
    this.#setState(this.welcome ? 'reconnecting' : 'connecting', reason, Math.round(delay))
  }

  /** The socket is given up without waiting for its close: on a frozen network that never comes. */
  #broken() {
    this.#drop()
    this.#retry(this.welcome ? 'connection-lost' : 'no-answer', 'backoff')
  }

  #drop() {
    const socket = this.#socket
    this.#socket = null
    this.#pulse.stop()
    if (!socket) return
    socket.onmessage = null
    socket.onclose = null
    if (socket.readyState <= 1) socket.close(kKeepSession, 'broken')
  }

  #ping() {
    this.#socket?.send(JSON.stringify({ type: 'ping', id: this.#nextId }))
    this.#nextId += 1
  }

  #save(inUse = true) {
    if (this.#session) this.#store.save({ session: this.#session, seq: this.#seq, peerId: this.peerId, inUse })
  }

  /** @param {boolean} reload */
  #pageEnds(reload) {
    this.#save(false)
    // The browser's own close is 1001, a leave. The page of a reload comes back in a moment as the same peer.
    if (reload && this.#socket?.readyState === 1) this.#socket.close(kKeepSession, 'reload')
  }

  /** @param {string} reason */
  #stop(reason) {
    if (this.state === 'closed') return
    clearTimeout(this.#retryTimer)
    this.#retryTimer = undefined
    this.#drop()
    this.#stopWatching()
    this.#kept.clear()
    this.#store.forget()
    this.#setState('closed', reason)
  }

  /** @param {import('./types.js').RoomState} state
   *  @param {string} reason
   *  @param {number} [retryMs] */
  #setState(state, reason, retryMs = 0) {
    this.state = state
    this.reason = reason
    this.dispatchEvent(new DetailEvent('state', { state, reason, retryMs }))
  }
}

/** @param {unknown} data
 *  @returns {Frame | null} */
function parseFrame(data) {
  if (typeof data !== 'string') return null
  try {
    const frame = JSON.parse(data)
    return frame !== null && typeof frame === 'object' && typeof frame.type === 'string' ? frame : null
  } catch {
    return null
  }
}
