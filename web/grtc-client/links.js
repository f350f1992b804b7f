import { PeerLink } from './peer-link.js'

/** @typedef {import('./types.js').Frame} Frame */

const kNegotiation = new Set(['offer', 'answer', 'ice-candidate'])
/** @param {string} type */
export const isNegotiation = (type) => kNegotiation.has(type)

/** A mesh is for small rooms: beyond this, messages go through the server. */
const kLinks = 30

/** The direct links to the peers of a room. */
export class Links {
  /** @type {Map<string, PeerLink>} */
  #links = new Map()
  #hooks
  #Connection

  /** @param {typeof RTCPeerConnection | null | undefined} Connection
   *  @param {{self: () => string, iceServers: () => RTCIceServer[], send: (peerId: string, frame: Frame) => void,
   *           text: (peerId: string, text: string) => void, channel: (peerId: string, channel: RTCDataChannel) => void,
   *           state: (peerId: string, link: PeerLink) => void,
   *           track: (peerId: string, detail: {track: MediaStreamTrack, stream: MediaStream, kind: string}) => void,
   *           made: (peerId: string, link: PeerLink) => void, rtc?: RTCConfiguration,
   *           publications: () => import('./link-media.js').Publications}} hooks
   *           state: its state or the peer's streams changed; made: there is a link now */
  constructor(Connection, hooks) {
    this.#Connection = Connection
    this.#hooks = hooks
  }

  /** @param {string} peerId */
  get(peerId) { return this.#links.get(peerId) }

  /** @param {string} peerId */
  ensure(peerId) {
    const existing = this.#links.get(peerId)
    if (existing || this.#links.size >= kLinks) return existing
    const { self, iceServers, send, text, channel, state, track, made, rtc, publications } = this.#hooks
    const link = new PeerLink(self(), peerId, {
      iceServers, rtc, RTCPeerConnection: this.#Connection, publications: publications(), send: (frame) => send(peerId, frame),
    })
    this.#links.set(peerId, link)
    link.addEventListener('text', (event) => text(peerId, /** @type {any} */ (event).detail))
    link.addEventListener('channel', (event) => channel(peerId, /** @type {any} */ (event).detail))
    const mine = () => this.#links.get(peerId) === link
    for (const type of ['state', 'streams']) link.addEventListener(type, () => { if (mine()) state(peerId, link) })
    link.addEventListener('track', (event) => { if (mine()) track(peerId, /** @type {any} */ (event).detail) })
    made(peerId, link)
    return link
  }

  entries() { return this.#links.entries() }

  /** @param {string} peerId
   *  @param {Frame} frame */
  receive(peerId, frame) { this.ensure(peerId)?.receive(frame) }

  /** @param {string} peerId */
  remove(peerId) {
    const link = this.#links.get(peerId)
    this.#links.delete(peerId)
    link?.close()
  }

  refresh() { for (const link of this.#links.values()) link.refresh() }
  renegotiate() { for (const link of this.#links.values()) link.renegotiate() }
  closeAll() { for (const id of [...this.#links.keys()]) this.remove(id) }
}
