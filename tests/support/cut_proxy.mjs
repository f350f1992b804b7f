// A TCP proxy between a browser and the server, or the server and its Redis, that behaves like a bad network. (context.setOffline leaves open WebSockets alone.)

import net from 'node:net'
import { once } from 'node:events'

export class CutProxy {
  /** @type {'through' | 'refused' | 'frozen'} */
  #mode = 'through'
  #pairs = new Set()
  #server

  /** Starts one in front of `127.0.0.1:port`; it ends with the test context `t`. */
  static async start(t, port) {
    const proxy = new CutProxy()
    proxy.#server = net.createServer({ allowHalfOpen: true }, (near) => proxy.#accept(near, port)).listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    t?.after(() => proxy.stop())
    return proxy
  }

  get port() { return this.#server.address().port }
  get url() { return `http://127.0.0.1:${this.port}` }

  /** Breaks all connections and refuses new ones until `restore`. */
  cut() {
    this.#mode = 'refused'
    for (const { near, far } of this.#pairs) {
      near.resetAndDestroy?.() ?? near.destroy()
      far.resetAndDestroy?.() ?? far.destroy()
    }
  }

  /** Nothing passes any more, and nobody is told: like a radio hole. New connections hang too. */
  freeze() {
    this.#mode = 'frozen'
    for (const { near, far } of this.#pairs) {
      near.pause()
      far.pause()
    }
  }

  /** What is said to the server arrives; its answers don't, until `restore` or, for ever, `cut`. */
  freezeAnswers() {
    for (const { far } of this.#pairs) far.pause()
  }

  /** The network is back. What was frozen goes on. */
  restore() {
    this.#mode = 'through'
    for (const { near, far } of this.#pairs) {
      near.resume()
      far.resume()
    }
  }

  async stop() {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #accept(near, port) {
    if (this.#mode === 'refused') return near.destroy()
    const far = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    const pair = { near, far }
    this.#pairs.add(pair)
    for (const [from, to] of [[near, far], [far, near]]) {
      from.on('data', (chunk) => { if (!to.destroyed) to.write(chunk) })
      from.on('end', () => to.end())
      from.on('error', () => to.destroy())
      from.on('close', () => {
        this.#pairs.delete(pair)
        to.destroy()
      })
    }
    if (this.#mode === 'frozen') {
      near.pause()
      far.pause()
    }
  }
}
