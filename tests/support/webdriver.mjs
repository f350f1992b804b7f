// The few words of WebDriver (W3C) that the tests say to a browser in a container.

import { waitFor } from './server.mjs'

const kElement = 'element-6066-11e4-a52e-4f735466cecf'

export class WebDriver {
  /** @param {string} hub  as `http://localhost:4444` */
  constructor(hub, id) { Object.assign(this, { hub, id }) }

  /** Starts Chromium with these arguments; waits until the container is ready to. */
  static async open(hub, args = []) {
    await waitFor(async () => (await fetch(`${hub}/status`).then((answer) => answer.json()).catch(() => null))?.value?.ready,
      { timeoutMs: 60_000, everyMs: 200, what: `${hub} to be ready` })
    const capabilities = { alwaysMatch: { 'browserName': 'chrome', 'goog:chromeOptions': { args } } }
    const { sessionId } = await call('POST', `${hub}/session`, { capabilities })
    const driver = new WebDriver(hub, sessionId)
    await driver.#call('POST', '/timeouts', { script: 60_000 })
    return driver
  }

  #call(method, path, body) { return call(method, `${this.hub}/session/${this.id}${path}`, body) }

  goto(url) { return this.#call('POST', '/url', { url }) }
  quit() { return this.#call('DELETE', '') }
  /** Runs a function's body in the page; `arguments` are `args`. A promise is waited for. */
  run(script, ...args) {
    return this.#call('POST', '/execute/async', {
      script: `const done = arguments[arguments.length - 1]; (async function () { ${script} }).apply(null, [...arguments].slice(0, -1)).then(done, (error) => done('failed: ' + error))`, args,
    })
  }

  async #find(selector) { return (await this.#call('POST', '/element', { using: 'css selector', value: selector }))[kElement] }
  async type(selector, text) {
    const element = await this.#find(selector)
    await this.#call('POST', `/element/${element}/clear`, {})
    await this.#call('POST', `/element/${element}/value`, { text })
  }
  async click(selector) { await this.#call('POST', `/element/${await this.#find(selector)}/click`, {}) }
  /** Until `selector` is there. */
  async see(selector, timeoutMs = 30_000) {
    await waitFor(() => this.#find(selector).catch(() => null), { timeoutMs, everyMs: 200, what: `${selector} at ${this.hub}` })
  }
}

async function call(method, url, body) {
  const answer = await fetch(url, { method, headers: { 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) })
  const { value } = await answer.json()
  if (!answer.ok) throw new Error(`${method} ${url}: ${JSON.stringify(value).slice(0, 500)}`)
  return value
}
