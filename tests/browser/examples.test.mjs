// The pages of examples/ do what they say.

import test from 'node:test'
import assert from 'node:assert/strict'
import { startBrowser } from '../support/browser.mjs'
import { openPage, packageSite } from '../support/package_site.mjs'
import { startServer } from '../support/server.mjs'

const shows = (page, text) => page.waitForFunction((text) => document.getElementById('log').textContent.includes(text), text, { timeout: 15_000 })
const say = async (page, text) => {
  await page.fill('#text', text)
  await page.click('#send')
}

test('the examples work, each between two browsers', async (t) => {
  const site = await packageSite(t)
  const server = await startServer(t, { env: { ALLOWED_ORIGINS: site } })
  const browser = await startBrowser(t)
  const two = async (path) => [await openPage(browser, `${site}/${path}`), await openPage(browser, `${site}/${path}`)]
  const where = `server=127.0.0.1:${server.port}`

  await t.test('peerjs', async () => {
    const ana = await openPage(browser, `${site}/peerjs/?id=ana&${where}`)
    const ben = await openPage(browser, `${site}/peerjs/?id=ben&${where}`)
    for (const [page, id] of [[ana, 'ana'], [ben, 'ben']]) await page.waitForFunction((id) => document.getElementById('me').textContent === id, id)
    await ana.fill('#other', 'ben')
    await ana.click('#connect')
    await shows(ana, 'connected to ben')
    await say(ana, 'hello')
    await shows(ben, 'ana: hello')
  })

  await t.test('y-webrtc', async () => {
    const [ana, ben] = await two(`y-webrtc/?${where}`)
    await ana.fill('#text', 'written by ana')
    await ben.waitForFunction(() => document.getElementById('text').value === 'written by ana', null, { timeout: 15_000 })
    await ben.fill('#text', 'written by ben and ana')
    await ana.waitForFunction(() => document.getElementById('text').value === 'written by ben and ana', null, { timeout: 15_000 })
  })

  await t.test('trystero', async () => {
    const [ana, ben] = await two(`trystero/?${where}`)
    await assert.doesNotReject(async () => {
      await ana.fill('#text', 'through the relay')
      for (let tries = 0; ; tries++) {
        await ana.click('#send')  // the other page may still be on its way in
        const came = await shows(ben, 'through the relay').then(() => true, () => false)
        if (came || tries === 2) return assert.ok(came)
      }
    })
  })

  await t.test('simple-peer', async () => {
    const [ana, ben] = await two(`simple-peer/?${where}`)
    for (const page of [ana, ben]) await shows(page, 'connected')
    await say(ben, 'direct')
    await shows(ana, 'direct')
  })
})
