// Everyone's pointer in one box: messages of a type of one's own, at most one a frame.
import { join } from '../index.js'

const field = /** @type {HTMLElement} */ (document.querySelector('#field'))
const query = new URLSearchParams(location.search)
const room = await join(query.get('room') ?? 'example-cursor', { name: query.get('name') ?? 'Guest' })
document.body.dataset.ready = 'true'

/** @type {{x: number, y: number} | null} */
let next = null
field.addEventListener('pointermove', ({ clientX, clientY }) => {
  const { left, top, width, height } = field.getBoundingClientRect()
  // As shares of the box: the others' windows are of other sizes.
  const place = { x: (clientX - left) / width, y: (clientY - top) / height }
  if (!next) requestAnimationFrame(() => { void room.send({ type: 'cursor', ...next }); next = null })
  next = place
})

/** @type {Map<string, HTMLElement>} */
const cursors = new Map()
room.addEventListener('message', (event) => {
  const { type, from, name, payload } = event.detail
  const [x, y] = [Number(payload.x), Number(payload.y)]
  if (type !== 'cursor' || !(x >= 0 && x <= 1 && y >= 0 && y <= 1)) return // peers send what they like
  const cursor = cursors.get(from) ?? field.appendChild(document.createElement('span'))
  cursors.set(from, cursor)
  cursor.className = 'cursor'
  cursor.textContent = `◤ ${name}`
  cursor.style.left = `${x * 100}%`
  cursor.style.top = `${y * 100}%`
})
room.addEventListener('peerleft', (event) => {
  const { peer } = event.detail
  cursors.get(peer.id)?.remove()
  cursors.delete(peer.id)
})
