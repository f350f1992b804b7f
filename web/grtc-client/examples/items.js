// The items of a server, kept up to date by its feed. No room is needed.
import { Items } from '../index.js'

const list = /** @type {HTMLElement} */ (document.querySelector('#items'))
const name = /** @type {HTMLInputElement} */ (document.querySelector('#name'))
const state = /** @type {HTMLElement} */ (document.querySelector('#state'))
const items = new Items()

/** @type {Map<number, import('../items.js').Item>} */
const known = new Map()
/** @param {import('../items.js').Item} item */
const put = (item) => { if ((known.get(item.id)?.version ?? 0) < item.version) known.set(item.id, item) }
const draw = () => list.replaceChildren(...[...known.values()].sort((a, b) => b.id - a.id).map((item) => {
  const row = document.createElement('li')
  row.textContent = `${item.name} (version ${item.version})`
  return row
}))
async function load() {
  for (const item of (await items.list({ limit: 50, sort: '-id' })).items) put(item)
  draw()
}

const feed = items.feed()
feed.addEventListener('created', (event) => { put(event.detail); draw() })
feed.addEventListener('updated', (event) => { put(event.detail); draw() })
feed.addEventListener('deleted', (event) => { known.delete(event.detail.id); draw() })
feed.addEventListener('reset', () => { known.clear(); void load() }) // something may have been missed
feed.addEventListener('state', (event) => { state.textContent = event.detail === 'open' ? 'live' : 'reconnecting…' })
await load()

document.querySelector('form')?.addEventListener('submit', async (event) => {
  event.preventDefault()
  put(await items.create({ name: name.value }))
  name.value = ''
  draw()
})
