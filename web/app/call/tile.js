import { el, setText } from '../dom.js'
import { t } from '../i18n.js'
import { drawIcon } from '../icons.js'
import { colourClass, initials } from '../names.js'
import { remember, remembered } from '../prefs.js'
import { kCallIcons } from './call-icons.js'

/** @typedef {import('./call-state.js').Tile} Tile */
/** @typedef {{pin: (key: string) => void, quality: (peerId: string) => void, blocked: () => void, flip: () => void}} TileHooks */

/** A phone has a second camera. */
const kCoarse = matchMedia('(pointer: coarse)')

/** One person's picture, or one screen, with its name and buttons. */
export class TileView {
  /** @type {Tile} */
  #tile
  #hooks
  #video
  #name = el('span', { class: 'tile-name' })
  #mic = el('span', { class: 'tile-mic' })
  #hand = el('span', { class: 'tile-hand' })
  #avatar = el('span', { 'aria-hidden': 'true' })
  #words = el('p', { class: 'tile-words' })
  #bars = el('button', { type: 'button', class: 'tile-bars', 'data-testid': 'bars', onclick: () => this.#hooks.quality(this.#tile.id) },
    ...[1, 2, 3, 4].map(() => el('i')))
  #pin = iconButton('pin', () => this.#hooks.pin(this.#tile.key))
  #float = iconButton('float', () => void this.#togglePicture())
  #flip = iconButton('flip', () => this.#hooks.flip())
  #volume = el('input', { type: 'range', min: '0', max: '100', class: 'tile-volume', oninput: () => this.#setVolume() })
  node

  /** @param {Tile} tile
   *  @param {TileHooks} hooks */
  constructor(tile, hooks) {
    this.#tile = tile
    this.#hooks = hooks
    this.#video = el('video', { playsinline: true, autoplay: true })
    this.#video.muted = tile.self || tile.kind === 'screen' && tile.self
    this.#volume.value = remembered(`volume ${tile.name}`) ?? '100'
    this.#setVolume()
    const canFloat = document.pictureInPictureEnabled === true
    this.node = el('li', { class: `tile is-${tile.kind}${tile.self ? ' is-self' : ''}`, 'data-testid': 'tile', 'data-kind': tile.kind, 'data-peer': tile.id },
      this.#video, this.#avatar, this.#words, this.#hand,
      el('div', { class: 'tile-foot' }, this.#mic, this.#name, tile.self ? null : this.#bars),
      el('div', { class: 'tile-tools' }, tile.self ? null : this.#volume, tile.self && tile.kind === 'camera' ? this.#flip : null,
        canFloat ? this.#float : null, this.#pin))
    this.update(tile, false)
  }

  /** @param {Tile} tile
   *  @param {boolean} pinned */
  update(tile, pinned) {
    this.#tile = tile
    const { node } = this
    const whose = tile.self ? (tile.name ? t('you.named', { name: tile.name }) : t('you')) : tile.name
    const title = tile.kind === 'screen' ? t('tile.screenOf', { name: tile.self ? t('you') : tile.name }) : whose
    setText(this.#name, title)
    setText(this.#avatar, tile.kind === 'camera' ? initials(tile.name || whose) : '')
    this.#avatar.className = `avatar tile-avatar ${colourClass(tile.id)}`
    node.dataset.picture = String(tile.picture)
    node.dataset.mic = tile.mic
    node.classList.toggle('away', tile.away)
    this.#mark(this.#mic, tile.kind === 'screen' || tile.mic === 'on' ? '' : t(tile.mic === 'muted' ? 'tile.muted' : 'tile.noMic'), 'micOff')
    this.#mark(this.#hand, tile.hand ? t('tile.hand') : '', 'hand')
    setText(this.#words, wordsOf(tile))
    this.#avatar.hidden = tile.picture
    this.#bars.setAttribute('aria-label', t('tile.quality', { name: tile.name }))
    this.#volume.setAttribute('aria-label', t('tile.volume', { name: tile.name }))
    label(this.#pin, t(pinned ? 'tile.unpin' : 'tile.pin', { name: title }))
    this.#pin.setAttribute('aria-pressed', String(pinned))
    label(this.#float, t('tile.float', { name: title }))
    label(this.#flip, t('tile.flip'))
    this.#float.hidden = !tile.picture
    this.#flip.hidden = !tile.picture || !kCoarse.matches
    this.#show(tile.stream)
  }

  /** 0 hides the bars: nothing is known yet. @param {number} level  1 to 4 */
  setLevel(level) { this.#bars.dataset.level = String(level) }
  /** @param {boolean} speaks */
  setSpeaking(speaks) { this.node.classList.toggle('speaking', speaks) }

  /** After a click the browser lets sound play. */
  play() { void this.#video.play().catch(() => {}) }

  /** @param {string} speaker  device id */
  setSpeaker(speaker) {
    const video = /** @type {HTMLVideoElement & {setSinkId?: (id: string) => Promise<void>}} */ (this.#video)
    if (!this.#tile.self) void video.setSinkId?.(speaker).catch(() => {})
  }

  close() {
    if (document.pictureInPictureElement === this.#video) void document.exitPictureInPicture().catch(() => {})
    this.#video.srcObject = null
  }

  /** @param {MediaStream | null} stream */
  #show(stream) {
    if (this.#video.srcObject === stream) return
    this.#video.srcObject = stream
    if (!stream) return
    this.#video.play().catch((error) => { if (error.name === 'NotAllowedError') this.#hooks.blocked() })
  }

  #setVolume() {
    this.#video.volume = Number(this.#volume.value) / 100
    if (Number(this.#volume.value) !== Number(remembered(`volume ${this.#tile.name}`) ?? 100)) remember(`volume ${this.#tile.name}`, this.#volume.value)
  }

  async #togglePicture() {
    try {
      if (document.pictureInPictureElement === this.#video) await document.exitPictureInPicture()
      else await this.#video.requestPictureInPicture()
    } catch { /* the picture went away meanwhile */ }
  }

  /** @param {HTMLElement} node
   *  @param {string} words  '' for none
   *  @param {keyof typeof kCallIcons} name */
  #mark(node, words, name) {
    if (node.dataset.words === words) return
    node.dataset.words = words
    node.hidden = words === ''
    node.replaceChildren(...(words ? [drawIcon(kCallIcons[name]), el('span', { class: 'sr-only' }, words)] : []))
  }
}

/** @param {Tile} tile */
function wordsOf({ self, away, cause }) {
  if (self) return ''
  if (away) return t('tile.away')
  return cause ? t(`tile.${cause === 'no-answer' ? 'noAnswer' : 'noWay'}`) : ''
}

/** @param {keyof typeof kCallIcons} name
 *  @param {() => void} act */
function iconButton(name, act) {
  return el('button', { type: 'button', class: 'tile-button', 'data-act': name, onclick: act }, drawIcon(kCallIcons[name]))
}

/** @param {HTMLElement} button
 *  @param {string} words */
export function label(button, words) {
  button.setAttribute('aria-label', words)
  button.title = words
}
