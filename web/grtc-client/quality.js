// From the browser's statistics to what a person wants to know. Pure.

/** How the connection with a peer is. Rates are bits per second since the look before.
 *  @typedef {object} Quality
 *  @property {1 | 2 | 3 | 4} level
 *  @property {number | null} rttMs
 *  @property {number} lossPct       the worse of both ways
 *  @property {{in: number, out: number}} bitrate
 *  @property {number} availableOut  what the browser believes could be sent, 0 when it doesn't say
 *  @property {'direct' | 'relay' | 'server'} route  server: there is no direct link, only messages go
 *  @property {string} resolution    of the picture received, '' for none
 *  @property {number} framesPerSecond
 *  @property {string} codec         of what is received, `VP8, opus`
 *  @property {boolean} limited      the encoder gets less than this page would allow it
 *  @property {number} speech        how loud this page's own microphone is, 0 to 1 */

/** @typedef {{at: number, counters: ReadonlyMap<string, number>}} Look */
/** @typedef {{[member: string]: any}} Stat */

const kNearlyAll = 0.7

/** @type {Quality} */
export const kNoQuality = Object.freeze({
  level: 1, rttMs: null, lossPct: 0, bitrate: Object.freeze({ in: 0, out: 0 }), availableOut: 0, route: 'server', resolution: '',
  framesPerSecond: 0, codec: '', limited: false, speech: 0,
})

/** @param {ReadonlyMap<string, Stat>} report  of RTCPeerConnection.getStats()
 *  @param {Look | null} before  the look before, null at first
 *  @param {number} at  milliseconds
 *  @param {number} [allowedBps]  what this page allows a camera at most
 *  @returns {{quality: Quality, look: Look}} */
export function readStats(report, before, at, allowedBps = Infinity) {
  const stats = [...report.values()]
  /** @type {Map<string, number>} */
  const counters = new Map()
  const grown = (/** @type {string} */ name, /** @type {unknown} */ value) => {
    const now = typeof value === 'number' ? value : 0
    counters.set(name, now)
    return before ? Math.max(0, now - (before.counters.get(name) ?? 0)) : 0
  }
  const seconds = before ? Math.max(0.1, (at - before.at) / 1000) : 1
  const pair = selectedPair(report, stats)
  const incoming = stats.filter(({ type }) => type === 'inbound-rtp')
  const outgoing = stats.filter(({ type }) => type === 'outbound-rtp')
  let lossPct = 0
  for (const { id, packetsLost, packetsReceived } of incoming) {
    const lost = grown(`${id} lost`, packetsLost)
    lossPct = Math.max(lossPct, percent(lost, lost + grown(`${id} got`, packetsReceived)))
  }
  for (const { type, fractionLost } of stats) {
    if (type === 'remote-inbound-rtp' && fractionLost > 0) lossPct = Math.max(lossPct, fractionLost * 100)
  }
  const rttMs = typeof pair?.currentRoundTripTime === 'number' ? Math.round(pair.currentRoundTripTime * 1000) : null
  const video = incoming.find(({ kind, frameWidth }) => kind === 'video' && frameWidth > 0)
  const relayed = [pair?.localCandidateId, pair?.remoteCandidateId].some((id) => report.get(id)?.candidateType === 'relay')
  /** @type {Quality} */
  const quality = {
    level: levelOf(rttMs ?? 0, lossPct),
    rttMs,
    lossPct: Math.round(lossPct * 10) / 10,
    bitrate: {
      in: Math.round((grown('in', pair?.bytesReceived) * 8) / seconds), out: Math.round((grown('out', pair?.bytesSent) * 8) / seconds),
    },
    availableOut: pair?.availableOutgoingBitrate ?? 0,
    route: !pair ? 'server' : relayed ? 'relay' : 'direct',
    resolution: video ? `${video.frameWidth}×${video.frameHeight}` : '',
    framesPerSecond: Math.round(video?.framesPerSecond ?? 0),
    codec: codecsOf(report, incoming),
    limited: outgoing.some((one) => isLimited(one, allowedBps)),
    speech: Math.max(0, ...stats.map(({ type, audioLevel }) => (type === 'media-source' && audioLevel) || 0)),
  }
  return { quality, look: { at, counters } }
}

/** @param {number} rttMs
 *  @param {number} lossPct
 *  @returns {Quality['level']} */
export function levelOf(rttMs, lossPct) {
  if (lossPct < 1 && rttMs < 150) return 4
  if (lossPct < 3 && rttMs < 300) return 3
  return lossPct < 8 && rttMs < 600 ? 2 : 1
}

/** @param {ReadonlyMap<string, Stat>} report
 *  @param {Stat[]} stats
 *  @returns {Stat | undefined} */
function selectedPair(report, stats) {
  const transport = stats.find(({ type, selectedCandidatePairId }) => type === 'transport' && selectedCandidatePairId)
  // Firefox has no transport: it marks the pair.
  return report.get(transport?.selectedCandidatePairId) ?? stats.find(({ type, selected }) => type === 'candidate-pair' && selected)
}

/** The encoder says `bandwidth` also where only this page's own ceiling limits it: that is not the network's fault.
 *  @param {Stat} outgoing
 *  @param {number} allowedBps */
function isLimited({ kind, framesPerSecond, qualityLimitationReason: reason, targetBitrate }, allowedBps) {
  if (kind !== 'video' || !(framesPerSecond > 0)) return false
  return reason === 'cpu' || (reason === 'bandwidth' && targetBitrate < allowedBps * kNearlyAll)
}

/** @param {ReadonlyMap<string, Stat>} report
 *  @param {Stat[]} incoming */
function codecsOf(report, incoming) {
  const names = incoming.map(({ codecId }) => String(report.get(codecId)?.mimeType ?? '').replace(/^\w+\//, '')).filter(Boolean)
  return [...new Set(names)].join(', ')
}

/** @param {number} part
 *  @param {number} whole */
const percent = (part, whole) => (whole > 0 ? (100 * part) / whole : 0)
