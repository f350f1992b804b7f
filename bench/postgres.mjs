#!/usr/bin/env node
// Items on PostgreSQL over HTTP, beside pgbench on the same server, tables, clients and durability (fsync on, synchronous
// commit): what is left of the database's own speed behind a REST call, its checks, change log and live feed.

import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Postgres, noPostgres } from '../tests/support/postgres.mjs'
import { firstLine, machine } from './lib/machine.mjs'
import { fail, number, readOptions } from './lib/options.mjs'
import { report } from './lib/report.mjs'
import { rowsOf, takeRounds } from './lib/rounds.mjs'
import { ours, start } from './lib/servers.mjs'

const run = promisify(execFile)
const kWrk = '/usr/bin/wrk'
const kPgbench = '/usr/lib/postgresql/15/bin/pgbench'
const kScript = path.join(path.dirname(fileURLToPath(import.meta.url)), 'items.lua')
/** What pgbench sends: the row that a POST makes, and the row that a GET reads; neither log, nor lock, nor HTTP. */
const kStatements = {
  post: "INSERT INTO grtc.items(id,name,description,data,version,created_at,updated_at) VALUES(nextval('bench'),'item 1','written while it is measured','{}',1,1,1);",
  get: '\\set id random(1, :items)\nSELECT id,name,description,data,version,created_at,updated_at FROM grtc.items WHERE id=:id;',
}
const kCalls = {
  post: { clients: 64, title: 'POST of an item from 64 clients' },
  get: { clients: 16, title: 'GET of an item by id, 16 clients' },
}

const options = readOptions('usage: node bench/postgres.mjs [options]', {
  only: { type: 'string', help: `one of ${Object.keys(kCalls).join(', ')}` },
  secs: { type: 'string', help: 'seconds of each run (4)', fallback: '4' },
  items: { type: 'string', help: 'items in the database (10000)', fallback: '10000' },
})
if (!existsSync(kWrk)) fail('no wrk: apt-get install wrk')
if (noPostgres) fail(noPostgres)
if (options.only && !kCalls[options.only]) fail(`--only: one of ${Object.keys(kCalls).join(', ')}`)
const load = machine().load
const secs = number('secs', options.secs)
const items = number('items', options.items)
const folder = mkdtempSync(path.join(os.tmpdir(), 'grtc-bench-'))
const postgres = await Postgres.start({ durable: true })
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** A database with our tables and `items` rows, as a server makes it. */
async function database() {
  const url = postgres.createDatabase()
  const up = await start(ours, options, { database: path.join(folder, 'unused.db'), env: { DATABASE_URL: url } })
  await up.stop()
  postgres.query(url, `INSERT INTO grtc.items(id,name,description,data,version,created_at,updated_at)
    SELECT n,'item '||n,'made before','{}',1,1,1 FROM generate_series(1,${items}) n;
    UPDATE grtc.store SET next_item=${items + 1},total=${items}; CREATE SEQUENCE bench START 1000000000; VACUUM ANALYZE grtc.items`.replaceAll('\n', ' ').split('VACUUM')[0])
  postgres.query(url, 'VACUUM ANALYZE grtc.items')
  return url
}

async function measureOurs(kind, url) {
  const up = await start(ours, options, { database: path.join(folder, 'unused.db'), env: { DATABASE_URL: url }, cores: [0, 1] })
  const call = (seconds) => run(kWrk, ['-t1', `-c${kCalls[kind].clients}`, `-d${seconds}s`, '--timeout', '20s', '-s', kScript, `http://127.0.0.1:${up.port}`, '--', kind, String(items)])
  await call(1)
  const result = JSON.parse((await call(secs)).stdout.trim().split('\n').at(-1))
  await up.stop()
  if (result.refused || result.broken) fail(`grtc, ${kind}: ${result.refused} refused, ${result.broken} broken requests`)
  return { rate: (result.requests * 1e6) / result.us, 'p50 ms': result.p50_us / 1e3 }
}

async function measurePgbench(kind, url) {
  const script = path.join(folder, `${kind}.sql`)
  writeFileSync(script, kStatements[kind])
  const call = (seconds) => run(kPgbench, ['-n', '-M', 'prepared', '-c', String(kCalls[kind].clients), '-j', '1', '-T', String(seconds), '-D', `items=${items}`, '-f', script, url])
  await call(1)
  const { stdout } = await call(secs)
  const rate = Number(/tps = ([\d.]+)/.exec(stdout)?.[1])
  return { rate, 'p50 ms': Number(/latency average = ([\d.]+)/.exec(stdout)?.[1]) }
}

const servers = [{ ...ours, ...ours.prepare(options), measure: measureOurs }, { name: 'pgbench', version: firstLine(kPgbench, ['--version']), measure: measurePgbench }]
const figures = []
try {
  for (const kind of options.only ? [options.only] : Object.keys(kCalls)) {
    const taken = await takeRounds(servers, options.runs, async (server) => server.measure(kind, await database()))
    figures.push({ title: kCalls[kind].title, unit: 'a second', rows: rowsOf(servers, taken, 'rate', ['p50 ms']), goals: [{ against: 'pgbench', least: 0.7 }] })
  }
} finally {
  await postgres.stop()
}
report('postgres', figures, { json: options.json, load, notes: ["pgbench's latency is the mean; all share the machine's cores: generator, server and PostgreSQL"] })
