// Debian's Chromium for the tests, and the few steps that all of them take on the page.

import { chromium } from 'playwright-core'
import { waitFor } from './server.mjs'

export const kArguments = [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
]

/** Starts the browser; it is closed with the test context `t`. `args` are added. */
export async function startBrowser(t, args = []) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: [...kArguments, ...args],
  })
  t?.after(() => browser.close())
  return browser
}

/** A person: a browser context of its own with one page. `faults` collects console errors, page errors and foreign requests.
 *  `webrtc: false` leaves the server as the only way. */
export async function newPerson(browser, name, { webrtc = true, origin, ...options } = {}) {
  const context = await browser.newContext({ locale: 'en-US', ...options })
  if (!webrtc) await context.addInitScript(() => { delete globalThis.RTCPeerConnection })
  const page = await context.newPage()
  return new Person(name, context, page, watchFaults(page, origin))
}

/** Console errors, page errors and requests to others than `origin`, as they come. */
export function watchFaults(page, origin) {
  const faults = []
  page.on('console', (message) => { if (message.type() === 'error') faults.push(`console: ${message.text()}`) })
  page.on('pageerror', (error) => faults.push(`page: ${error.message}`))
  page.on('request', (request) => {
    if (origin && new URL(request.url()).origin !== origin) faults.push(`request: ${request.url()}`)
  })
  return faults
}

export class Person {
  constructor(name, context, page, faults) { Object.assign(this, { name, context, page, faults }) }

  async open(url) {
    await this.page.goto(url)
    await this.page.waitForSelector('html[data-ready]')
  }

  /** Opens the page of `url` and joins `room` under the own name. */
  async join(url, room) {
    await this.open(`${url}/?room=${encodeURIComponent(room)}`)
    await this.page.fill('[data-testid=name]', this.name)
    await this.page.click('#connectBtn')
    await this.connected()
  }

  connected() { return this.page.waitForSelector('[data-testid=connection][data-state=open]') }
  reconnecting() { return this.page.waitForSelector('[data-testid=connection][data-state=reconnecting]', { timeout: 20_000 }) }

  async say(text) {
    await this.page.fill('#messageInput', text)
    await this.page.click('#sendBtn')
  }

  /** The other is in the list, reached by `route` (`direct` or `server`). */
  sees(name, route) {
    const attribute = route ? `[data-route=${route}]` : ''
    return this.page.waitForSelector(`[data-testid=person]${attribute}:has-text("${name}")`, { timeout: 20_000 })
  }

  /** Texts of the messages of the others (or of one's own), in the order shown. */
  async texts({ mine = false } = {}) {
    return this.page.$$eval(`[data-testid=message][data-mine=${mine}] [data-testid=text]`, (nodes) => nodes.map((n) => n.textContent))
  }

  /** Waits until exactly `expected` was received, in order. */
  async receives(expected, timeoutMs = 20_000) {
    let last = []
    await waitFor(async () => {
      last = await this.texts()
      return last.length >= expected.length
    }, { timeoutMs, what: () => `${this.name} to receive ${JSON.stringify(expected)}; has ${JSON.stringify(last)}` })
    return last
  }

  /** The way (`direct` or `server`) of the message with that text. */
  async wayOf(text) {
    return this.page.getAttribute(`[data-testid=message]:has([data-testid=text]:text-is("${text}"))`, 'data-via')
  }

  /** Waits until the own message with that text is `delivered` (or `state`). */
  async sent(text, state = 'delivered') {
    await this.page.waitForSelector(`[data-testid=message][data-mine=true][data-state=${state}]:has([data-testid=text]:text-is("${text}"))`)
  }
}
