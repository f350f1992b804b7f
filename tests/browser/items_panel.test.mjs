// The items panel beyond one's own list: taking back a deletion, searching, pages, and both at once with others.

import assert from 'node:assert/strict'
import test from 'node:test'
import { violations } from '../support/axe.mjs'
import { newPerson, startBrowser } from '../support/browser.mjs'
import { startServer, waitFor } from '../support/server.mjs'

const kItem = '[data-testid=item]'
const item = (name) => `${kItem}:has(h3:text-is("${name}"))`
const kDeleted = '[data-testid=item-deleted]'

async function pages(t, names) {
  const server = await startServer(t)
  const browser = await startBrowser(t)
  const all = []
  for (const name of names) {
    const person = await newPerson(browser, name, { bypassCSP: true })
    await person.open(server.url)
    await person.page.waitForSelector('[data-testid=items-live][data-live=true]')
    all.push(person.page)
  }
  return { server, all }
}

const api = (server, method, path, body, headers = {}) => fetch(`${server.url}/api/items${path}`, {
  method, headers: { 'content-type': 'application/json', ...headers }, ...(body ? { body: JSON.stringify(body) } : {}),
})

async function make(server, ...items) {
  for (const each of items) assert.equal((await api(server, 'POST', '', each)).status, 201)
}

test('a deleted item can be had back, and is gone for all a moment later', { timeout: 60_000 }, async (t) => {
  const { server, all: [ana, ben] } = await pages(t, ['Ana', 'Ben'])
  await make(server, { name: 'Keep' }, { name: 'Drop' })
  for (const page of [ana, ben]) await page.waitForSelector(item('Drop'))
  const [, keep] = (await (await api(server, 'GET', '?sort=-id')).json()).items

  await ana.click(`${item('Keep')} >> text=Delete`)
  await ana.waitForSelector(`${kDeleted}:has-text("Keep")`)
  assert.equal(await ana.evaluate(() => document.activeElement?.textContent), 'Undo')
  assert.deepEqual(await violations(ana), [])
  await ana.keyboard.press('Enter')
  await ana.waitForSelector(item('Keep'))

  await ana.click(`${item('Drop')} >> text=Delete`)
  await ben.waitForSelector(item('Drop'), { state: 'detached', timeout: 15_000 })
  await ana.waitForSelector(kDeleted, { state: 'detached' })
  const left = (await (await api(server, 'GET', '')).json()).items
  assert.deepEqual(left, [keep], 'what was taken back was never touched')
})

test('a page that is closed deletes what it was about to', async (t) => {
  const { server, all: [ana] } = await pages(t, ['Ana'])
  await make(server, { name: 'Drop' })
  await ana.click(`${item('Drop')} >> text=Delete`)
  await ana.waitForSelector(kDeleted)
  await ana.close({ runBeforeUnload: false })
  await waitFor(async () => (await (await api(server, 'GET', '')).json()).total === 0, { timeoutMs: 4000, what: 'the item to be deleted' })
})

test('what somebody changed meanwhile is not deleted, and one is told', { timeout: 60_000 }, async (t) => {
  const { server, all: [ana] } = await pages(t, ['Ana'])
  await make(server, { name: 'Plan' })
  await ana.click(`${item('Plan')} >> text=Delete`)
  await ana.waitForSelector(kDeleted)
  const { items: [seen] } = await (await api(server, 'GET', '')).json()
  assert.equal((await api(server, 'PATCH', `/${seen.id}`, { name: 'Better plan' }, { 'if-match': `"${seen.id}-${seen.version}"`, 'content-type': 'application/merge-patch+json' })).status, 200)
  await ana.waitForSelector(item('Better plan'), { timeout: 15_000 })
  await ana.waitForSelector('#itemsProblem:has-text("changed meanwhile")')
})

test('search finds by the words in it, follows what others create, and an emptied field shows all again', async (t) => {
  const { server, all: [ana] } = await pages(t, ['Ana'])
  await make(server, { name: 'Lemons', description: 'two kilos' }, { name: 'Bread' }, { name: 'Oranges', description: 'three kilos' })
  await ana.waitForSelector(item('Oranges'))
  await ana.fill('[data-testid=item-search]', 'kilos')
  await ana.waitForSelector(item('Bread'), { state: 'detached' })
  assert.deepEqual(await ana.$$eval(`${kItem} h3`, (all) => all.map((h) => h.textContent)), ['Oranges', 'Lemons'])
  await make(server, { name: 'Milk' }, { name: 'Flour', description: 'five kilos' })
  await ana.waitForSelector(item('Flour'))
  assert.equal(await ana.locator(item('Milk')).count(), 0)
  await ana.fill('[data-testid=item-search]', 'nothing like it')
  await ana.waitForSelector('#items:has-text("Nothing matches")')
  assert.deepEqual(await violations(ana), [])
  await ana.fill('[data-testid=item-search]', '')
  for (const name of ['Milk', 'Bread', 'Flour']) await ana.waitForSelector(item(name))
})

test('long lists come by the page, and a change of someone else flashes', { timeout: 60_000 }, async (t) => {
  const { server, all: [ana] } = await pages(t, ['Ana'])
  await make(server, ...Array.from({ length: 60 }, (_, n) => ({ name: `item ${n + 1}` })))
  await ana.reload()
  await ana.waitForSelector(item('item 60'))
  assert.equal(await ana.locator(kItem).count(), 50)
  await ana.click('#moreItems')
  await ana.waitForSelector(item('item 1'))
  assert.equal(await ana.locator(kItem).count(), 60)
  const { items: [last] } = await (await api(server, 'GET', '?sort=-id&limit=1')).json()
  const flashed = ana.waitForSelector(`${kItem}.fresh:has(h3:text-is("item sixty"))`)
  await api(server, 'PATCH', `/${last.id}`, { name: 'item sixty' }, { 'if-match': `"${last.id}-${last.version}"` })
  await flashed
  await ana.waitForSelector(`${kItem}.fresh`, { state: 'detached' })
})

test('when very many come the list stays bounded, and more can be shown from there', { timeout: 60_000 }, async (t) => {
  const { server, all: [ana] } = await pages(t, ['Ana'])
  for (let n = 1; n <= 230; n++) await make(server, { name: `Item ${n}` })
  await ana.waitForSelector(item('Item 230'))
  assert.equal(await ana.locator(kItem).count(), 200)
  await ana.click('#moreItems')
  await ana.waitForSelector(item('Item 1'))
  assert.equal(await ana.locator(kItem).count(), 230)
  await ana.waitForSelector('#moreItems', { state: 'hidden' })
})
