// Chat as people use it: several lines, emoji, who is late, what is missed while away, what became of a message.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import test from 'node:test'
import { WebSocket } from 'ws'
import { violations } from '../support/axe.mjs'
import { newPerson, startBrowser } from '../support/browser.mjs'
import { startServer } from '../support/server.mjs'

async function people(t, names, options = {}) {
  const server = await startServer(t)
  const browser = await startBrowser(t)
  const all = []
  for (const name of names) {
    const person = await newPerson(browser, name, options)
    await person.join(server.url, 'room')
    all.push(person)
  }
  return { server, browser, all }
}

/** As if another tab came in front, or this one again. */
const hide = ({ page }, hidden) => page.evaluate((value) => {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => value })
  Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (value ? 'hidden' : 'visible') })
  document.dispatchEvent(new Event('visibilitychange'))
}, hidden)

test('who comes later is told so, once, also over a reload', async (t) => {
  const { server, browser, all: [ana] } = await people(t, ['Ana'])
  assert.equal(await ana.page.locator('[data-testid=note]:has-text("came later")').count(), 0)
  await ana.say('before')
  const ben = await newPerson(browser, 'Ben')
  await ben.join(server.url, 'room')
  await ben.page.waitForSelector('[data-testid=note]:has-text("You came later")')
  assert.deepEqual(await ben.texts(), [])
  await ben.page.reload()
  await ben.connected()
  await ben.sees('Ana')
  assert.equal(await ben.page.locator('[data-testid=note]:has-text("came later")').count(), 1)
})

test('a message tells how far it is: to one of two, to both', { timeout: 60_000 }, async (t) => {
  const { all: [ana, ben, eva] } = await people(t, ['Ana', 'Ben', 'Eva'])
  for (const name of ['Ben', 'Eva']) await ana.sees(name, 'direct')
  // Eva's page takes nothing for a while.
  const frozen = eva.page.evaluate(() => { for (const end = performance.now() + 1500; performance.now() < end;); })
  await ana.say('hola')
  await ben.receives(['hola'])
  await ana.page.waitForSelector('[data-testid=state]:text-is("delivered to 1 of 2")')
  await frozen
  await eva.receives(['hola'])
  await ana.sent('hola')
  assert.equal(await ana.page.textContent('[data-testid=state]'), 'delivered')
})

test('Shift+Enter makes a line, Enter sends; the picker puts an emoji where the cursor is', async (t) => {
  const { all: [ana, ben] } = await people(t, ['Ana', 'Ben'], { bypassCSP: true })
  await ana.sees('Ben')
  await ana.page.focus('#messageInput')
  await ana.page.keyboard.type('one')
  await ana.page.keyboard.press('Shift+Enter')
  await ana.page.keyboard.type('two')
  await ana.page.keyboard.press('Enter')
  assert.deepEqual(await ben.receives(['one\ntwo']), ['one\ntwo'])

  await ana.page.keyboard.type('well ')
  await ana.page.focus('[data-testid=emoji-open]')
  await ana.page.keyboard.press('Enter')
  await ana.page.waitForSelector('[data-testid=emoji-picker]')
  assert.deepEqual(await violations(ana.page), [])
  await ana.page.keyboard.press('ArrowRight')
  await ana.page.keyboard.press('ArrowRight')
  await ana.page.keyboard.press('Enter')
  assert.equal(await ana.page.evaluate(() => document.activeElement?.id), 'messageInput')
  await ana.page.keyboard.press('Enter')
  assert.deepEqual(await ben.receives(['one\ntwo', 'well 👏']), ['one\ntwo', 'well 👏'])
  await ana.page.click('[data-testid=emoji-open]')
  await ana.page.waitForSelector('[data-testid=emoji]:focus')
  await ana.page.keyboard.press('Escape')
  await ana.page.waitForSelector('[data-testid=emoji-picker]', { state: 'detached' })
  await ana.say('🎉')
  await ben.page.waitForSelector('.emoji-only:has-text("🎉")')
})

test('while away the title counts, and a notification comes only to those who said yes', async (t) => {
  const { all: [ana, ben] } = await people(t, ['Ana', 'Ben'])
  await ana.sees('Ben')
  await ben.page.evaluate(() => {
    globalThis.shown = []
    globalThis.Notification = class {
      static permission = 'default'
      static requestPermission() { this.permission = 'granted'; return Promise.resolve('granted') }
      constructor(title, options) { globalThis.shown.push([title, options.body]) }
      close() {}
    }
  })
  await hide(ben, true)
  await ana.say('are you there?')
  await ben.receives(['are you there?'])
  await ben.page.waitForFunction(() => document.title === '(1) room · gRTC')
  assert.equal(await ben.page.locator('[data-testid=ask-notices]').count(), 0, 'not asked while away')
  await hide(ben, false)
  await ben.page.waitForSelector('[data-testid=ask-notices]')
  assert.equal(await ben.page.title(), 'room · gRTC')
  await ben.page.click('[data-testid=ask-notices] >> text=Yes')
  await ana.say('here I am')
  await ben.receives(['are you there?', 'here I am'])
  await hide(ben, true)
  await ana.say('and now?')
  await ben.page.waitForFunction(() => globalThis.shown.length > 0)
  assert.deepEqual(await ben.page.evaluate(() => globalThis.shown), [['Ana · gRTC', 'and now?']])
  await hide(ben, false)
  assert.equal(await ben.page.locator('[data-testid=ask-notices]').count(), 0, 'asked once')
})

test('what could not be delivered says so and can be sent again', async (t) => {
  const { server, browser, all: [ana] } = await people(t, ['Ana'])
  // Takes what comes, acknowledges nothing, and leaves.
  const mute = new WebSocket(`${server.wsUrl}/ws/room?peer_id=mute&name=Mute`)
  await once(mute, 'open')
  await ana.sees('Mute')
  await ana.say('hola')
  await ana.sent('hola', 'sent')
  mute.close(1000)
  await ana.sent('hola', 'failed')
  await ana.page.waitForSelector('[data-testid=state]:text-is("not delivered")')
  const ben = await newPerson(browser, 'Ben')
  await ben.join(server.url, 'room')
  await ana.sees('Ben')
  await ana.page.click('[data-testid=message] >> text=Send again')
  assert.deepEqual(await ben.receives(['hola']), ['hola'])
  await ana.sent('hola')
  assert.deepEqual(await ana.texts({ mine: true }), ['hola'])
})
