#!/usr/bin/env node
// From exec to the first 200 of /health, on an existing database of 10,000 items that the page cache holds; then the
// resident memory of the server half a second later.

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { copyDatabase, makeDatabase } from './lib/items_database.mjs'
import { machine } from './lib/machine.mjs'
import { number, readOptions } from './lib/options.mjs'
import { compile } from './lib/references.mjs'
import { report } from './lib/report.mjs'
import { rowsOf, takeRounds } from './lib/rounds.mjs'
import { freePort, launch, prepareServers } from './lib/servers.mjs'

const run = promisify(execFile)
const options = readOptions('usage: node bench/coldstart.mjs [options]', {
  items: { type: 'string', help: 'items in the database (10000)', fallback: '10000' },
})
const load = machine().load
const items = number('items', options.items)
const program = compile(options.references, 'coldstart.cpp')
const folder = mkdtempSync(path.join(os.tmpdir(), 'grtc-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const servers = prepareServers(options, ['fastapi'])
const templates = {}
for (const server of servers) {
  templates[server.name] = await makeDatabase(server, options, path.join(folder, `${server.name}.db`), items)
}
let count = 0
const taken = await takeRounds(servers, options.runs, async (server) => {
  const port = await freePort()
  const database = copyDatabase(templates[server.name], path.join(folder, `${++count}.db`))
  const { command, env } = launch(server, options, { port, database })
  const { stdout } = await run(program, [String(port), '/health', '--', ...command], { env })
  const result = JSON.parse(stdout.trim().split('\n').at(-1))
  return { ms: result.first_200_ms, mib: result.idle_rss_kb / 1024 }
})
const n = items.toLocaleString('en-US')
report('coldstart', [
  { title: `exec to the first 200 of /health, ${n} items`, unit: 'ms', rows: rowsOf(servers, taken, 'ms'), goals: [{ most: 20 }] },
  { title: `resident memory when idle, ${n} items`, unit: 'MiB', rows: rowsOf(servers, taken, 'mib'), goals: [{ most: 16 }] },
], { json: options.json, load })
