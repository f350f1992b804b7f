import { el, setText } from './dom.js'
import { currentLanguage, hasKey, t } from './i18n.js'
import { icon } from './icons.js'
import { sizeWords, timeWords } from './units.js'

/** @typedef {import('../grtc-client/files/transfer.js').Transfer} Transfer */

/** @typedef {object} RowOptions
 *  @property {HTMLElement | null} old
 *  @property {string} who      the other's name
 *  @property {import('./files-panel.js').Place | null} place  of an offered one
 *  @property {() => void} accept
 *  @property {() => void} saveAs
 *  @property {() => void} save
 *  @property {(file: File) => void} chooseAgain
 *  @property {() => void} forget */

/** One file: what it is, how far it is, and what one can do. Only the figures change while it moves, so that the focus stays.
 *  @param {Transfer} transfer
 *  @param {RowOptions} options
 *  @returns {HTMLElement} */
export function transferRow(transfer, options) {
  const { id, state, cause, direction } = transfer
  const { old, who, place } = options
  const look = JSON.stringify([currentLanguage(), state, cause, who, place])
  if (old?.dataset.look === look) {
    showFigures(old, transfer)
    return old
  }
  const row = el('li', {
    class: `transfer ${state}`, 'data-look': look, 'data-testid': 'transfer', 'data-state': state, 'data-cause': cause, 'data-direction': direction,
    'data-spoken': `${state} ${cause}`, 'data-id': id,
  },
  picture(transfer),
  el('div', { class: 'transfer-words' },
    el('p', { class: 'transfer-name', dir: 'auto', 'data-testid': 'transfer-name' }, transfer.name),
    el('p', { class: 'transfer-who' }, t(direction === 'send' ? 'files.toWhom' : 'files.fromWhom', { size: sizeWords(transfer.size), name: who })),
    transfer.over || state === 'offered' ? null : el('progress', { max: '1', 'aria-label': transfer.name }),
    el('p', { class: `transfer-state${state === 'complete' ? ' good' : state === 'failed' ? ' bad' : ''}`, 'data-testid': 'transfer-state' }),
    place?.place === 'memory' && state === 'offered' ? el('p', { class: 'transfer-who' }, t('files.memory')) : null),
  el('div', { class: 'transfer-actions' }, ...buttons(transfer, options)))
  showFigures(row, transfer)
  if (old?.contains(document.activeElement)) queueMicrotask(() => row.querySelector('button')?.focus())
  return row
}

/** @param {Transfer} transfer */
function picture({ thumbnail }) {
  if (!thumbnail) return el('span', { class: 'transfer-picture', 'aria-hidden': 'true' }, icon('file'))
  return el('img', { class: 'transfer-picture', src: thumbnail, alt: '', 'data-testid': 'thumbnail' })
}

/** @param {HTMLElement} row
 *  @param {Transfer} transfer */
function showFigures(row, transfer) {
  const bar = row.querySelector('progress')
  if (bar) bar.value = transfer.size === 0 ? 1 : transfer.bytes / transfer.size
  const words = row.querySelector('.transfer-state')
  if (words) setText(words, stateWords(transfer))
}

/** @param {Transfer} transfer */
export function stateWords(transfer) {
  const { state, cause, progress } = transfer
  const why = hasKey(`files.cause.${cause}`) ? t(`files.cause.${cause}`) : ''
  if (state === 'offered') return why || t(transfer.direction === 'send' ? 'files.state.asked' : 'files.state.offered')
  const done = t('files.done', { done: sizeWords(progress.bytes), size: sizeWords(progress.size) })
  if (state === 'running') {
    const speed = progress.rate > 0 ? t('files.speed', { rate: sizeWords(progress.rate) }) : ''
    const left = progress.rate > 0 && Number.isFinite(progress.secondsLeft) ? t('files.left', { time: timeWords(progress.secondsLeft) }) : ''
    return [done, speed, left].filter(Boolean).join(' · ')
  }
  const words = [t(`files.state.${state}`), why].filter(Boolean).join(' ')
  return transfer.over || state === 'checking' ? words : `${words} ${done}`
}

/** @param {Transfer} transfer
 *  @param {RowOptions} options */
function buttons(transfer, { place, accept, saveAs, save, chooseAgain, forget }) {
  const { state, cause, direction, name } = transfer
  const button = (/** @type {string} */ key, /** @type {() => void} */ onclick, kind = 'quiet', disabled = false) =>
    el('button', { class: `button small ${kind}`, type: 'button', onclick, disabled, 'data-testid': `file-${key}`, 'aria-label': `${t(`files.${key}`)}: ${name}` }, t(`files.${key}`))
  if (transfer.over) return [...(transfer.file ? [button('save', save, 'primary')] : []), button('forget', forget)]
  if (state === 'offered' && direction === 'receive') {
    const fits = place?.fits !== false
    return [
      button('accept', accept, 'primary', !fits),
      ...('showSaveFilePicker' in globalThis ? [button('saveAs', saveAs)] : []),
      button('decline', () => transfer.decline()),
    ]
  }
  const cancel = button('cancel', () => transfer.cancel())
  if (cause === 'choose-again') return [again(t('files.chooseAgain'), chooseAgain), cancel]
  if (state === 'offered' || state === 'checking') return [cancel]
  return [state === 'paused' ? button('resume', () => transfer.resume(), 'primary') : button('pause', () => transfer.pause()), cancel]
}

/** @param {string} words
 *  @param {(file: File) => void} chosen */
function again(words, chosen) {
  const input = el('input', { type: 'file', hidden: true, 'data-testid': 'file-again-input' })
  input.addEventListener('change', () => {
    if (input.files?.[0]) chosen(input.files[0])
    input.value = '' // or choosing the same one again would be no change
  })
  return el('span', {}, input, el('button', { class: 'button small primary', type: 'button', 'data-testid': 'file-again', onclick: () => input.click() }, words))
}
