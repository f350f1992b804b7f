import { byId, setText } from './dom.js'
import { hasKey, onLanguage, t } from './i18n.js'

/** @typedef {import('./conversation.js').Conversation} Conversation */
/** @typedef {import('./room-state.js').RoomView} RoomView */

/** How long good news stays. What one should read longer stays until the next event. */
const kGoodNewsMs = 6_000

/** Says what became of the connection: losses at once (role alert), the rest politely. @param {Conversation} conversation */
export function setUpBanners(conversation) {
  const loss = byId('lossBanner', HTMLElement)
  const news = byId('newsBanner', HTMLElement)
  const pill = byId('connection', HTMLElement)
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let fading
  conversation.store.draw((state, before) => {
    setText(loss, lossOf(state))
    loss.classList.toggle('bad', state.connection === 'closed')
    pill.hidden = state.phase === 'out'
    pill.dataset.state = state.connection
    setText(pill, state.connection === 'closed' ? '' : t(`connection.${state.connection}`))
    const sentence = newsOf(state)
    const changed = state.news !== before.news || state.remark !== before.remark || state.connection !== before.connection
    if (!changed && state !== before) return
    setText(news, sentence)
    news.classList.toggle('good', state.news !== '')
    clearTimeout(fading)
    if (sentence && state.news !== 'rejoined') fading = setTimeout(() => conversation.newsRead(), kGoodNewsMs)
  })
  onLanguage(() => conversation.store.refresh())
}

/** @param {RoomView} state */
export function lossOf(state) {
  const why = hasKey(`reason.${state.reason}`) ? t(`reason.${state.reason}`) : ''
  switch (state.connection) {
    case 'reconnecting': return [t('banner.reconnecting'), why].filter(Boolean).join(' ')
    case 'connecting': return state.reason === '' ? '' : why || t('banner.connecting')
    case 'closed': return state.reason === '' || state.reason === 'left' || state.reason === 'aborted' ? '' : why
    default: return ''
  }
}

/** @param {RoomView} state */
export function newsOf(state) {
  if (state.remark) return t(state.remark)
  if (state.news) return t(`banner.${state.news}`)
  return state.connection === 'closed' && state.reason === 'left' ? t('reason.left') : ''
}
