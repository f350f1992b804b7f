// PeerLink between two ends in one page: collisions of offers, lost frames, an end that never answers.

import assert from 'node:assert/strict'
import test from 'node:test'
import { startServer } from '../support/server.mjs'
import { newPerson, startBrowser } from '../support/browser.mjs'

async function pageWithLinks(t) {
  const server = await startServer(t)
  const { page, faults } = await newPerson(await startBrowser(t), 'Ana')
  await page.goto(server.url)
  await page.evaluate(async () => {
    const { PeerLink } = await import('/static/grtc-client/peer-link.js')
    globalThis.makePair = () => {
      const pair = { lose: () => false, sent: [], texts: { ana: [], ben: [] } }
      const make = (self, peer) => {
        const link = new PeerLink(self, peer, {
          iceServers: () => [],
          send: (frame) => {
            pair.sent.push(frame.type)
            if (!pair.lose(frame)) setTimeout(() => pair[peer].receive(frame), 1)
          },
        })
        link.addEventListener('text', ({ detail }) => pair.texts[self].push(detail))
        return link
      }
      pair.ana = make('ana', 'ben')
      pair.ben = make('ben', 'ana')
      pair.opened = () => until(() => pair.ana.usable && pair.ben.usable)
      return pair
    }
    globalThis.until = async (done) => {
      const end = performance.now() + 28_000
      while (!done()) {
        if (performance.now() > end) throw new Error('waited too long')
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    }
  })
  return { page, faults }
}

test('offers that collide 50 times end in one connection that carries both ways', async (t) => {
  const { page, faults } = await pageWithLinks(t)
  const result = await page.evaluate(async () => {
    const pair = globalThis.makePair()
    await pair.opened()
    const before = pair.ana.connection
    for (let i = 0; i < 50; i += 1) {
      pair.ana.connection.restartIce()
      pair.ben.connection.restartIce()
      await new Promise((resolve) => setTimeout(resolve, i % 7))
    }
    await globalThis.until(() => pair.ana.connection.signalingState === 'stable' && pair.ben.connection.signalingState === 'stable')
    await pair.opened()
    pair.ana.send('from ana')
    pair.ben.send('from ben')
    await globalThis.until(() => pair.texts.ana.length > 0 && pair.texts.ben.length > 0)
    return { texts: pair.texts, same: pair.ana.connection === before, answers: pair.sent.filter((type) => type === 'answer').length }
  })
  assert.deepEqual(result.texts, { ana: ['from ben'], ben: ['from ana'] })
  assert.ok(result.same, 'the connection was kept')
  assert.ok(result.answers > 1)
  assert.deepEqual(faults, [])
})

test('a channel that breaks for both at once is there again within seconds, each time', async (t) => {
  const { page, faults } = await pageWithLinks(t)
  const slow = await page.context().newCDPSession(page)
  await slow.send('Emulation.setCPUThrottlingRate', { rate: 4 })
  const longest = await page.evaluate(async () => {
    // Both offer when theirs closes; from a slow page, candidates are being gathered when the other's offer comes.
    const channels = []
    const make = RTCPeerConnection.prototype.createDataChannel
    RTCPeerConnection.prototype.createDataChannel = function (...all) {
      const channel = make.apply(this, all)
      channels.push(channel)
      return channel
    }
    const pair = globalThis.makePair()
    let longest = 0
    for (let i = 0; i < 40; i += 1) {
      await pair.opened()
      const began = performance.now()
      channels.at(-1).close()
      await globalThis.until(() => !pair.ana.usable && !pair.ben.usable)
      await pair.opened()
      longest = Math.max(longest, performance.now() - began)
    }
    return longest
  })
  assert.ok(longest < 5_000, `it took up to ${Math.round(longest)} ms`)
  assert.deepEqual(faults, [])
})

test('both ends begin anew at the same moment: they meet again', async (t) => {
  const { page } = await pageWithLinks(t)
  const texts = await page.evaluate(async () => {
    const pair = globalThis.makePair()
    await pair.opened()
    for (let i = 0; i < 5; i += 1) {
      for (const end of [pair.ana, pair.ben]) {
        end.connection.close()
        end.renegotiate()
      }
      await globalThis.until(() => !pair.ana.usable || !pair.ben.usable)
      await pair.opened()
    }
    pair.ana.send('still here')
    await globalThis.until(() => pair.texts.ben.length > 0)
    return pair.texts.ben
  })
  assert.deepEqual(texts, ['still here'])
})

test('an offer that was lost is made again with renegotiate', async (t) => {
  const { page } = await pageWithLinks(t)
  await page.evaluate(async () => {
    const pair = globalThis.makePair()
    pair.lose = () => true
    await globalThis.until(() => pair.sent.includes('offer'))
    pair.lose = () => false
    pair.ana.renegotiate()
    pair.ben.renegotiate()
    await pair.opened()
  })
})

test('a connection that comes to nothing is said to, and tried again', async (t) => {
  const { page } = await pageWithLinks(t)
  const states = await page.evaluate(async () => {
    const real = RTCPeerConnection.prototype.createDataChannel
    let spoiled = 2
    RTCPeerConnection.prototype.createDataChannel = function (...args) {
      const channel = real.apply(this, args)
      if ((spoiled -= 1) >= 0) channel.close()
      return channel
    }
    const pair = globalThis.makePair()
    const states = []
    pair.ana.addEventListener('state', ({ detail }) => states.push(detail.state))
    await pair.opened()
    return states
  })
  assert.equal(states.at(-1), 'open')
})

test('a peer that never answers is said after 15 s, with its cause', async (t) => {
  const { page } = await pageWithLinks(t)
  const result = await page.evaluate(async () => {
    const pair = globalThis.makePair()
    pair.lose = () => true
    const began = performance.now()
    await globalThis.until(() => pair.ana.state === 'failed')
    return { cause: pair.ana.cause, seconds: (performance.now() - began) / 1000 }
  })
  assert.equal(result.cause, 'no-answer')
  assert.ok(result.seconds > 13 && result.seconds < 17, `${result.seconds} s`)
})
