import { DetailEvent } from './errors.js'
import { LinkMedia, kindsOf } from './link-media.js'
import { Negotiation, placeFrame } from './negotiation.js'

/** @typedef {import('./types.js').Frame} Frame */
/** @typedef {import('./types.js').LinkState} LinkState */

const kConnectMs = 15_000
const kInterruptedMs = 3_000
/** How long the polite side leaves the first offer to the other, to spare both a collision. */
const kPatienceMs = 2_000
const kFailureWindowMs = 30_000
const kFailuresBeforeRebuild = 3
const kRebuilds = 3
const kChannelBufferBytes = 1 << 20
const kChannelMessageChars = 262_144

/** The direct way to one peer: an RTCPeerConnection kept alive, on it the reliable, ordered channel `grtc`, and the tracks of both.
 *
 *  Events: `state` {state, cause}; `text` (a message of the channel); `channel` (an RTCDataChannel that the other side opened, for
 *  a transfer); `track` {track, stream, kind}; `streams` (one ended). States: `connecting`, `open` (the channel carries),
 *  `interrupted` (it may come back), `failed` (with a cause: `no-answer`, `ice-failed`; it still may come back), `closed`,
 *  `unsupported`. */
export class PeerLink extends EventTarget {
  /** @type {LinkState} */
  state = 'connecting'
  cause = ''
  /** @type {RTCPeerConnection | null} */
  connection = null

  #polite
  #options
  /** @type {Negotiation | null} */
  #negotiation = null
  /** @type {RTCDataChannel | null} */
  #channel = null
  /** @type {LinkMedia | null} */
  media = null
  /** @type {import('./link-media.js').Publications} */
  #publications = new Map()
  /** @type {Record<string, string>} */
  #kinds = {}
  /** @type {number[]} */
  #failures = []
  #rebuilds = 0
  /** The peer has answered once, whatever became of it: a connection made anew has not heard from it yet. */
  #heard = false
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  #timers = new Map()

  /** @param {string} self    own peer id
   *  @param {string} peer    the other's; the greater of both is the polite one
   *  @param {{send: (frame: Frame) => void, iceServers: () => RTCIceServer[],
   *           RTCPeerConnection?: typeof RTCPeerConnection | null, rtc?: RTCConfiguration,
   *           publications?: import('./link-media.js').Publications}} options
   *           send: gives a negotiation frame to the peer; publications: what is sent from the start */
  constructor(self, peer, options) {
    super()
    this.publish(options.publications ?? this.#publications)
    this.#polite = self > peer
    this.#options = options
    const Connection = options.RTCPeerConnection === undefined ? globalThis.RTCPeerConnection : options.RTCPeerConnection
    this.Connection = Connection ?? null
    if (!this.Connection) this.state = 'unsupported'
    else this.#build(!this.#polite)
  }

  get polite() { return this.#polite }
  /** The peer's streams by kind (`camera`, `screen`). */
  get streams() { return this.media?.streams ?? new Map() }
  get usable() { return this.state === 'open' && this.#channel?.readyState === 'open' }

  /** Sends by the channel. False: there is none, or too much waits in it; then use the server.
   *  @param {string} text */
  send(text) {
    if (!this.usable || !this.#channel || this.#channel.bufferedAmount > kChannelBufferBytes) return false
    try {
      this.#channel.send(text)
      return true
    } catch {
      return false
    }
  }

  /** Sends these tracks from now on, and no others. @param {import('./link-media.js').Publications} publications */
  publish(publications) {
    this.#publications = publications
    this.#kinds = kindsOf(this.#kinds, publications)
    this.media?.sync(publications)
  }

  /** New credentials. A path over TURN is looked for anew, as the old ones can't refresh it any longer.
   *  @param {boolean} relayed */
  renewServers(relayed) {
    this.connection?.setConfiguration(this.#configuration())
    if (relayed && this.#negotiation?.answered) this.connection?.restartIce()
  }
  /** Opens another channel beside `grtc`; null: there is no direct way now. @param {string} label */
  openChannel(label) {
    if (!this.usable || !this.connection) return null
    try {
      return this.connection.createDataChannel(label)
    } catch {
      return null // the browser has no more of them
    }
  }

  /** The largest message that both browsers take; 0 when unknown. */
  get maxMessageBytes() { return this.connection?.sctp?.maxMessageSize ?? 0 }

  /** Takes an `offer`, `answer` or `ice-candidate` of the peer. @param {Frame} frame */
  receive(frame) {
    if (!this.Connection || this.state === 'closed') return
    if (!this.#negotiation) this.#build(false)
    const negotiation = /** @type {Negotiation} */ (this.#negotiation)
    const place = placeFrame(frame, negotiation.id, negotiation.remoteId)
    if (place === 'drop') return
    if (place === 'renew') this.#build(true)
    this.#negotiation?.receive(frame)
  }

  /** The network changed: look for new ways, at once when the link is not open. */
  refresh() {
    if (!this.Connection || this.state === 'closed') return
    this.#rebuilds = 0
    if (this.state === 'failed' || !this.connection) this.#build(true)
    else if (this.#negotiation?.answered) this.connection.restartIce()
  }

  /** Frames may have been lost on the way (a new signalling session): begin anew unless the link is open. */
  renegotiate() {
    if (!this.Connection || this.state === 'closed') return
    if (this.connection?.connectionState === 'connected') this.repeat()
    else this.#build(!this.#polite)
  }

  /** The peer can be reached again: what it may have missed is said once more. */
  repeat() { this.#negotiation?.repeat() }

  close() {
    this.#teardown()
    this.#setState('closed', '')
  }

  /** @param {boolean} mayOffer */
  #build(mayOffer) {
    const deadlineRuns = this.#timers.has('deadline')
    this.#heard ||= this.#negotiation?.answered ?? false
    this.#teardown(deadlineRuns)
    const Connection = /** @type {typeof RTCPeerConnection} */ (this.Connection)
    const pc = new Connection(this.#configuration())
    this.connection = pc
    const negotiation = new Negotiation(pc, {
      polite: this.#polite, mayOffer, send: this.#options.send, kinds: () => this.#kinds,
      startOver: (frame) => {
        this.#build(false)
        this.#negotiation?.receive(frame)
      },
    })
    this.#negotiation = negotiation
    this.media = new LinkMedia(pc, {
      kindOf: (streamId) => negotiation.remoteKinds.get(streamId) ?? (negotiation.remoteKinds.size > 0 ? 'unknown' : 'camera'),
      track: (detail) => { if (this.connection === pc) this.dispatchEvent(new DetailEvent('track', detail)) },
      changed: () => { if (this.connection === pc) this.dispatchEvent(new DetailEvent('streams', null)) },
    })
    pc.onconnectionstatechange = () => { if (this.connection === pc) this.#connectionChanged(pc) }
    pc.ondatachannel = ({ channel }) => { if (this.connection === pc) this.dispatchEvent(new DetailEvent('channel', channel)) }
    this.#openChannel(pc)
    this.media.sync(this.#publications)
    negotiation.begin()
    if (!mayOffer) this.#later('patience', kPatienceMs, () => this.#negotiation?.allowOffer())
    if (!deadlineRuns) this.#later('deadline', kConnectMs, () => this.#late())
    if (this.state !== 'failed') this.#setState(this.state === 'open' ? 'interrupted' : 'connecting', '')
  }

  /** One transport for all that both send: a third of the candidates, and of what a TURN server has to hold. */
  #configuration() { return { bundlePolicy: /** @type {const} */ ('max-bundle'), ...this.#options.rtc, iceServers: this.#options.iceServers() } }

  /** @param {RTCPeerConnection} pc */
  #openChannel(pc) {
    // Negotiated: both sides make it, so a collision of offers can't make two.
    const channel = pc.createDataChannel('grtc', { negotiated: true, id: 0 })
    this.#channel = channel
    channel.onopen = () => { if (this.#channel === channel) this.#opened() }
    channel.onclose = () => { if (this.#channel === channel) this.#failed() }
    channel.onmessage = ({ data }) => {
      const acceptable = typeof data === 'string' && data.length <= kChannelMessageChars
      if (this.#channel === channel && acceptable) this.dispatchEvent(new DetailEvent('text', data))
    }
  }

  #opened() {
    this.#cancel('deadline')
    this.#cancel('patience')
    this.#failures = []
    this.#rebuilds = 0
    this.#setState('open', '')
  }

  /** @param {RTCPeerConnection} pc */
  #connectionChanged(pc) {
    const now = pc.connectionState
    if (now === 'connected') {
      this.#cancel('interrupted')
      if (this.#channel?.readyState === 'open') this.#opened()
    } else if (now === 'disconnected') {
      if (this.state === 'open') this.#setState('interrupted', '')
      this.#later('interrupted', kInterruptedMs, () => this.#failed())
    } else if (now === 'failed') {
      this.#failed()
    }
  }

  /** Restarts ICE; after too many failures begins anew; after too many of that waits for a reason to hope. */
  #failed() {
    this.#cancel('interrupted')
    const now = Date.now()
    this.#failures = [...this.#failures.filter((at) => now - at < kFailureWindowMs), now]
    if (!this.#timers.has('deadline')) this.#later('deadline', kConnectMs, () => this.#late())
    if (this.state === 'open') this.#setState('interrupted', '')
    const channelGone = this.#channel?.readyState !== 'open' && this.#channel?.readyState !== 'connecting'
    if (this.#failures.length < kFailuresBeforeRebuild && !channelGone && this.connection?.signalingState === 'stable') {
      this.connection.restartIce()
      return
    }
    this.#failures = []
    this.#rebuilds += 1
    if (this.#rebuilds <= kRebuilds) this.#build(true)
    else this.#late()
  }

  /** Says that there is no direct way, and why; a few more attempts go on behind that. */
  #late() {
    this.#cancel('deadline')
    if (this.usable) return
    this.#setState('failed', this.#heard || this.#negotiation?.answered ? 'ice-failed' : 'no-answer')
    if (this.#rebuilds >= kRebuilds) return
    this.#rebuilds += 1
    this.#build(true)
  }

  #teardown(keepDeadline = false) {
    for (const name of [...this.#timers.keys()]) if (name !== 'deadline' || !keepDeadline) this.#cancel(name)
    this.#negotiation?.close()
    this.#negotiation = null
    this.media?.close()
    this.media = null
    this.#channel = null
    if (this.connection) {
      this.connection.onconnectionstatechange = null
      this.connection.ondatachannel = null
      this.connection.close()
    }
    this.connection = null
  }

  /** @param {string} name
   *  @param {number} ms
   *  @param {() => void} action */
  #later(name, ms, action) {
    this.#cancel(name)
    this.#timers.set(name, setTimeout(() => {
      this.#timers.delete(name)
      action()
    }, ms))
  }

  /** @param {string} name */
  #cancel(name) {
    clearTimeout(this.#timers.get(name))
    this.#timers.delete(name)
  }

  /** @param {LinkState} state
   *  @param {string} cause */
  #setState(state, cause) {
    if (this.state === state && this.cause === cause) return
    this.state = state
    this.cause = cause
    this.dispatchEvent(new DetailEvent('state', { state, cause }))
  }
}
