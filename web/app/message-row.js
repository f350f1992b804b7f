import { el } from './dom.js'
import { clockTime, t } from './i18n.js'
import { icon } from './icons.js'
import { linkify } from './linkify.js'
import { colourClass, displayName, initials } from './names.js'

/** @typedef {import('./room-state.js').Line} Line */

/** A few of them and nothing else are shown large. */
const kOnlyEmoji = /^(?:\p{Extended_Pictographic}[\p{Emoji_Modifier}\uFE0F]*(?:\u200D\p{Extended_Pictographic}[\p{Emoji_Modifier}\uFE0F]*)*\s*){1,4}$/u

/** One line of the conversation. `follows`: the line before is of the same person, a moment ago.
 *  @param {Line} line
 *  @param {boolean} follows
 *  @param {(id: string) => void} retry
 *  @returns {HTMLElement} */
export function messageRow(line, follows, retry) {
  const name = displayName({ id: line.from, name: line.name })
  if (line.kind === 'note') return el('p', { class: 'note', 'data-testid': 'note' }, t(line.text, { name }))
  const mine = line.kind === 'mine'
  return el('article', {
    class: `message ${line.kind}${follows ? ' follows' : ''}`, 'data-testid': 'message',
    'data-mine': String(mine), 'data-via': line.via ?? '', 'data-state': line.state,
  },
  mine ? null : el('span', { class: `avatar ${colourClass(line.from)}`, 'aria-hidden': 'true' }, initials(name)),
  el('div', { class: 'bubble-side' },
    el('p', { class: follows || mine ? 'sr-only' : 'from' }, mine ? t('you') : name),
    el('p', { class: `bubble${kOnlyEmoji.test(line.text) ? ' emoji-only' : ''}`, dir: 'auto', 'data-testid': 'text' }, ...words(line.text)),
    el('p', { class: 'mark' }, el('time', { datetime: new Date(line.at).toISOString() }, clockTime(line.at)), ...marks(line, retry))))
}

/** @param {string} text */
function words(text) {
  return linkify(text).map(({ text: part, href }) =>
    href ? el('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow' }, part) : part)
}

/** How the message went, in words; the icons only repeat them.
 *  @param {Line} line
 *  @param {(id: string) => void} retry
 *  @returns {HTMLElement[]} */
function marks(line, retry) {
  const way = line.via ? [el('span', { class: `way ${line.via}`, 'data-testid': 'via' }, icon(line.via), t(`via.${line.via}`))] : []
  if (line.kind !== 'mine' || line.state === '') return way
  const progress = el('span', { class: `state ${line.state}`, 'data-testid': 'state' }, icon(line.state), progressWords(line))
  if (line.state !== 'failed') return [...way, progress]
  return [progress, el('button', { class: 'link', type: 'button', onclick: () => retry(line.id) }, t('state.retry'))]
}

/** @param {Line} line */
function progressWords({ state, delivered, total }) {
  if (total === 0) return t('state.nobody')
  if (total > 1 && delivered > 0 && delivered < total) return t('state.deliveredOf', { n: delivered, total })
  return t(`state.${state}`)
}
