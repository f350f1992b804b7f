/** A track that is sent under a name of its own, `camera audio` and the like. `track` null: held, nothing is sent now.
 *  @typedef {{kind: string, type: string, track: MediaStreamTrack | null, stream: MediaStream}} Publication */

/** @typedef {ReadonlyMap<string, Publication>} Publications */

const kKindsFromPeer = 8
const kKind = /^[a-z-]{1,16}$/

/** What one RTCPeerConnection sends and what comes by it. */
export class LinkMedia {
  #pc
  #changed
  /** @type {Map<string, RTCRtpSender>} */
  #senders = new Map()
  /** @type {RTCRtpSender[]} */
  #idle = []
  /** Streams of the peer by kind. @type {Map<string, MediaStream>} */
  streams = new Map()

  /** @param {RTCPeerConnection} pc
   *  @param {{kindOf: (streamId: string) => string, track: (detail: {track: MediaStreamTrack, stream: MediaStream, kind: string}) => void,
   *           changed: () => void}} hooks  changed: a stream of the peer ended */
  constructor(pc, { kindOf, track: told, changed }) {
    this.#pc = pc
    this.#changed = changed
    pc.ontrack = ({ track, streams: [stream] }) => {
      if (!stream) return
      const kind = kindOf(stream.id)
      this.streams.set(kind, stream)
      stream.onremovetrack = () => this.#removed(kind, stream)
      told({ track, stream, kind })
    }
  }

  /** Makes the connection send just what is published. A track in the place of another needs no negotiation.
   *  @param {Publications} publications */
  sync(publications) {
    for (const [key, sender] of this.#senders) {
      if (publications.has(key)) continue
      this.#pc.removeTrack(sender)
      this.#senders.delete(key)
      this.#idle.push(sender)
    }
    for (const [key, publication] of publications) {
      const sender = this.#senders.get(key)
      // Refused only when the connection is closing: then there is nobody to send to.
      if (sender && sender.track !== publication.track) sender.replaceTrack(publication.track).catch(() => {})
      else if (!sender && publication.track) this.#senders.set(key, this.#add(publication, publication.track))
    }
  }

  /** Each sender with the name of what it sends. */
  senders() { return this.#senders.entries() }

  /** How loud the peer is, 0 to 1, of its own latest packets. */
  level() {
    let level = 0
    for (const receiver of this.#pc.getReceivers()) {
      if (receiver.track.kind !== 'audio') continue
      for (const { audioLevel } of receiver.getSynchronizationSources?.() ?? []) level = Math.max(level, audioLevel ?? 0)
    }
    return level
  }

  close() {
    this.#pc.ontrack = null
    for (const stream of this.streams.values()) stream.onremovetrack = null
  }

  /** Takes a place that is free before it makes a new one, or the session description would grow with each screen shared.
   *  @param {Publication} publication
   *  @param {MediaStreamTrack} track */
  #add({ type, stream }, track) {
    const free = this.#pc.getTransceivers().find((transceiver) =>
      this.#idle.includes(transceiver.sender) && transceiver.receiver.track.kind === type && transceiver.direction !== 'stopped')
    if (!free?.sender.setStreams) return this.#pc.addTrack(track, stream)
    this.#idle = this.#idle.filter((sender) => sender !== free.sender)
    free.direction = 'sendrecv'
    free.sender.setStreams(stream)
    free.sender.replaceTrack(track).catch(() => {})
    return free.sender
  }

  /** @param {string} kind
   *  @param {MediaStream} stream */
  #removed(kind, stream) {
    if (stream.getTracks().length === 0 && this.streams.get(kind) === stream) this.streams.delete(kind)
    this.#changed()
  }
}

/** What each stream is or was, told beside a description: the description alone does not say which is the screen, and it may
 *  be of a moment ago, when more was published.
 *  @param {Record<string, string>} known  by stream id, from before
 *  @param {Publications} publications
 *  @returns {Record<string, string>} */
export function kindsOf(known, publications) {
  return { ...known, ...Object.fromEntries([...publications.values()].map(({ stream, kind }) => [stream.id, kind])) }
}

/** Such a map from a peer: at most 8, with short names; what isn't like that is left out.
 *  @param {unknown} told
 *  @returns {Map<string, string>} */
export function kindsFromPeer(told) {
  if (told === null || typeof told !== 'object') return new Map()
  return new Map(Object.entries(told).filter(([, kind]) => typeof kind === 'string' && kKind.test(kind)).slice(0, kKindsFromPeer))
}
