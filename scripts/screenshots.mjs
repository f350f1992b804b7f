#!/usr/bin/env node
// Takes the pictures of docs/images/ from the running page, so that they stay true:
//   ./dev build release && node scripts/screenshots.mjs [FOLDER]

import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { newPerson, startBrowser } from '../tests/support/browser.mjs'
import { joinWithCamera, kAllowed, plays } from '../tests/support/call.mjs'
import { startServer } from '../tests/support/server.mjs'

const folder = path.resolve(process.argv[2] ?? 'docs/images')
const kWindow = { width: 1280, height: 800 }
const kPhone = { width: 390, height: 844 }

/** A camera that shows somebody before a wall, instead of a browser's test picture. */
function drawnCamera({ hue, hair, shirt }) {
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    if (!wanted.video) return real(wanted)
    const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 720 })
    const pen = canvas.getContext('2d')
    const oval = (fill, ...all) => {
      pen.fillStyle = fill
      pen.beginPath()
      pen.ellipse(...all, 0, 0, 7)
      pen.fill()
    }
    const draw = (at) => {
      const wall = pen.createLinearGradient(0, 0, 1280, 720)
      wall.addColorStop(0, `hsl(${hue} 38% 74%)`)
      wall.addColorStop(1, `hsl(${hue + 40} 34% 48%)`)
      pen.fillStyle = wall
      pen.fillRect(0, 0, 1280, 720)
      const sway = Math.sin(at / 900) * 8
      oval(shirt, 640 + sway / 2, 760, 330, 250)
      oval('#d9a27d', 640 + sway, 480, 62, 110)
      oval(hair, 640 + sway, 285, 168, 190)
      oval('#e3b08c', 640 + sway, 322, 138, 170)
      oval(hair, 640 + sway, 190, 150, 72)
      for (const side of [-52, 52]) oval('#2b2320', 640 + sway + side, 312, 12, 15)
      pen.strokeStyle = '#8d4a3a'
      pen.lineWidth = 9
      pen.beginPath()
      pen.arc(640 + sway, 372, 48, 0.5, 2.64)
      pen.stroke()
    }
    setInterval(() => draw(performance.now()), 66)
    draw(0)
    return canvas.captureStream(15)
  }
}

const kLooks = [
  ['Ana', { hue: 210, hair: '#3a2a22', shirt: '#4f46e5' }], ['Ben', { hue: 150, hair: '#1f1a17', shirt: '#0f766e' }],
  ['Eva', { hue: 20, hair: '#8a4b1f', shirt: '#b4316a' }], ['Dan', { hue: 265, hair: '#57534e', shirt: '#8a5a00' }],
]

async function people(browser, server, options = []) {
  const all = []
  for (const [index, [name, look]] of kLooks.entries()) {
    const person = await newPerson(browser, name, { viewport: kWindow, ...options[index] })
    await person.context.addInitScript(drawnCamera, look)
    all.push(person)
  }
  for (const person of all) await joinWithCamera(person, server.url, 'garden')
  for (const { name } of all.slice(1)) await plays(all[0], name)
  return all
}

const ends = []
const context = { after: (end) => ends.unshift(end) }
mkdirSync(folder, { recursive: true })
const picture = (person, name) => person.page.screenshot({ path: path.join(folder, `${name}.png`) })

const server = await startServer(context)
for (const name of ['Agenda for Thursday', 'Photos of the garden']) {
  await fetch(`${server.url}/api/items`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name }) })
}
const browser = await startBrowser(context, kAllowed)
const guest = await newPerson(browser, 'Ana', { viewport: kWindow })
await guest.open(`${server.url}/r/garden`)
await guest.page.waitForSelector('[data-testid=item]')
await guest.page.fill('[data-testid=name]', 'Ana')
await picture(guest, 'join')

const [ana, ben, eva, dan] = await people(browser, server, [{}, { colorScheme: 'dark' }, { viewport: kPhone, isMobile: true, hasTouch: true }])
for (const { page } of [ana, ben]) await page.locator('[data-testid=person][data-route=direct]').nth(2).waitFor({ state: 'attached' })
await ben.say('Can everyone see me?')
await ana.receives(['Can everyone see me?'])
await ana.say('Yes, and hear you. Shall we begin?')
await ben.receives(['Yes, and hear you. Shall we begin?'])
await dan.page.click('[data-testid=mic]')
await eva.page.click('[data-testid=hand]')
await ana.page.locator('.tile-hand:not([hidden])').waitFor()
await ana.page.locator('[data-testid=tile][data-mic=muted]').waitFor()
for (const { page } of [ana, ben, eva]) {
  // The bars fill with the second look at the statistics.
  await page.waitForFunction(() => document.querySelectorAll('.tile-bars[data-level="4"]').length === 3, null, { timeout: 120_000 })
  await page.mouse.move(0, 0)
  await page.evaluate(() => document.activeElement?.blur())
}
await picture(ana, 'call')
await picture(ben, 'dark')
await picture(eva, 'phone')
for (const end of ends) await end()
