import { Items, randomId } from '../grtc-client/index.js'
import { byId, el, follow, setText } from './dom.js'
import { currentLanguage, onLanguage, t } from './i18n.js'
import { itemCard } from './item-card.js'
import { kNoItems, reduceItems } from './items-state.js'
import { PendingDeletes } from './pending-deletes.js'
import { Store } from './store.js'

/** @typedef {import('../grtc-client/items.js').Item} Item */
/** @typedef {import('./items-state.js').ItemsView} ItemsView */
/** @typedef {import('./items-state.js').ItemsAction} ItemsAction */
/** @typedef {import('./item-card.js').CardMode} CardMode */

const kPage = 50
const kLongestPage = 500
const kFreshMs = 1_600
/** How long typing has to rest before it is searched for. */
const kSearchMs = 250

/** The items: listed, made, changed, deleted, and kept up to date by the feed. */
export class ItemsPanel {
  #api = new Items()
  /** @type {Store<ItemsView, ItemsAction>} */
  #store = new Store(reduceItems, kNoItems)
  /** @type {Map<number, CardMode>} */
  #modes = new Map()
  /** Changes that came while a list was under way; the list may be older than they are.
   *  @type {ItemsAction[] | null} */
  #meanwhile = null
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #freshTimer
  /** Idempotency key and content of a create that had no answer: sent again it must not make two.
   *  @type {{key: string, content: string} | null} */
  #unanswered = null
  #deletes = new PendingDeletes((item, last) => void this.#remove(item, last))
  #query = ''
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #searchTimer
  /** Counts lists: an answer to an older question comes too late. */
  #asked = 0
  #list = byId('items', HTMLElement)

  start() {
    this.#store.draw((state) => this.#show(state))
    onLanguage(() => this.#store.refresh())
    const form = byId('itemForm', HTMLFormElement)
    form.addEventListener('submit', (event) => { event.preventDefault(); void this.#create() })
    // Opens and stays so: closing again on blur would move the list under the pointer in the middle of a click.
    form.addEventListener('focusin', () => form.classList.add('open'), { once: true })
    byId('moreItems', HTMLButtonElement).addEventListener('click', () => void this.#load(this.#store.state.cursor))
    const search = byId('itemSearch', HTMLInputElement)
    search.addEventListener('input', () => {
      this.#query = search.value.trim()
      this.#searchSoon()
    })
    const feed = this.#api.feed()
    const on = (/** @type {string} */ type, /** @type {(detail: any) => void} */ take) =>
      feed.addEventListener(type, (event) => take(/** @type {any} */ (event).detail))
    on('created', (item) => this.#change({ type: 'changed', item }))
    on('updated', (item) => this.#change({ type: 'changed', item }))
    on('deleted', (item) => this.#change({ type: 'deleted', id: item.id }))
    on('reset', () => void this.#load(null))
    on('state', (state) => {
      this.#store.dispatch({ type: 'live', live: state === 'open' })
      // Listed once the feed runs, so that nothing falls between the two.
      if (state === 'open' && !this.#store.state.loaded) void this.#load(null)
    })
  }

  /** @param {string | null} cursor  '': all that is shown and a page more, from the beginning */
  async #load(cursor) {
    const limit = cursor === '' ? Math.min(this.#store.state.items.length + kPage, kLongestPage) : kPage
    this.#meanwhile ??= []
    this.#asked += 1
    const asked = this.#asked
    try {
      const page = await this.#api.list({ limit, sort: '-id', q: this.#query, ...(cursor ? { cursor } : {}) })
      if (asked !== this.#asked) return
      this.#store.dispatch({ type: 'page', items: page.items, cursor: page.next_cursor, total: page.total, first: !cursor })
    } catch (error) {
      if (asked !== this.#asked) return
      this.#fail(error)
    }
    const changes = this.#meanwhile ?? []
    this.#meanwhile = null
    for (const change of changes) this.#store.dispatch(change)
  }

  #searchSoon() {
    clearTimeout(this.#searchTimer)
    this.#searchTimer = setTimeout(() => void this.#load(null), kSearchMs)
  }

  /** @param {ItemsAction} change */
  #change(change) {
    // Only the server knows whether a new or changed one is among those searched for.
    if (this.#query && change.type === 'changed') this.#searchSoon()
    if (this.#query && change.type === 'changed' && !this.#store.state.items.some(({ id }) => id === change.item.id)) return
    this.#meanwhile?.push(change)
    this.#store.dispatch(change)
    clearTimeout(this.#freshTimer)
    this.#freshTimer = setTimeout(() => this.#store.dispatch({ type: 'seen' }), kFreshMs)
  }

  async #create() {
    const name = byId('itemName', HTMLInputElement)
    const description = byId('itemDescription', HTMLTextAreaElement)
    const content = { name: name.value.trim(), description: description.value.trim() }
    if (content.name === '') return name.focus()
    const same = this.#unanswered?.content === JSON.stringify(content)
    const key = same && this.#unanswered ? this.#unanswered.key : randomId(24)
    this.#unanswered = { key, content: JSON.stringify(content) }
    const item = await this.#attempt(() => this.#api.create(content, { idempotencyKey: key }))
    if (!item) return
    this.#unanswered = null
    this.#change({ type: 'changed', item })
    name.value = ''
    description.value = ''
    name.focus()
  }

  /** @param {Item} seen */
  async #edit(seen) {
    const { editing } = await import('./item-editor.js')
    const { name, description } = seen
    this.#modes.set(seen.id, { mode: 'edit', seen, name, description, theirs: null, editor: editing })
    this.#repaint(seen.id)
  }

  /** @param {Item} seen
   *  @param {string} name
   *  @param {string} description */
  async #save(seen, name, description) {
    if (name === '') return
    try {
      const item = await this.#api.patch(seen, { name, description })
      this.#modes.delete(seen.id)
      this.#change({ type: 'changed', item })
      this.#store.refresh()
    } catch (error) {
      if (statusOf(error) !== 412) return this.#fail(error, seen.id)
      const theirs = await this.#attempt(() => this.#api.get(seen.id), seen.id)
      if (!theirs) return
      this.#change({ type: 'changed', item: theirs })
      const { editing } = await import('./item-editor.js')
      this.#modes.set(seen.id, { mode: 'edit', seen, name, description, theirs, editor: editing })
      this.#repaint(seen.id)
    }
  }

  /** @param {Item} item
   *  @param {boolean} last  the page ends */
  async #remove(item, last) {
    const focused = this.#list.querySelector(`[data-key="${item.id}"]`)?.contains(document.activeElement)
    try {
      await this.#api.remove(item, { keepalive: last })
      this.#modes.delete(item.id)
      this.#change({ type: 'deleted', id: item.id })
      if (focused) byId('itemName', HTMLInputElement).focus()
    } catch (error) {
      this.#modes.delete(item.id)
      this.#store.refresh()
      if (statusOf(error) !== 412) return this.#fail(error, item.id)
      const theirs = await this.#attempt(() => this.#api.get(item.id), item.id)
      if (theirs) this.#change({ type: 'changed', item: theirs })
      this.#store.dispatch({ type: 'problem', sentence: t('items.changedMeanwhile') })
    }
  }

  /** @template T
   *  @param {() => Promise<T>} call
   *  @param {number} [id]
   *  @returns {Promise<T | null>} */
  async #attempt(call, id) {
    try {
      const value = await call()
      this.#store.dispatch({ type: 'problem', sentence: '' })
      return value
    } catch (error) {
      this.#fail(error, id)
      return null
    }
  }

  /** @param {unknown} error
   *  @param {number} [id]  of the item that was not to be found any more */
  #fail(error, id) {
    const status = statusOf(error)
    if (status === 404 && id !== undefined) {
      this.#modes.delete(id)
      this.#change({ type: 'deleted', id })
    }
    const detail = error instanceof Error ? error.message : ''
    const sentence = status === 0 ? t('items.unreachable') : status === 404 ? t('items.gone') : t('items.problem', { detail })
    this.#store.dispatch({ type: 'problem', sentence })
  }

  /** Paints one card anew and puts the focus into it. @param {number} id */
  #repaint(id) {
    const card = this.#list.querySelector(`[data-key="${id}"]`)
    if (card instanceof HTMLElement) card.dataset.look = ''
    this.#store.refresh()
    const target = this.#list.querySelector(`[data-key="${id}"] [data-focus]`) ?? this.#list.querySelector(`[data-key="${id}"] button`)
    if (target instanceof HTMLElement) target.focus()
  }

  /** @param {ItemsView} state */
  #show(state) {
    setText(byId('itemsCount', HTMLElement), state.total > 0 ? String(state.total) : '')
    const live = byId('itemsLive', HTMLElement)
    setText(live, state.live === null ? '' : t(state.live ? 'items.live' : 'items.notLive'))
    live.dataset.live = String(state.live === true)
    setText(byId('itemsProblem', HTMLElement), state.problem)
    byId('moreItems', HTMLElement).hidden = state.cursor === null
    follow(this.#list, state.items, ({ id }) => String(id), (item, old) => this.#card(item, state.fresh.has(item.id), old))
    if (state.items.length === 0) this.#list.replaceChildren(el('li', { class: 'empty' }, !state.loaded ? '…' : t(this.#query ? 'items.noneFound' : 'items.empty')))
  }

  /** @param {Item} item
   *  @param {boolean} fresh
   *  @param {HTMLElement | null} old */
  #card(item, fresh, old) {
    const mode = this.#modes.get(item.id) ?? /** @type {CardMode} */ ({ mode: 'show' })
    // A card in the hand is not repainted under it; its own save finds the conflict.
    const look = `${currentLanguage()} ${mode.mode}${mode.mode === 'edit' ? '' : ` ${item.version}`}`
    if (old?.dataset.look === look) {
      old.classList.toggle('fresh', fresh)
      return old
    }
    const card = itemCard(item, mode, fresh, {
      edit: (shown) => void this.#edit(shown),
      remove: (shown) => {
        this.#deletes.add(shown)
        this.#modes.set(shown.id, { mode: 'deleted' })
        this.#repaint(shown.id)
      },
      undo: (shown) => {
        this.#deletes.undo(shown.id)
        this.#modes.delete(shown.id)
        this.#repaint(shown.id)
      },
      save: (seen, name, description) => void this.#save(seen, name, description),
      cancel: (shown) => {
        this.#modes.delete(shown.id)
        this.#repaint(shown.id)
      },
    })
    card.dataset.look = look
    return card
  }
}

/** @param {unknown} error */
function statusOf(error) {
  return error !== null && typeof error === 'object' && 'status' in error ? error.status : undefined
}
