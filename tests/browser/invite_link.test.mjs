// How others get in: the link, the code, what is remembered, and what a person is told who may not.

import assert from 'node:assert/strict'
import test from 'node:test'
import { violations } from '../support/axe.mjs'
import { newPerson, startBrowser } from '../support/browser.mjs'
import { inSeconds, jwt } from '../support/jwt.mjs'
import { startServer } from '../support/server.mjs'

test('the invitation: link, copy, code; closed by Escape, the focus back where it was', async (t) => {
  const server = await startServer(t)
  const browser = await startBrowser(t)
  const ana = await newPerson(browser, 'Ana', { bypassCSP: true, origin: server.url })
  await ana.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url })
  await ana.join(server.url, 'reunión de hoy')
  await ana.page.click('[data-testid=invite-open]')
  const link = await ana.page.inputValue('[data-testid=invite-link]')
  assert.equal(link, `${server.url}/r/reuni%C3%B3n%20de%20hoy`)
  const svg = await ana.page.$eval('[data-testid=qr]', (node) => [node.getAttribute('viewBox'), node.querySelector('path').getAttribute('d').length])
  assert.match(svg[0], /^0 0 (\d+) \1$/)
  assert.ok(svg[1] > 500)
  assert.deepEqual(await violations(ana.page), [])
  await ana.page.click('[data-testid=invite-copy]')
  await ana.page.waitForSelector('[data-testid=invite-status]:has-text("Link copied.")')
  assert.equal(await ana.page.evaluate(() => navigator.clipboard.readText()), link)
  await ana.page.keyboard.press('Escape')
  await ana.page.waitForSelector('[data-testid=invite]', { state: 'detached' })
  assert.equal(await ana.page.evaluate(() => document.activeElement?.id), 'inviteBtn')

  const ben = await newPerson(browser, 'Ben')
  await ben.open(link)
  await ben.page.fill('[data-testid=name]', 'Ben')
  await ben.page.click('#connectBtn')
  await ben.connected()
  await ana.sees('Ben')
  assert.deepEqual(ana.faults, [])
})

test('?room= and /r/ open the same join screen; name and rooms are remembered; three words are proposed', async (t) => {
  const server = await startServer(t)
  const ana = await newPerson(await startBrowser(t), 'Ana')
  await ana.open(`${server.url}/?room=${encodeURIComponent('reunión')}`)
  assert.equal(await ana.page.inputValue('#roomId'), 'reunión')
  await ana.page.fill('[data-testid=name]', 'Ana')
  await ana.page.keyboard.press('Enter')
  await ana.connected()
  assert.equal(new URL(ana.page.url()).pathname, '/r/reuni%C3%B3n')
  await ana.page.click('[data-testid=leave]')

  await ana.open(server.url)
  assert.equal(await ana.page.inputValue('[data-testid=name]'), 'Ana')
  assert.equal(await ana.page.inputValue('#roomId'), '')
  await ana.page.click('#recentRooms >> text=reunión')
  assert.equal(await ana.page.inputValue('#roomId'), 'reunión')
  await ana.page.click('#suggestBtn')
  assert.match(await ana.page.inputValue('#roomId'), /^\p{L}+-\p{L}+-\p{L}+$/u)
})

test('how many are in a room is said before joining it, in either language, and with an invitation', async (t) => {
  const secret = 'a-secret-of-more-than-thirty-two-bytes-in-length'
  const server = await startServer(t)
  const closed = await startServer(t, { env: { ROOM_TOKEN_SECRET: secret } })
  const browser = await startBrowser(t)
  const says = (person, text) => person.page.waitForSelector(`[data-testid=room-count]:text-is("${text}")`)
  const ana = await newPerson(browser, 'Ana')
  await ana.open(`${server.url}/r/corner`)
  await says(ana, 'Nobody is in this room yet.')
  await ana.page.click('#connectBtn')
  await ana.connected()
  const ben = await newPerson(browser, 'Ben')
  await ben.open(server.url)
  await ben.page.fill('#roomId', 'corner')
  await says(ben, 'One person is in this room.')
  await ben.page.selectOption('#language', 'es')
  await says(ben, 'Hay una persona en esta sala.')
  await ben.page.click('#connectBtn')
  await ben.connected()
  const eva = await newPerson(browser, 'Eva')
  await eva.open(`${server.url}/r/corner`)
  await says(eva, '2 people are in this room.')
  await eva.page.fill('#roomId', 'elsewhere')
  await says(eva, 'Nobody is in this room yet.')
  await eva.open(`${closed.url}/r/corner#token=${jwt({ room: 'corner', exp: inSeconds(60) }, secret)}`)
  await says(eva, 'Nobody is in this room yet.')
  assert.deepEqual([...ana.faults, ...ben.faults, ...eva.faults], [])
})

test('without an invitation, with an expired one, with a good one', async (t) => {
  const secret = 'a-secret-of-more-than-thirty-two-bytes-in-length'
  const server = await startServer(t, { env: { ROOM_TOKEN_SECRET: secret } })
  const ana = await newPerson(await startBrowser(t), 'Ana', { bypassCSP: true })
  const expired = jwt({ room: 'room', exp: inSeconds(-600) }, secret)
  for (const address of [`${server.url}/r/room`, `${server.url}/r/room#token=${expired}`]) {
    await ana.page.goto('about:blank')
    await ana.open(address)
    await ana.page.click('#connectBtn')
    await ana.page.waitForSelector('[data-testid=banner-loss]:has-text("Ask for a new link")')
    assert.deepEqual(await violations(ana.page), [])
  }
  const good = jwt({ room: 'room', exp: inSeconds(600) }, secret)
  await ana.page.goto('about:blank')
  await ana.open(`${server.url}/r/room#token=${good}`)
  await ana.page.click('#connectBtn')
  await ana.connected()
  assert.doesNotMatch(ana.page.url(), /token/, 'the token does not travel on with a copied address')
})

test('a full room and a removal are told by the real server', async (t) => {
  const server = await startServer(t, { env: { MAX_PEERS_PER_ROOM: '1', ADMIN_TOKEN: 'admin-token-of-this-test' } })
  const browser = await startBrowser(t)
  const [ana, ben] = [await newPerson(browser, 'Ana'), await newPerson(browser, 'Ben')]
  await ana.join(server.url, 'room')
  await ben.open(`${server.url}/r/room`)
  await ben.page.click('#connectBtn')
  await ben.page.waitForSelector('[data-testid=banner-loss]:has-text("The room is full")')
  const admin = { headers: { authorization: 'Bearer admin-token-of-this-test' } }
  const { peers: [{ peer_id: id }] } = await (await fetch(`${server.url}/api/rooms/room`, admin)).json()
  const answer = await fetch(`${server.url}/api/rooms/room/peers/${id}`, { method: 'DELETE', ...admin })
  assert.ok(answer.ok, String(answer.status))
  await ana.page.waitForSelector('[data-testid=banner-loss]:has-text("You were removed from this room")')
  await ana.page.waitForSelector('#joinForm:not([hidden])')
})
