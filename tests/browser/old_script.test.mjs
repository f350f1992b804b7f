// Scripts that drove the page before must run unchanged: fixed ids, fixed pauses, over plain http on a name that is no localhost
// (so: no crypto.randomUUID, no clipboard, no service worker).

import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { startServer } from '../support/server.mjs'
import { startBrowser } from '../support/browser.mjs'

test('type a room, connect, wait 3 s, type, send, wait 2 s: the other page has the text', async (t) => {
  const server = await startServer(t)
  const browser = await startBrowser(t, ['--host-resolver-rules=MAP backend 127.0.0.1'])
  const url = `http://backend:${server.port}/`
  const pages = []
  const errors = []
  for (let i = 0; i < 2; i += 1) {
    const page = await (await browser.newContext()).newPage()
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()) })
    await page.goto(url)
    assert.equal(await page.evaluate(() => globalThis.isSecureContext), false)
    for (const id of ['roomId', 'connectBtn', 'messageInput', 'sendBtn', 'messages']) assert.ok(await page.isVisible(`#${id}`), id)
    pages.push(page)
  }
  const [first, second] = pages
  for (const page of pages) {
    await page.click('#roomId')
    await page.keyboard.type('selenium-room')
    await page.click('#connectBtn')
  }
  await wait(3000)
  await first.click('#messageInput')
  await first.keyboard.type('Hello from the first')
  await first.click('#sendBtn')
  await wait(2000)
  assert.ok((await second.textContent('#messages')).includes('Hello from the first'))
  await second.click('#messageInput')
  await second.keyboard.type('Hello from the second')
  await second.click('#sendBtn')
  await wait(2000)
  assert.ok((await first.textContent('#messages')).includes('Hello from the second'))
  assert.deepEqual(errors, [])
})
