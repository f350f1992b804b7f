import { byId, setText } from './dom.js'
import { t } from './i18n.js'

/** On narrow screens one panel shows at a time; elsewhere all do and the bar is hidden. The count of unread messages is in the
 *  bar, and in the title while the page is hidden.
 *  @param {import('./conversation.js').Conversation} conversation */
export function setUpTabs(conversation) {
  const stage = byId('stage', HTMLElement)
  const badge = byId('unread', HTMLElement)
  const buttons = [...document.querySelectorAll('[data-tab]')]
  const narrow = matchMedia('(max-width: 820px)')
  let unread = 0

  const showUnread = () => {
    badge.hidden = unread === 0
    setText(badge, unread > 0 ? String(unread) : '')
    badge.setAttribute('aria-label', t('unread', { n: unread }))
    const { phase, room } = conversation.store.state
    const title = phase === 'out' ? 'gRTC' : `${room} · gRTC`
    document.title = unread > 0 && document.hidden ? `(${unread}) ${title}` : title
  }
  // With a call on, wide screens show one panel beside it, and the chat where none was chosen.
  const seesChat = () => !document.hidden && (stage.dataset.view === 'chat' || (!narrow.matches && (document.body.dataset.call !== 'true' || stage.dataset.view === 'call')))
  const read = () => {
    if (seesChat()) unread = 0
    showUnread()
  }
  for (const button of buttons) {
    button.addEventListener('click', () => {
      stage.dataset.view = button.getAttribute('data-tab') ?? 'chat'
      for (const other of buttons) other.setAttribute('aria-pressed', String(other === button))
      read()
    })
  }
  document.addEventListener('visibilitychange', read)
  narrow.addEventListener('change', read)
  conversation.store.subscribe((state, before) => {
    if (state.lines === before.lines && state.phase === before.phase) return
    const known = new Set(before.lines.map(({ id }) => id))
    if (!seesChat()) unread += state.lines.filter(({ id, kind }) => kind === 'theirs' && !known.has(id)).length
    showUnread()
  })
}
