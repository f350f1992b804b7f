// The real `yjs` and `y-webrtc` in Chromium, unchanged, against gRTC.

import assert from 'node:assert/strict'
import test from 'node:test'
import { startBrowser } from '../support/browser.mjs'
import { inSeconds, jwt } from '../support/jwt.mjs'
import { openPage, packageSite } from '../support/package_site.mjs'
import { noRedis } from '../support/redis.mjs'
import { startReplicas } from '../support/replicas.mjs'
import { startServer, waitFor } from '../support/server.mjs'

const kSecret = 'a-long-enough-room-secret-0123456789'

async function world(t, env = {}) {
  const server = await startServer(t, { env: { THREADS: '2', ...env } })
  const site = await packageSite(t)
  const browser = await startBrowser(t)
  // Browser contexts are as apart as two browsers: no BroadcastChannel joins them.
  return { server, browser, site, open: () => openPage(browser, `${site}/yjs`) }
}

/** Joins `room` with a document of the page's own. Works in a page and in a frame of one. */
function join(page, server, room, { password = null, token, maxConns = 20 } = {}) {
  const url = `${server.wsUrl}/y-webrtc${token === undefined ? '' : `?token=${token}`}`
  return page.waitForFunction(() => globalThis.ready).then(() => page.evaluate(({ url, room, password, maxConns }) => {
    const { Y, WebrtcProvider } = globalThis
    globalThis.doc = new Y.Doc()
    globalThis.provider = new WebrtcProvider(room, globalThis.doc, { signaling: [url], password, maxConns, peerOpts: { config: { iceServers: [] } } })
  }, { url, room, password, maxConns }))
}

const write = (page, text) => page.evaluate((text) => globalThis.doc.getText('t').insert(0, text), text)
const textOf = (page) => page.evaluate(() => globalThis.doc.getText('t').toString())
const hasAll = (page, parts, timeout = 25_000) => page.waitForFunction((parts) => parts.every((part) => globalThis.doc.getText('t').toString().includes(part)), parts, { timeout })

async function converge(pages, parts) {
  for (const page of pages) await hasAll(page, parts)
  await waitFor(async () => new Set(await Promise.all(pages.map(textOf))).size === 1, { what: 'the same text everywhere' })
}

for (const password of [null, 'secret words']) {
  test(`y-webrtc: text converges between two browsers ${password ? 'with a password' : 'without a password'}`, async (t) => {
    const { server, open } = await world(t)
    const [ana, ben] = [await open(), await open()]
    await join(ana, server, 'room', { password })
    await join(ben, server, 'room', { password })
    await write(ana, 'from ana. ')
    await write(ben, 'from ben. ')
    await converge([ana, ben], ['from ana', 'from ben'])
    assert.deepEqual([...ana.faults, ...ben.faults], [])
  })
}

test('y-webrtc: text converges between two browsers on two replicas', { skip: noRedis }, async (t) => {
  const replicas = await startReplicas(t, { count: 2 })
  const { open } = await world(t)
  const [ana, ben] = [await open(), await open()]
  await join(ana, replicas.all[0], 'room')
  await join(ben, replicas.all[1], 'room')
  await write(ana, 'from ana. ')
  await write(ben, 'from ben. ')
  await converge([ana, ben], ['from ana', 'from ben'])
})

test('y-webrtc: after a restart of the server old and new peers find each other', async (t) => {
  const { server, open } = await world(t)
  const [ana, ben, late] = [await open(), await open(), await open()]
  await join(ana, server, 'room')
  await join(ben, server, 'room')
  await write(ana, 'before. ')
  await converge([ana, ben], ['before'])
  await server.restart()
  await write(ben, 'meanwhile. ')
  await hasAll(ana, ['meanwhile'])
  await join(late, server, 'room')
  await write(late, 'after. ')
  await converge([ana, ben, late], ['before', 'meanwhile', 'after'])
})

test('y-webrtc: with a wrong token nothing syncs and an error frame says why', async (t) => {
  const { server, open } = await world(t, { ROOM_TOKEN_SECRET: kSecret })
  const good = jwt({ room: 'yjs/room', exp: inSeconds(300) }, kSecret)
  const wrong = jwt({ room: 'yjs/other', exp: inSeconds(300) }, kSecret)
  const [ana, ben, eve] = [await open(), await open(), await open()]
  const told = new Promise((resolve) => eve.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => {
    const frame = JSON.parse(payload.toString())
    if (frame.type === 'error') resolve(frame)
  })))
  await join(ana, server, 'room', { token: good })
  await join(ben, server, 'room', { token: good })
  await join(eve, server, 'room', { token: wrong })
  await write(ana, 'for members. ')
  await converge([ana, ben], ['for members'])
  const error = await told
  assert.equal(error.code, 'unauthorized')
  assert.equal(error.topic, 'room')
  assert.equal(await textOf(eve), '')
  assert.deepEqual(eve.faults, [])
})

test('y-webrtc: thirty peers in one topic converge', { timeout: 120_000 }, async (t) => {
  const { server, browser, site } = await world(t)
  // Ten in a page, as thirty browsers are too much for a small machine; nothing but the server brings them together.
  const deaf = () => { globalThis.BroadcastChannel = class { postMessage() {} close() {} } }
  const pages = []
  for (let n = 0; n < 3; n++) pages.push(await openPage(browser, `${site}/yjs`, deaf))
  for (const [n, page] of pages.entries()) {
    await page.waitForFunction(() => globalThis.ready)
    await page.evaluate(async ({ url, n }) => {
      globalThis.docs = []
      for (let m = 0; m < 10; m++) {
        const { WebrtcProvider } = await import(`/modules/y-webrtc/src/y-webrtc.js?peer=${m}`)
        const doc = new globalThis.Y.Doc()
        // y-webrtc's peers stop connecting at maxConns, and a full clique would shut the later ones out: the first has room for all.
        const maxConns = n + m === 0 ? 40 : 6
        new WebrtcProvider('thirty', doc, { signaling: [url], maxConns, peerOpts: { config: { iceServers: [] } } })
        doc.getText('t').insert(0, `p${n * 10 + m}. `)
        globalThis.docs.push(doc)
      }
    }, { url: `${server.wsUrl}/y-webrtc`, n })
  }
  const parts = Array.from({ length: 30 }, (_, n) => `p${n}.`)
  const texts = async () => (await Promise.all(pages.map((page) => page.evaluate(() => globalThis.docs.map((doc) => doc.getText('t').toString()))))).flat()
  await waitFor(async () => {
    const all = await texts()
    return all.length === 30 && new Set(all).size === 1 && parts.every((part) => all[0].includes(part))
  }, { timeoutMs: 60_000, everyMs: 200, what: 'the same text at all thirty' })
})
