// What breaks in mid-call, and that picture and sound go on.

import assert from 'node:assert/strict'
import test from 'node:test'
import { startBrowser } from '../support/browser.mjs'
import { allTogether, frames, joinWithCamera, kAllowed, kFreezeMs, newCaller, plays, startCall, watchFreeze } from '../support/call.mjs'
import { CutProxy } from '../support/cut_proxy.mjs'
import { startServer } from '../support/server.mjs'

const bannerSays = (person, words) => person.page.waitForSelector(`[data-testid=banner-news]:has-text("${words}")`, { timeout: 30_000 })

test('the server is killed (SIGKILL) and started in mid-call: the media never stops, and a screen shared meanwhile arrives', async (t) => {
  const server = await startServer(t)
  const browser = await startBrowser(t, [...kAllowed, '--auto-select-tab-capture-source-by-title=gRTC'])
  const people = await startCall(t, server, ['Ana', 'Ben'], { browser })
  const [ana, ben] = people
  await allTogether(people)
  const frozen = await Promise.all([watchFreeze(ana, 'Ben'), watchFreeze(ben, 'Ana')])
  await server.stop('SIGKILL')
  await ana.reconnecting()
  await plays(ben, 'Ana', { more: 30 })
  // Negotiated by the data channel, as there is no server.
  await ana.page.click('[data-testid=screen]')
  await plays(ben, 'Ana', { kind: 'screen', more: 2 })
  await server.start()
  for (const person of people) await person.connected()
  await plays(ana, 'Ben', { more: 30 })
  for (const stop of frozen) assert.ok((await stop()) < kFreezeMs, 'no freeze')
  for (const { page } of people) assert.equal(await page.evaluate(() => globalThis.connections.length), 1, 'the same connection')
  assert.deepEqual(people.map(({ faults }) => faults.filter((fault) => !/WebSocket|ERR_|Failed to load/.test(fault))), [[], []])
})

for (const [seconds, words] of [[3, 'Nothing was lost'], [13, 'rejoined']]) {
  test(`the way to the server breaks for ${seconds} s (window 8 s): ${words}; the media goes on`, async (t) => {
    const server = await startServer(t, { env: { RESUME_WINDOW_S: '8' } })
    const proxy = await CutProxy.start(t, server.port)
    const browser = await startBrowser(t, kAllowed)
    const ana = await newCaller(browser, 'Ana')
    const ben = await newCaller(browser, 'Ben')
    await joinWithCamera(ana, server.url)
    await joinWithCamera(ben, proxy.url)
    await allTogether([ana, ben])
    const frozen = await watchFreeze(ben, 'Ana')
    proxy.cut()
    await ben.reconnecting()
    const before = await frames(ana, 'Ben')
    // waits: the length of the break is what is tested
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
    proxy.restore()
    await bannerSays(ben, words)
    assert.ok((await frames(ana, 'Ben')) > before, 'Ben never left Ana\'s stage')
    await plays(ana, 'Ben')
    await plays(ben, 'Ana')
    assert.ok((await frozen()) < kFreezeMs)
  })
}

test('a connection that dies is made anew, with the tracks of both', async (t) => {
  const server = await startServer(t)
  const people = await startCall(t, server, ['Ana', 'Ben'])
  await allTogether(people)
  // The page's own end is closed under it, as a browser does that has lost its network process.
  await people[0].page.evaluate(() => globalThis.connections.forEach((pc) => {
    pc.close()
    pc.onconnectionstatechange?.(new Event('connectionstatechange'))
  }))
  await people[0].page.evaluate(() => globalThis.dispatchEvent(new Event('online')))
  await people[0].page.waitForFunction(() => globalThis.connections.length > 1, null, { timeout: 30_000 })
  await allTogether(people)
  assert.deepEqual(await Promise.all(people.map(({ page }) => page.locator('[data-testid=tile]').count())), [2, 2])
})

test('both sides change their tracks at the same moment, 50 times: one connection, and all arrives', async (t) => {
  const server = await startServer(t)
  const browser = await startBrowser(t, kAllowed)
  const ana = await newCaller(browser, 'Ana')
  const ben = await newCaller(browser, 'Ben')
  for (const { page, name } of [ana, ben]) {
    await page.goto(server.url)
    await page.evaluate(async (self) => {
      const { Room } = await import('/static/grtc-client/index.js')
      const room = new Room('glare', { name: self })
      globalThis.room = room
      const camera = await navigator.mediaDevices.getUserMedia({ video: { width: 160, height: 120 }, audio: true })
      globalThis.more = camera.clone()
      room.media.publish(camera)
      await room.open()
    }, name)
  }
  for (const { page } of [ana, ben]) await page.waitForFunction(() => [...globalThis.room.peers.values()][0]?.streams.camera?.getTracks().length === 2)
  const churn = ({ page }) => page.evaluate(async () => {
    const { media } = globalThis.room
    for (let i = 0; i < 50; i += 1) {
      if (i % 2 === 0) media.publish(globalThis.more, { kind: 'screen' })
      else media.unpublish('screen')
      if (i % 10 === 9) globalThis.connections[0].restartIce()
      await new Promise((resolve) => setTimeout(resolve, (i * 7) % 23))
    }
    media.publish(globalThis.more, { kind: 'screen' })
  })
  await Promise.all([churn(ana), churn(ben)])
  for (const { page } of [ana, ben]) {
    await page.waitForFunction(async () => {
      const [peer] = globalThis.room.peers.values()
      const tracks = ['camera', 'screen'].flatMap((kind) => peer.streams[kind]?.getTracks() ?? [])
      const [pc] = globalThis.connections
      const stats = [...(await pc.getStats()).values()].filter(({ type, bytesReceived }) => type === 'inbound-rtp' && bytesReceived > 0)
      const before = globalThis.received ?? new Map()
      globalThis.received = new Map(stats.map(({ ssrc, bytesReceived }) => [ssrc, bytesReceived]))
      // What was sent under an older description stays in the statistics and grows no more.
      const flowing = stats.filter(({ ssrc, bytesReceived }) => bytesReceived > (before.get(ssrc) ?? Infinity))
      return pc.signalingState === 'stable' && tracks.length === 4 && flowing.length === 4
    }, null, { timeout: 30_000, polling: 500 })
    const { count, places } = await page.evaluate(() => ({
      count: globalThis.connections.length, places: globalThis.connections[0].getTransceivers().length,
    }))
    assert.equal(count, 1, 'one connection')
    assert.ok(places <= 16, `${places} places in the description`)
  }
})
