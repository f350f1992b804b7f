// The network breaks, the server goes: nothing is lost or doubled, and the page says the truth about it.

import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { startServer } from '../support/server.mjs'
import { CutProxy } from '../support/cut_proxy.mjs'
import { newPerson, startBrowser } from '../support/browser.mjs'

const numbered = (prefix, count) => Array.from({ length: count }, (_, i) => `${prefix}${i}`)

async function sayAll(person, texts) {
  for (const text of texts) await person.say(text)
}

/** Ana speaks to the server, Ben through a proxy that can break. */
async function pair(t, { webrtc, env } = {}) {
  const server = await startServer(t, { env })
  const proxy = await CutProxy.start(t, server.port)
  const browser = await startBrowser(t)
  const ana = await newPerson(browser, 'Ana', { webrtc })
  const ben = await newPerson(browser, 'Ben', { webrtc })
  await ana.join(server.url, 'room')
  await ben.join(proxy.url, 'room')
  const route = webrtc === false ? 'server' : 'direct'
  await ana.sees('Ben', route)
  await ben.sees('Ana', route)
  return { server, proxy, ana, ben }
}

const leavings = ({ page }) => page.locator('[data-testid=note]', { hasText: /left|gone/ }).count()
const bannerSays = (person, words) => person.page.waitForSelector(`[data-testid=banner-news]:has-text("${words}")`, { timeout: 20_000 })
const lossSays = (person, words) => person.page.waitForSelector(`[data-testid=banner-loss]:has-text("${words}")`, { timeout: 20_000 })

for (const how of ['cut', 'freeze']) {
  test(`5 seconds offline (${how}), everything by the server: nothing lost, doubled or reordered, both ways`, async (t) => {
    const { proxy, ana, ben } = await pair(t, { webrtc: false })
    const fromAna = numbered('a', 9)
    const fromBen = numbered('b', 9)
    await Promise.all([sayAll(ana, fromAna.slice(0, 3)), sayAll(ben, fromBen.slice(0, 3))])
    proxy[how]()
    const began = Date.now()
    await Promise.all([sayAll(ana, fromAna.slice(3, 6)), sayAll(ben, fromBen.slice(3, 6))])
    await ben.reconnecting()
    await lossSays(ben, 'messages are kept')
    await wait(Math.max(0, 5000 - (Date.now() - began)))
    proxy.restore()
    await ben.connected()
    await bannerSays(ben, 'Nothing was lost')
    await Promise.all([sayAll(ana, fromAna.slice(6)), sayAll(ben, fromBen.slice(6))])
    assert.deepEqual(await ben.receives(fromAna), fromAna)
    assert.deepEqual(await ana.receives(fromBen), fromBen)
    for (const text of fromBen) await ben.sent(text)
    assert.deepEqual(await ana.texts(), fromBen)
    assert.equal(await leavings(ana), 0, 'nobody vanished')
  })
}

test('while the server is out of reach, people who are connected directly talk on', async (t) => {
  const { proxy, ana, ben } = await pair(t)
  proxy.cut()
  await ben.reconnecting()
  await ana.page.waitForSelector('[data-testid=person][data-connected=false]:has-text("Ben")')
  await ana.say('still there?')
  await ben.receives(['still there?'])
  await ben.say('yes')
  await ana.receives(['yes'])
  assert.equal(await ana.wayOf('yes'), 'direct')
  proxy.restore()
  await bannerSays(ben, 'Nothing was lost')
  await ana.page.waitForSelector('[data-testid=person][data-connected=true]:has-text("Ben")')
  assert.deepEqual(await ana.texts(), ['yes'])
})

for (const webrtc of [true, false]) {
  test(`the server restarts (SIGTERM) in mid-chat, WebRTC ${webrtc ? 'on' : 'off'}: sessions go on, nothing is lost`, async (t) => {
    const { server, ana, ben } = await pair(t, { webrtc })
    const fromAna = numbered('a', 12)
    const fromBen = numbered('b', 12)
    await Promise.all([sayAll(ana, fromAna.slice(0, 4)), sayAll(ben, fromBen.slice(0, 4))])
    const restarted = server.restart('SIGTERM')
    await Promise.all([sayAll(ana, fromAna.slice(4, 8)), sayAll(ben, fromBen.slice(4, 8))])
    await restarted
    await Promise.all([ana.connected(), ben.connected()])
    await Promise.all([sayAll(ana, fromAna.slice(8)), sayAll(ben, fromBen.slice(8))])
    assert.deepEqual(await ben.receives(fromAna), fromAna)
    assert.deepEqual(await ana.receives(fromBen), fromBen)
    await Promise.all([bannerSays(ana, 'Nothing was lost'), bannerSays(ben, 'Nothing was lost')])
    await ana.sees('Ben', webrtc ? 'direct' : 'server')
    assert.equal(await leavings(ana), 0, 'nobody vanished')
  })

  test(`the server is killed (SIGKILL) and started again, WebRTC ${webrtc ? 'on' : 'off'}: rejoined, and said so`, async (t) => {
    const { server, ana, ben } = await pair(t, { webrtc })
    await ana.say('before')
    await ben.receives(['before'])
    await server.kill()
    await Promise.all([ana.reconnecting(), ben.reconnecting()])
    await ana.say('meanwhile a')
    await ben.say('meanwhile b')
    await server.start()
    await Promise.all([ana.connected(), ben.connected()])
    await Promise.all([bannerSays(ana, 'rejoined'), bannerSays(ben, 'rejoined')])
    await ana.say('after a')
    await ben.say('after b')
    assert.deepEqual(await ben.receives(['before', 'meanwhile a', 'after a']), ['before', 'meanwhile a', 'after a'])
    assert.deepEqual(await ana.receives(['meanwhile b', 'after b']), ['meanwhile b', 'after b'])
    await ana.sees('Ben', webrtc ? 'direct' : 'server')
    assert.equal(await leavings(ana), 0, 'nobody vanished')
  })
}

test('away longer than the window: rejoined, and the page says that something may be missing', async (t) => {
  const { proxy, ana, ben } = await pair(t, { webrtc: false, env: { RESUME_WINDOW_S: '1' } })
  proxy.cut()
  await ben.reconnecting()
  await ana.page.waitForSelector('[data-testid=note]:has-text("Ben is gone")', { timeout: 10_000 })
  await ben.say('typed while away')
  proxy.restore()
  await ben.connected()
  await bannerSays(ben, 'may be missing')
  assert.deepEqual(await ana.receives(['typed while away']), ['typed while away'])
})

const kReloads = {
  'by the page or a key: the session goes on': (page) => page.evaluate(() => { location.reload() }),
  'by the button, of which a page is not told: joined anew at once': (page) => page.reload(),
}
for (const [how, reload] of Object.entries(kReloads)) {
  test(`a reload ${how}; for the others nobody left`, async (t) => {
    const { ana, ben } = await pair(t)
    await ana.say('before')
    await ben.receives(['before'])
    const loaded = ben.page.waitForEvent('load')
    await reload(ben.page)
    await loaded
    await ben.page.waitForSelector('html[data-ready]')
    await ben.connected()
    await ana.sees('Ben', 'direct')
    await ben.sees('Ana', 'direct')
    await ben.say('again')
    await ana.receives(['again'])
    await ana.say('after')
    assert.deepEqual(await ben.receives(['before', 'after']), ['before', 'after'])
    assert.equal(await leavings(ana), 0)
    assert.equal(await ana.page.locator('[data-testid=person]').count(), 2)
    assert.equal(await ana.page.locator('[data-testid=note]').count(), 1, 'Ben joined once')
  })
}
