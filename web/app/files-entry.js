import { byId, el, setText } from './dom.js'
import { currentLanguage, onLanguage, t } from './i18n.js'
import { displayName } from './names.js'

/** @typedef {import('./conversation.js').Conversation} Conversation */
/** @typedef {import('./files-panel.js').FilesPanel} FilesPanel */

const kEveryone = ''

/** The ways in: picker, drag onto the page or onto a person, paste. What shows the transfers is loaded with the first one.
 *  @param {Conversation} conversation */
export function setUpFiles(conversation) {
  const to = byId('fileTo', HTMLSelectElement)
  const input = byId('fileInput', HTMLInputElement)
  /** @type {Promise<FilesPanel> | undefined} */
  let loading
  const panel = () => (loading ??= import('./files-panel.js').then((module) => new module.FilesPanel(conversation)))
  const send = (/** @type {readonly File[]} */ files, /** @type {string} */ peerId) => {
    if (files.length > 0) void panel().then((shown) => shown.offer(files, peerId))
  }
  conversation.onRoom((room) => {
    room.addEventListener('file', () => void panel().then((shown) => shown.follow()))
    if (loading) void loading.then((shown) => shown.follow())
  })
  conversation.store.draw((state, before) => {
    if (state.peers !== before.peers || state === before) showPeers(to, [...state.peers.values()])
    byId('chooseFiles', HTMLButtonElement).disabled = state.peers.size === 0
  })
  onLanguage(() => showPeers(to, [...conversation.store.state.peers.values()]))
  byId('chooseFiles', HTMLButtonElement).addEventListener('click', () => input.click())
  input.addEventListener('change', () => {
    send([...(input.files ?? [])], to.value)
    input.value = ''
  })
  byId('attachBtn', HTMLButtonElement).addEventListener('click', () => attach(conversation, input))
  const inside = () => conversation.store.state.phase === 'in'
  setUpDragging(inside, send)
  document.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])]
    if (files.length === 0 || !inside()) return
    event.preventDefault()
    send(files, kEveryone)
  })
}

/** With one other person there is no question; with more, the panel asks for whom. @param {Conversation} conversation
 *  @param {HTMLInputElement} input */
function attach(conversation, input) {
  const { size } = conversation.store.state.peers
  if (size === 1) return input.click()
  byId('filesPanel', HTMLElement).dataset.empty = 'false'
  document.querySelector('[data-tab=files]')?.dispatchEvent(new Event('click'))
  const next = size === 0 ? byId('filesTitle', HTMLElement) : byId('fileTo', HTMLSelectElement)
  setText(byId('filesStatus', HTMLElement), size === 0 ? t('files.nobody') : '')
  setText(byId('filesProblem', HTMLElement), size === 0 ? t('files.nobody') : '')
  next.focus()
}

/** @param {HTMLSelectElement} to
 *  @param {readonly import('../grtc-client/types.js').Peer[]} peers */
function showPeers(to, peers) {
  const look = JSON.stringify([currentLanguage(), peers.map(({ id, name }) => [id, name])])
  if (to.dataset.look === look) return
  to.dataset.look = look
  const chosen = to.value
  to.replaceChildren(el('option', { value: kEveryone }, t('files.everyone')),
    ...peers.map((peer) => el('option', { value: peer.id }, displayName(peer))))
  to.value = peers.some(({ id }) => id === chosen) ? chosen : kEveryone
}

/** @param {() => boolean} inside  a room
 *  @param {(files: readonly File[], peerId: string) => void} send */
function setUpDragging(inside, send) {
  /** @type {HTMLElement | null} */
  let overlay = null
  /** @type {Element | null} */
  let target = null
  const hasFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes('Files') === true
  const personAt = (/** @type {DragEvent} */ event) => (event.target instanceof Element ? event.target.closest('[data-route]:not([data-route=self])[data-key]') : null)
  const over = (/** @type {Element | null} */ person) => {
    if (person !== target) {
      target?.classList.remove('drop-here')
      person?.classList.add('drop-here')
      target = person
    }
    overlay ??= document.body.appendChild(el('div', { class: 'drop-hint', 'data-testid': 'drop-hint' }))
    const name = person?.querySelector('.person-name')?.textContent ?? ''
    setText(overlay, name ? t('files.dropOn', { name }) : t('files.drop'))
  }
  const done = () => {
    overlay?.remove()
    target?.classList.remove('drop-here')
    overlay = target = null
  }
  document.addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return
    // Without this the browser would open the file in place of the page.
    event.preventDefault()
    if (event.dataTransfer) event.dataTransfer.dropEffect = inside() ? 'copy' : 'none'
    if (inside()) over(personAt(event))
  })
  document.addEventListener('dragleave', (event) => { if (event.relatedTarget === null) done() })
  document.addEventListener('drop', (event) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    const peerId = personAt(event)?.getAttribute('data-key') ?? kEveryone
    done()
    const { dataTransfer } = event
    if (!inside() || !dataTransfer) return
    // The entries have to be taken before the event ends; the files in folders come later.
    const entries = [...dataTransfer.items].map((item) => item.webkitGetAsEntry?.() ?? null)
    if (!entries.some((entry) => entry?.isDirectory)) return send([...dataTransfer.files], peerId)
    void import('./folders.js').then(({ filesOf }) => filesOf(entries)).then((files) => send(files, peerId))
  })
}
