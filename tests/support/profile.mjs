// A Chromium with a profile on disk, several tabs in it, and files for them: a private window would keep its files in memory.

import { createHash, randomFillSync } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium } from 'playwright-core'
import { Person, kArguments, watchFaults } from './browser.mjs'

const kMiB = 2 ** 20

/** Starts the browser with a new profile; both go with the test context `t`. `folder` is a place for the test's files. */
export async function startProfile(t, options = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'grtc-profile-'))
  const context = await chromium.launchPersistentContext(path.join(folder, 'profile'), {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: kArguments, locale: 'en-US', acceptDownloads: true,
    downloadsPath: path.join(folder, 'downloads'), ...options,
  })
  t.after(async () => {
    await context.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  // So that a test can cut the direct connections of a page: `connections`.
  await context.addInitScript(() => {
    globalThis.connections = []
    globalThis.RTCPeerConnection &&= class extends RTCPeerConnection {
      createDataChannel(label, ...more) {
        // A link's connection is known by its channel; the page has another that it makes only to be quick later.
        if (label === 'grtc') globalThis.connections.push(this)
        return super.createDataChannel(label, ...more)
      }
    }
  })
  return { context, folder }
}

/** A person in a tab of that browser. */
export async function personIn({ context }, name) {
  const page = await context.newPage()
  return new Person(name, context, page, watchFaults(page))
}

/** Breaks the direct connections of a page, as a network that goes away would. */
export const cut = ({ page }) => page.evaluate(() => { for (const pc of globalThis.connections.splice(0)) pc.close() })

/** A file of `bytes`, no two MiB of it equal. @return {{file: string, digest: string}} */
export async function makeFile(folder, name, bytes) {
  const file = path.join(folder, name)
  const out = createWriteStream(file)
  const hash = createHash('sha256')
  const seed = randomFillSync(Buffer.alloc(kMiB))
  for (let at = 0; at < bytes; at += kMiB) {
    const block = Buffer.from(seed.subarray(0, Math.min(kMiB, bytes - at)))
    if (block.length >= 4) block.writeUInt32LE(at / kMiB)
    hash.update(block)
    if (!out.write(block)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'finish')
  return { file, digest: hash.digest('hex') }
}

export async function digestOf(file) {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: kMiB })) hash.update(chunk)
  return hash.digest('hex')
}

/** Drops files from outside onto the page at a selector, as the browser's own drag from a file manager does. */
export async function dropFiles(page, selector, files) {
  const box = await page.locator(selector).first().boundingBox()
  const session = await page.context().newCDPSession(page)
  const event = { x: box.x + box.width / 2, y: box.y + box.height / 2, data: { items: [], files, dragOperationsMask: 1 } }
  for (const type of ['dragEnter', 'dragOver']) await session.send('Input.dispatchDragEvent', { type, ...event })
  await page.waitForSelector('[data-testid=drop-hint]')
  const hint = await page.textContent('[data-testid=drop-hint]')
  await session.send('Input.dispatchDragEvent', { type: 'drop', ...event })
  await session.detach()
  return hint
}
