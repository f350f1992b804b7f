// The items panel: what one person does appears at the other's.

import assert from 'node:assert/strict'
import test from 'node:test'
import { startServer } from '../support/server.mjs'
import { newPerson, startBrowser } from '../support/browser.mjs'

const kItem = '[data-testid=item]'
const item = (name) => `${kItem}:has(h3:text-is("${name}"))`

async function twoPages(t) {
  const server = await startServer(t)
  const browser = await startBrowser(t)
  const [ana, ben] = [await newPerson(browser, 'Ana'), await newPerson(browser, 'Ben')]
  for (const person of [ana, ben]) {
    await person.open(server.url)
    await person.page.waitForSelector('[data-testid=items-live][data-live=true]')
  }
  return { server, ana: ana.page, ben: ben.page, faults: () => [...ana.faults, ...ben.faults] }
}

async function create(page, name, description = '') {
  await page.fill('#itemName', name)
  if (description) await page.fill('#itemDescription', description)
  await page.click('[data-testid=item-create]')
  await page.waitForSelector(item(name))
}

test('items are created, changed and deleted live in both pages', async (t) => {
  const { server, ana, ben, faults } = await twoPages(t)
  await create(ana, 'Limones', 'dos kilos')
  await ben.waitForSelector(item('Limones'))
  assert.match(await ben.textContent(item('Limones')), /dos kilos/)

  await ben.click(`${item('Limones')} >> text=Edit`)
  await ben.fill(`${kItem} input`, 'Naranjas')
  await ben.keyboard.press('Enter')
  await ana.waitForSelector(item('Naranjas'))
  assert.equal((await ana.$$(kItem)).length, 1)

  const listed = await (await fetch(`${server.url}/api/items`)).json()
  assert.deepEqual(listed.items.map(({ name, description, version }) => [name, description, version]), [['Naranjas', 'dos kilos', 2]])

  await ana.click(`${item('Naranjas')} >> text=Delete`)
  for (const page of [ana, ben]) await page.waitForFunction(() => document.querySelectorAll('[data-testid=item]').length === 0, null, { timeout: 15_000 })
  assert.deepEqual(faults(), [])
})

test('a change by someone else while editing shows both and lets one choose', async (t) => {
  const { server, ana, ben } = await twoPages(t)
  await create(ana, 'Plan', 'first')
  await ben.waitForSelector(item('Plan'))
  await ben.click(`${item('Plan')} >> text=Edit`)
  await ben.fill(`${kItem} textarea`, 'of Ben')

  await ana.click(`${item('Plan')} >> text=Edit`)
  await ana.fill(`${kItem} textarea`, 'of Ana')
  await ana.click(`${kItem} >> text=Save`)
  await ana.waitForSelector(`${item('Plan')} >> text=of Ana`)

  await ben.click(`${kItem} >> text=Save`)
  await ben.waitForSelector('[data-testid=conflict]:has-text("of Ana")')
  assert.equal(await ben.inputValue(`${kItem} textarea`), 'of Ben', 'the draft is kept')
  await ben.click(`${kItem} >> text=Save mine`)
  await ana.waitForSelector(`${item('Plan')} >> text=of Ben`)
  const [stored] = (await (await fetch(`${server.url}/api/items`)).json()).items
  assert.deepEqual([stored.description, stored.version], ['of Ben', 3])
})

test('after a restart of the server the feed goes on, with what was missed', async (t) => {
  const { server, ana, ben } = await twoPages(t)
  await create(ana, 'one')
  await ben.waitForSelector(item('one'))
  await server.restart('SIGTERM')
  const answer = await fetch(`${server.url}/api/items`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"name":"two"}',
  })
  assert.equal(answer.status, 201)
  for (const page of [ana, ben]) {
    await page.waitForSelector(item('two'), { timeout: 15_000 })
    assert.equal((await page.$$(kItem)).length, 2)
  }
})

test('a refused item is explained, and what was typed stays', async (t) => {
  const { ana } = await twoPages(t)
  await ana.fill('#itemName', '   ')
  await ana.click('[data-testid=item-create]')
  assert.equal((await ana.$$(kItem)).length, 0)
  await ana.route('**/api/items', (route) => (route.request().method() === 'POST' ? route.abort() : route.continue()))
  await ana.fill('#itemName', 'kept')
  await ana.click('[data-testid=item-create]')
  await ana.waitForSelector('#itemsProblem:has-text("could not be reached")')
  assert.equal(await ana.inputValue('#itemName'), 'kept')
  await ana.unroute('**/api/items')
  await ana.click('[data-testid=item-create]')
  await ana.waitForSelector(item('kept'))
})
