import { DetailEvent } from './errors.js'
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

/** The direct way to one peer: an RTCPeerConnection kept alive, and on it the reliable, ordered channel `grtc`.
 *
 *  Events: `state` {state, cause}; `text` (a message of the channel); `channel` (an RTCDataChannel that the other side opened, for
 *  a transfer). States: `connecting`, `open` (the channel carries),
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
  /** @type {number[]} */
  #failures = []
  #rebuilds = 0
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  #timers = new Map()

  /** @param {string} self    own peer id
   *  @param {string} peer    the other's; the greater of both is the polite one
   *  @param {{send: (frame: Frame) => void, iceServers: () => RTCIceServer[],
   *           RTCPeerConnection?: typeof RTCPeerConnection | null}} options  send: gives a negotiation frame to the peer */
  constructor(self, peer, options) {
    super()
    this.#polite = self > peer
    this.#options = options
    const Connection = options.RTCPeerConnection === undefined ? globalThis.RTCPeerConnection : options.RTCPeerConnection
    this.Connection = Connection ?? null
    if (!this.Connection) this.state = 'unsupported'
    else this.#build(!this.#polite)
  }

  get polite() { return this.#polite }
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
    if (this.Connection && this.state !== 'closed' && this.connection?.connectionState !== 'connected') {
      this.#build(!this.#polite)
    }
  }

  close() {
    this.#teardown()
    this.#setState('closed', '')
  }

  /** @param {boolean} mayOffer */
  #build(mayOffer) {
    const deadlineRuns = this.#timers.has('deadline')
    this.#teardown(deadlineRuns)
    const Connection = /** @type {typeof RTCPeerConnection} */ (this.Connection)
    const pc = new Connection({ iceServers: this.#options.iceServers() })
    this.connection = pc
    this.#negotiation = new Negotiation(pc, { polite: this.#polite, mayOffer, send: this.#options.send })
    pc.onconnectionstatechange = () => { if (this.connection === pc) this.#connectionChanged(pc) }
    pc.ondatachannel = ({ channel }) => { if (this.connection === pc) this.dispatchEvent(new DetailEvent('channel', channel)) }
    this.#openChannel(pc)
    if (!mayOffer) this.#later('patience', kPatienceMs, () => this.#negotiation?.allowOffer())
    if (!deadlineRuns) this.#later('deadline', kConnectMs, () => this.#late())
    if (this.state !== 'failed') this.#setState(this.state === 'open' ? 'interrupted' : 'connecting', '')
  }

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
    this.#setState('failed', this.#negotiation?.answered ? 'ice-failed' : 'no-answer')
    if (this.#rebuilds >= kRebuilds) return
    this.#rebuilds += 1
    this.#build(true)
  }

  #teardown(keepDeadline = false) {
    for (const name of [...this.#timers.keys()]) if (name !== 'deadline' || !keepDeadline) this.#cancel(name)
    this.#negotiation?.close()
    this.#negotiation = null
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
