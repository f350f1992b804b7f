#!/usr/bin/env node
// What the clients of other protocols cost, beside their own servers in one run.
//   node bench/compat.mjs    PeerJS: CPU of a relayed message and memory of an idle connection, beside the `peer` package;
//                            y-webrtc: what is delivered in a topic of 30 peers, with and without directed delivery

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { cpuSeconds, kGeneratorCore, machine, onCores, residentBytes } from './lib/machine.mjs'
import { fail, number, readOptions } from './lib/options.mjs'
import { peerPackage } from './lib/peer_package.mjs'
import { progress } from './lib/progress.mjs'
import { report } from './lib/report.mjs'
import { interleave } from './lib/rounds.mjs'
import { ours, start } from './lib/servers.mjs'
import { closeAll, openAll } from './lib/sockets.mjs'

const execute = promisify(execFile)

const options = readOptions('usage: node bench/compat.mjs [options]', {
  pairs: { type: 'string', help: 'pairs of PeerJS clients (64)', fallback: '64' },
  rate: { type: 'string', help: 'their messages a second, of all together (30000)', fallback: '30000' },
  secs: { type: 'string', help: 'seconds that each run measures (4)', fallback: '4' },
  conns: { type: 'string', help: 'idle connections (3000)', fallback: '3000' },
  peers: { type: 'string', help: 'y-webrtc peers of the topic (30)', fallback: '30' },
})
const load = machine().load
const pairs = number('pairs', options.pairs)
const rate = number('rate', options.rate)
const secs = number('secs', options.secs)
const conns = number('conns', options.conns)
const peers = number('peers', options.peers, 2)
const folder = mkdtempSync(path.join(os.tmpdir(), 'grtc-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
let count = 0
const env = { PEERJS_MAX_PEERS: '100000' }
const run = (server, more = {}) => start(server, options, { database: path.join(folder, `${++count}.db`), env: { ...env, ...more } })

function prepared(server) {
  const { version, why } = server.prepare(options)
  if (!version) fail(`${server.name} needs: ${why}`)
  return { ...server, version }
}
const servers = [prepared({ ...ours, ready: '/health' }), prepared(peerPackage)]

// ---- PeerJS ------------------------------------------------------------------------------------------------------

const peerUrl = (port) => (n) => `ws://127.0.0.1:${port}/peerjs?key=peerjs&id=p${n}&token=t${n}&version=1.5.5`
const isOpen = (socket) => once(socket, 'message')  // OPEN

/** Pairs that write to each other at one rate, from `grtc bench` of the measured binary: a generator in Node would leave
 *  both servers waiting for it, and then a message costs what a wake-up costs. */
async function relay(server) {
  const up = await run(server)
  const before = cpuSeconds(up.pid)
  const [command, ...args] = onCores(kGeneratorCore, [options.grtc, 'bench', '--url', `http://127.0.0.1:${up.port}`, '--protocol', 'peerjs', '--rooms', String(pairs),
    '--peers', '2', '--rate', String(rate), '--secs', String(secs), '--json'])
  const result = JSON.parse((await execute(command, args)).stdout)
  const cpu = cpuSeconds(up.pid) - before
  await up.stop()
  for (const warning of result.warnings) console.error(`bench: ${server.name}: ${warning}`)
  return { value: (1e6 * cpu) / result.delivered, 'per s': result.per_second, 'p99 us': result.latency_us.p99 }
}

async function idle(server) {
  const up = await run(server)
  closeAll(await openAll(50, peerUrl(up.port), isOpen))  // what the first connections cost once
  await pause(1000)
  const before = residentBytes(up.pid)
  const sockets = await openAll(conns, (n) => peerUrl(up.port)(n + 1000), isOpen)
  await pause(2000)
  const value = (residentBytes(up.pid) - before) / conns
  closeAll(sockets)
  await up.stop()
  return { value }
}

// ---- y-webrtc ----------------------------------------------------------------------------------------------------

/** Every peer joins, announces itself and shakes hands with each that it hears of: an offer and an answer, two candidates
 *  from either side. Counts what the server delivers. */
async function topic(server) {
  const up = await run(server, { YJS_DIRECTED: server.directed })
  let delivered = 0
  const sockets = await openAll(peers, () => `ws://127.0.0.1:${up.port}/y-webrtc`)
  sockets.forEach((socket, n) => {
    const publish = (data) => socket.send(JSON.stringify({ type: 'publish', topic: 'document', data: { ...data, from: `peer-${n}` } }))
    const signal = (to, type) => publish({ to, type: 'signal', signal: { type, sdp: 'v=0 '.repeat(50) } })
    const met = new Set()
    socket.on('message', (text) => {
      ++delivered
      const { data } = JSON.parse(text)
      if (data.from === `peer-${n}` || (data.to && data.to !== `peer-${n}`)) return
      if (data.type === 'announce' && !met.has(data.from)) {
        met.add(data.from)
        for (const type of ['offer', 'candidate', 'candidate']) signal(data.from, type)
      } else if (data.signal?.type === 'offer') {
        met.add(data.from)
        for (const type of ['answer', 'candidate', 'candidate']) signal(data.from, type)
      }
    })
  })
  const announce = (n) => sockets[n].send(JSON.stringify({ type: 'publish', topic: 'document', data: { type: 'announce', from: `peer-${n}` } }))
  const before = cpuSeconds(up.pid)
  for (let n = 0; n < peers; n++) {
    sockets[n].send(JSON.stringify({ type: 'subscribe', topics: ['document'] }))
    announce(n)
  }
  for (let last = -1; last !== delivered;) {
    last = delivered
    await pause(500)
  }
  const cpu = cpuSeconds(up.pid) - before
  closeAll(sockets)
  await up.stop()
  return { value: delivered, 'server CPU ms': cpu * 1000 }
}

const relayRows = await interleave(servers, options.runs, relay)
const idleRows = await interleave(servers, options.runs, idle)
const yjs = ['on', 'off'].map((directed) => ({ ...servers[0], name: directed === 'on' ? 'directed' : 'broadcast', directed }))
const topicRows = await interleave(yjs, options.runs, topic)
progress()
report('compat', [
  { title: `PeerJS, ${pairs} pairs, ${rate.toLocaleString('en-US')} messages a second of 300 bytes: server CPU of each`, unit: 'us', rows: relayRows, goals: [{ against: 'peer', most: 0.5 }] },
  { title: `PeerJS, ${conns.toLocaleString('en-US')} idle connections: memory of each`, unit: 'bytes', rows: idleRows, goals: [{ against: 'peer', most: 0.5 }] },
  { title: `y-webrtc, ${peers} peers in one topic, each pair's handshake: frames delivered`, unit: 'frames', rows: topicRows },
], { json: options.json, load })
