// Files in the page: the ways in, the answers, what is said, and what a peer may not do.

import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import test from 'node:test'
import { startServer } from '../support/server.mjs'
import { violations } from '../support/axe.mjs'
import { kArguments, newPerson, startBrowser } from '../support/browser.mjs'
import { digestOf, dropFiles, makeFile, personIn, startProfile } from '../support/profile.mjs'

const kMiB = 2 ** 20
const row = '[data-testid=transfer]'
const rowOf = (name) => `${row}:has([data-testid=transfer-name]:text-is("${name}"))`

async function together(t, names, options) {
  const server = await startServer(t)
  const profile = await startProfile(t, options)
  const people = []
  for (const name of names) {
    const person = await personIn(profile, name)
    await person.join(server.url, 'room')
    people.push(person)
  }
  for (const person of people) for (const name of names) if (name !== person.name) await person.sees(name, 'direct')
  return { server, people, folder: profile.folder }
}

async function small(folder, name, text) {
  const file = path.join(folder, name)
  await writeFile(file, text)
  return file
}

/** Accepts and gives what was saved, as text. */
async function saved(person, name) {
  const download = person.page.waitForEvent('download')
  await person.page.click(`${rowOf(name)} [data-testid=file-accept]`)
  return readFile(await (await download).path(), 'utf8')
}

test('dropped on a person, files go to that one; dropped on the page, to everyone', { timeout: 60_000 }, async (t) => {
  const { people: [ana, ben, eva], folder } = await together(t, ['Ana', 'Ben', 'Eva'])
  const hint = await dropFiles(ana.page, '[data-testid=person]:has-text("Ben")', [await small(folder, 'for Ben.txt', 'only you')])
  assert.equal(hint, 'Drop the files to send them to Ben')
  assert.equal(await saved(ben, 'for Ben.txt'), 'only you')
  assert.equal(await eva.page.locator(row).count(), 0)

  const files = [await small(folder, 'one.txt', '1'), await small(folder, 'two.txt', '2')]
  assert.equal(await dropFiles(ana.page, '#messages', files), 'Drop the files to send them to everyone')
  for (const person of [ben, eva]) {
    assert.equal(await saved(person, 'one.txt'), '1')
    assert.equal(await saved(person, 'two.txt'), '2')
    await person.page.waitForSelector('[data-testid=note]:has-text("Ana offers you files")')
  }
  await ana.page.waitForFunction(() => document.querySelectorAll('[data-testid=transfer][data-state=complete]').length === 5)
  assert.deepEqual([...ana.faults, ...ben.faults, ...eva.faults], [])
})

test('a dropped folder is offered as the files in it, and one can be saved to a place that the receiver chooses', { timeout: 60_000 }, async (t) => {
  const { people: [ana, ben], folder } = await together(t, ['Ana', 'Ben'])
  const album = path.join(folder, 'album')
  await mkdir(path.join(album, 'more'), { recursive: true })
  for (const name of ['one.txt', 'two.txt', 'more/three.txt']) await small(album, name, `text of ${name}`)
  await dropFiles(ana.page, '#messages', [album])
  await ben.page.waitForFunction(() => document.querySelectorAll('[data-testid=transfer][data-state=offered]').length === 3)
  assert.equal(await saved(ben, 'two.txt'), 'text of two.txt')

  // The system's dialog, as if a place had been chosen in it; the handle is a real one.
  await ben.page.evaluate(() => {
    globalThis.showSaveFilePicker = async ({ suggestedName }) => {
      globalThis.suggested = suggestedName
      return (await navigator.storage.getDirectory()).getFileHandle('chosen', { create: true })
    }
  })
  await ben.page.click(`${rowOf('three.txt')} [data-testid=file-saveAs]`)
  await ben.page.waitForSelector(`${rowOf('three.txt')}[data-state=complete]`)
  const chosen = await ben.page.evaluate(async () => {
    const handle = await (await navigator.storage.getDirectory()).getFileHandle('chosen')
    return [globalThis.suggested, await (await handle.getFile()).text()]
  })
  assert.deepEqual(chosen, ['three.txt', 'text of more/three.txt'])
  assert.deepEqual([...ana.faults, ...ben.faults], [])
})

test('a picked file goes to the person chosen; nothing is stored unasked; a declined one says so', { timeout: 60_000 }, async (t) => {
  const { people: [ana, ben, eva], folder } = await together(t, ['Ana', 'Ben', 'Eva'])
  await ana.page.click('[data-testid=attach]')
  await ana.page.selectOption('[data-testid=file-to]', { label: 'Eva' })
  await ana.page.setInputFiles('[data-testid=file-input]', await small(folder, 'secret.txt', 'psst'))
  await eva.page.waitForSelector(`${rowOf('secret.txt')} >> text=from Ana`)
  const stored = await eva.page.evaluate(async () => {
    const names = []
    const root = await navigator.storage.getDirectory()
    for await (const name of root.keys()) names.push(name)
    return names
  })
  assert.deepEqual(stored, [])
  assert.equal(await ben.page.locator(row).count(), 0)
  await eva.page.click('[data-testid=file-decline]')
  await ana.page.waitForSelector(`${row}[data-state=declined] >> text=Declined`)
  await ana.page.click('[data-testid=file-forget]')
  await ana.page.waitForSelector(row, { state: 'detached' })
})

test('a click on Accept counts also when the place for the file becomes known between press and release', { timeout: 60_000 }, async (t) => {
  const { people: [ana, ben], folder } = await together(t, ['Ana', 'Ben'])
  await ben.page.evaluate(() => {
    const real = navigator.storage.getDirectory.bind(navigator.storage)
    const asked = new Promise((resolve) => { globalThis.answer = resolve })
    navigator.storage.getDirectory = () => asked.then(real)
  })
  await ana.page.setInputFiles('[data-testid=file-input]', await small(folder, 'word.txt', 'hello'))
  const accept = await ben.page.waitForSelector(`${rowOf('word.txt')} [data-testid=file-accept]`)
  const { x, y, width, height } = await accept.boundingBox()
  await ben.page.mouse.move(x + width / 2, y + height / 2)
  await ben.page.mouse.down()
  await ben.page.evaluate(async () => {
    globalThis.answer()
    // The page asks the same, so that its answer has been drawn two frames after ours.
    await (await import('/static/grtc-client/files/sinks.js')).automaticPlace()
    for (let frames = 0; frames < 3; frames += 1) await new Promise((resolve) => { requestAnimationFrame(resolve) })
  })
  const download = ben.page.waitForEvent('download')
  await ben.page.mouse.up()
  assert.equal(await readFile(await (await download).path(), 'utf8'), 'hello')
  assert.deepEqual([...ana.faults, ...ben.faults], [])
})

test('an empty file, a name twice, and a name that is a path', { timeout: 60_000 }, async (t) => {
  const { people: [ana, ben], folder } = await together(t, ['Ana', 'Ben'])
  await ana.page.setInputFiles('[data-testid=file-input]', await small(folder, 'empty.txt', ''))
  assert.equal(await saved(ben, 'empty.txt'), '')
  for (const text of ['first', 'second']) {
    await ana.page.setInputFiles('[data-testid=file-input]', await small(folder, 'same.txt', text))
    await ben.page.waitForSelector(`${rowOf('same.txt')}[data-state=offered]`)
    const download = ben.page.waitForEvent('download')
    await ben.page.click(`${rowOf('same.txt')}[data-state=offered] [data-testid=file-accept]`)
    assert.equal(await readFile(await (await download).path(), 'utf8'), text)
  }
  assert.equal(await ben.page.locator(rowOf('same.txt')).count(), 2)

  // What no browser's picker gives, a peer of bad will sends.
  await ana.page.evaluate(async () => {
    const { Room } = await import('/static/grtc-client/index.js')
    const room = await new Room('room', { name: 'Mal', storage: null }).open()
    const offer = (name, more) => room.send({ type: 'grtc-file', op: 'offer', transfer: `bad-offer-${Math.random().toString(36).slice(2)}`, name, size: 5, ...more })
    await offer('../../etc/\u202Egpj.exe', { thumbnail: 'data:image/svg+xml;base64,PHN2Zz4=' })
    await offer('<img src=x onerror=alert(1)>.txt', { mime: 'text/html' })
    await offer('no size', { size: -1 })
    await offer('half', { size: 0.5 })
    globalThis.bad = room
  })
  await ben.page.waitForSelector(`${row} >> text=from Mal`)
  await ben.page.waitForSelector(rowOf('_img src=x onerror=alert(1)_.txt'))
  const names = await ben.page.$$eval('[data-testid=transfer][data-state=offered] [data-testid=transfer-name]', (all) => all.map((node) => node.textContent))
  assert.deepEqual(names.sort(), ['_.._etc_gpj.exe', '_img src=x onerror=alert(1)_.txt'])
  assert.equal(await ben.page.locator('[data-testid=thumbnail]').count(), 0)
  assert.deepEqual([...ana.faults, ...ben.faults], [])
})

test('pause and resume by either side; cancel ends it for both and leaves nothing on the disk', { timeout: 90_000 }, async (t) => {
  const { people: [ana, ben], folder } = await together(t, ['Ana', 'Ben'])
  const { file } = await makeFile(folder, 'long.bin', 400 * kMiB)
  await ana.page.setInputFiles('[data-testid=file-input]', file)
  await ben.page.click('[data-testid=file-accept]')
  const bytes = () => ben.page.$eval(`${row} progress`, (bar) => bar.value)
  const moves = (from) => ben.page.waitForFunction((before) => document.querySelector('[data-testid=transfer] progress')?.value > before, from, { timeout: 30_000 })
    .catch(async () => assert.fail(`nothing moves: ${await ana.page.innerText(row)} | ${await ben.page.innerText(row)}`))
  await moves(0)
  await ben.page.waitForSelector(`${row} >> text=/ of 419 MB · .*\\/s · .* left/`)
  for (const [who, other] of [[ben, ana], [ana, ben]]) {
    await who.page.click('[data-testid=file-pause]')
    await other.page.waitForSelector(`${row}[data-state=paused][data-cause=there]`)
    // What was in the channel arrives; then it stands still.
    let before = -1
    await ben.page.waitForFunction(() => {
      const now = document.querySelector('[data-testid=transfer] progress').value
      const still = globalThis.lastValue === now
      globalThis.lastValue = now
      return still
    }, null, { polling: 400 })
    before = await bytes()
    await who.page.click('[data-testid=file-resume]')
    await moves(before)
    await other.page.waitForSelector(`${row}[data-state=running]`)
  }
  await ana.page.click('[data-testid=file-cancel]')
  await ben.page.waitForSelector(`${row}[data-state=cancelled][data-cause=there]`)
  await ben.page.waitForFunction(async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('grtc-files')
    for await (const name of folder.keys()) if (name) return false
    return true
  })
  assert.deepEqual([...ana.faults, ...ben.faults], [])
})

test('a pasted picture goes as a file, with a small picture of it; axe finds nothing', { timeout: 60_000 }, async (t) => {
  const { people: [ana, ben] } = await together(t, ['Ana', 'Ben'], { bypassCSP: true })
  await ana.page.evaluate(async () => {
    const canvas = document.createElement('canvas')
    canvas.width = canvas.height = 300
    const brush = canvas.getContext('2d')
    brush.fillStyle = 'teal'
    brush.fillRect(0, 0, 300, 300)
    const blob = await new Promise((resolve) => { canvas.toBlob(resolve, 'image/png') })
    const data = new DataTransfer()
    data.items.add(new File([blob], 'image.png', { type: 'image/png' }))
    document.querySelector('#messageInput').dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
  })
  await ben.page.waitForSelector(`${rowOf('image.png')} [data-testid=thumbnail]`)
  const width = await ben.page.$eval('[data-testid=thumbnail]', (img) => img.decode().then(() => img.naturalWidth))
  assert.equal(width, 96)
  assert.deepEqual(await violations(ben.page), [])
  await ben.page.click('[data-testid=file-accept]')
  await ben.page.waitForSelector(`${row}[data-state=complete]`)
  assert.deepEqual(await violations(ben.page), [])
  await ana.page.waitForSelector(`${row}[data-state=complete]`)
  assert.deepEqual(await violations(ana.page), [])
})

test('without a direct way a file waits, says why, and nothing goes through the server', { timeout: 60_000 }, async (t) => {
  const server = await startServer(t)
  const browser = await startBrowser(t)
  const [ana, ben] = [await newPerson(browser, 'Ana', { webrtc: false }), await newPerson(browser, 'Ben', { webrtc: false })]
  for (const person of [ana, ben]) await person.join(server.url, 'room')
  await ana.sees('Ben', 'server')
  await ana.page.setInputFiles('[data-testid=file-input]', { name: 'plan.txt', mimeType: 'text/plain', buffer: Buffer.from('plan') })
  await ben.page.click('[data-testid=file-accept]')
  for (const { page } of [ana, ben]) {
    await page.waitForSelector(`${row}[data-state=waiting][data-cause=no-direct] >> text=files do not go through the server`)
  }
})

test('held in memory, a file is lost with a reload: it is offered again, and comes whole', { timeout: 90_000 }, async (t) => {
  const server = await startServer(t)
  const profile = await startProfile(t, { args: [...kArguments, '--host-resolver-rules=MAP backend 127.0.0.1'] })
  const [ana, ben] = [await personIn(profile, 'Ana'), await personIn(profile, 'Ben')]
  for (const person of [ana, ben]) await person.join(`http://backend:${server.port}`, 'room')
  await ben.sees('Ana', 'direct')
  const { file, digest } = await makeFile(profile.folder, 'again.bin', 40 * kMiB)
  await ana.page.setInputFiles('[data-testid=file-input]', file)
  await ben.page.click('[data-testid=file-accept]')
  await ben.page.waitForFunction(() => document.querySelector('[data-testid=transfer] progress')?.value > 0)
  await ben.page.reload()
  await ben.connected()
  await ben.page.waitForSelector(`${row}[data-state=offered]`)
  await ana.page.waitForSelector(`${row}[data-state=offered]`)
  const download = ben.page.waitForEvent('download', { timeout: 60_000 })
  await ben.page.click('[data-testid=file-accept]')
  assert.equal(await digestOf(await (await download).path()), digest)
  await ana.page.waitForSelector(`${row}[data-state=complete]`)
})

test('on plain http the file is held in memory, within a limit that is said before', { timeout: 60_000 }, async (t) => {
  const server = await startServer(t)
  const browser = await startBrowser(t, ['--host-resolver-rules=MAP backend 127.0.0.1'])
  const [ana, ben] = [await newPerson(browser, 'Ana', { acceptDownloads: true }), await newPerson(browser, 'Ben', { acceptDownloads: true })]
  for (const person of [ana, ben]) await person.join(`http://backend:${server.port}`, 'room')
  await ben.sees('Ana', 'direct')
  assert.equal(await ben.page.evaluate(() => globalThis.crypto.subtle === undefined && navigator.storage === undefined), true)
  await ana.page.setInputFiles('[data-testid=file-input]', { name: 'memo.txt', mimeType: 'text/plain', buffer: Buffer.alloc(3 * kMiB, 'memo ') })
  await ben.page.waitForSelector(`${row} >> text=512 MiB at most`)
  assert.equal((await saved(ben, 'memo.txt')).length, 3 * kMiB)
  await ana.page.waitForSelector(`${row}[data-state=complete]`)
  await ana.page.evaluate(async () => {
    const { Room } = await import('/static/grtc-client/index.js')
    const room = await new Room('room', { name: 'Big', storage: null }).open()
    await room.send({ type: 'grtc-file', op: 'offer', transfer: 'too-large-for-memory', name: 'huge.bin', size: 2 ** 30 })
  })
  await ben.page.waitForSelector(`${rowOf('huge.bin')} [data-testid=file-accept]:disabled`)
  assert.deepEqual([...ana.faults, ...ben.faults], [])
})
