import { el, setText } from '../dom.js'
import { currentLanguage, t } from '../i18n.js'
import { displayName } from '../names.js'
import { showDialog } from './dialog.js'
import { adviceOf, plotPoints } from './quality-words.js'

/** @typedef {import('../../grtc-client/quality.js').Quality} Quality */

const kPlot = Object.freeze({ width: 280, height: 64 })
const kSvg = 'http://www.w3.org/2000/svg'
const kRedrawMs = 1_000

/** How the connection with one person is, and was in the last minute.
 *  @param {string} peerId
 *  @param {import('../conversation.js').Conversation} conversation
 *  @param {{of: (id: string) => Quality[]}} history */
export function openQuality(peerId, conversation, history) {
  const peer = conversation.store.state.peers.get(peerId)
  if (!peer) return
  const list = el('dl', { class: 'facts', 'data-testid': 'quality-facts' })
  const advice = el('p', { class: 'advice', role: 'status', 'data-testid': 'quality-advice' })
  const copied = el('p', { role: 'status', class: 'hint' })
  const plot = document.createElementNS(kSvg, 'svg')
  plot.setAttribute('viewBox', `0 0 ${kPlot.width} ${kPlot.height}`)
  plot.setAttribute('class', 'plot')
  plot.setAttribute('role', 'img')
  plot.setAttribute('aria-label', t('quality.plot'))
  const line = document.createElementNS(kSvg, 'polyline')
  plot.append(line)
  const draw = () => {
    const samples = history.of(peerId)
    const last = samples.at(-1)
    const route = conversation.store.state.peers.get(peerId)?.route === 'server' ? 'server' : (last?.route ?? 'server')
    const facts = last ? factsOf(last, route) : [['quality.route', t(`quality.${route}`)]]
    const rows = facts.map(([key, value]) => `${t(key)}\n${value}`).join('\n')
    if (list.dataset.rows !== rows) {
      list.dataset.rows = rows
      list.replaceChildren(...facts.flatMap(([key, value]) => [el('dt', {}, t(key)), el('dd', { 'data-fact': key }, value)]))
    }
    setText(advice, t(adviceOf(last, route)))
    line.setAttribute('points', plotPoints(samples.map(({ bitrate }) => bitrate.in), kPlot))
  }
  const copy = async () => {
    const text = reportOf(conversation, peerId, history.of(peerId))
    try {
      await navigator.clipboard.writeText(text)
      setText(copied, t('quality.copied'))
    } catch {
      // No clipboard on plain http: shown, to be copied by hand.
      const field = el('textarea', { rows: '6', readonly: true, 'aria-label': t('quality.copy') })
      field.value = text
      copied.replaceChildren(field)
      field.select()
    }
  }
  const timer = setInterval(draw, kRedrawMs)
  showDialog('quality', t('quality.title', { name: displayName(peer) }), [
    advice, list, el('p', { class: 'hint' }, t('quality.plot')), plot,
    el('button', { type: 'button', class: 'button quiet', 'data-testid': 'quality-copy', onclick: () => void copy() }, t('quality.copy')), copied,
  ], () => clearInterval(timer))
  draw()
}

/** @param {Quality} quality
 *  @param {string} route
 *  @returns {[string, string][]} */
function factsOf({ rttMs, lossPct, bitrate, resolution, framesPerSecond, codec }, route) {
  const number = new Intl.NumberFormat(currentLanguage(), { maximumFractionDigits: 1 })
  return [
    ['quality.route', t(`quality.${route}`)],
    ['quality.rtt', rttMs === null ? '–' : `${number.format(rttMs)} ms`],
    ['quality.loss', `${number.format(lossPct)} %`],
    ['quality.in', `${number.format(bitrate.in / 1000)} kbit/s`],
    ['quality.out', `${number.format(bitrate.out / 1000)} kbit/s`],
    ['quality.picture', resolution ? `${resolution}, ${t('quality.fps', { n: framesPerSecond })}` : '–'],
    ['quality.codec', codec || '–'],
  ]
}

/** Plain text for a bug report. Holds no name, address or message.
 *  @param {import('../conversation.js').Conversation} conversation
 *  @param {string} peerId
 *  @param {readonly Quality[]} samples  oldest first */
function reportOf(conversation, peerId, samples) {
  const { peers, connection } = conversation.store.state
  const peer = peers.get(peerId)
  return [
    'gRTC connection report', new Date().toISOString(), navigator.userAgent,
    `server ${connection}, ${peers.size + 1} people, link ${peer?.link ?? 'gone'} ${peer?.cause ?? ''}`.trim(),
    ...samples.map(({ level, rttMs, lossPct, bitrate, route, resolution, framesPerSecond, codec, limited }) =>
      `${level} ${route} rtt=${rttMs ?? '-'}ms loss=${lossPct}% in=${bitrate.in} out=${bitrate.out} ${resolution || '-'}@${framesPerSecond} ${codec}${limited ? ' limited' : ''}`),
  ].join('\n')
}
