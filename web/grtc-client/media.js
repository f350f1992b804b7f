import { DetailEvent } from './errors.js'
import { kFirstUploadBps, kNoSteps, limitsFor, nextStep } from './media-limits.js'
import { kNoQuality, readStats } from './quality.js'

/** @typedef {import('./peer-link.js').PeerLink} PeerLink */
/** @typedef {import('./quality.js').Quality} Quality */
/** @typedef {import('./link-media.js').Publication} Publication */
/** @typedef {{link: PeerLink, look: import('./quality.js').Look | null, quality: Quality,
 *            steps: import('./media-limits.js').Steps, want: {video: boolean, pinned: boolean}, cameraBps: number}} Watched */

const kLookMs = 2_000
const kSpeech = 0.02
/** Somebody who pauses for breath still speaks. */
const kSpeechMs = 4_000

/** What this page sends to all peers of a room, within what the network carries.
 *
 *  Events: `published` {kinds}; `quality` {quality}: a Map of the peers, every 2 s while there is a link. */
export class Media extends EventTarget {
  /** How the connection with each peer is. @type {ReadonlyMap<string, Quality>} */
  quality = new Map()
  #hooks
  /** @type {Map<string, Publication>} */
  #publications = new Map()
  /** One stream a kind, the same for the whole call: peers know it by its id. @type {Map<string, MediaStream>} */
  #streams = new Map()
  /** @type {Map<string, Watched>} */
  #watched = new Map()
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer
  #spokeAt = -Infinity

  /** @param {{links: () => Iterable<[string, PeerLink]>, people: () => number,
   *           send: (peerId: string, frame: import('./types.js').Frame) => void}} hooks */
  constructor(hooks) {
    super()
    this.#hooks = hooks
  }

  get publications() { return this.#publications }
  /** What is published: `camera`, `screen`, or kinds of the application's own. */
  get kinds() { return [...new Set([...this.#publications.values()].map(({ kind }) => kind))] }

  /** Sends the stream's tracks, one of audio and one of video, in the place of what was sent under this kind before.
   *  The tracks stay the caller's: to mute is `track.enabled = false`, to stop is the caller's too.
   *  @param {MediaStream} stream
   *  @param {{kind?: string}} [options] */
  publish(stream, { kind = 'camera' } = {}) {
    for (const type of ['audio', 'video']) {
      const track = stream.getTracks().find((one) => one.kind === type) ?? null
      if (track || this.#publications.has(`${kind} ${type}`)) this.#put(kind, type, track)
    }
    this.#changed()
  }

  /** Another track (a device changed), or null to send nothing and keep the place; peers notice no break.
   *  @param {MediaStreamTrack | null} track
   *  @param {{kind?: string, type?: string}} [options]  type: `audio` or `video`, needed with null */
  replace(track, { kind = 'camera', type = track?.kind ?? 'video' } = {}) {
    this.#put(kind, type, track)
    this.#changed()
  }

  /** @param {string} kind */
  unpublish(kind) {
    for (const [key, publication] of this.#publications) if (publication.kind === kind) this.#publications.delete(key)
    this.#changed()
  }

  /** How loud each peer is now, 0 to 1. Cheap: ask several times a second.
   *  @returns {Map<string, number>} */
  levels() {
    // Asked while it is being set up, a connection keeps the page waiting.
    return new Map([...this.#hooks.links()].map(([id, link]) => [id, link.state === 'open' ? link.media?.level() ?? 0 : 0]))
  }

  /** Tells a peer whether its picture is shown here; one that nobody sees is not sent.
   *  @param {string} peerId
   *  @param {{video: boolean, pinned?: boolean}} want */
  want(peerId, { video, pinned = false }) { this.#hooks.send(peerId, { type: kWant, video, pinned }) }

  /** A peer's wish. @param {string} peerId
   *  @param {import('./types.js').Json} frame */
  wanted(peerId, frame) {
    const watched = this.#watched.get(peerId)
    if (!watched) return
    watched.want = { video: frame.video !== false, pinned: frame.pinned === true }
    void this.#limit()
  }

  /** The room's: a link was made, or built anew. @param {string} peerId
   *  @param {PeerLink} link */
  watch(peerId, link) {
    if (this.#watched.get(peerId)?.link !== link) {
      this.#watched.set(peerId, {
        link, look: null, quality: kNoQuality, steps: kNoSteps, want: { video: true, pinned: false }, cameraBps: Infinity,
      })
    }
    this.#timer ??= setInterval(() => void this.#lookAtAll(), kLookMs)
    // Asked while it is being set up, a connection keeps the page waiting; and nothing is sent yet.
    link.addEventListener('state', () => { if (link.state === 'open') void this.#limit() })
  }

  stop() {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#watched.clear()
  }

  /** @param {string} kind
   *  @param {string} type
   *  @param {MediaStreamTrack | null} track */
  #put(kind, type, track) {
    const stream = this.#streams.get(kind) ?? new MediaStream()
    this.#streams.set(kind, stream)
    this.#publications.set(`${kind} ${type}`, { kind, type, track, stream })
  }

  #changed() {
    for (const [, link] of this.#hooks.links()) link.publish(this.#publications)
    void this.#limit()
    this.dispatchEvent(new DetailEvent('published', { kinds: this.kinds }))
  }

  async #lookAtAll() {
    const links = new Map(this.#hooks.links())
    for (const id of this.#watched.keys()) if (!links.has(id)) this.#watched.delete(id)
    if (this.#watched.size === 0) return
    await Promise.all([...this.#watched.values()].map((watched) => this.#look(watched).catch(() => {})))
    this.quality = new Map([...this.#watched].map(([id, { quality }]) => [id, quality]))
    await this.#limit()
    this.dispatchEvent(new DetailEvent('quality', { quality: this.quality }))
  }

  /** @param {Watched} watched */
  async #look(watched) {
    const { link } = watched
    if (!link.connection || link.state === 'failed') {
      Object.assign(watched, { look: null, quality: kNoQuality })
      return
    }
    const at = Date.now()
    const report = /** @type {ReadonlyMap<string, any>} */ (/** @type {unknown} */ (await link.connection.getStats()))
    const { quality, look } = readStats(report, watched.look, at, watched.cameraBps)
    const steps = watched.look ? nextStep(watched.steps, { at, lossPct: quality.lossPct, limited: quality.limited }) : watched.steps
    if (quality.speech > kSpeech) this.#spokeAt = at
    Object.assign(watched, { quality, look, steps })
  }

  async #limit() {
    if (this.#publications.size === 0) return
    const all = [...this.#watched.values()]
    const measured = all.map(({ quality }) => quality.availableOut)
    const uploadBps = measured.length > 0 && measured.every((bps) => bps > 0) ? measured.reduce((sum, bps) => sum + bps, 0) : kFirstUploadBps
    const screen = this.#publications.has('screen video')
    const speaks = Date.now() - this.#spokeAt < kSpeechMs
    await Promise.all(all.map(async (watched) => {
      const { link, steps, want } = watched
      const limits = limitsFor({
        people: this.#hooks.people(), step: steps.step, uploadBps, screen, wanted: want.video, speaking: speaks || want.pinned,
      })
      watched.cameraBps = limits.camera.bps
      for (const [key, sender] of link.media?.senders() ?? []) await apply(sender, limitOf(key, limits)).catch(() => {})
    }))
  }
}

/** The type of the frame that says what is shown. */
export const kWant = 'media-want'

/** @param {string} key
 *  @param {ReturnType<typeof limitsFor>} limits */
function limitOf(key, limits) {
  if (key.endsWith('audio')) return limits.audio
  return key.startsWith('screen') ? limits.screen : limits.camera
}

/** @param {RTCRtpSender} sender
 *  @param {import('./media-limits.js').Limit} limit */
async function apply(sender, { bps, height, fps, off }) {
  const parameters = sender.getParameters()
  const [encoding] = parameters.encodings
  if (!encoding || !sender.track) return
  const have = sender.track.getSettings?.().height ?? 0
  const scale = height > 0 && have > height ? have / height : 1
  const wanted = { active: !off, maxBitrate: bps, ...(fps > 0 ? { maxFramerate: fps, scaleResolutionDownBy: scale } : {}) }
  if (Object.entries(wanted).every(([name, value]) => encoding[/** @type {keyof RTCRtpEncodingParameters} */ (name)] === value)) return
  Object.assign(encoding, wanted)
  await sender.setParameters(parameters)
}
