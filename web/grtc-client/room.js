import { Acknowledgements } from './acknowledgements.js'
import { DetailEvent, GrtcError } from './errors.js'
import { FilesDoor } from './files/door.js'
import { Inbound } from './inbound.js'
import { IceRenewal, askIceServers } from './ice-renewal.js'
import { Links, isNegotiation } from './links.js'
import { Media, kWant } from './media.js'
import { readMessages } from './message-reader.js'
import { Outbound } from './outbound.js'
import { defaultStorage } from './session-store.js'
import { afterFrame, afterWelcome, withMissing, without } from './presence.js'
import { Signalling } from './signalling.js'
import { TypedTarget } from './typed-target.js'

/** @typedef {import('./types.js').Frame} Frame */
/** @typedef {import('./types.js').Json} Json */
/** @typedef {import('./types.js').Peer} Peer */
/** @typedef {import('./types.js').Way} Way */

/** A received message; `from` is '' when the server itself speaks. `payload` is as the sender made it: untrusted.
 *  @typedef {{id: string, from: string, name: string, via: Way, type: string, text: string, payload: Frame}} Message */

const kTickMs = 500
/** What `stream`, `n`, `after`, `id` and brackets add to a payload, and each receiver's id beside it. */
const kOverheadBytes = 200
const kTextChars = 65_536
/** What two peers say to each other about a file. */
const kFileMessage = 'grtc-file'
const kPresence = new Set(['peer-joined', 'peer-updated', 'peer-left'])
/** `from` of what the server itself says (its administrator). No peer id is empty. */
const kServer = ''
const kUtf8 = new TextEncoder()

/** A room, as one of its peers.
 *
 *  Events (`detail`): `peerjoined`, `peerupdated` (Peer), `peerleft` {peer, reason}, `message` (Message),
 *  `file` (Transfer: a file is offered, or goes on after a reload),
 *  `state` {state, reason, resumed, retryMs} (resumed: with `open` after a break; true when nothing was lost),
 *  `track` {peer, track, stream, kind}: a track of a peer, its `kind` being `camera`, `screen` or the application's own;
 *  `error` (GrtcError: the server refused something; the room goes on).
 *  @extends {TypedTarget<import('./types.js').RoomEvents>} */
export class Room extends TypedTarget {
  #signalling
  /** @type {Links} */
  #links
  #outbound
  #inbound
  /** @type {import('./presence.js').Members} */
  #members = new Map()
  /** @type {Map<string, Peer>} */
  #peers = new Map()
  /** @type {Set<string>} */
  #confirming = new Set()
  #acks = new Acknowledgements((peerId, frame) => {
    if (this.#links.get(peerId)?.send(JSON.stringify(frame)) || this.state !== 'open') return
    this.#trySend({ ...frame, to: peerId })
  })
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #ticker
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #missingTimer
  /** Whoever is missing now and loses the direct link too has left. */
  #missingOver = true
  #welcomes = 0
  #name
  /** @type {Json} */
  #meta = {}
  /** @type {string} */
  name
  #stopOnline = new AbortController()
  /** Files to and from the others. */
  files
  #ice
  /** What this page sends to all. @type {Media} */
  media

  /** @param {string} room
   *  @param {import('./types.js').JoinOptions} [options] */
  constructor(room, options = {}) {
    super()
    this.name = room
    this.#name = options.name ?? ''
    this.#signalling = new Signalling(room, options)
    this.#ice = new IceRenewal({ ask: () => askIceServers(this.#signalling, room, options.token), renewed: () => this.#renewServers() })
    this.media = new Media({
      links: () => this.#links.entries(), people: () => this.#members.size + 1, send: (peerId, frame) => this.#whisper(peerId, frame),
    })
    this.#links = new Links(options.RTCPeerConnection, {
      self: () => this.#signalling.peerId,
      iceServers: () => this.#ice.servers,
      rtc: options.rtc,
      publications: () => this.media.publications,
      made: (peerId, link) => this.media.watch(peerId, link),
      track: (peerId, detail) => this.#track(peerId, detail),
      send: (peerId, frame) => this.#negotiate(peerId, frame),
      text: (peerId, text) => this.#direct(peerId, text),
      channel: (peerId, channel) => this.files.channel(peerId, channel),
      state: (peerId) => this.#linkChanged(peerId),
    })
    this.files = new FilesDoor({
      send: (peerId, payload) => this.send(payload, { to: peerId }),
      peers: () => [...this.#members.keys()],
      openChannel: (peerId, label) => this.#links.get(peerId)?.openChannel(label) ?? null,
      way: (peerId) => this.#wayTo(peerId),
      maxMessageBytes: (peerId) => this.#links.get(peerId)?.maxMessageBytes ?? 0,
      announce: (transfer) => this.#emit('file', transfer),
      storage: options.storage === undefined ? defaultStorage() : options.storage,
      storageKey: `grtc.files ${options.url ?? ''} ${room}`,
    })
    this.#outbound = new Outbound({
      serverReaches: (peerId) => this.state === 'open' && this.#members.get(peerId)?.missing === false,
      confirms: (peerId) => this.#confirming.has(peerId),
      sendDirect: (peerId, frame) => this.#links.get(peerId)?.send(JSON.stringify(frame)) ?? false,
      sendServer: (peerIds, frame) => this.#trySend({ ...frame, to: peerIds.length === 1 ? peerIds[0] : peerIds }),
    })
    this.#inbound = new Inbound((from, frame, via) => this.#deliver(from, frame, via))
    this.#signalling.addEventListener('frame', (event) => this.#frame(event.detail))
    this.#signalling.addEventListener('welcome', (event) => this.#welcome(event.detail))
    this.#signalling.addEventListener('state', (event) => this.#state(event.detail))
  }

  get state() { return this.#signalling.state }
  get reason() { return this.#signalling.reason }
  get self() { return { id: this.#signalling.peerId, name: this.#name, meta: this.#meta } }
  /** The others, by peer id. @returns {ReadonlyMap<string, Peer>} */
  get peers() { return this.#peers }
  /** How the connection with each peer is, looked at every 2 s; `media` has an event for it. */
  get quality() { return this.media.quality }

  /** Connects. Resolves when joined; rejects when the server refuses for good or the room is left first. Attempts go on in
   *  between: watch `state`. */
  async open() {
    const joined = new Promise((/** @type {(room: Room) => void} */ resolve, reject) => {
      const check = () => {
        if (this.state === 'open') resolve(this)
        else if (this.state === 'closed') reject(new GrtcError(this.reason, `The room could not be joined: ${this.reason}.`))
        else return
        this.removeEventListener('state', check)
      }
      this.addEventListener('state', check)
    })
    this.#ticker = setInterval(() => this.#tick(), kTickMs)
    const { signal } = this.#stopOnline
    const refresh = () => this.#links.refresh()
    globalThis.window?.addEventListener?.('online', refresh, { signal })
    const { connection } = /** @type {{connection?: EventTarget}} */ (globalThis.navigator ?? {})
    connection?.addEventListener?.('change', refresh, { signal })
    await this.#signalling.start()
    return joined
  }

  /** Sends to all peers, or to `to`. Resolves as soon as the message is on its way or kept; the Delivery tells how it goes on.
   *  @param {Json & {type?: string}} payload  `{type: 'message', text}`, or a type of the application's own
   *  @param {{to?: string | readonly string[]}} [options]
   *  @throws {GrtcError} closed, too-large, backlog-full */
  async send(payload, { to } = {}) {
    if (this.state === 'closed') throw new GrtcError('closed', 'This room was left.')
    const receivers = to === undefined ? [...this.#members.keys()] : typeof to === 'string' ? [to] : [...to]
    const message = { ...payload, type: payload.type ?? 'message' }
    const addresses = Math.min(receivers.length, 64) * 132
    const bytes = kUtf8.encode(JSON.stringify(message)).length + kOverheadBytes + addresses
    if (bytes > this.#signalling.maxMessageBytes) {
      throw new GrtcError('too-large', `A message may have ${this.#signalling.maxMessageBytes} bytes.`)
    }
    return this.#outbound.send(message, receivers, Date.now())
  }

  /** Changes what the others see of this peer.
   *  @param {{name?: string, meta?: Json}} presence */
  update({ name, meta }) {
    if (name !== undefined) this.#name = name
    if (meta !== undefined) this.#meta = meta
    this.#signalling.rename(this.#name)
    if (this.#welcomes > 0) this.#trySend({ type: 'update', ...(name === undefined ? {} : { name }), ...(meta === undefined ? {} : { meta }) })
  }

  /** Leaves at once; the others see it. */
  async leave() { this.#signalling.leave() }

  /** The messages from now on, until the room is closed: `for await (const message of room.messages())`. */
  messages() { return readMessages(this) }

  /** @param {{welcome: import('./types.js').Welcome, resumed: boolean, lost: number[]}} detail */
  #welcome({ welcome, resumed, lost }) {
    const again = this.#welcomes > 0
    this.#welcomes += 1
    this.#ice.take(welcome.ice_servers ?? [])
    if (!(again && resumed) && Object.keys(this.#meta).length > 0) this.#trySend({ type: 'update', meta: this.#meta })
    this.#apply(afterWelcome(this.#members, welcome.peers ?? [], resumed))
    if (again && !resumed) {
      this.#links.renegotiate()
      this.#outbound.rejoined(lost, Date.now())
      this.#expectMissing(welcome.resume_window_s)
    }
    this.#emit('state', { state: 'open', reason: '', retryMs: 0, ...(again ? { resumed } : {}) })
    this.#outbound.flush(Date.now())
    if (!again) this.files.restore()
  }

  /** @param {{state: import('./types.js').RoomState, reason: string, retryMs: number}} detail */
  #state(detail) {
    if (detail.state === 'open') return // told by #welcome, which knows more
    if (detail.state === 'closed') {
      clearInterval(this.#ticker)
      this.#acks.stop()
      clearTimeout(this.#missingTimer)
      this.#stopOnline.abort()
      this.files.close()
      this.#ice.stop()
      this.media.stop()
      this.#links.closeAll()
      for (const peerId of this.#members.keys()) this.#outbound.peerLeft(peerId)
    }
    this.#emit('state', detail)
  }

  /** @param {Frame} frame */
  #frame(frame) {
    if (frame.type === 'error') return this.#refused(frame)
    if (kPresence.has(frame.type)) return this.#presence(frame)
    const from = typeof frame.from === 'string' ? frame.from : kServer
    if (from === kServer) return this.#deliver(from, frame, 'server')
    if (typeof frame.pc === 'string' || typeof frame.stream === 'string') this.#confirming.add(from)
    if (isNegotiation(frame.type)) this.#links.receive(from, frame)
    else this.#message(from, frame, 'server')
  }

  /** @param {Frame} frame */
  #presence(frame) {
    const id = String(frame.peer_id)
    const goesOn = frame.type === 'peer-left' && frame.reason === 'timeout' && this.#links.get(id)?.usable
    this.#apply(goesOn ? withMissing(this.#members, id) : afterFrame(this.#members, frame))
  }

  /** @param {string} from
   *  @param {string} text */
  #direct(from, text) {
    /** @type {unknown} */
    let frame
    try {
      frame = JSON.parse(text)
    } catch {
      return
    }
    if (frame === null || typeof frame !== 'object' || typeof (/** @type {Json} */ (frame).type) !== 'string') return
    this.#confirming.add(from)
    const known = /** @type {Frame} */ (frame)
    if (isNegotiation(known.type)) this.#links.receive(from, known)
    else this.#message(from, known, 'direct')
  }

  /** @param {string} peerId
   *  @param {{track: MediaStreamTrack, stream: MediaStream, kind: string}} detail */
  #track(peerId, detail) {
    this.#linkChanged(peerId)
    const peer = this.#peers.get(peerId)
    if (peer) this.#emit('track', { peer, ...detail })
  }

  /** @param {string} from
   *  @param {Frame} frame
   *  @param {Way} via */
  #message(from, frame, via) {
    if (frame.type === kWant) return this.media.wanted(from, frame)
    if (frame.type === 'message-ack') return this.#outbound.acknowledge(from, frame.stream, frame.n)
    this.#acks.add(from, this.#inbound.take(from, frame, via, Date.now()))
  }

  /** @param {string} from
   *  @param {Frame} frame
   *  @param {Way} via */
  #deliver(from, frame, via) {
    if (frame.type === kFileMessage) return this.files.message(from, frame)
    const text = typeof frame.text === 'string' ? frame.text.slice(0, kTextChars) : ''
    const id = typeof frame.stream === 'string' ? `${frame.stream}.${frame.n}` : `${from} ${String(frame.seq)}`
    const name = this.#members.get(from)?.name ?? ''
    this.#emit('message', { id, from, name, via, type: frame.type, text, payload: frame })
  }

  /** @param {Frame} frame */
  #refused(frame) {
    if (frame.code === 'unknown-peer') {
      // Leaving crosses with sending; the message waits until the peer is back or has left.
      if (typeof frame.to === 'string') this.#outbound.notReached(frame.to, frame.ref)
      return
    }
    this.#emit('error', new GrtcError(String(frame.code), String(frame.message ?? frame.code)))
  }

  /** @param {string} peerId
   *  @param {Frame} frame */
  #negotiate(peerId, frame) {
    // While the server is out of reach, tracks come and go by the channel. A broken path could not be mended that way.
    if (this.state !== 'open' && this.#links.get(peerId)?.send(JSON.stringify(frame))) return
    if (this.#members.get(peerId)?.missing === false) this.#trySend({ ...frame, to: peerId })
  }

  /** A hint that may get lost. @param {string} peerId
   *  @param {Frame} frame */
  #whisper(peerId, frame) {
    if (!this.#links.get(peerId)?.send(JSON.stringify(frame)) && this.state === 'open') this.#trySend({ ...frame, to: peerId })
  }

  #renewServers() {
    for (const [id, link] of this.#links.entries()) link.renewServers(this.quality.get(id)?.route === 'relay')
  }

  /** @param {string} peerId */
  #linkChanged(peerId) {
    const link = this.#links.get(peerId)
    const member = this.#members.get(peerId)
    if (!link || !member) return
    if (!link.usable) this.#outbound.channelClosed(peerId, Date.now())
    if (member.missing && this.#missingOver && !link.usable) return this.#apply(without(this.#members, [peerId], 'timeout'))
    this.#show(member)
    this.#emit('peerupdated', this.#peers.get(peerId))
    this.files.wayChanged(peerId)
  }

  /** @param {string} peerId */
  #wayTo(peerId) {
    const link = this.#links.get(peerId)
    if (!this.#members.has(peerId)) return 'peer-left'
    if (link?.usable) return 'direct'
    return link?.state === 'connecting' || link?.state === 'interrupted' ? 'connecting' : 'no-direct'
  }

  /** After joining anew: whoever doesn't come back in time has left, unless its direct link still carries.
   *  @param {number} windowS */
  #expectMissing(windowS) {
    clearTimeout(this.#missingTimer)
    this.#missingOver = false
    this.#missingTimer = setTimeout(() => {
      this.#missingOver = true
      const gone = [...this.#members.values()].filter(({ id, missing }) => missing && !this.#links.get(id)?.usable)
      this.#apply(without(this.#members, gone.map(({ id }) => id), 'timeout'))
    }, Math.max(5, windowS || 0) * 1000)
  }

  /** @param {import('./presence.js').Step} step */
  #apply({ members, changes }) {
    const before = this.#members
    this.#members = members
    for (const { type, member, reason } of changes) {
      if (type === 'left') {
        const peer = this.#peers.get(member.id)
        this.#peers.delete(member.id)
        this.#links.remove(member.id)
        this.#outbound.peerLeft(member.id)
        this.#emit('peerleft', { peer, reason })
        this.files.wayChanged(member.id)
        continue
      }
      const link = member.missing ? this.#links.get(member.id) : this.#links.ensure(member.id)
      const returned = member.connected && before.get(member.id)?.connected === false
      if (returned && link?.state === 'failed') link.refresh()
      else if (returned) link?.repeat()
      this.#show(member)
      this.#emit(type === 'joined' ? 'peerjoined' : 'peerupdated', this.#peers.get(member.id))
      if (type === 'joined') this.files.wayChanged(member.id, true)
    }
    if (changes.length > 0) this.#outbound.flush(Date.now())
  }

  /** @param {import('./presence.js').Member} member */
  #show(member) {
    const link = this.#links.get(member.id)
    this.#peers.set(member.id, Object.freeze({
      ...member,
      route: link?.usable ? /** @type {const} */ ('direct') : /** @type {const} */ ('server'),
      link: link?.state ?? 'unsupported',
      cause: link?.cause ?? '',
      streams: Object.freeze(Object.fromEntries(link?.streams ?? [])),
    }))
  }

  #tick() {
    const now = Date.now()
    if (this.#outbound.waiting) this.#outbound.tick(now)
    if (this.#inbound.waiting) for (const { from, stream, n } of this.#inbound.tick(now)) this.#acks.add(from, { stream, n })
  }

  /** The id at the server, or 0 when it can't be sent now.
   *  @param {Frame} frame */
  #trySend(frame) {
    try {
      return this.#signalling.send(frame)
    } catch {
      return 0
    }
  }

  /** @param {string} type
   *  @param {unknown} detail */
  #emit(type, detail) { this.dispatchEvent(new DetailEvent(type, detail)) }
}
