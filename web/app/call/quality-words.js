// What to do about a connection, and how its last minute is drawn. Pure.

/** @typedef {import('../../grtc-client/quality.js').Quality} Quality */

const kSlowMs = 300
const kLossyPct = 3

/** The key of one sentence of advice.
 *  @param {Quality | undefined} quality
 *  @param {string} route */
export function adviceOf(quality, route) {
  if (route === 'server') return 'advice.server'
  if (!quality || quality.level === 4 && !quality.limited) return 'advice.good'
  if (quality.limited) return 'advice.upload'
  if (quality.lossPct >= kLossyPct) return 'advice.loss'
  if ((quality.rttMs ?? 0) >= kSlowMs) return quality.route === 'relay' ? 'advice.relay' : 'advice.far'
  return 'advice.fair'
}

/** Points of a line over the whole width, the greatest value at the top.
 *  @param {readonly number[]} values  oldest first
 *  @param {{width: number, height: number}} box */
export function plotPoints(values, { width, height }) {
  const most = Math.max(1, ...values)
  const step = values.length > 1 ? width / (values.length - 1) : 0
  return values.map((value, at) => `${(at * step).toFixed(1)},${(height - 2 - (value / most) * (height - 4)).toFixed(1)}`).join(' ')
}
