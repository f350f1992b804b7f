#!/usr/bin/env node
// What the clients of other protocols cost, beside their own servers in one run.
//   node bench/compat.mjs    PeerJS: CPU of a relayed message and memory of an idle connection, beside the `peer` package;
//                            y-webrtc: what is delivered in a topic of 30 peers, with and without directed delivery

import { mkdtempSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { cpuSeconds, machine, residentBytes } from './lib/machine.mjs'
import { fail, number, readOptions } from './lib/options.mjs'
import { peerPackage } from './lib/peer_package.mjs'
import { progress } from './lib/progress.mjs'
import { report } from './lib/report.mjs'
import { interleave } from './lib/rounds.mjs'
import { ours, start } from './lib/servers.mjs'
import { closeAll, openAll } from './lib/sockets.mjs'

const options = readOptions('usage: node bench/compat.mjs [options]', {
  pairs: { type: 'string', help: 'pairs of PeerJS clients (32)', fallback: '32' },
  secs: { type: 'string', help: 'seconds that each run measures (4)', fallback: '4' },
  conns: { type: 'string', help: 'idle connections (3000)', fallback: '3000' },
  peers: { type: 'string', help: 'y-webrtc peers of the topic (30)', fallback: '30' },
})
const load = machine().load
const pairs = number('pairs', options.pairs)
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

/** Pairs that answer each other's ANSWER without pause, one message on its way in each. */
async function relay(server) {
  const up = await run(server)
  const sockets = await openAll(2 * pairs, peerUrl(up.port), isOpen)
  const frames = sockets.map((_, n) => JSON.stringify({ type: 'ANSWER', payload: { sdp: 'v=0 '.repeat(50), type: 'data', connectionId: 'dc_0123456789' }, dst: `p${n ^ 1}` }))
  let relayed = 0
  sockets.forEach((socket, n) => socket.on('message', () => { ++relayed; socket.send(frames[n]) }))
  for (let n = 0; n < sockets.length; n += 2) sockets[n].send(frames[n])
  await pause(500)
  const before = { cpu: cpuSeconds(up.pid), relayed }
  await pause(secs * 1000)
  const after = { cpu: cpuSeconds(up.pid), relayed }
  closeAll(sockets)
  await up.stop()
  const messages = after.relayed - before.relayed
  return { value: (1e6 * (after.cpu - before.cpu)) / messages, 'per s': messages / secs }
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
  { title: `PeerJS, ${pairs} pairs at window 1, 270-byte messages: server CPU of each`, unit: 'us', rows: relayRows, goals: [{ against: 'peer', most: 0.5 }] },
  { title: `PeerJS, ${conns.toLocaleString('en-US')} idle connections: memory of each`, unit: 'bytes', rows: idleRows, goals: [{ against: 'peer', most: 0.5 }] },
  { title: `y-webrtc, ${peers} peers in one topic, each pair's handshake: frames delivered`, unit: 'frames', rows: topicRows },
], { json: options.json, load })
