// A chat room that loses nothing when the connection breaks, and talks directly where the network allows it.
import { join } from '../index.js'

const log = /** @type {HTMLElement} */ (document.querySelector('#log'))
const text = /** @type {HTMLInputElement} */ (document.querySelector('#text'))

/** @param {string} line */
function show(line) {
  const item = document.createElement('li')
  item.textContent = line // never as markup: it comes from others
  log.append(item)
  return item
}

const query = new URLSearchParams(location.search)
const room = await join(query.get('room') ?? 'example-chat', { name: query.get('name') ?? 'Guest' })
show(`You are here, with ${room.peers.size} others`)
room.addEventListener('peerjoined', (event) => show(`${event.detail.name} joined`))
room.addEventListener('peerleft', (event) => show(`${event.detail.peer.name} left`))

document.querySelector('form')?.addEventListener('submit', async (event) => {
  event.preventDefault()
  const line = show(`You: ${text.value}`)
  const delivery = await room.send({ text: text.value })
  text.value = ''
  delivery.addEventListener('change', () => { line.dataset.state = delivery.state })
})

for await (const message of room.messages()) show(`${message.name}: ${message.text}`)
