#!/usr/bin/env node
// Messages between two replicas that share a Redis, beside the bare hop (PUBLISH on one connection, the message on another
// one that has subscribed): what order, resume and presence over replicas cost.

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { Redis } from '../tests/support/redis.mjs'
import { machine } from './lib/machine.mjs'
import { number, readOptions } from './lib/options.mjs'
import { compile, spreadGenerator } from './lib/references.mjs'
import { report } from './lib/report.mjs'
import { rowsOf, takeRounds } from './lib/rounds.mjs'
import { ours, start } from './lib/servers.mjs'
import { canHold, holdTo } from './lib/share.mjs'

const run = promisify(execFile)

const options = readOptions('usage: node bench/replicas.mjs [options]', {
  secs: { type: 'string', help: 'seconds of each run (3)', fallback: '3' },
  size: { type: 'string', help: 'bytes of a message (300)', fallback: '300' },
})
const load = machine().load
const secs = String(number('secs', options.secs))
const size = String(number('size', options.size, 250))
const folder = mkdtempSync(path.join(os.tmpdir(), 'grtc-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const redis = new Redis()
await redis.start()

/** `count` free ports in a row. */
async function portsInARow(count) {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 10_000)
    const free = await Promise.all(Array.from({ length: count }, (_, i) => new Promise((resolve) => {
      const probe = net.createServer().once('error', () => resolve(false)).listen(first + i, '127.0.0.1', () => probe.close(() => resolve(true)))
    })))
    if (free.every(Boolean)) return first
  }
}

let bases = 0
/** One run over `count` replicas: `pairs` of peers, each peer on another replica than its partner. `cores`: what each replica may use. */
async function overReplicas(count, pairs, window, cores = 0) {
  const first = await portsInARow(count)
  const replicas = []
  for (let i = 0; i < count; i++) {
    const database = path.join(folder, `${++bases}.db`)
    replicas.push(await start(ours, options, { database, env: { PORT: String(first + i), REDIS_URL: redis.url }, cores: [0, 1], port: first + i }))
  }
  const held = cores > 0 ? replicas.map(({ pid }) => holdTo(pid, cores)) : []
  const { stdout } = await run(spreadGenerator(options.references, count), ['--mode', 'relay', '--port', String(first), '--server-pid', String(replicas[0].pid),
    '--secs', secs, '--size', size, '--pairs', String(pairs), '--window', String(window)])
  for (const replica of replicas) await replica.stop()
  for (const release of held) release()
  const result = JSON.parse(stdout)
  // wsload's latency is there and back.
  return { rate: result.rate, p50: result.p50_us / 2 }
}

async function bareHop(window) {
  const { stdout } = await run(compile(options.references, 'redis_hop.cpp', { flags: ['-lhiredis'] }), [String(redis.port), secs, size])
  const line = stdout.trim().split('\n').map((text) => JSON.parse(text)).find((one) => one.window === window)
  return { rate: line.msgs_per_s, p50: line.p50_us }
}

const prepared = { ...ours, ...ours.prepare(options) }
/** The bare hop has its 256 messages on one channel. The more rooms they are in, the fewer are told together. */
const inRooms = (pairs) => ({
  title: `256 messages on their way between two replicas, in ${pairs === 1 ? 'one room' : `${pairs} rooms`}`, value: 'rate', unit: 'messages/s', window: 256,
  pairs, each: 256 / pairs, goals: [{ against: 'redis_hop', least: 0.6 }],
})
const cases = [
  { title: 'One message at a time between two replicas: p50', value: 'p50', unit: 'us', window: 1, pairs: 1, goals: [{ against: 'redis_hop', most: 1.5 }] },
  ...[1, 2, 8, 64].map(inRooms),
]
/** What replicas are run for: to carry more than one. Each is held to a part of a core too, as if on a machine of its own: on the
 *  cores that are here, three replicas have no more processor than one. */
const kMore = { pairs: 64, each: 16, cores: 0.2 }

/** @param {number} cores  what each replica may use; 0: all */
async function threeBesideOne(where, cores, goals) {
  const servers = [3, 1].map((count) => ({
    ...prepared, name: count === 1 ? '1 replica' : `${count} replicas`, measure: () => overReplicas(count, kMore.pairs, kMore.each, cores),
  }))
  const taken = await takeRounds(servers, options.runs, (server) => server.measure())
  return { title: `1,024 messages on their way, over three replicas and over one, ${where}`, unit: 'messages/s', rows: rowsOf(servers, taken, 'rate', ['p50']), goals }
}

const figures = []
try {
  for (const { title, value, unit, window, pairs, each = 1, goals } of cases) {
    const servers = [
      { ...prepared, name: '2 replicas', measure: () => overReplicas(2, pairs, each) },
      { name: 'redis_hop', version: 'hiredis', measure: () => bareHop(window) },
    ]
    const taken = await takeRounds(servers, options.runs, (server) => server.measure())
    figures.push({ title, unit, rows: rowsOf(servers, taken, value, [value === 'rate' ? 'p50' : 'rate']), goals })
  }
  if (canHold()) figures.push(await threeBesideOne('a fifth of a core each', kMore.cores, [{ against: '1 replica', least: 1 }]))
  figures.push(await threeBesideOne('all on the cores that are here', 0))
} finally {
  await redis.remove()
}
const notes = ['generator, replicas and Redis share the cores of the machine']
if (!canHold()) notes.push('no replica was held to a part of a core: that needs control groups and root')
report('replicas', figures, { json: options.json, load, notes })
