import { byId } from '../dom.js'
import { addStrings } from '../i18n.js'
import { Stage } from './stage.js'
import { CallBar } from './call-bar.js'
import { keepDevices } from './kept-devices.js'
import { LocalMedia } from './local-media.js'
import { setUpShortcuts } from './shortcuts.js'
import { whoSpeaks } from './speakers.js'
import { keepAwake } from './wake-lock.js'
import { warmUp } from './warm-up.js'
import { playSound } from './sounds.js'

/** @typedef {import('../conversation.js').Conversation} Conversation */

const kListenMs = 150
/** From here on a camera is sent only while its person speaks or is pinned. */
const kManyPeople = 9

/** Makes the page's room a call: stage, bar, keys. Loaded after the first paint. @param {Conversation} conversation */
export async function setUpCall(conversation) {
  await addStrings(async (tag) => (tag === 'es' ? import('../strings/call-es.js') : import('../strings/call-en.js')))
  const local = new LocalMedia()
  const history = new QualityHistory()
  const stage = new Stage(conversation, local, (peerId) => {
    void import('./quality-dialog.js').then(({ openQuality }) => openQuality(peerId, conversation, history))
  })
  const inCall = () => document.body.dataset.call === 'true'
  const mainShown = () => byId('tiles', HTMLElement).dataset.layout === 'speaker'
  const openSettings = () => void import('./settings-dialog.js').then(({ openSettingsDialog }) => openSettingsDialog(local, stage))
  new CallBar(local, { settings: openSettings, play: () => stage.playAll(), mainShown })
  byId('settingsBtn', HTMLButtonElement).addEventListener('click', openSettings)
  byId('previewBtn', HTMLButtonElement).addEventListener('click', () => {
    void import('./preview-dialog.js').then(({ openPreview }) => openPreview(local, stage, () => conversation.store.drawn()))
  })
  conversation.onRoom((room) => {
    local.enter(room)
    // After the socket is on its way.
    setTimeout(warmUp)
    history.clear()
    room.media.addEventListener('quality', (event) => {
      const { quality } = /** @type {any} */ (event).detail
      history.add(quality)
      stage.showQuality(quality)
    })
    room.addEventListener('track', (event) => stage.forget(/** @type {any} */ (event).detail.peer.id))
  })
  keepDevices(local, conversation.room !== null)
  listen(conversation, local)
  conversation.store.subscribe((state, before) => {
    if (state.phase === 'out' && before.phase !== 'out') local.enter(null)
  })
  conversation.store.draw((state, before) => {
    if (state.phase === 'in' && before.phase === 'in' && inCall() && state.peers.size !== before.peers.size) {
      playSound(state.peers.size > before.peers.size ? 'joined' : 'left')
    }
  })
  local.store.subscribe((state, before) => {
    const people = conversation.store.state.peers.size + 1
    if (state.camera === 'on' && before.camera !== 'on' && people >= kManyPeople) local.store.dispatch({ type: 'notice', key: 'media.many' })
  })
  showCallOnPhones(local)
  keepAwake(conversation, local, inCall)
  setUpShortcuts(() => conversation.store.state.phase === 'in', {
    mic: () => void local.toggleMic(),
    camera: () => void local.toggleCamera(),
    screen: () => void local.toggleScreen(),
    hand: () => local.toggleHand(),
    chat: () => {
      chooseTab('chat')
      byId('messageInput', HTMLTextAreaElement).focus()
    },
    layout: () => local.store.dispatch({ type: 'layout', layout: mainShown() ? 'grid' : 'speaker' }),
    escape: (twice) => {
      if (twice) conversation.leave()
      else if (inCall()) local.store.dispatch({ type: 'notice', key: 'bar.escape' })
    },
    talk: (on) => local.talk(on),
  })
}

/** @param {Conversation} conversation
 *  @param {LocalMedia} local */
function listen(conversation, local) {
  /** @type {ReadonlyMap<string, number>} */
  let heard = new Map()
  setInterval(() => {
    if (conversation.store.state.phase === 'out' || document.hidden) return
    const now = whoSpeaks(heard, conversation.room?.media.levels() ?? new Map(), Date.now())
    heard = now.heard
    local.store.dispatch({ type: 'speaking', ids: now.ids })
  }, kListenMs)
}

/** Whoever turns something on wants to see the call; whoever writes is left to write. @param {LocalMedia} local */
function showCallOnPhones(local) {
  const stage = byId('stage', HTMLElement)
  local.store.subscribe((state, before) => {
    const on = [state.mic, state.camera, state.screen].includes('on')
    const was = [before.mic, before.camera, before.screen].some((one) => one === 'on' || one === 'muted')
    if (on && !was && matchMedia('(max-width: 820px)').matches) chooseTab('call')
  })
  new MutationObserver(() => {
    if (document.body.dataset.call !== 'true' && stage.dataset.view === 'call') chooseTab('chat')
  }).observe(document.body, { attributeFilter: ['data-call'] })
}

/** @param {string} name */
const chooseTab = (name) => document.querySelector(`[data-tab=${name}]`)?.dispatchEvent(new Event('click'))

const kSamples = 30

/** The last minute of each connection. */
export class QualityHistory {
  /** @type {Map<string, import('../../grtc-client/quality.js').Quality[]>} */
  #samples = new Map()

  /** @param {ReadonlyMap<string, import('../../grtc-client/quality.js').Quality>} quality */
  add(quality) {
    for (const id of this.#samples.keys()) if (!quality.has(id)) this.#samples.delete(id)
    for (const [id, one] of quality) this.#samples.set(id, [...this.of(id), one].slice(-kSamples))
  }

  /** Oldest first, one every 2 s. @param {string} id */
  of(id) { return this.#samples.get(id) ?? [] }
  clear() { this.#samples.clear() }
}
