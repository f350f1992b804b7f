/** @typedef {import('../grtc-client/items.js').Item} Item */

/** How long a deleted item can be had back. */
const kUndoMs = 6_000

/** Deletes after a moment in which it can be taken back: then nothing has happened, and the item keeps its id. A page that ends
 *  first deletes at once. */
export class PendingDeletes {
  /** @type {Map<number, {item: Item, timer: ReturnType<typeof setTimeout>}>} */
  #pending = new Map()
  #remove

  /** @param {(item: Item, last: boolean) => void} remove  last: the page ends, nobody can wait for the answer */
  constructor(remove) {
    this.#remove = remove
    globalThis.addEventListener?.('pagehide', () => { for (const id of [...this.#pending.keys()]) this.#now(id, true) })
  }

  /** @param {Item} item  as the person saw it */
  add(item) {
    this.undo(item.id)
    this.#pending.set(item.id, { item, timer: setTimeout(() => this.#now(item.id, false), kUndoMs) })
  }

  /** @param {number} id */
  undo(id) {
    clearTimeout(this.#pending.get(id)?.timer)
    this.#pending.delete(id)
  }

  /** @param {number} id
   *  @param {boolean} last */
  #now(id, last) {
    const pending = this.#pending.get(id)
    this.undo(id)
    if (pending) this.#remove(pending.item, last)
  }
}
