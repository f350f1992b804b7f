// What holds for the page itself: policy, languages, access, sentences for every refusal.

import assert from 'node:assert/strict'
import test from 'node:test'
import { violations } from '../support/axe.mjs'
import { startServer } from '../support/server.mjs'
import { newPerson, startBrowser } from '../support/browser.mjs'

test('the page runs under its strict policy and asks no other host for anything', async (t) => {
  const server = await startServer(t)
  const ana = await newPerson(await startBrowser(t), 'Ana', { origin: server.url })
  const answer = await fetch(`${server.url}/`)
  const policy = answer.headers.get('content-security-policy') ?? ''
  assert.match(policy, /default-src 'self'/)
  assert.match(policy, /require-trusted-types-for 'script'/)
  assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval/)
  assert.doesNotMatch(await answer.text(), /<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/)
  await ana.join(server.url, 'room')
  await ana.say('hello')
  await ana.page.goto(`${server.url}/docs`)
  await ana.page.waitForSelector('details.operation')
  assert.deepEqual(ana.faults, [])
})

test('/r/{room} opens the join screen of that room', async (t) => {
  const server = await startServer(t)
  const ana = await newPerson(await startBrowser(t), 'Ana')
  await ana.open(`${server.url}/r/${encodeURIComponent('reunión de hoy')}`)
  assert.equal(await ana.page.inputValue('#roomId'), 'reunión de hoy')
  await ana.page.click('#connectBtn')
  await ana.connected()
  assert.equal(await ana.page.textContent('[data-testid=room-name]'), 'reunión de hoy')
})

for (const colorScheme of ['light', 'dark']) {
  for (const locale of ['en-US', 'es-ES']) {
    test(`axe finds nothing before and in the room (${colorScheme}, ${locale})`, async (t) => {
      const server = await startServer(t)
      const browser = await startBrowser(t)
      // bypassCSP only lets the test put axe into the page.
      const ana = await newPerson(browser, 'Ana', { colorScheme, locale, bypassCSP: true })
      const ben = await newPerson(browser, 'Ben')
      await ana.open(server.url)
      assert.deepEqual(await violations(ana.page), [])
      await ana.join(server.url, 'room')
      await ben.join(server.url, 'room')
      await ana.say('hello')
      await ben.receives(['hello'])
      await ana.page.fill('#itemName', 'an item')
      await ana.page.press('#itemName', 'Enter')
      await ana.page.waitForSelector('[data-testid=item]:not(.fresh)')
      assert.deepEqual(await violations(ana.page), [])
      assert.equal(await ana.page.getAttribute('html', 'lang'), locale.slice(0, 2))
      assert.doesNotMatch(await ana.page.innerText('body'), /\b(chat|lobby|items|people|state|via|link|reason)\.[a-z]/i, 'no raw key')
    })
  }
}

test('a phone of 360 pixels needs no sideways scrolling, before and in the room', async (t) => {
  const server = await startServer(t)
  const ana = await newPerson(await startBrowser(t), 'Ana', { viewport: { width: 360, height: 640 }, locale: 'es-ES' })
  await ana.join(server.url, 'una-sala-con-un-nombre-bastante-largo-para-un-telefono')
  await ana.say('palabra-muy-larga-'.repeat(20))
  for (const tab of ['chat', 'people', 'files', 'items']) {
    await ana.page.click(`[data-tab=${tab}]`)
    const [width, wanted] = await ana.page.evaluate(() => [innerWidth, document.documentElement.scrollWidth])
    assert.ok(wanted <= width, `${tab}: ${wanted} > ${width}`)
  }
})

test('join, talk and leave by the keyboard alone', async (t) => {
  const server = await startServer(t)
  const { page } = await newPerson(await startBrowser(t), 'Ana')
  await page.goto(server.url)
  await page.waitForSelector('html[data-ready]')
  await page.focus('#nameInput')
  await page.keyboard.type('Ana')
  await page.keyboard.press('Tab')
  await page.keyboard.type('room')
  await page.keyboard.press('Enter')
  await page.waitForSelector('[data-testid=connection][data-state=open]')
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'messageInput')
  await page.keyboard.type('hi')
  await page.keyboard.press('Enter')
  await page.waitForSelector('[data-testid=message]')
  await page.focus('[data-testid=leave]')
  await page.keyboard.press('Enter')
  await page.waitForSelector('#joinForm:not([hidden])')
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'connectBtn')
})

const kRefusals = [
  [4400, 'Check the link', 'Revisa el enlace'],
  [4401, 'needs an invitation', 'pide una invitación'],
  [4403, 'You were removed', 'Te han expulsado'],
  [4410, 'another tab', 'otra pestaña'],
  [4413, 'room is full', 'sala está llena'],
]

for (const [code, english, spanish] of kRefusals) {
  test(`a close with ${code} is a sentence in both languages, and one can join again`, async (t) => {
    const server = await startServer(t)
    const { page } = await newPerson(await startBrowser(t), 'Ana')
    let refuse = true
    await page.routeWebSocket(/\/ws\//, (socket) => {
      if (refuse) void socket.close({ code })
      else socket.connectToServer()
    })
    await page.goto(`${server.url}/?room=room`)
    await page.click('#connectBtn')
    await page.waitForSelector(`[data-testid=banner-loss]:has-text("${english}")`)
    await page.selectOption('#language', 'es')
    await page.waitForSelector(`[data-testid=banner-loss]:has-text("${spanish}")`)
    refuse = false
    await page.click('#connectBtn')
    await page.waitForSelector('[data-testid=connection][data-state=open]')
    assert.equal(await page.textContent('[data-testid=banner-loss]'), '')
  })
}

test('a duplicated tab becomes a person of its own', async (t) => {
  const server = await startServer(t)
  const ana = await newPerson(await startBrowser(t), 'Ana')
  await ana.join(server.url, 'room')
  // What a browser does when it duplicates a tab: the new one begins with a copy of the session storage.
  const copy = await ana.page.evaluate(() => JSON.stringify(sessionStorage))
  const twin = await ana.context.newPage()
  await twin.addInitScript((stored) => {
    for (const [key, value] of Object.entries(JSON.parse(stored))) sessionStorage.setItem(key, value)
  }, copy)
  await twin.goto(`${server.url}/?room=room`)
  await twin.click('#connectBtn')
  await twin.waitForSelector('[data-testid=connection][data-state=open]')
  await ana.page.waitForFunction(() => document.querySelectorAll('[data-testid=person]').length === 2)
  await ana.connected()
})
