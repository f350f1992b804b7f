// A large file between two tabs, over breaks and reloads: what is saved is what was sent.

import assert from 'node:assert/strict'
import test from 'node:test'
import { startServer } from '../support/server.mjs'
import { cut, digestOf, makeFile, personIn, startProfile } from '../support/profile.mjs'

const kMiB = 2 ** 20
const kLong = 120_000
const row = '[data-testid=transfer]'

const share = (person) => person.page.$eval(`${row} progress`, (bar) => bar.value)
const reaches = (person, value) =>
  person.page.waitForFunction((least) => (document.querySelector('[data-testid=transfer] progress')?.value ?? 0) >= least, value, { timeout: kLong })
const ends = (person, state) => person.page.waitForSelector(`${row}[data-state=${state}]`, { timeout: kLong })

async function two(t, options) {
  const server = await startServer(t)
  const profile = await startProfile(t, options)
  const [ana, ben] = [await personIn(profile, 'Ana'), await personIn(profile, 'Ben')]
  for (const person of [ana, ben]) await person.join(server.url, 'room')
  await ana.sees('Ben', 'direct')
  await ben.sees('Ana', 'direct')
  return { server, ana, ben, ...profile }
}

/** Reloads the page, which joins its room again by itself. */
async function reload(person) {
  await person.page.reload()
  await person.connected()
}

test('300 MiB arrive whole over a cut, a reload of the receiver and a reload of the sender', { timeout: 300_000 }, async (t) => {
  const { ana, ben, folder } = await two(t)
  const { file, digest } = await makeFile(folder, 'film.bin', 300 * kMiB)
  await ana.page.setInputFiles('[data-testid=file-input]', file)
  await ben.page.click('[data-testid=file-accept]')

  await reaches(ben, 0.2)
  await cut(ana)
  await reaches(ben, 0.4)
  await reload(ben)
  await ben.page.waitForSelector(row)
  await reaches(ben, 0.4)
  assert.ok((await share(ben)) < 0.99, 'it goes on where it was')

  await reaches(ben, 0.6)
  await reload(ana)
  await ana.page.waitForSelector(`${row}[data-cause=choose-again]`)
  await ben.page.waitForSelector(`${row}[data-cause=sender-gone]`, { timeout: 30_000 })
  const kept = await share(ben)
  assert.ok(kept >= 0.6, `kept ${kept}`)
  const download = ben.page.waitForEvent('download', { timeout: kLong })
  await ana.page.setInputFiles('[data-testid=file-again-input]', file)
  await ends(ben, 'complete')
  await ends(ana, 'complete')
  assert.match(await ben.page.textContent('[data-testid=transfer-state]'), /Complete, verified/)
  const saved = await download
  assert.equal(saved.suggestedFilename(), 'film.bin')
  assert.equal(await digestOf(await saved.path()), digest)
  assert.deepEqual([...ana.faults, ...ben.faults], [])
})

test('a block that arrives broken is fetched again, alone', { timeout: 60_000 }, async (t) => {
  const { ana, ben, folder } = await two(t)
  const { file, digest } = await makeFile(folder, 'eight.bin', 8 * kMiB)
  await ana.page.evaluate(() => {
    const real = RTCDataChannel.prototype.send
    let chunks = 0
    globalThis.sentBytes = 0
    RTCDataChannel.prototype.send = function (data) {
      if (typeof data === 'string') return real.call(this, data)
      chunks += 1
      globalThis.sentBytes += data.byteLength
      if (chunks !== 40) return real.call(this, data)
      const broken = data.slice()
      broken[100] ^= 1
      return real.call(this, broken)
    }
  })
  await ana.page.setInputFiles('[data-testid=file-input]', file)
  const download = ben.page.waitForEvent('download')
  await ben.page.click('[data-testid=file-accept]')
  await ends(ben, 'complete')
  await ends(ana, 'complete')
  assert.equal(await digestOf(await (await download).path()), digest)
  assert.equal(await ana.page.evaluate(() => globalThis.sentBytes), 9 * kMiB)
})

test('cut three times by either side, and completed', { timeout: 120_000 }, async (t) => {
  const { ana, ben, folder } = await two(t)
  const { file, digest } = await makeFile(folder, 'three.bin', 60 * kMiB)
  await ana.page.setInputFiles('[data-testid=file-input]', file)
  const download = ben.page.waitForEvent('download', { timeout: kLong })
  await ben.page.click('[data-testid=file-accept]')
  for (const [at, who] of [[0.2, ana], [0.45, ben], [0.7, ana]]) {
    await reaches(ben, at)
    await cut(who)
  }
  await ends(ana, 'complete')
  assert.equal(await digestOf(await (await download).path()), digest)
})

test('a file that was chosen again must be the same', { timeout: 60_000 }, async (t) => {
  const { ana, ben, folder } = await two(t)
  const { file } = await makeFile(folder, 'mine.bin', 40 * kMiB)
  await ana.page.setInputFiles('[data-testid=file-input]', file)
  await ben.page.click('[data-testid=file-accept]')
  await reaches(ben, 0.2)
  await reload(ana)
  await ana.page.waitForSelector(`${row}[data-cause=choose-again]`)
  const { file: shorter } = await makeFile(folder, 'mine.bin', 39 * kMiB)
  await ana.page.setInputFiles('[data-testid=file-again-input]', shorter)
  await ana.page.waitForSelector('#filesProblem:has-text("not the file that was begun")')
  // The same name and size, other bytes: one block of it tells.
  const { file: forged } = await makeFile(folder, 'mine.bin', 40 * kMiB)
  await ana.page.setInputFiles('[data-testid=file-again-input]', forged)
  await ana.page.waitForSelector(`${row}[data-state=failed][data-cause=other-file]`)
  await ben.page.waitForSelector(`${row}[data-state=failed]`)
})
