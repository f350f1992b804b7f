import { byId, el, setText } from './dom.js'
import { currentLanguage, onLanguage, t } from './i18n.js'
import { suggestRoom } from './names.js'
import { recentRooms, remember, rememberRoom, remembered } from './prefs.js'
import { isReload, keptRoom } from './kept-room.js'
import { setUpRoomCount } from './room-count.js'
import { addressOfRoom, isRoomName, roomOfAddress } from './room-name.js'

/** @typedef {import('./conversation.js').Conversation} Conversation */

const kNews = 'newsBanner'
/** A mouse, not a finger. */
const kFine = matchMedia('(pointer: fine)')

/** The form before the room, and the bar with the room's name after. @param {Conversation} conversation */
export function setUpJoining(conversation) {
  const form = byId('joinForm', HTMLFormElement)
  const room = byId('roomId', HTMLInputElement)
  const name = byId('nameInput', HTMLInputElement)
  name.value = remembered('name') ?? ''
  room.value = roomOfAddress(location)
  const { ask } = setUpRoomCount(room, invitation)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    submit(conversation, room, name)
  })
  byId('suggestBtn', HTMLButtonElement).addEventListener('click', () => {
    room.value = suggestRoom(currentLanguage())
    room.removeAttribute('aria-invalid')
    ask()
    byId('connectBtn', HTMLButtonElement).focus()
  })
  byId('leaveBtn', HTMLButtonElement).addEventListener('click', () => conversation.leave())
  byId('copyLink', HTMLButtonElement).addEventListener('click', () => void copyLink(conversation.store.state.room))
  byId('inviteBtn', HTMLButtonElement).addEventListener('click', () => {
    void import('./invite.js').then(({ openInvite }) => openInvite(location.origin + addressOfRoom(conversation.store.state.room)))
  })
  onLanguage(() => showRecent(room, ask))
  conversation.store.draw((state, before) => show(state, before, room, ask))
  const kept = keptRoom(room.value)
  if (kept && isReload()) {
    conversation.restore(room.value, kept.lines)
    submit(conversation, room, name)
  }
}

/** @param {Conversation} conversation
 *  @param {HTMLInputElement} room
 *  @param {HTMLInputElement} name */
function submit(conversation, room, name) {
  const wanted = room.value.trim()
  const wrong = wanted === '' ? 'lobby.roomMissing' : isRoomName(wanted) ? '' : 'lobby.roomWrong'
  room.toggleAttribute('aria-invalid', false)
  if (wrong) {
    room.setAttribute('aria-invalid', 'true')
    setText(byId(kNews, HTMLElement), t(wrong))
    room.focus()
    return
  }
  setText(byId(kNews, HTMLElement), '')
  void conversation.join(wanted, { name: name.value.trim(), token: invitation() })
  // The address changes with the page: until then joining has the browser for itself.
  void conversation.store.drawn().then(() => {
    // The token must not travel on with a copied address.
    history.replaceState(null, '', addressOfRoom(wanted))
    remember('name', name.value.trim())
    rememberRoom(wanted)
  })
}

/** The room token of the link that was opened; empty: none. */
function invitation() {
  const { search, hash } = location
  return new URLSearchParams(hash.slice(1)).get('token') ?? new URLSearchParams(search).get('token') ?? ''
}

/** @param {import('./room-state.js').RoomView} state
 *  @param {import('./room-state.js').RoomView} before
 *  @param {HTMLInputElement} room
 *  @param {() => void} ask */
function show(state, before, room, ask) {
  const inside = state.phase !== 'out'
  document.body.dataset.phase = inside ? 'in' : 'out'
  byId('joinForm', HTMLElement).hidden = inside
  byId('roomBar', HTMLElement).hidden = !inside
  byId('leaveBtn', HTMLElement).hidden = !inside
  setText(byId('roomName', HTMLElement), state.room)
  const entered = inside && before.phase === 'out'
  const left = !inside && before.phase !== 'out'
  // The focused button is gone: the next thing to do takes its place. On a phone that would open the keyboard. To look for where
  // to scroll would have the page laid out once more.
  if (entered && kFine.matches) return () => byId('messageInput', HTMLTextAreaElement).focus({ preventScroll: true })
  if (!left) return
  showRecent(room, ask)
  ask()
  return () => byId('connectBtn', HTMLButtonElement).focus()
}

/** @param {HTMLInputElement} room  @param {() => void} ask */
function showRecent(room, ask) {
  const rooms = recentRooms()
  byId('recentRooms', HTMLElement).replaceChildren(
    ...(rooms.length === 0 ? [] : [t('lobby.recent'), ' ']),
    ...rooms.map((recent) => el('button', { class: 'chip', type: 'button', onclick: () => { room.value = recent; ask() } }, recent)),
  )
}

/** @param {string} room */
async function copyLink(room) {
  const link = location.origin + addressOfRoom(room)
  try {
    // Missing on plain http: then the link is shown to be copied by hand.
    await navigator.clipboard.writeText(link)
    setText(byId(kNews, HTMLElement), t('room.copied'))
  } catch {
    setText(byId(kNews, HTMLElement), t('room.copyByHand', { link }))
  }
}
