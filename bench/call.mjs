#!/usr/bin/env node
// From pressing Join to the first picture and the first data-channel message of somebody who is there already, in real Chromium
// with a made-up camera; beside the same on a page that holds nothing but the call.
//   node bench/call.mjs --runs 11

import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { chromium } from 'playwright-core'
import { startBareCall } from './lib/bare_call.mjs'
import { machine } from './lib/machine.mjs'
import { readOptions } from './lib/options.mjs'
import { report } from './lib/report.mjs'
import { rowsOf, takeRounds } from './lib/rounds.mjs'
import { ours, start } from './lib/servers.mjs'

const kPatienceMs = 30_000
/** The call that is there already, before somebody joins it. */
const kSettleMs = 500

const options = readOptions('usage: node bench/call.mjs [options]')
const load = machine().load
const folder = mkdtempSync(path.join(os.tmpdir(), 'grtc-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** In each page: both ends greet over the channel when it opens; when the button was pressed, the first picture and greeting are noted. */
function instrument() {
  const marks = {}
  globalThis.marks = marks
  document.addEventListener('click', ({ target }) => { if (target.closest('#join, [data-testid=preview-join]')) marks.join = performance.now() }, true)
  const make = RTCPeerConnection.prototype.createDataChannel
  RTCPeerConnection.prototype.createDataChannel = function (...all) {
    const channel = make.apply(this, all)
    channel.addEventListener('open', () => channel.send('{"type":"bench"}'))
    channel.addEventListener('message', () => { marks.message ??= performance.now() })
    return channel
  }
  const look = () => {
    const video = document.querySelector('[data-testid=tile]:not(.is-self) video') ?? (document.querySelector('#join') && document.querySelector('video'))
    if (video && video.getVideoPlaybackQuality().totalVideoFrames > 0) marks.picture ??= performance.now()
    else requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}

async function person(browser) {
  const context = await browser.newContext()
  await context.addInitScript(instrument)
  return context.newPage()
}

async function times(page) {
  await page.waitForFunction(() => globalThis.marks.picture && globalThis.marks.message, null, { timeout: kPatienceMs })
  const { join, picture, message } = await page.evaluate(() => globalThis.marks)
  return { picture: picture - join, message: message - join }
}

async function callOfOurs(browser) {
  const server = await start(ours, options, { database: path.join(folder, `${Date.now()}.db`) })
  const pages = [await person(browser), await person(browser)]
  for (const page of pages) {
    await page.goto(`http://127.0.0.1:${server.port}/?room=bench`)
    await page.waitForSelector('html[data-ready]')
    await page.click('[data-testid=preview-open]')
    await page.waitForFunction(() => document.querySelector('[data-testid=preview-video]')?.srcObject?.getTracks().length === 2)
  }
  await pages[0].click('[data-testid=preview-join]')
  await pages[0].waitForSelector('[data-testid=connection][data-state=open]')
  await pages[0].waitForTimeout(kSettleMs)
  await pages[1].click('[data-testid=preview-join]')
  const taken = await times(pages[1])
  for (const page of pages) await page.context().close()
  await server.stop()
  return taken
}

async function callOfBare(browser) {
  const server = await startBareCall()
  const pages = [await person(browser), await person(browser)]
  for (const [index, page] of pages.entries()) {
    await page.goto(server.url + (index === 1 ? '/#late' : '/'))
    await page.waitForSelector('html[data-ready]')
  }
  await pages[0].waitForTimeout(kSettleMs)
  await pages[1].click('#join')
  const taken = await times(pages[1])
  for (const page of pages) await page.context().close()
  server.stop()
  return taken
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless=new', '--no-sandbox', '--disable-gpu', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
})
const servers = [
  { name: 'grtc', version: ours.prepare(options).version, call: callOfOurs },
  { name: 'bare page', version: `Chromium ${browser.version()}`, call: callOfBare },
]
const taken = await takeRounds(servers, options.runs, ({ call }) => call(browser))
await browser.close()
report('call', [
  { title: 'Join to the first remote picture', unit: 'ms', rows: rowsOf(servers, taken, 'picture'), goals: [{ most: 700 }] },
  { title: 'Join to the first data-channel message', unit: 'ms', rows: rowsOf(servers, taken, 'message'), goals: [{ most: 300 }] },
], { json: options.json, load })
