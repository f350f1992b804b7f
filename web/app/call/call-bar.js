import { byId, el, setText } from '../dom.js'
import { onLanguage, t } from '../i18n.js'
import { drawIcon } from '../icons.js'
import { kCallIcons } from './call-icons.js'
import { label } from './tile.js'

/** @typedef {import('./local-media.js').LocalMedia} LocalMedia */
/** @typedef {import('./call-state.js').CallView} CallView */

const kKeys = Object.freeze({ mic: 'M', camera: 'V', screen: 'S', hand: 'H', layout: 'L' })

/** The row of buttons under the stage. */
export class CallBar {
  #bar = byId('callBar', HTMLElement)
  #problem = byId('callProblem', HTMLElement)
  /** @type {Record<'mic' | 'camera' | 'screen' | 'hand' | 'layout' | 'settings', HTMLButtonElement>} */
  #buttons

  /** @param {LocalMedia} local
   *  @param {{settings: () => void, play: () => void, mainShown: () => boolean}} hooks */
  constructor(local, hooks) {
    const button = (/** @type {string} */ id, /** @type {() => void} */ act) =>
      el('button', { type: 'button', class: 'call-button', 'data-testid': id, onclick: act })
    this.#buttons = {
      mic: button('mic', () => void local.toggleMic()),
      camera: button('camera', () => void local.toggleCamera()),
      screen: button('screen', () => void local.toggleScreen()),
      hand: button('hand', () => local.toggleHand()),
      layout: button('layout', () => local.store.dispatch({ type: 'layout', layout: hooks.mainShown() ? 'grid' : 'speaker' })),
      settings: button('settings', () => hooks.settings()),
    }
    this.#bar.replaceChildren(...Object.values(this.#buttons))
    byId('playBtn', HTMLButtonElement).addEventListener('click', () => {
      local.store.dispatch({ type: 'blocked', blocked: false })
      hooks.play()
    })
    byId('problemClose', HTMLButtonElement).addEventListener('click', () => {
      local.store.dispatch({ type: 'problem-read' })
      this.#buttons.mic.focus()
    })
    local.store.draw((state) => this.#show(state))
    onLanguage(() => this.#show(local.store.state))
  }

  /** @param {CallView} state */
  #show(state) {
    const { mic, camera, screen, hand, settings, layout } = this.#buttons
    const heard = mic && (state.mic === 'on' || state.talking)
    set(mic, heard ? 'mic' : 'micOff', t(state.mic === 'off' ? 'bar.micOn' : heard ? 'bar.mute' : 'bar.unmute'), heard)
    set(camera, state.camera === 'on' ? 'camera' : 'cameraOff', t(state.camera === 'on' ? 'bar.cameraOff' : 'bar.cameraOn'), state.camera === 'on')
    set(screen, 'screen', t(state.screen === 'on' ? 'bar.screenStop' : 'bar.screen'), state.screen === 'on')
    set(hand, 'hand', t(state.hand ? 'bar.handDown' : 'bar.hand'), state.hand)
    set(layout, state.layout === 'speaker' ? 'speaker' : 'grid', t('bar.layout'), null)
    set(settings, 'settings', t('bar.settings'), null)
    for (const device of /** @type {const} */ (['mic', 'camera', 'screen'])) {
      this.#buttons[device].toggleAttribute('aria-busy', false)
      if (state[device] === 'asking') this.#buttons[device].setAttribute('aria-busy', 'true')
      this.#buttons[device].dataset.state = state[device]
    }
    const words = wordsOf(state)
    setText(this.#problem, words)
    byId('callNews', HTMLElement).hidden = words === ''
    byId('playBtn', HTMLElement).hidden = !state.blocked
    document.body.dataset.sharing = String(state.screen === 'on')
  }
}

/** @param {CallView} state */
export function wordsOf({ problem, notice, noticeName, screen }) {
  if (problem) {
    const what = t(`media.${problem.device}`)
    return [t(`media.${problem.why}`, { what }), problem.why === 'denied' ? t(`media.undo.${browserName()}`) : ''].filter(Boolean).join(' ')
  }
  if (notice) return t(notice, { name: noticeName })
  return screen === 'on' ? t('media.youShare') : ''
}

/** Where a permission is given back differs: that is all this is for. */
export function browserName(agent = navigator.userAgent) {
  if (/firefox/i.test(agent)) return 'firefox'
  return /safari/i.test(agent) && !/chrom|android/i.test(agent) ? 'safari' : 'chromium'
}

/** @param {HTMLButtonElement} button
 *  @param {keyof typeof kCallIcons} name
 *  @param {string} words
 *  @param {boolean | null} pressed  null: not a switch */
function set(button, name, words, pressed) {
  const look = `${name} ${words} ${pressed}`
  if (button.dataset.look === look) return
  button.dataset.look = look
  // The words say what a press does, so a pressed state beside them would be read as its opposite.
  button.dataset.on = String(pressed === true)
  button.replaceChildren(drawIcon(kCallIcons[name]))
  label(button, words)
  const key = kKeys[/** @type {keyof typeof kKeys} */ (button.dataset.testid)]
  if (!key) return
  button.title = `${words} (${key})`
  button.setAttribute('aria-keyshortcuts', key)
}
