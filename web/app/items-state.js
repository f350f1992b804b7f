// The items as the page shows them. Pure: (state, action) → state.

/** @typedef {import('../grtc-client/items.js').Item} Item */

/** @typedef {object} ItemsView
 *  @property {readonly Item[]} items     newest first
 *  @property {string | null} cursor      of the next page; '' when there is one that has to be found anew
 *  @property {number} paged              how many were asked for: the live ones are bounded, these are not
 *  @property {number} total
 *  @property {boolean | null} live    null before the first answer
 *  @property {boolean} loaded
 *  @property {string} problem            a sentence, '' for none
 *  @property {ReadonlySet<number>} fresh ids that somebody just changed
 *  @property {ReadonlySet<number>} gone  deleted ones; an id is never used again, so a late answer can't bring one back */

/** @typedef {{type: 'page', items: readonly Item[], cursor: string | null, total: number, first: boolean}
 *   | {type: 'changed', item: Item} | {type: 'deleted', id: number}
 *   | {type: 'live', live: boolean} | {type: 'problem', sentence: string} | {type: 'seen'}} ItemsAction */

const kGone = 1000
/** So many stay in the list, however many come while nobody asks for more. */
const kLive = 200

/** @type {ItemsView} */
export const kNoItems = Object.freeze({
  items: [], cursor: null, paged: 0, total: 0, live: null, loaded: false, problem: '', fresh: new Set(), gone: new Set(),
})

/** @param {ItemsView} state
 *  @param {ItemsAction} action
 *  @returns {ItemsView} */
export function reduceItems(state, action) {
  switch (action.type) {
    case 'page': {
      const items = action.first ? action.items : merged(state.items, action.items)
      return { ...state, items, cursor: action.cursor, paged: items.length, total: action.total, loaded: true, problem: '' }
    }
    case 'changed': return changed(state, action.item)
    case 'deleted': {
      if (state.gone.has(action.id)) return state
      const items = state.items.filter((item) => item.id !== action.id)
      const gone = new Set([...state.gone, action.id].slice(-kGone))
      return { ...state, items, gone, total: Math.max(0, state.total - 1) }
    }
    case 'live': return state.live === action.live ? state : { ...state, live: action.live }
    case 'problem': return { ...state, problem: action.sentence }
    case 'seen': return state.fresh.size === 0 ? state : { ...state, fresh: new Set() }
    default: return state
  }
}

/** The answer to one's own write and the feed bring the same change, in any order: the greater version wins.
 *  @param {ItemsView} state
 *  @param {Item} item
 *  @returns {ItemsView} */
function changed(state, item) {
  if (state.gone.has(item.id)) return state
  const known = state.items.find(({ id }) => id === item.id)
  if (known && known.version >= item.version) return state
  const newest = state.items[0]?.id ?? 0
  if (!known && item.id < newest && item.version > 1 && state.cursor !== null) return state // on a page not shown yet
  const all = known ? state.items.map((other) => (other.id === item.id ? item : other)) : merged([item], state.items)
  const items = all.slice(0, Math.max(kLive, state.paged))
  const cursor = items.length < all.length ? '' : state.cursor
  return { ...state, items, cursor, total: state.total + (known ? 0 : 1), fresh: new Set([...state.fresh, item.id].slice(-kLive)) }
}

/** @param {readonly Item[]} some
 *  @param {readonly Item[]} more */
function merged(some, more) {
  const ids = new Set(some.map(({ id }) => id))
  return [...some, ...more.filter(({ id }) => !ids.has(id))].sort((a, b) => b.id - a.id)
}
