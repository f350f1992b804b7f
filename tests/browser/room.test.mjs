// Two people in a room: they see each other, and talk by whatever way there is.

import assert from 'node:assert/strict'
import test from 'node:test'
import { startServer } from '../support/server.mjs'
import { newPerson, startBrowser } from '../support/browser.mjs'

async function twoPeople(t, options = {}) {
  const server = await startServer(t)
  const browser = await startBrowser(t)
  const ana = await newPerson(browser, 'Ana', options)
  const ben = await newPerson(browser, 'Ben', options)
  return { server, ana, ben }
}

test('two people see each other by name and talk both ways over a direct connection', async (t) => {
  const { server, ana, ben } = await twoPeople(t)
  await ana.join(server.url, 'reunión')
  await ben.join(server.url, 'reunión')
  await ana.sees('Ben', 'direct')
  await ben.sees('Ana', 'direct')

  await ana.say('hola')
  await ben.receives(['hola'])
  await ben.say('¿qué tal?')
  assert.deepEqual(await ana.receives(['¿qué tal?']), ['¿qué tal?'])

  await ana.sent('hola')
  for (const person of [ana, ben]) {
    assert.equal(await person.wayOf('hola'), 'direct')
    assert.equal(await person.wayOf('¿qué tal?'), 'direct')
  }
  assert.deepEqual([...ana.faults, ...ben.faults], [])
})

test('without WebRTC the messages go through the server, and the page says so', async (t) => {
  const { server, ana, ben } = await twoPeople(t, { webrtc: false })
  await ana.join(server.url, 'room')
  await ben.join(server.url, 'room')
  await ana.sees('Ben', 'server')
  await ana.say('one')
  await ben.receives(['one'])
  await ben.say('two')
  await ana.receives(['two'])
  await ana.sent('one')
  assert.equal(await ana.wayOf('one'), 'server')
  assert.equal(await ben.wayOf('one'), 'server')
  assert.match(await ana.page.textContent('#messages'), /through the server/)
})

test('messages before the channel is open go through the server and keep their place before the direct ones', async (t) => {
  const { server, ana, ben } = await twoPeople(t)
  // Negotiation is held back until the test lets it go on.
  for (const { context } of [ana, ben]) {
    await context.addInitScript(() => {
      const held = new Promise((resolve) => { globalThis.letNegotiate = resolve })
      const real = RTCPeerConnection.prototype.setLocalDescription
      RTCPeerConnection.prototype.setLocalDescription = async function (...args) {
        await held
        return real.apply(this, args)
      }
    })
  }
  await ana.join(server.url, 'room')
  await ben.join(server.url, 'room')
  await ana.sees('Ben', 'server')
  await ana.say('early')
  await ben.receives(['early'])
  assert.equal(await ben.wayOf('early'), 'server')

  for (const { page } of [ana, ben]) await page.evaluate(() => globalThis.letNegotiate())
  await ana.sees('Ben', 'direct')
  await ben.sees('Ana', 'direct')
  await ana.say('late')
  assert.deepEqual(await ben.receives(['early', 'late']), ['early', 'late'])
  assert.equal(await ben.wayOf('late'), 'direct')
})

test('a channel that is closed again and again loses, doubles and reorders nothing', async (t) => {
  const { server, ana, ben } = await twoPeople(t)
  for (const { context } of [ana, ben]) {
    await context.addInitScript(() => {
      const real = RTCPeerConnection.prototype.createDataChannel
      RTCPeerConnection.prototype.createDataChannel = function (...args) {
        globalThis.lastChannel = real.apply(this, args)
        return globalThis.lastChannel
      }
    })
  }
  await ana.join(server.url, 'room')
  await ben.join(server.url, 'room')
  await ana.sees('Ben', 'direct')
  await ben.sees('Ana', 'direct')
  const fromAna = []
  const fromBen = []
  for (let round = 0; round < 4; round += 1) {
    for (let i = 0; i < 5; i += 1) {
      fromAna.push(`a${round}.${i}`)
      fromBen.push(`b${round}.${i}`)
      await Promise.all([ana.say(fromAna.at(-1)), ben.say(fromBen.at(-1))])
      if (i === 2) await (round % 2 ? ana : ben).page.evaluate(() => { if (globalThis.lastChannel.readyState === 'open') globalThis.lastChannel.close() })
    }
  }
  assert.deepEqual(await ben.receives(fromAna), fromAna)
  assert.deepEqual(await ana.receives(fromBen), fromBen)
  await ana.sees('Ben', 'direct')
  await ana.sent(fromAna.at(-1))
})

test('who leaves is gone for the others at once, and who closes the tab too', async (t) => {
  const { server, ana, ben } = await twoPeople(t)
  await ana.join(server.url, 'room')
  await ben.join(server.url, 'room')
  await ana.sees('Ben')
  await ben.page.click('[data-testid=leave]')
  await ana.page.waitForSelector('[data-testid=note]:has-text("Ben left")', { timeout: 3000 })
  await ben.page.waitForSelector('#joinForm:not([hidden])')
  await ben.page.click('#connectBtn')
  await ben.connected()
  await ana.sees('Ben', 'direct')
  await ben.page.close()
  await ana.page.waitForFunction(() => document.querySelectorAll('[data-testid=person]').length === 1, null, { timeout: 3000 })
  assert.deepEqual(ana.faults, [])
})

test('a message to nobody says that nobody was there', async (t) => {
  const server = await startServer(t)
  const ana = await newPerson(await startBrowser(t), 'Ana')
  await ana.join(server.url, 'room')
  await ana.say('hello?')
  await ana.page.waitForSelector('[data-testid=state]:has-text("nobody else was here")')
})

test('markup in names and messages stays text', async (t) => {
  const { server, ana, ben } = await twoPeople(t)
  ana.name = '<img src=x onerror=alert(1)>'
  await ana.join(server.url, 'room')
  await ben.join(server.url, 'room')
  await ben.sees('<img src=x')
  const text = '<b>bold</b> javascript:alert(1) https://example.org/x?y=1.'
  await ana.say(text)
  assert.deepEqual(await ben.receives([text]), [text])
  assert.equal(await ben.page.$('#messages b, #people img'), null)
  assert.deepEqual(await ben.page.$$eval('#messages a', (links) => links.map((a) => a.href)), ['https://example.org/x?y=1'])
  assert.deepEqual([...ana.faults, ...ben.faults], [])
})
