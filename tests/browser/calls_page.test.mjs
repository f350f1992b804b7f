// The page around a call: what is refused and why, preview, settings, keys, phones, access.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import test from 'node:test'
import { WebSocket } from 'ws'
import { newPerson, startBrowser } from '../support/browser.mjs'
import { allTogether, joinWithCamera, kAllowed, kDevices, newCaller, plays, startCall, tile } from '../support/call.mjs'
import { startServer } from '../support/server.mjs'

const kAxe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const says = (person, words) => person.page.waitForSelector(`[data-testid=call-problem]:has-text("${words}")`)

async function violations(page) {
  await page.addScriptTag({ path: kAxe })
  const { violations: found } = await page.evaluate(() => globalThis.axe.run())
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`)
}

test('a denied camera is told with what to do, in both languages, and the chat goes on', async (t) => {
  const server = await startServer(t)
  const browser = await startBrowser(t, kDevices)
  const ana = await newPerson(browser, 'Ana', { origin: server.url })
  const ben = await newPerson(browser, 'Ben', { locale: 'es-ES' })
  for (const person of [ana, ben]) await person.join(server.url, 'room')
  await ana.page.click('[data-testid=camera]')
  await says(ana, 'You have not allowed this page to use the camera')
  await says(ana, 'To allow it')
  await ben.page.click('[data-testid=mic]')
  await says(ben, 'No has permitido que esta página use el micrófono')
  await ana.say('no picture, but words')
  await ben.receives(['no picture, but words'])
  await ana.page.click('#problemClose')
  assert.equal(await ana.page.locator('#callNews').isHidden(), true)
  assert.equal(await ana.page.evaluate(() => document.activeElement?.dataset.testid), 'mic', 'the focus is not lost')
  assert.deepEqual(ana.faults, [])
})

test('no camera, a busy camera, an insecure origin: each has its own sentence', async (t) => {
  const server = await startServer(t)
  const bare = await startBrowser(t, ['--use-fake-ui-for-media-stream', '--host-resolver-rules=MAP backend 127.0.0.1'])
  const ana = await newPerson(bare, 'Ana')
  await ana.join(server.url, 'room')
  await ana.page.click('[data-testid=camera]')
  await says(ana, 'does not find the camera')
  // No device of a test machine can be held by another program: what the browser then says is put in its place.
  await ana.page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('in use', 'NotReadableError') }
  })
  await ana.page.click('[data-testid=camera]')
  await says(ana, 'Another program is using the camera')
  const ben = await newPerson(bare, 'Ben')
  await ben.join(`http://backend:${server.port}`, 'room')
  await ben.page.click('[data-testid=mic]')
  await says(ben, 'only over HTTPS or on localhost')
  await ben.say('words')
  await ana.receives(['words'])
})

test('after a reload the camera is on again and a muted microphone still muted; blocked sound asks for a click', async (t) => {
  const server = await startServer(t)
  const [ana, ben] = await startCall(t, server, ['Ana', 'Ben'])
  await plays(ana, 'Ben')
  await ana.page.click('[data-testid=mic]')
  await ben.page.locator(`${tile('Ana')}[data-mic=muted]`).waitFor()
  // A page that is reloaded in a test may always play: what another browser says to sound before a click is put in its place.
  await ana.page.addInitScript(() => {
    let clicked = false
    document.addEventListener('click', () => { clicked = true }, true)
    const play = HTMLMediaElement.prototype.play
    HTMLMediaElement.prototype.play = function () {
      if (this.muted || clicked) return play.call(this)
      return Promise.reject(new DOMException('click first', 'NotAllowedError'))
    }
  })
  await ana.page.reload()
  await ana.connected()
  await ana.page.locator(`[data-testid=tile].is-self[data-picture=true][data-mic=muted]`).waitFor()
  await plays(ben, 'Ana')
  await ana.page.click('[data-testid=play]')
  await ana.page.locator('[data-testid=play]').waitFor({ state: 'hidden' })
  await plays(ana, 'Ben')
})

test('the preview shows the picture and the level, joins with both, and turns the light off when left', async (t) => {
  const server = await startServer(t)
  const ana = await newCaller(await startBrowser(t, kAllowed), 'Ana', { origin: server.url })
  const { page } = ana
  await ana.open(`${server.url}/?room=room`)
  await page.focus('[data-testid=preview-open]')
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => document.querySelector('[data-testid=preview-video]')?.getVideoPlaybackQuality().totalVideoFrames > 2)
  await page.waitForFunction(() => document.querySelector('[data-testid=mic-level]').value > 0)
  const tracks = await page.evaluate(() => {
    globalThis.tracks = document.querySelector('[data-testid=preview-video]').srcObject.getTracks()
    return globalThis.tracks.length
  })
  assert.equal(tracks, 2)
  await page.keyboard.press('Escape')
  await page.waitForFunction(() => globalThis.tracks.every(({ readyState }) => readyState === 'ended'))
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'previewBtn', 'the focus is back where it was')
  await page.fill('#roomId', '')
  await page.click('[data-testid=preview-open]')
  await page.click('[data-testid=preview-join]')
  await page.waitForSelector('[data-testid=preview]', { state: 'detached' })
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'roomId', 'a room is missing, and can be written')
  await joinWithCamera(ana, server.url, 'room')
  await page.waitForSelector('[data-testid=tile][data-picture=true].is-self')
  assert.deepEqual(ana.faults, [])
})

test('joining says so at once, and shows the room though the peer in it never answers', async (t) => {
  const server = await startServer(t)
  const mute = new WebSocket(`${server.wsUrl}/ws/room?peer_id=mute&name=Mute`)
  t.after(() => mute.terminate())
  await once(mute, 'open')
  const ana = await newCaller(await startBrowser(t, kAllowed), 'Ana', { origin: server.url })
  const { page } = ana
  await ana.open(`${server.url}/?room=room`)
  await page.click('[data-testid=preview-open]')
  await page.waitForFunction(() => document.querySelector('[data-testid=preview-video]')?.getVideoPlaybackQuality().totalVideoFrames > 2)
  const { words, ms } = await page.evaluate(() => new Promise((resolve) => {
    const join = document.querySelector('[data-testid=preview-join]')
    const began = performance.now()
    join.click()
    const words = join.textContent
    const look = () => (document.body.dataset.phase === 'in' ? resolve({ words, ms: performance.now() - began }) : requestAnimationFrame(look))
    look()
  }))
  assert.equal(words, 'Joining…')
  assert.ok(ms < 3_000, `the room came after ${ms} ms; a link that fails would be known only after 15 s`)
  await page.locator(tile('Mute')).waitFor()
  assert.equal(new URL(page.url()).pathname, '/r/room')
  assert.deepEqual(ana.faults, [])
})

test('a call by the keyboard alone: M, V, H, space to talk, C to write, L, Esc twice', async (t) => {
  const server = await startServer(t)
  const [ana, ben] = await startCall(t, server, ['Ana', 'Ben'])
  const { page } = ana
  await page.evaluate(() => document.activeElement.blur())
  const mic = (state) => ben.page.locator(`${tile('Ana')}[data-mic=${state}]`).waitFor()
  await mic('on')
  await page.keyboard.press('m')
  await mic('muted')
  await page.keyboard.down(' ')
  await mic('on')
  await page.keyboard.up(' ')
  await mic('muted')
  await page.keyboard.press('v')
  await ben.page.locator(`${tile('Ana')}[data-picture=false]`).waitFor()
  await page.keyboard.press('h')
  await ben.page.locator(`${tile('Ana')} .tile-hand:not([hidden])`).waitFor()
  await page.keyboard.press('l')
  await page.locator('[data-testid=tiles][data-layout=speaker]').waitFor()
  await page.keyboard.press('c')
  await page.keyboard.type('mvh are letters here')
  await page.keyboard.press('Enter')
  await ben.receives(['mvh are letters here'])
  await mic('muted')
  await page.keyboard.press('Escape')
  await says(ana, 'Press Esc again')
  await page.keyboard.press('Escape')
  await page.waitForSelector('#joinForm:not([hidden])')
  await ben.page.locator(tile('Ana')).waitFor({ state: 'detached' })
})

test('pin, volume and quality of one person', async (t) => {
  const server = await startServer(t)
  const [ana, ben] = await startCall(t, server, ['Ana', 'Ben'])
  await allTogether([ana, ben])
  const { page } = ana
  const tools = page.locator(tile('Ben'))
  await tools.hover()
  await tools.locator('[data-act=pin]').click()
  await page.locator(`${tile('Ben')}.is-main`).waitFor()
  await tools.locator('[data-act=pin]').click()
  await page.locator('[data-testid=tiles][data-layout=grid]').waitFor()
  await tools.locator('.tile-volume').fill('30')
  assert.equal(await tools.locator('video').evaluate((video) => video.volume), 0.3)
  await page.waitForSelector(`${tile('Ben')} .tile-bars[data-level="4"], ${tile('Ben')} .tile-bars[data-level="3"]`)
  await tools.locator('[data-testid=bars]').click()
  const fact = (key) => page.locator(`[data-testid=quality] [data-fact="quality.${key}"]`)
  await page.waitForFunction(() => /\d/.test(document.querySelector('[data-fact="quality.in"]')?.textContent ?? ''))
  assert.equal(await fact('route').textContent(), 'direct')
  assert.match(await fact('rtt').textContent(), /^\d+ ms$/)
  assert.match(await fact('picture').textContent(), /^\d+×\d+, \d+ frames a second$/)
  assert.match(await fact('codec').textContent(), /opus/)
  await page.waitForFunction(() => document.querySelector('.plot polyline').getAttribute('points').split(' ').length > 1)
  await ana.context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.click('[data-testid=quality-copy]')
  const report = await page.evaluate(() => navigator.clipboard.readText())
  assert.match(report, /gRTC connection report[\s\S]*direct rtt=\d+ms loss=/)
  assert.doesNotMatch(report, /Ana|Ben|127\.0\.0\.1/, 'nothing private in it')
  await page.keyboard.press('Escape')
  assert.equal(await page.evaluate(() => document.activeElement?.dataset.testid), 'bars')
})

test('the settings keep theme, language and sounds over a reload', async (t) => {
  const server = await startServer(t)
  const { page } = await newPerson(await startBrowser(t), 'Ana')
  await page.goto(server.url)
  await page.waitForSelector('html[data-ready]')
  await page.click('[data-testid=open-settings]')
  await page.selectOption('[data-testid=settings-theme]', 'dark')
  const dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  await page.selectOption('[data-testid=settings-theme]', 'light')
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), dark)
  await page.selectOption('[data-testid=settings-theme]', 'dark')
  await page.uncheck('[data-testid=settings-sounds]')
  await page.selectOption('[data-testid=settings-language]', 'es')
  await page.waitForSelector('[data-testid=settings] h2:has-text("Ajustes")')
  await page.reload()
  await page.waitForSelector('html[data-ready]')
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), dark)
  assert.equal(await page.getAttribute('html', 'lang'), 'es')
  await page.click('[data-testid=open-settings]')
  assert.equal(await page.isChecked('[data-testid=settings-sounds]'), false)
})

test('phones of 360 and 320 pixels: the call fits, upright, with all its buttons', async (t) => {
  const server = await startServer(t)
  const browser = await startBrowser(t, kAllowed)
  const ana = await newCaller(browser, 'Ana', { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true, locale: 'es-ES' })
  const ben = await newCaller(browser, 'Ben')
  for (const person of [ana, ben]) await joinWithCamera(person, server.url)
  await plays(ana, 'Ben')
  for (const width of [360, 320]) {
    await ana.page.setViewportSize({ width, height: 640 })
    for (const button of ['mic', 'camera', 'hand', 'settings']) {
      const box = await ana.page.locator(`[data-testid=${button}]`).boundingBox()
      assert.ok(box && box.x >= 0 && box.x + box.width <= width && box.y + box.height <= 640 && box.height >= 44, `${button} at ${width}`)
    }
    const boxes = await ana.page.locator('[data-testid=tile]').evaluateAll((tiles) => tiles.map((one) => one.getBoundingClientRect().toJSON()))
    assert.equal(boxes.length, 2)
    for (const box of boxes) assert.ok(box.left >= 0 && box.right <= width && box.height > 60, JSON.stringify(box))
    for (const open of ['', '[data-testid=settings]']) {
      if (open) await ana.page.click(open)
      const wanted = await ana.page.evaluate(() => document.documentElement.scrollWidth)
      assert.ok(wanted <= width, `${open} at ${width}: ${wanted}`)
    }
    await ana.page.click('[data-testid=dialog-close]')
  }
})

for (const colorScheme of ['light', 'dark']) {
  for (const locale of ['en-US', 'es-ES']) {
    test(`axe finds nothing in a call and its dialogs (${colorScheme}, ${locale})`, async (t) => {
      const server = await startServer(t)
      const browser = await startBrowser(t, kAllowed)
      // bypassCSP only lets the test put axe into the page.
      const ana = await newCaller(browser, 'Ana', { colorScheme, locale, bypassCSP: true })
      const ben = await newCaller(browser, 'Ben')
      await ana.open(`${server.url}/?room=call`)
      await ana.page.click('[data-testid=preview-open]')
      await ana.page.waitForSelector('[data-testid=preview][data-camera=on]')
      assert.deepEqual(await violations(ana.page), [], 'preview')
      await ana.page.keyboard.press('Escape')
      for (const person of [ana, ben]) await joinWithCamera(person, server.url)
      await plays(ana, 'Ben', { more: 2 })
      assert.deepEqual(await violations(ana.page), [], 'grid')
      await ana.page.click('[data-testid=layout]')
      assert.deepEqual(await violations(ana.page), [], 'speaker')
      await ana.page.click('[data-testid=settings]')
      await ana.page.waitForSelector('[data-testid=settings-theme]')
      assert.deepEqual(await violations(ana.page), [], 'settings')
      await ana.page.click('[data-testid=dialog-close]')
      await ana.page.locator(`${tile('Ben')} [data-testid=bars]`).click()
      await ana.page.waitForSelector('[data-testid=quality]')
      assert.deepEqual(await violations(ana.page), [], 'quality')
      assert.doesNotMatch(await ana.page.innerText('body'), /\b(bar|media|pick|tile|keys|quality|advice|theme|settings|preview)\.[a-z]/i, 'no raw key')
    })
  }
}
