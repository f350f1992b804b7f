import { Backoff } from './backoff.js'
import { DetailEvent, GrtcError } from './errors.js'
import { randomId } from './ids.js'
import { TypedTarget } from './typed-target.js'

/** @typedef {{id: number, name: string, description: string, data: import('./types.js').Json, version: number,
 *             created_at: string, updated_at: string}} Item */
/** @typedef {{limit?: number, cursor?: string, sort?: string, q?: string, name?: string}} ListQuery */
/** @typedef {{items: Item[], next_cursor: string | null, total: number}} ItemPage */

/** An answer that is no success. `status` 412: the item was changed meanwhile; 404: it is gone. */
export class ItemsError extends GrtcError {
  /** @param {number} status  0: the server could not be reached
   *  @param {{title?: string, detail?: string, errors?: {field: string, message: string}[]}} problem */
  constructor(status, problem) {
    super(status === 0 ? 'server-unreachable' : `http-${status}`, problem.detail ?? problem.title ?? `HTTP ${status}`)
    this.status = status
    this.errors = problem.errors ?? []
  }
}

/** The items of a server: REST calls, and their live feed. */
export class Items {
  #url
  #token

  /** @param {{url?: string, token?: string}} [options]  token: where the server asks one for writes (ITEMS_TOKEN) */
  constructor({ url = globalThis.location?.origin ?? '', token = '' } = {}) {
    this.#url = `${url.replace(/\/$/, '')}/api/items`
    this.#token = token
  }

  /** @param {ListQuery} [query]
   *  @returns {Promise<ItemPage>} */
  async list(query = {}) {
    const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
    const search = String(new URLSearchParams(given.map(([key, value]) => [key, String(value)])))
    return this.#call('GET', search && `?${search}`)
  }

  /** @param {number} id
   *  @returns {Promise<Item>} */
  get(id) { return this.#call('GET', `/${id}`) }

  /** A repeat with the same key within 24 h gets the first answer: safe to try again.
   *  @param {{name: string, description?: string, data?: import('./types.js').Json}} item
   *  @param {{idempotencyKey?: string}} [options]
   *  @returns {Promise<Item>} */
  create(item, { idempotencyKey = randomId(24) } = {}) {
    return this.#call('POST', '', item, { 'Idempotency-Key': idempotencyKey })
  }

  /** Changes the members given (RFC 7396), unless the item is no longer as `seen`.
   *  @param {Item} seen
   *  @param {{name?: string, description?: string, data?: import('./types.js').Json}} patch
   *  @returns {Promise<Item>} */
  patch(seen, patch) { return this.#call('PATCH', `/${seen.id}`, patch, { 'If-Match': etagOf(seen) }) }

  /** Deletes it, unless it is no longer as `seen`.
   *  @param {Item} seen
   *  @param {{keepalive?: boolean}} [options]  keepalive: goes out even when the page ends now
   *  @returns {Promise<void>} */
  remove(seen, { keepalive = false } = {}) { return this.#call('DELETE', `/${seen.id}`, undefined, { 'If-Match': etagOf(seen) }, keepalive) }

  /** The feed of changes. Close it when done. */
  feed() { return new ItemFeed(`${this.#url}/events`) }

  /** @param {string} method
   *  @param {string} path
   *  @param {unknown} [body]
   *  @param {Record<string, string>} [headers]
   *  @param {boolean} [keepalive]
   *  @returns {Promise<any>} */
  async #call(method, path, body, headers = {}, keepalive = false) {
    const all = { ...headers, ...(this.#token ? { Authorization: `Bearer ${this.#token}` } : {}) }
    /** @type {Response} */
    let answer
    try {
      answer = await fetch(this.#url + path, {
        method,
        keepalive,
        headers: body === undefined ? all : { ...all, 'Content-Type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    } catch {
      throw new ItemsError(0, { detail: 'The server could not be reached.' })
    }
    if (answer.status === 204) return undefined
    const value = await answer.json().catch(() => ({}))
    if (!answer.ok) throw new ItemsError(answer.status, value)
    return value
  }
}

/** @param {Item} item */
export const etagOf = (item) => `"${item.id}-${item.version}"`

/** The live feed. Events (`detail`): `created`, `updated`, `deleted` (Item); `reset` (list again: something may have been
 *  missed); `state` ('open' or 'reconnecting'). Browsers only, as Node has no EventSource.
 *  @extends {TypedTarget<{created: Item, updated: Item, deleted: Item, reset: null, state: 'open' | 'reconnecting'}>} */
export class ItemFeed extends TypedTarget {
  #url
  #backoff = new Backoff()
  /** @type {EventSource | null} */
  #source = null
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer
  #missed = false

  /** @param {string} url */
  constructor(url) {
    super()
    this.#url = url
    this.#open()
  }

  close() {
    clearTimeout(this.#timer)
    this.#source?.close()
    this.#source = null
  }

  #open() {
    const source = new EventSource(this.#url)
    this.#source = source
    source.onopen = () => {
      this.#backoff.reset()
      this.#tell('state', 'open')
      if (this.#missed) this.#tell('reset', null)
      this.#missed = false
    }
    source.onerror = () => {
      this.#tell('state', 'reconnecting')
      if (source.readyState !== EventSource.CLOSED) return // it comes back by itself, with Last-Event-ID
      // Refused (a draining server): a new source knows no last event, so what it missed must be listed.
      this.#missed = true
      this.#timer = setTimeout(() => this.#open(), this.#backoff.next())
    }
    const take = (/** @type {Event} */ event) => this.#take(/** @type {MessageEvent} */ (event))
    for (const type of ['message', 'created', 'updated', 'deleted', 'reset']) source.addEventListener(type, take)
  }

  /** @param {MessageEvent} event */
  #take(event) {
    if (event.type === 'reset') return this.#tell('reset', null)
    /** @type {{type?: unknown, item?: unknown}} */
    let change
    try {
      change = JSON.parse(event.data)
    } catch {
      return
    }
    const type = event.type === 'message' ? change?.type : event.type
    if (type === 'reset') this.#tell('reset', null)
    else if (typeof type === 'string' && change?.item) this.#tell(type, change.item)
  }

  /** @param {string} type
   *  @param {unknown} detail */
  #tell(type, detail) { this.dispatchEvent(new DetailEvent(type, detail)) }
}
