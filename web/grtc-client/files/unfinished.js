import { isTransferId, readOffer } from './names.js'

/** @typedef {import('./transfer.js').TransferFacts} TransferFacts */
/** @typedef {'auto' | 'memory'} Place */

const kKept = 100

/** What this tab has begun and not ended, so that a reload can go on. Thumbnails are not kept; without a Storage nothing is. */
export class Unfinished {
  #storage
  #key

  /** @param {Storage | null} storage
   *  @param {string} key */
  constructor(storage, key) {
    this.#storage = storage
    this.#key = key
  }

  /** @returns {{facts: TransferFacts, place: Place}[]} */
  all() {
    try {
      const rows = JSON.parse(this.#storage?.getItem(this.#key) ?? '[]')
      return Array.isArray(rows) ? rows.slice(-kKept).flatMap(read) : []
    } catch {
      return []
    }
  }

  /** @param {TransferFacts} facts
   *  @param {string} place  'auto', or '' for what is sent */
  note({ id, direction, peerId, name, size, type }, place) {
    this.#change((rows) => [...rows.filter((row) => row.transfer !== id), { transfer: id, direction, peerId, name, size, mime: type, place }])
  }

  /** @param {string} id */
  remove(id) { this.#change((rows) => rows.filter((row) => row.transfer !== id)) }

  /** @param {(rows: any[]) => any[]} change */
  #change(change) {
    try {
      const rows = JSON.parse(this.#storage?.getItem(this.#key) ?? '[]')
      const next = change(Array.isArray(rows) ? rows : []).slice(-kKept)
      if (next.length > 0) this.#storage?.setItem(this.#key, JSON.stringify(next))
      else this.#storage?.removeItem(this.#key)
    } catch { /* full or forbidden: then a reload ends them */ }
  }
}

/** @param {any} row
 *  @returns {{facts: TransferFacts, place: Place}[]} */
function read(row) {
  const facts = row && typeof row === 'object' && isTransferId(row.transfer) ? readOffer(row) : null
  if (!facts || typeof row.peerId !== 'string') return []
  return [{ facts: { ...facts, peerId: row.peerId, direction: row.direction === 'send' ? 'send' : 'receive' }, place: 'auto' }]
}
