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
/** One run over `count` replicas: `pairs` of peers, each peer on another replica than its partner. */
async function overReplicas(count, pairs, window) {
  const first = await portsInARow(count)
  const replicas = []
  for (let i = 0; i < count; i++) {
    const database = path.join(folder, `${++bases}.db`)
    replicas.push(await start(ours, options, { database, env: { PORT: String(first + i), REDIS_URL: redis.url }, cores: [0, 1], port: first + i }))
  }
  const { stdout } = await run(spreadGenerator(options.references, count), ['--mode', 'relay', '--port', String(first), '--server-pid', String(replicas[0].pid),
    '--secs', secs, '--size', size, '--pairs', String(pairs), '--window', String(window)])
  for (const replica of replicas) await replica.stop()
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
const cases = [
  { title: 'One message at a time between two replicas: p50', value: 'p50', unit: 'us', window: 1, pairs: 1, goals: [{ against: 'redis_hop', most: 1.5 }] },
  { title: '256 messages on their way between two replicas', value: 'rate', unit: 'messages/s', window: 256, pairs: 64, each: 4, goals: [{ against: 'redis_hop', least: 0.6 }] },
]
const figures = []
try {
  for (const { title, value, unit, window, pairs, each = 1, goals } of cases) {
    const servers = [
      { ...prepared, name: '2 replicas', measure: () => overReplicas(2, pairs, each) },
      { name: 'redis_hop', version: 'hiredis', measure: () => bareHop(window) },
      { name: '3 replicas', version: prepared.version, measure: () => overReplicas(3, pairs, each) },
    ]
    const taken = await takeRounds(servers, options.runs, (server) => server.measure())
    figures.push({ title, unit, rows: rowsOf(servers, taken, value, [value === 'rate' ? 'p50' : 'rate']), goals })
  }
} finally {
  await redis.remove()
}
report('replicas', figures, { json: options.json, load, notes: ['generator, replicas and Redis share the cores of the machine'] })
