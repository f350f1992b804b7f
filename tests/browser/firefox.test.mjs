// The page in Firefox, together with one in Chromium.

import assert from 'node:assert/strict'
import test from 'node:test'
import { newPerson, startBrowser } from '../support/browser.mjs'
import { joinWithCamera, kAllowed, plays } from '../support/call.mjs'
import { Firefox, noFirefox } from '../support/firefox.mjs'
import { startServer } from '../support/server.mjs'

test('Firefox and Chromium: join, chat over a data channel both ways, and see each other', { skip: noFirefox, timeout: 180_000 }, async (t) => {
  const server = await startServer(t)
  const browser = await startBrowser(t, kAllowed)
  const ana = await newPerson(browser, 'Ana', { origin: server.url })
  const fox = await Firefox.start(t)
  await fox.goto(`${server.url}/?room=den`)
  await fox.has('html[data-ready]')
  await fox.fill('[data-testid=name]', 'Fox')
  await fox.click('[data-testid=preview-open]')
  await fox.waitFor(() => document.querySelector('[data-testid=preview-video]')?.srcObject?.getTracks().length === 2)
  await fox.click('[data-testid=preview-join]')
  await fox.has('[data-testid=connection][data-state=open]')

  await joinWithCamera(ana, server.url, 'den')
  await ana.page.waitForSelector('[data-testid=person][data-route=direct]:has-text("Fox")', { state: 'attached', timeout: 20_000 })
  await fox.has('[data-testid=person][data-route=direct]', 'Ana')
  await ana.say('hello from Chromium')
  await fox.has('[data-testid=message][data-mine=false] [data-testid=text]', 'hello from Chromium')
  await fox.fill('#messageInput', 'hello from Firefox')
  await fox.click('#sendBtn')
  await ana.receives(['hello from Firefox'])
  await plays(ana, 'Fox')
  // Firefox counts no frames of a live stream; that it has the picture's size and draws something says as much.
  await fox.waitFor(() => {
    const video = document.querySelector('[data-testid=tile]:not(.is-self) video')
    if (!(video?.videoWidth > 0)) return false
    const canvas = Object.assign(document.createElement('canvas'), { width: 32, height: 32 })
    const pen = canvas.getContext('2d')
    pen.drawImage(video, 0, 0, 32, 32)
    return new Set(pen.getImageData(0, 0, 32, 32).data).size > 8
  })
  assert.deepEqual(ana.faults, [])
})
