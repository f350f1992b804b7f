import { el, follow, setText } from './dom.js'
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

/** One file: what it is, how far it is, and what one can do. Changed in place: whoever is about to press a button presses that one,
 *  and the focus stays.
 *  @param {Transfer} transfer
 *  @param {RowOptions} options
 *  @returns {HTMLElement} */
export function transferRow(transfer, options) {
  const language = currentLanguage()
  const row = options.old?.dataset.language === language ? options.old : newRow(transfer, language)
  const { state, cause, over, direction, size } = transfer
  row.className = `transfer ${state}`
  Object.assign(row.dataset, { state, cause, spoken: `${state} ${cause}` })
  part(row, 'transfer-who', (who) => setText(who, t(direction === 'send' ? 'files.toWhom' : 'files.fromWhom', { size: sizeWords(size), name: options.who })))
  part(row, 'transfer-progress', (bar) => { bar.hidden = over || state === 'offered' })
  part(row, 'transfer-state', (words) => {
    words.classList.toggle('good', state === 'complete')
    words.classList.toggle('bad', state === 'failed')
  })
  part(row, 'transfer-memory', (words) => { words.hidden = options.place?.place !== 'memory' || state !== 'offered' })
  part(row, 'transfer-actions', (actions) => showActions(actions, transfer, options))
  showFigures(row, transfer)
  return row
}

/** @param {Transfer} transfer
 *  @param {string} language */
function newRow(transfer, language) {
  const { id, name, direction } = transfer
  return el('li', { 'data-language': language, 'data-testid': 'transfer', 'data-direction': direction, 'data-id': id },
    picture(transfer),
    el('div', { class: 'transfer-words' },
      el('p', { class: 'transfer-name', dir: 'auto', 'data-testid': 'transfer-name' }, name),
      el('p', { class: 'transfer-who' }),
      el('progress', { class: 'transfer-progress', max: '1', hidden: true, 'aria-label': name }),
      el('p', { class: 'transfer-state', 'data-testid': 'transfer-state' }),
      el('p', { class: 'transfer-memory', hidden: true }, t('files.memory'))),
    el('div', { class: 'transfer-actions' }))
}

/** @param {HTMLElement} row
 *  @param {string} name  of a class
 *  @param {(node: HTMLElement) => void} change */
function part(row, name, change) {
  const node = row.querySelector(`.${name}`)
  if (node instanceof HTMLElement) change(node)
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

/** @typedef {{key: string, press: () => void, kind?: string, disabled?: boolean, choose?: (file: File) => void}} Action */

/** @param {HTMLElement} actions
 *  @param {Transfer} transfer
 *  @param {RowOptions} options */
function showActions(actions, transfer, options) {
  const had = actions.contains(document.activeElement)
  follow(actions, actionsOf(transfer, options), ({ key }) => key, (action, old) => {
    const node = old ?? (action.choose ? again(t(`files.${action.key}`), action.choose) : actionButton(action, transfer.name))
    if (node instanceof HTMLButtonElement) node.disabled = action.disabled === true
    return node
  })
  if (had && !actions.contains(document.activeElement)) actions.querySelector('button')?.focus()
}

/** @param {Action} action
 *  @param {string} name */
function actionButton({ key, press, kind = 'quiet' }, name) {
  return el('button', { class: `button small ${kind}`, type: 'button', onclick: press, 'data-testid': `file-${key}`, 'aria-label': `${t(`files.${key}`)}: ${name}` }, t(`files.${key}`))
}

/** What one can do with it now.
 *  @param {Transfer} transfer
 *  @param {RowOptions} options
 *  @returns {Action[]} */
function actionsOf(transfer, { place, accept, saveAs, save, chooseAgain, forget }) {
  const { state, cause, direction } = transfer
  if (transfer.over) return [...(transfer.file ? [{ key: 'save', press: save, kind: 'primary' }] : []), { key: 'forget', press: forget }]
  if (state === 'offered' && direction === 'receive') {
    return [
      { key: 'accept', press: accept, kind: 'primary', disabled: place?.fits === false },
      ...('showSaveFilePicker' in globalThis ? [{ key: 'saveAs', press: saveAs }] : []),
      { key: 'decline', press: () => transfer.decline() },
    ]
  }
  const cancel = { key: 'cancel', press: () => transfer.cancel() }
  if (cause === 'choose-again') return [{ key: 'chooseAgain', press: () => {}, choose: chooseAgain }, cancel]
  if (state === 'offered' || state === 'checking') return [cancel]
  const pause = state === 'paused' ? { key: 'resume', press: () => transfer.resume(), kind: 'primary' } : { key: 'pause', press: () => transfer.pause() }
  return [pause, cancel]
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
