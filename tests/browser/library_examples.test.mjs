// The examples of the library, as the server gives them, each opened by two people.

import assert from 'node:assert/strict'
import test from 'node:test'
import { violations } from '../support/axe.mjs'
import { newPerson, startBrowser } from '../support/browser.mjs'
import { startServer } from '../support/server.mjs'

async function two(t, example) {
  const server = await startServer(t)
  const browser = await startBrowser(t)
  const all = []
  for (const name of ['Ana', 'Ben']) {
    const person = await newPerson(browser, name, { bypassCSP: true, origin: server.url })
    await person.page.goto(`${server.url}/static/grtc-client/examples/${example}.html?name=${name}`)
    all.push(person)
  }
  const [{ page: ana }, { page: ben }] = all
  return { server, ana, ben, faults: () => all.flatMap(({ faults }) => faults) }
}

test('chat', async (t) => {
  const { ana, ben, faults } = await two(t, 'chat')
  await ana.waitForSelector('#log >> text=Ben joined')
  await ben.waitForSelector('#log >> text=You are here, with 1 others')
  await ana.fill('#text', '<b>hola</b>')
  await ana.keyboard.press('Enter')
  await ben.waitForSelector('#log >> text="Ana: <b>hola</b>"')
  await ana.waitForSelector('#log li[data-state=delivered]')
  assert.deepEqual(await violations(ben), [])
  await ben.close()
  await ana.waitForSelector('#log >> text=Ben left')
  assert.deepEqual(faults(), [])
})

test('shared cursor', async (t) => {
  const { ana, ben, faults } = await two(t, 'cursor')
  for (const page of [ana, ben]) await page.waitForSelector('body[data-ready]')
  const box = await ana.locator('#field').boundingBox()
  await ana.mouse.move(box.x + box.width / 4, box.y + box.height / 2)
  await ben.waitForSelector('.cursor:has-text("Ana")')
  await ben.waitForFunction(() => Math.abs(Number.parseFloat(document.querySelector('.cursor').style.left) - 25) < 1)
  assert.deepEqual(await violations(ben), [])
  await ana.close()
  await ben.waitForSelector('.cursor', { state: 'detached' })
  assert.deepEqual(faults(), [])
})

test('items, live', async (t) => {
  const { server, ana, ben, faults } = await two(t, 'items')
  for (const page of [ana, ben]) await page.waitForSelector('#state >> text=live')
  await ana.fill('#name', 'Limones')
  await ana.keyboard.press('Enter')
  for (const page of [ana, ben]) await page.waitForSelector('#items >> text=Limones (version 1)')
  const { items: [{ id, version }] } = await (await fetch(`${server.url}/api/items`)).json()
  await fetch(`${server.url}/api/items/${id}`, { method: 'DELETE', headers: { 'if-match': `"${id}-${version}"` } })
  for (const page of [ana, ben]) await page.waitForSelector('#items li', { state: 'detached' })
  assert.deepEqual(await violations(ben), [])
  assert.deepEqual(faults(), [])
})

test('the list of them leads to each', async (t) => {
  const server = await startServer(t)
  const { page } = await newPerson(await startBrowser(t), 'Ana')
  await page.goto(`${server.url}/static/grtc-client/examples/index.html`)
  const links = await page.$$eval('li a', (all) => all.map((a) => a.href))
  assert.equal(links.length, 3)
  for (const link of links) assert.equal((await fetch(link)).status, 200, link)
})
