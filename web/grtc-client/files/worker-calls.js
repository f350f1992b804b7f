/** A worker whose calls are answered in any order. */
export class WorkerCalls {
  #worker
  #next = 1
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
  #open = new Map()

  /** @throws where a page may start no worker */
  constructor() {
    const url = new URL('./file-worker.js', import.meta.url).href
    // Pages that require Trusted Types take a worker's address only from a policy.
    const types = /** @type {{createPolicy(name: string, rules: object): {createScriptURL(url: string): string}} | undefined} */ (
      /** @type {any} */ (globalThis).trustedTypes)
    kPolicy.made ??= types?.createPolicy('grtc-client-worker', { createScriptURL: () => url })
    this.#worker = new Worker(kPolicy.made?.createScriptURL(url) ?? url, { type: 'module' })
    this.#worker.onmessage = ({ data: { call, error, value } }) => {
      const waiting = this.#open.get(call)
      this.#open.delete(call)
      if (error) waiting?.reject(Object.assign(new Error(error.message), { name: error.name }))
      else waiting?.resolve(value)
    }
    this.#worker.onerror = (event) => {
      for (const { reject } of this.#open.values()) reject(new Error(event.message || 'The worker could not be started.'))
      this.#open.clear()
    }
  }

  /** @param {string} op
   *  @param {object} [values]
   *  @param {Transferable[]} [transfer]
   *  @returns {Promise<any>} */
  call(op, values = {}, transfer = []) {
    const call = this.#next
    this.#next += 1
    return new Promise((resolve, reject) => {
      this.#open.set(call, { resolve, reject })
      this.#worker.postMessage({ call, op, ...values }, transfer)
    })
  }

  end() {
    for (const { reject } of this.#open.values()) reject(new Error('ended'))
    this.#open.clear()
    this.#worker.terminate()
  }
}

/** @type {{made?: {createScriptURL(url: string): string}}} */
const kPolicy = {}
