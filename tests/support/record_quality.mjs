#!/usr/bin/env node
// Records what a call's statistics look like while its packets get lost, for tests/page/recorded/:
//   node tests/support/record_quality.mjs tests/page/recorded
// Two people in real Chromium, over a coturn that a lossy road leads to: 16 s clean, 16 s with a tenth of the packets lost, 40 s clean.

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { newPerson, startBrowser } from './browser.mjs'
import { startServer } from './server.mjs'
import { LossyRoad, kTurnSecret, startTurn } from './turn.mjs'

const kKept = new Set(['transport', 'candidate-pair', 'local-candidate', 'remote-candidate', 'inbound-rtp', 'outbound-rtp', 'remote-inbound-rtp',
  'media-source', 'codec'])
const kPhases = [['clean', 8, 0], ['lossy', 8, 0.05], ['clean again', 20, 0]]

const ends = []
const context = { after: (end) => ends.unshift(end) }
const turn = await startTurn(context)
const road = await LossyRoad.start(context, turn.port)
const server = await startServer(context, { env: { TURN_URLS: road.url, TURN_SECRET: kTurnSecret } })
const browser = await startBrowser(context, ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'])
const [ana, ben] = await Promise.all(['Ana', 'Ben'].map((name) => newPerson(browser, name)))
for (const { page } of [ana, ben]) {
  await page.goto(server.url)
  await page.evaluate(async () => {
    const { Room } = await import('/static/grtc-client/index.js')
    const room = new Room('record', { rtc: { iceTransportPolicy: 'relay' } })
    globalThis.samples = []
    const Real = RTCPeerConnection
    globalThis.RTCPeerConnection = class extends Real { constructor(...all) { super(...all); globalThis.connection = this } }
    room.media.publish(await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 480 } }))
    room.media.addEventListener('quality', ({ detail }) => {
      const [{ lossPct, limited }] = detail.quality.values()
      globalThis.samples.push({ at: Date.now(), lossPct, limited })
    })
    await room.open()
  })
}
await ana.page.waitForFunction(() => globalThis.samples.length > 0)
const reports = async () => (await ana.page.evaluate(async () => ({ at: Date.now(), stats: [...(await globalThis.connection.getStats()).values()] })))
const trimmed = ({ at, stats }) => ({ at, stats: stats.filter(({ type }) => kKept.has(type)) })
const looks = [trimmed(await reports())]
const marks = []
for (const [name, looksAtIt, loss] of kPhases) {
  marks.push({ at: Date.now(), name })
  road.loss = loss
  await wait(looksAtIt * 2_000)
  if (name === 'clean') looks.push(trimmed(await reports()))
}
const folder = process.argv[2] ?? '.'
writeFileSync(path.join(folder, 'looks.json'), `${JSON.stringify(looks, null, 1)}\n`)
writeFileSync(path.join(folder, 'samples.json'), `${JSON.stringify({ marks, samples: await ana.page.evaluate(() => globalThis.samples) }, null, 1)}\n`)
for (const end of ends) await end()
