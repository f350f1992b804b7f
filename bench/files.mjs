#!/usr/bin/env node
// A file from one Chromium to another, beside a bare data channel in the same two browsers, in one run.
//   node bench/files.mjs                            2 GiB: ratio of the rates, growth of both tabs' memory, digest
//   node bench/files.mjs --mib 300 --interrupt 3    cut three times on the way
// The transfer is paused for each bare run, so that what slows the machine down for a while slows both.

import { createHash, randomFillSync } from 'node:crypto'
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import os from 'node:os'
import path from 'node:path'
import { machine, warnings } from './lib/machine.mjs'
import { kRepository, number, readOptions } from './lib/options.mjs'
import { progress } from './lib/progress.mjs'
import { summary } from './lib/rounds.mjs'
import { ours, start } from './lib/servers.mjs'
import { startTab } from './lib/tabs.mjs'

const kMiB = 2 ** 20
const kGoalRatio = 0.8
const kGoalMemory = 200
/** Into a leg, when its connection is cut. */
const kCutMs = 500

const options = readOptions('usage: node bench/files.mjs [options]', {
  mib: { type: 'string', help: 'size of the file in MiB (2048)', fallback: '2048' },
  legs: { type: 'string', help: 'parts of the transfer, a bare run before and after each (8)', fallback: '8' },
  bare: { type: 'string', help: 'MiB that each run of the bare channel moves (64)', fallback: '64' },
  interrupt: { type: 'string', help: 'legs in which the connection is cut (0)', fallback: '0' },
  memory: { type: 'boolean', help: 'receive into the tab instead of the disk' },
  'web-root': { type: 'string', help: 'DIR of the page and library (web/)', fallback: path.join(kRepository, 'web') },
})
const load = machine().load
const mib = number('mib', options.mib)
const bareMib = number('bare', options.bare)
const legs = number('legs', options.legs)
const cuts = number('interrupt', options.interrupt, 0)
const folder = mkdtempSync(path.join(os.tmpdir(), 'grtc-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** A file of `mib` MiB that no two blocks of are equal in. @return its path and digest */
async function makeFile() {
  const file = path.join(folder, 'file.bin')
  const out = createWriteStream(file)
  const hash = createHash('sha256')
  const block = Buffer.alloc(kMiB)
  for (let i = 0; i < mib; ++i) {
    if (i % 64 === 0) randomFillSync(block)
    block.writeUInt32LE(i, (i * 64) % (kMiB - 4))
    const copy = Buffer.from(block)
    hash.update(copy)
    if (!out.write(copy)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'finish')
  return { file, digest: hash.digest('hex') }
}

async function digestOf(file) {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: kMiB })) hash.update(chunk)
  return hash.digest('hex')
}

/** What `move` gives as `{rate, ...}`, and what both browsers' processors did for each of `size` MiB: milliseconds. */
async function withCpu(tabs, size, move) {
  const sum = async () => (await Promise.all(tabs.map((tab) => tab.cpu()))).reduce((a, b) => a + b, 0)
  const before = await sum()
  const result = await move()
  return { ...result, cpu: (1000 * ((await sum()) - before)) / size }
}

/** Two plain pages, one ordered channel, the same chunks and the same bound of what waits: MiB/s. */
async function bare(sender, receiver) {
  const answer = async (offer) => receiver.page.evaluate(async ({ sdp, bytes }) => {
    const pc = new RTCPeerConnection()
    globalThis.bare = new Promise((resolve) => {
      pc.ondatachannel = ({ channel }) => {
        let got = 0
        channel.binaryType = 'arraybuffer'
        channel.onmessage = ({ data }) => {
          got += data.byteLength
          if (got === bytes) { channel.send('all'); resolve(pc) }
        }
      }
    })
    await pc.setRemoteDescription({ type: 'offer', sdp })
    await pc.setLocalDescription()
    await new Promise((resolve) => { pc.onicecandidate = ({ candidate }) => { if (!candidate) resolve() } })
    return pc.localDescription.sdp
  }, { sdp: offer, bytes: bareMib * kMiB })
  const offer = await sender.page.evaluate(async () => {
    const pc = new RTCPeerConnection()
    globalThis.barePc = pc
    globalThis.bareChannel = pc.createDataChannel('bare')
    await pc.setLocalDescription()
    await new Promise((resolve) => { pc.onicecandidate = ({ candidate }) => { if (!candidate) resolve() } })
    return pc.localDescription.sdp
  })
  const sdp = await answer(offer)
  const seconds = await sender.page.evaluate(async ({ sdp, bytes }) => {
    const channel = globalThis.bareChannel
    channel.bufferedAmountLowThreshold = 2 ** 19
    await globalThis.barePc.setRemoteDescription({ type: 'answer', sdp })
    if (channel.readyState !== 'open') await new Promise((resolve) => { channel.onopen = resolve })
    const chunk = new Uint8Array(65_536).fill(7)
    const begun = performance.now()
    const all = new Promise((resolve) => { channel.onmessage = resolve })
    for (let at = 0; at < bytes; at += chunk.length) {
      if (channel.bufferedAmount + chunk.length > 2 ** 20) {
        await new Promise((resolve) => { channel.onbufferedamountlow = resolve })
      }
      channel.send(chunk)
    }
    await all
    const took = (performance.now() - begun) / 1000
    globalThis.barePc.close()
    return took
  }, { sdp, bytes: bareMib * kMiB })
  await receiver.page.evaluate(async () => (await globalThis.bare).close())
  return { rate: bareMib / seconds }
}

/** Offers the file and accepts it; it stays paused until a leg lets it go on. */
async function begin(sender, receiver, file) {
  await sender.page.setInputFiles('#bench-file', file)
  for (const tab of [sender, receiver]) tab.watchMemory()
  await receiver.page.evaluate((place) => {
    globalThis.arrived = new Promise((resolve, reject) => {
      globalThis.room.addEventListener('file', ({ detail }) => {
        globalThis.incoming = detail
        detail.addEventListener('change', () => {
          if (detail.state === 'complete') resolve(detail.repaired)
          else if (detail.over) reject(new Error(`${detail.state} ${detail.cause}`))
        })
        detail.accept({ place }).catch(reject)
      }, { once: true })
    })
    globalThis.arrived.catch(() => {})
  }, options.memory ? 'memory' : 'auto')
  await sender.page.evaluate(async () => {
    globalThis.outgoing = await globalThis.room.files.offer(document.querySelector('#bench-file').files[0])
    globalThis.outgoing.pause()
  })
  await receiver.page.waitForFunction(() => globalThis.incoming?.state === 'paused')
}

/** Lets the transfer run until `share` of it is there: MiB/s of this leg. */
async function leg(sender, receiver, share) {
  const reached = receiver.page.evaluate((least) => new Promise((resolve, reject) => {
    const { incoming } = globalThis
    const from = incoming.bytes
    const begun = performance.now()
    const check = () => {
      if (incoming.over && incoming.state !== 'complete') reject(new Error(`${incoming.state} ${incoming.cause}`))
      if (least === 1 ? incoming.state !== 'complete' : incoming.bytes < least * incoming.size) return
      incoming.removeEventListener('change', check)
      resolve((incoming.bytes - from) / 2 ** 20 / ((performance.now() - begun) / 1000))
    }
    incoming.addEventListener('change', check)
  }), share)
  await sender.page.evaluate(() => globalThis.outgoing.resume())
  const rate = await reached
  if (share < 1) {
    await sender.page.evaluate(() => globalThis.outgoing.pause())
    await receiver.page.waitForFunction(() => globalThis.incoming.state === 'paused')
  }
  return { rate }
}

/** As a network that goes away for a moment. */
const cut = (tab) => tab.page.evaluate(() => { for (const pc of globalThis.connections) pc.close() })

/** What the receiver's person gets: the digest of the saved file. */
async function savedDigest(receiver) {
  const download = receiver.page.waitForEvent('download', { timeout: 0 })
  await receiver.page.evaluate(() => {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(globalThis.incoming.file)
    link.download = 'received.bin'
    link.click()
  })
  return digestOf(await (await download).path())
}

const { version } = ours.prepare(options)
const server = await start(ours, options, { database: path.join(folder, 'items.db'), env: { WEB_ROOT: path.resolve(options['web-root']) }, cores: [0, 1] })
const { file, digest } = await makeFile()
const [sender, receiver] = await Promise.all(['sender', 'receiver'].map((name) => startTab(folder, name, `http://127.0.0.1:${server.port}`)))
await sender.page.waitForFunction(() => [...globalThis.room.peers.values()].some(({ route }) => route === 'direct'))
const tabs = [sender, receiver]
const takeBare = () => withCpu(tabs, bareMib, () => bare(sender, receiver))
const bares = [await takeBare()]
const moved = []
await begin(sender, receiver, file)
for (let at = 1; at <= legs; ++at) {
  progress(`leg ${at} of ${legs}`)
  if (at <= cuts) setTimeout(() => void cut(tabs[at % 2]), kCutMs)
  moved.push(await withCpu(tabs, mib / legs, () => leg(sender, receiver, at / legs)))
  progress(`bare channel after leg ${at}`)
  bares.push(await takeBare())
}
progress()
const repaired = await receiver.page.evaluate(() => globalThis.arrived)
const memory = tabs.map((tab) => tab.memoryGrowth())
const equal = (await savedDigest(receiver)) === digest
for (const tab of [sender, receiver]) await tab.close()
await server.stop()

/** A leg beside the bare runs before and after it; `value` of both. */
const beside = (value) => summary(moved.map((run, at) => (2 * value(run)) / (value(bares[at]) + value(bares[at + 1]))))
const ratio = beside(({ rate }) => rate)
const cpuRatio = beside(({ cpu }) => 1 / cpu)
const result = {
  program: 'files', machine: { ...machine(), load }, warnings: warnings(load), version, chromium: sender.version, mib, cuts,
  legs: moved, bare: bares, ratio, cpuRatio, equal, repaired, memory: { sender: memory[0], receiver: memory[1] },
}
if (options.json) {
  console.log(JSON.stringify(result))
} else {
  const met = (yes) => (yes ? 'met' : 'not met')
  const range = ({ median: middle, min, max }, digits) => `${middle.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`
  const each = (runs, key) => range(summary(runs.map((run) => run[key])), 1)
  console.log(`${mib} MiB from one Chromium to another in ${legs} legs${cuts ? `, cut ${cuts} times` : ''}: ${each(moved, 'rate')} MiB/s, digest ${equal ? 'equal' : 'DIFFERENT'}`)
  console.log(`bare channel, ${bareMib} MiB between the legs: ${each(bares, 'rate')} MiB/s`)
  console.log(`processors of both browsers: ${each(moved, 'cpu')} ms a MiB, bare ${each(bares, 'cpu')}; bare / ours ${range(cpuRatio, 2)}`)
  console.log(`goal: at least ${kGoalRatio} times bare: ${met(ratio.median >= kGoalRatio)} (${range(ratio, 2)})`)
  console.log(`goal: at most ${kGoalMemory} MiB more in a tab: ${met(Math.max(...memory) <= kGoalMemory)} (sender ${memory[0].toFixed(0)}, receiver ${memory[1].toFixed(0)})`)
  console.log(`${version}, ${sender.version}; ${machine().cpu}, ${machine().cores} cores`)
  for (const each of result.warnings) console.log(`warning: ${each}`)
}
process.exit(equal ? 0 : 1)
