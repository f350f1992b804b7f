// Four people with camera and microphone: everyone sees and hears everyone, and what each of them changes.

import assert from 'node:assert/strict'
import test from 'node:test'
import { startBrowser } from '../support/browser.mjs'
import { allTogether, hears, joinWithCamera, kAllowed, kPatienceMs, newCaller, plays, startCall, tile } from '../support/call.mjs'
import { startServer } from '../support/server.mjs'

test('four people: all twelve directions show pictures and carry sound; one closes the tab', async (t) => {
  const server = await startServer(t)
  const people = await startCall(t, server, ['Ana', 'Ben', 'Eva'])
  const browser = people[0].context.browser()
  assert.equal(await allTogether(people), 6)
  // The fourth comes late, into a call that runs.
  const dan = await newCaller(browser, 'Dan', { origin: server.url })
  await joinWithCamera(dan, server.url)
  assert.equal(await allTogether([...people, dan]), 12)
  await dan.page.close()
  for (const { page } of people) await page.locator(tile('Dan')).waitFor({ state: 'detached' })
  await plays(people[0], 'Ben')
  for (const { faults } of people) assert.deepEqual(faults, [])
})

test('mute, camera off and a raised hand are seen by the others; the camera\'s light goes out', async (t) => {
  const server = await startServer(t)
  const [ana, ben] = await startCall(t, server, ['Ana', 'Ben'])
  await allTogether([ana, ben])
  await ben.page.locator(`${tile('Ana')}.speaking`).waitFor({ timeout: kPatienceMs })
  await ana.page.click('[data-testid=mic]')
  await ben.page.locator(`${tile('Ana')}[data-mic=muted]`).waitFor()
  await ben.page.locator(`${tile('Ana')}:not(.speaking)`).waitFor()
  await ana.page.click('[data-testid=mic]')
  await hears(ben, 1)
  await ana.page.click('[data-testid=camera]')
  await ben.page.locator(`${tile('Ana')}[data-picture=false] .tile-avatar:text-is("A")`).waitFor()
  const live = await ana.page.evaluate(() => document.querySelector('.is-self video').srcObject.getVideoTracks().length)
  assert.equal(live, 0, 'no track holds the camera')
  await ana.page.click('[data-testid=camera]')
  await ben.page.locator(`${tile('Ana')}[data-picture=true]`).waitFor()
  await plays(ben, 'Ana')
  await ana.page.click('[data-testid=hand]')
  await ben.page.locator(`${tile('Ana')} .tile-hand:not([hidden])`).waitFor()
  assert.deepEqual([...ana.faults, ...ben.faults], [])
})

test('another microphone and camera in mid-call: the connection stays, the others go on seeing', async (t) => {
  const server = await startServer(t)
  // The second made-up camera gives MJPEG, which this browser does not send; the third is as the first.
  const browser = await startBrowser(t, ['--use-fake-device-for-media-stream=device-count=3', '--use-fake-ui-for-media-stream'])
  const ana = await newCaller(browser, 'Ana')
  const ben = await newCaller(browser, 'Ben')
  for (const person of [ana, ben]) await joinWithCamera(person, server.url)
  await allTogether([ana, ben])
  const offers = await ana.page.evaluate(() => {
    globalThis.negotiations = 0
    globalThis.connections.forEach((pc) => pc.addEventListener('negotiationneeded', () => { globalThis.negotiations += 1 }))
    return globalThis.connections.length
  })
  await ana.page.click('[data-testid=settings]')
  for (const kind of ['videoinput', 'audioinput']) {
    const picker = ana.page.locator(`[data-testid=pick-${kind}]`)
    await ana.page.waitForFunction((which) => document.querySelector(`[data-testid=pick-${which}]`)?.options.length > 2, kind)
    const before = await ana.page.evaluate((which) => {
      const [track] = document.querySelector('.is-self video').srcObject.getTracks().filter((one) => one.kind === which.slice(0, 5))
      return track.getSettings().deviceId
    }, kind)
    const other = await picker.locator('option').evaluateAll((options, now) =>
      options.find(({ value, label }) => value !== '' && value !== now && !label.endsWith('_1')).value, before)
    await picker.selectOption(other)
    await ana.page.waitForFunction(([which, wanted]) => {
      const [track] = document.querySelector('.is-self video').srcObject.getTracks().filter((one) => one.kind === which.slice(0, 5))
      return track?.getSettings().deviceId === wanted
    }, [kind, other])
  }
  await ana.page.click('[data-testid=dialog-close]')
  await plays(ben, 'Ana')
  await hears(ben, 1)
  const after = await ana.page.evaluate(() => ({ count: globalThis.connections.length, negotiations: globalThis.negotiations }))
  assert.deepEqual(after, { count: offers, negotiations: 0 })
})

test('a shared screen has its own large tile, and goes when it is stopped, twice', async (t) => {
  const server = await startServer(t)
  const browser = await startBrowser(t, [...kAllowed, '--auto-select-tab-capture-source-by-title=gRTC'])
  const [ana, ben] = await startCall(t, server, ['Ana', 'Ben'], { browser })
  await allTogether([ana, ben])
  for (let i = 0; i < 2; i += 1) {
    await ana.page.click('[data-testid=screen]')
    await ana.page.locator('[data-testid=call-problem]:has-text("sees your screen")').waitFor()
    await ben.page.locator(`${tile('Ana', 'screen')}.is-main`).waitFor()
    await plays(ben, 'Ana', { kind: 'screen', more: 2 })
    await plays(ben, 'Ana')
    await ana.page.click('[data-testid=screen]')
    await ben.page.locator(tile('Ana', 'screen')).waitFor({ state: 'detached' })
  }
  assert.deepEqual([...ana.faults, ...ben.faults], [])
})

test('six people: each encoder is held to what the table gives, and the one left is given more when they go', async (t) => {
  const server = await startServer(t)
  const browser = await startBrowser(t, kAllowed)
  const pages = []
  for (let i = 0; i < 6; i += 1) {
    const { page } = await newCaller(browser, `P${i}`)
    await page.goto(server.url)
    await page.evaluate(async (camera) => {
      const { Room } = await import('/static/grtc-client/index.js')
      globalThis.room = new Room('six')
      // One of them sends; six encoders would tell nothing more.
      if (camera) globalThis.room.media.publish(await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480 } }))
      await globalThis.room.open()
    }, i === 0)
    pages.push(page)
  }
  const held = (count, bps) => pages[0].waitForFunction(([wanted, most]) => {
    const open = globalThis.connections.filter(({ connectionState }) => connectionState === 'connected')
    const limits = open.map((pc) => pc.getSenders().find(({ track }) => track?.kind === 'video')?.getParameters().encodings[0])
    return limits.length === wanted && limits.every((one) => one?.active && one.maxBitrate <= most && one.maxBitrate > most * 0.5)
  }, [count, bps], { timeout: kPatienceMs, polling: 250 })
  await held(5, 350_000)
  const bitrates = await pages[0].evaluate(() => [...globalThis.room.quality.values()].map(({ bitrate }) => bitrate.out))
  assert.ok(bitrates.every((bps) => bps < 600_000), bitrates.join(' '))
  for (const page of pages.slice(2)) await page.evaluate(() => globalThis.room.leave())
  await held(1, 1_700_000)
})
