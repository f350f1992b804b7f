import { randomId } from './ids.js'
import { kindsFromPeer } from './link-media.js'

/** @typedef {import('./types.js').Frame} Frame */

/** Candidates that may wait for their description. Browsers make about 20. */
const kEarlyCandidates = 200

/** What a peer's streams may be called, over the whole connection. */
const kKinds = 64

/** What to do with a negotiation frame, by the connection ids in it (see `Negotiation`).
 *  @param {Frame} frame
 *  @param {string} mine    id of this side's connection
 *  @param {string | null} theirs  id of the other's connection, null before its first description
 *  @returns {'take' | 'drop' | 'renew'}  renew: the other side began a new connection, so must this one */
export function placeFrame(frame, mine, theirs) {
  if (typeof frame.to_pc === 'string' && frame.to_pc !== mine) return 'drop'
  if (theirs === null || pcOf(frame) === theirs) return 'take'
  return frame.type === 'offer' ? 'renew' : 'drop'
}

/** @param {Frame} frame */
export const pcOf = (frame) => (typeof frame.pc === 'string' ? frame.pc : '')

/** Perfect negotiation (W3C webrtc-pc §10.7) of one RTCPeerConnection.
 *
 *  Each frame names its connection (`pc`) and, once known, the one it is for (`to_pc`), so that what was meant for a connection
 *  that was given up is dropped. Frames are worked off one after the other. */
export class Negotiation {
  id = randomId()
  /** @type {string | null} */
  remoteId = null
  /** What the peer's streams are, by stream id. @type {Map<string, string>} */
  remoteKinds = new Map()

  #pc
  #polite
  #send
  #kinds
  #makingOffer = false
  #ignoring = false
  #mayOffer
  #startOver
  #closed = false
  /** @type {Promise<void>} */
  #work = Promise.resolve()
  /** @type {{pc: string, candidate: RTCIceCandidateInit}[]} */
  #early = []

  /** @param {RTCPeerConnection} pc
   *  @param {{polite: boolean, mayOffer: boolean, send: (frame: Frame) => void, startOver: (frame: Frame) => void,
   *           kinds?: () => Record<string, string>}} options
   *         mayOffer: false leaves the first offer to the other side until allowOffer(); kinds: what this side's streams are;
   *         startOver: the frame is to be taken by a new connection instead, that has offered nothing */
  constructor(pc, { polite, mayOffer, send, startOver, kinds = () => ({}) }) {
    this.#pc = pc
    this.#polite = polite
    this.#mayOffer = mayOffer
    this.#startOver = startOver
    this.#send = send
    this.#kinds = kinds
    pc.onnegotiationneeded = () => this.begin()
    pc.onicecandidate = ({ candidate }) => {
      if (candidate) this.#tell({ type: 'ice-candidate', candidate: candidate.toJSON() })
    }
  }

  get answered() { return this.#pc.remoteDescription !== null }

  /** Offers what the connection has now. Its own word that an offer is needed comes later, when the page has been laid out. */
  begin() { if (this.#mayOffer) void this.#offer() }

  /** The other side has not begun in time: begin. */
  allowOffer() {
    if (this.#mayOffer || this.#closed) return
    this.#mayOffer = true
    if (!this.answered) void this.#offer()
  }

  /** The offer that waits for its answer may have been lost: says it again. */
  repeat() { if (this.#pc.signalingState === 'have-local-offer') this.#tellDescription() }

  /** Takes a frame that placeFrame said to take. @param {Frame} frame */
  receive(frame) {
    this.#work = this.#work.then(() => this.#receive(frame)).catch(() => {
      // A description or candidate that the browser refuses: the connection's deadline tells what came of it.
    })
  }

  close() {
    this.#closed = true
    this.#pc.onnegotiationneeded = null
    this.#pc.onicecandidate = null
  }

  /** @param {Frame} frame */
  async #receive(frame) {
    if (this.#closed) return
    if (frame.type === 'ice-candidate') return this.#candidate(frame)
    if (typeof frame.sdp !== 'string') return
    const type = frame.type === 'offer' ? 'offer' : 'answer'
    const collision = type === 'offer' && (this.#makingOffer || this.#pc.signalingState !== 'stable')
    this.#ignoring = collision && !this.#polite
    if (this.#ignoring) return
    // A first offer that is rolled back while its candidates are gathered leaves Chromium, now and then, without any candidates
    // for the answer: neither side would ever connect.
    if (collision && this.remoteId === null) return this.#startOver(frame)
    // An answer to an offer that was rolled back.
    if (type === 'answer' && this.#pc.signalingState !== 'have-local-offer') return
    for (const [streamId, kind] of kindsFromPeer(frame.media)) this.remoteKinds.set(streamId, kind)
    if (this.remoteKinds.size > kKinds) this.remoteKinds = kindsFromPeer(frame.media)
    await this.#pc.setRemoteDescription({ type, sdp: frame.sdp })
    this.remoteId = pcOf(frame)
    this.#mayOffer = true
    const early = this.#early.filter(({ pc }) => pc === this.remoteId)
    this.#early = []
    for (const { candidate } of early) await this.#add(candidate)
    if (type === 'offer') {
      await this.#pc.setLocalDescription()
      this.#tellDescription()
    }
  }

  /** @param {Frame} frame */
  async #candidate(frame) {
    const candidate = /** @type {RTCIceCandidateInit} */ (frame.candidate)
    if (candidate === null || typeof candidate !== 'object') return
    if (this.answered && this.remoteId === pcOf(frame)) return this.#add(candidate)
    if (this.#early.length < kEarlyCandidates) this.#early.push({ pc: pcOf(frame), candidate })
  }

  /** @param {RTCIceCandidateInit} candidate */
  async #add(candidate) {
    // Refused when it belongs to a description that was rolled back or ignored: nothing is lost with it.
    await this.#pc.addIceCandidate(candidate).catch(() => {})
  }

  async #offer() {
    try {
      this.#makingOffer = true
      await this.#pc.setLocalDescription()
      if (this.#pc.localDescription?.type === 'offer') this.#tellDescription()
    } catch {
      // Closed meanwhile, or an offer of the other side came first and was taken.
    } finally {
      this.#makingOffer = false
    }
  }

  #tellDescription() {
    const description = this.#pc.localDescription
    if (description && !this.#closed) {
      this.#tell({ type: description.type === 'offer' ? 'offer' : 'answer', sdp: description.sdp, media: this.#kinds() })
    }
  }

  /** @param {Frame} frame */
  #tell(frame) {
    this.#send({ ...frame, pc: this.id, ...(this.remoteId ? { to_pc: this.remoteId } : {}) })
  }
}
