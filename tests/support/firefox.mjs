// Debian's Firefox by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/), which it speaks by itself: one page, what it shows and what it runs.

import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { WebSocket } from 'ws'
import { waitFor } from './server.mjs'

const kProgram = process.env.FIREFOX ?? '/usr/bin/firefox-esr'
/** Why there is no Firefox here, or nothing. */
export const noFirefox = existsSync(kProgram) ? false : `${kProgram} is not installed (apt-get install firefox-esr)`

const kPreferences = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
  // Names of mDNS, which nobody answers for on a machine without a network, stay out of its candidates.
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.peerconnection.ice.loopback': true,
  'app.update.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'intl.accept_languages': 'en-US',
}

export class Firefox {
  #socket
  #waiting = new Map()
  #id = 0
  #context

  /** Starts one with a profile of its own; it ends with the test context `t`. */
  static async start(t) {
    const profile = mkdtempSync(path.join(tmpdir(), 'grtc-firefox-'))
    writeFileSync(path.join(profile, 'user.js'), Object.entries(kPreferences).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`).join(''))
    const child = spawn(kProgram, ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0', 'about:blank'],
      { env: { ...process.env, HOME: profile, MOZ_DISABLE_CONTENT_SANDBOX: '1' }, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk) => { said = (said + chunk).slice(-20_000) })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    t.after(async () => {
      child.kill('SIGKILL')
      await ended
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    })
    await waitFor(() => child.exitCode !== null || /BiDi listening on ws:\/\/\S+/.test(said), { timeoutMs: 60_000, what: () => `Firefox to listen:\n${said}` })
    const firefox = new Firefox()
    await firefox.#open(`${/BiDi listening on (ws:\/\/\S+)/.exec(said)[1]}/session`)
    return firefox
  }

  async #open(url) {
    this.#socket = new WebSocket(url)
    await new Promise((resolve, reject) => this.#socket.once('open', resolve).once('error', reject))
    this.#socket.on('message', (data) => {
      const answer = JSON.parse(data)
      const waiting = this.#waiting.get(answer.id)
      if (!waiting) return
      this.#waiting.delete(answer.id)
      if (answer.type === 'error') waiting.reject(new Error(`${answer.error}: ${answer.message}`))
      else waiting.resolve(answer.result)
    })
    await this.#command('session.new', { capabilities: {} })
    this.#context = (await this.#command('browsingContext.getTree', {})).contexts[0].context
  }

  #command(method, params) {
    const id = ++this.#id
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    this.#socket.send(JSON.stringify({ id, method, params }))
    return answer
  }

  goto(url) { return this.#command('browsingContext.navigate', { context: this.#context, url, wait: 'complete' }) }

  /** What `work(...values)` is in the page; values and answer are JSON. */
  async evaluate(work, ...values) {
    const expression = `(async () => JSON.stringify(await (${work})(...${JSON.stringify(values)})))()`
    const { type, result, exceptionDetails } = await this.#command('script.evaluate', { expression, target: { context: this.#context }, awaitPromise: true })
    if (type === 'exception') throw new Error(`in Firefox: ${exceptionDetails.text}`)
    return result.value === undefined ? undefined : JSON.parse(result.value)
  }

  /** Waits until `work(...values)` is true in the page. */
  waitFor(work, ...values) {
    return waitFor(() => this.evaluate(work, ...values), { timeoutMs: 30_000, everyMs: 100, what: () => `in Firefox: ${work} ${values}` })
  }

  click(selector) { return this.evaluate((selector) => document.querySelector(selector).click(), selector) }

  /** Types as a person's input method does: the value, then its event. */
  fill(selector, text) {
    return this.evaluate((selector, text) => {
      const field = document.querySelector(selector)
      field.value = text
      field.dispatchEvent(new Event('input', { bubbles: true }))
    }, selector, text)
  }

  has(selector, text = '') {
    return this.waitFor((selector, text) => [...document.querySelectorAll(selector)].some((node) => node.textContent.includes(text)), selector, text)
  }
}
