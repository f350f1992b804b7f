/** @typedef {import('./transfer.js').Transfer} Transfer */

/** A file offered to one or several peers: a Transfer for each, and the whole of them. */
export class Offer {
  /** @param {readonly Transfer[]} transfers */
  constructor(transfers) { this.transfers = transfers }

  pause() { for (const transfer of this.transfers) transfer.pause() }
  resume() { for (const transfer of this.transfers) transfer.resume() }
  cancel() { for (const transfer of this.transfers) transfer.cancel() }

  /** Over all receivers. `secondsLeft` is the slowest one's. */
  get progress() {
    const all = this.transfers.map(({ progress }) => progress)
    const sum = (/** @type {'bytes' | 'size' | 'rate'} */ part) => all.reduce((total, one) => total + one[part], 0)
    return { bytes: sum('bytes'), size: sum('size'), rate: sum('rate'), secondsLeft: Math.max(0, ...all.map(({ secondsLeft }) => secondsLeft)) }
  }

  /** Resolves when nothing more will happen to any of them; the states tell how each ended. */
  get settled() {
    return Promise.all(this.transfers.map((transfer) => new Promise((/** @type {(transfer: Transfer) => void} */ resolve) => {
      const check = () => { if (transfer.over) resolve(transfer) }
      transfer.addEventListener('change', check)
      check()
    })))
  }
}
