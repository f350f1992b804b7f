import { byId, el } from './dom.js'
import { t } from './i18n.js'
import { remember, remembered } from './prefs.js'

const kAsked = 'notices'
const kBodyChars = 120

/** Tells of messages while the page is hidden, when the person wants it. Asked once, when they come back and have missed some:
 *  that is when it is plain what for. Not on plain http, where browsers have no notifications.
 *  @param {import('./conversation.js').Conversation} conversation */
export function setUpNotices(conversation) {
  if (!('Notification' in globalThis) || !globalThis.isSecureContext) return
  let missed = 0
  /** @type {HTMLElement | null} */
  let question = null
  conversation.store.subscribe((state, before) => {
    if (state.lines === before.lines || !document.hidden) return
    const known = new Set(before.lines.map(({ id }) => id))
    const lines = state.lines.filter(({ id, kind }) => kind === 'theirs' && !known.has(id))
    missed += lines.length
    const last = lines.at(-1)
    if (last && Notification.permission === 'granted') tell(state.room, last)
  })
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return
    if (missed > 0 && !question && Notification.permission === 'default' && !remembered(kAsked)) {
      question = ask(() => { question = null })
    }
    missed = 0
  })
}

/** @param {() => void} answered */
function ask(answered) {
  const done = () => {
    remember(kAsked, 'asked')
    banner.remove()
    answered()
    byId('messageInput', HTMLTextAreaElement).focus()
  }
  const banner = el('p', { class: 'banner ask', role: 'status', 'data-testid': 'ask-notices' }, t('notices.ask'), ' ',
    el('button', { class: 'button small primary', type: 'button', onclick: () => { done(); void Notification.requestPermission() } }, t('notices.yes')), ' ',
    el('button', { class: 'button small quiet', type: 'button', onclick: done }, t('notices.no')))
  byId('newsBanner', HTMLElement).after(banner)
  return banner
}

/** @param {string} room
 *  @param {import('./room-state.js').Line} line */
function tell(room, { name, text }) {
  try {
    // One for the room: the next takes its place.
    const notice = new Notification(`${name || room} · gRTC`, { body: text.slice(0, kBodyChars), tag: `grtc ${room}`, icon: '/static/app/favicon.svg' })
    notice.onclick = () => {
      globalThis.focus()
      notice.close()
    }
    document.addEventListener('visibilitychange', () => notice.close(), { once: true })
  } catch {
    // Phones have them by a service worker only: then the title's count is all.
  }
}
