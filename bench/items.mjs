#!/usr/bin/env node
// Items over HTTP beside the FastAPI server: durable POST, GET by id, a list of 20, on a database of 10,000 items.
// `fastapi` runs with SQLite's synchronous=NORMAL, its default, with which the last answers may be lost when the machine
// stops; `fastapi-full` with FULL, where an answer is durable as ours is.

import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { copyDatabase, makeDatabase } from './lib/items_database.mjs'
import { cpuSeconds, firstLine, kGeneratorCore, machine, onCores } from './lib/machine.mjs'
import { fail, number, readOptions } from './lib/options.mjs'
import { report } from './lib/report.mjs'
import { rowsOf, takeRounds } from './lib/rounds.mjs'
import { prepareServers, start } from './lib/servers.mjs'

const run = promisify(execFile)
const kWrk = '/usr/bin/wrk'
const kScript = path.join(path.dirname(fileURLToPath(import.meta.url)), 'items.lua')
const kCalls = {
  post: { clients: 64, title: 'POST of an item from 64 clients', against: 'fastapi-full' },
  get: { clients: 16, title: 'GET of an item by id, 16 clients', against: 'fastapi' },
  list: { clients: 16, title: 'GET of a list of 20 items, 16 clients', against: 'fastapi' },
}

const options = readOptions('usage: node bench/items.mjs [options]', {
  only: { type: 'string', help: `one of ${Object.keys(kCalls).join(', ')}` },
  secs: { type: 'string', help: 'seconds of each run (4)', fallback: '4' },
  items: { type: 'string', help: 'items in the database (10000)', fallback: '10000' },
  folder: { type: 'string', help: 'where the databases are (a temporary folder); its disk decides about POST', fallback: os.tmpdir() },
})
if (!existsSync(kWrk)) fail('no wrk: apt-get install wrk')
if (options.only && !kCalls[options.only]) fail(`--only: one of ${Object.keys(kCalls).join(', ')}`)
const load = machine().load
const secs = number('secs', options.secs)
const items = number('items', options.items)
const folder = mkdtempSync(path.join(options.folder, 'grtc-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

async function wrk(server, port, seconds, kind) {
  const [command, ...args] = onCores(kGeneratorCore, [kWrk, '-t1', `-c${kCalls[kind].clients}`, `-d${seconds}s`, '--timeout', '20s', '-s', kScript,
    `http://127.0.0.1:${port}`, '--', kind, String(items)])
  const result = JSON.parse((await run(command, args)).stdout.trim().split('\n').at(-1))
  if (result.refused || result.broken) fail(`${server.name}, ${kind}: ${result.refused} refused, ${result.broken} broken requests`)
  return result
}

/** The write path of both needs no such database, but has it: an index of 10,000 costs what it costs. */
async function measure(server, kind, database) {
  const up = await start(server, options, { database })
  await wrk(server, up.port, 1, kind)
  const before = cpuSeconds(up.pid)
  const result = await wrk(server, up.port, secs, kind)
  const cpu = cpuSeconds(up.pid) - before
  await up.stop()
  return { rate: (result.requests * 1e6) / result.us, cost: (cpu * 1e6) / result.requests, 'p50 ms': result.p50_us / 1e3, 'p99 ms': result.p99_us / 1e3 }
}

const kinds = options.only ? [options.only] : Object.keys(kCalls)
const servers = prepareServers(options, ['fastapi', 'fastapi-full'])
const templates = {}
for (const server of servers) {
  templates[server.name] = await makeDatabase(server, options, path.join(folder, `${server.name}.db`), items)
}
let count = 0
const figures = []
for (const kind of kinds) {
  const taking = servers.filter(({ name }) => kind === 'post' || name !== 'fastapi-full')
  const taken = await takeRounds(taking, options.runs, (server) =>
    measure(server, kind, copyDatabase(templates[server.name], path.join(folder, `${++count}.db`))))
  const { title, against } = kCalls[kind]
  const rates = rowsOf(taking, taken, 'rate', ['p50 ms', 'p99 ms'])
  figures.push({ title, unit: 'requests/s', rows: rates, goals: [{ against, least: 10 }] })
  // What the rate would be where neither the generator nor the disk is waited for.
  figures.push({ title: `${title}: server CPU of each`, unit: 'us', rows: rowsOf(taking, taken, 'cost') })
}
const notes = [`generator: ${firstLine(kWrk, ['--version'])}, one thread on a core of its own`]
report('items', figures, { json: options.json, notes, load })
