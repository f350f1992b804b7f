import { byId, el, follow, setText } from './dom.js'
import { onLanguage, t } from './i18n.js'
import { displayName } from './names.js'
import { thumbnailOf } from './thumbnail.js'
import { transferRow } from './transfer-row.js'

/** @typedef {import('../grtc-client/files/transfer.js').Transfer} Transfer */
/** @typedef {import('./conversation.js').Conversation} Conversation */
/** @typedef {{place: 'disk' | 'memory', fits: boolean}} Place */

/** The list of files that come and go. */
export class FilesPanel {
  #conversation
  #list = byId('transfers', HTMLElement)
  /** Names of those who left, too. @type {Map<string, string>} */
  #names = new Map()
  /** @type {Map<string, Place>} */
  #places = new Map()
  /** @type {Set<string>} */
  #known = new Set()
  #drawing = false

  /** @param {Conversation} conversation */
  constructor(conversation) {
    this.#conversation = conversation
    conversation.store.subscribe((state) => {
      for (const peer of state.peers.values()) this.#names.set(peer.id, displayName(peer))
      if (state.phase === 'in') this.follow()
    })
    onLanguage(() => this.#draw())
  }

  /** Offers files to one person, or to all with ''. @param {readonly File[]} files
   *  @param {string} peerId */
  async offer(files, peerId) {
    for (const file of files) {
      const thumbnail = await thumbnailOf(file)
      try {
        await this.#conversation.room?.files.offer(file, { thumbnail, ...(peerId ? { to: peerId } : {}) })
        this.#problem('')
      } catch (error) {
        const { code } = /** @type {{code?: string}} */ (error)
        this.#problem(t(code === 'too-many' ? 'files.cause.too-many' : 'files.nobody'))
      }
    }
    this.follow()
  }

  /** Follows what is new among the transfers of the room. */
  follow() {
    for (const transfer of this.#transfers()) {
      if (this.#known.has(transfer.id)) continue
      this.#known.add(transfer.id)
      transfer.addEventListener('change', () => this.#changed(transfer))
      if (transfer.direction === 'receive' && transfer.state === 'offered') void this.#offered(transfer)
    }
    this.#draw()
  }

  #transfers() { return [...(this.#conversation.room?.files.transfers.values() ?? [])] }

  /** @param {Transfer} transfer */
  async #offered(transfer) {
    const name = this.#nameOf(transfer.peerId)
    const last = this.#conversation.store.state.lines.at(-1)
    // Several files at once are one remark.
    const said = last?.kind === 'note' && last.text === 'files.offeredBy' && last.from === transfer.peerId
    if (!said) this.#conversation.remarkAbout('files.offeredBy', { id: transfer.peerId, name })
    const place = await this.#conversation.room?.files.placeFor(transfer.size)
    if (place) this.#places.set(transfer.id, place)
    this.#draw()
  }

  /** @param {Transfer} transfer */
  #changed(transfer) {
    const spoken = `${transfer.state} ${transfer.cause}`
    const row = this.#list.querySelector(`[data-key="${transfer.id}"]`)
    if (row?.getAttribute('data-spoken') !== spoken && (transfer.over || transfer.state === 'waiting')) {
      setText(byId('filesStatus', HTMLElement), `${transfer.name}: ${t(`files.state.${transfer.state}`)}`)
    }
    if (transfer.state === 'complete' && transfer.file) save(transfer)
    this.#draw()
  }

  #draw() {
    if (this.#drawing) return
    this.#drawing = true
    // Many transfers change many times a second: once a frame is enough. A hidden tab has no frames but its list may wait.
    requestAnimationFrame(() => {
      this.#drawing = false
      this.#show()
    })
  }

  #show() {
    const all = this.#transfers().reverse()
    const open = all.filter(({ over }) => !over).length
    byId('filesPanel', HTMLElement).dataset.empty = String(all.length === 0)
    setText(byId('filesCount', HTMLElement), open > 0 ? String(open) : '')
    const badge = byId('filesBadge', HTMLElement)
    const unanswered = all.filter(({ direction, state }) => direction === 'receive' && state === 'offered').length
    badge.hidden = unanswered === 0
    setText(badge, unanswered > 0 ? String(unanswered) : '')
    follow(this.#list, all, ({ id }) => id, (transfer, old) => transferRow(transfer, {
      old, who: this.#nameOf(transfer.peerId), place: this.#places.get(transfer.id) ?? null,
      accept: () => void this.#accept(transfer, undefined), saveAs: () => void this.#saveAs(transfer), save: () => save(transfer),
      chooseAgain: (file) => void this.#chooseAgain(transfer, file),
      forget: () => void this.#conversation.room?.files.forget(transfer).then(() => this.#draw()),
    }))
  }

  /** @param {string} peerId */
  #nameOf(peerId) { return this.#names.get(peerId) ?? displayName({ id: peerId, name: '' }) }

  /** @param {Transfer} transfer
   *  @param {FileSystemFileHandle | undefined} handle */
  async #accept(transfer, handle) {
    try {
      await transfer.accept(handle ? { handle } : {})
      this.#problem('')
    } catch (error) {
      const { code } = /** @type {{code?: string}} */ (error)
      this.#problem(t(code === 'too-large' ? 'files.cause.too-large' : 'files.cause.storage'))
    }
  }

  /** @param {Transfer} transfer */
  async #saveAs(transfer) {
    const dialog = /** @type {(options: object) => Promise<FileSystemFileHandle>} */ (/** @type {any} */ (globalThis).showSaveFilePicker)
    // Closing the dialog is no answer to the offer.
    const handle = await dialog({ suggestedName: transfer.name }).catch(() => null)
    if (handle) await this.#accept(transfer, handle)
  }

  /** @param {Transfer} transfer
   *  @param {File} file */
  async #chooseAgain(transfer, file) {
    try {
      await this.#conversation.room?.files.chooseAgain(transfer, file)
      this.#problem('')
    } catch {
      this.#problem(t('files.cause.other-file'))
    }
    this.#draw()
  }

  /** @param {string} sentence */
  #problem(sentence) { setText(byId('filesProblem', HTMLElement), sentence) }
}

/** Gives what arrived to the browser's downloads. @param {Transfer} transfer */
function save({ file, name }) {
  if (!file) return
  const url = URL.createObjectURL(file)
  el('a', { href: url, download: name }).click()
  // The download holds the file itself; the address is needed only to begin it.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
