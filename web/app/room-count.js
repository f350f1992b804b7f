import { byId, setText } from './dom.js'
import { onLanguage, t } from './i18n.js'
import { isRoomName } from './room-name.js'

/** A name is asked for when nobody has typed for so long. */
const kPauseMs = 400

/** Says below the form how many are in the room that is named there, before anybody joins it.
 *  @param {HTMLInputElement} room
 *  @param {() => string} token  of the invitation; empty: none */
export function setUpRoomCount(room, token) {
  const line = byId('roomCount', HTMLElement)
  /** @type {number | null} */
  let count = null
  let asked = ''
  let pause = 0
  const show = () => setText(line, count === null ? '' : t(count === 0 ? 'lobby.nobody' : count === 1 ? 'lobby.one' : 'lobby.many', { count }))
  const ask = async () => {
    const wanted = room.value.trim()
    asked = wanted
    const found = wanted !== '' && isRoomName(wanted) ? await countOf(wanted, token()) : null
    if (asked !== wanted) return  // another name was typed meanwhile
    count = found
    show()
  }
  const soon = (/** @type {number} */ ms) => {
    clearTimeout(pause)
    pause = setTimeout(() => void ask(), ms)
  }
  room.addEventListener('input', () => {
    count = null
    asked = ''
    show()
    soon(kPauseMs)
  })
  // Who comes back to this tab to join wants to know how it is now.
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible' && document.body.dataset.phase !== 'in') soon(0) })
  onLanguage(show)
  if (room.value !== '') soon(0)
  return { ask: () => soon(0) }
}

/** @param {string} room  @param {string} token */
async function countOf(room, token) {
  try {
    const headers = new Headers(token === '' ? [] : [['Authorization', `Bearer ${token}`]])
    const response = await fetch(`/api/rooms/${encodeURIComponent(room)}/count`, { headers })
    return response.ok ? Number((await response.json()).peers) : null
  } catch {
    return null  // the server is away: joining will say so
  }
}
