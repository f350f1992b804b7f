#!/usr/bin/env node
// What a connection costs that does nothing: its memory in the server, and the CPU of its joining.
//   node bench/idle.mjs               10,000 connections in rooms of two

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { kGeneratorCore, machine, onCores } from './lib/machine.mjs'
import { number, readOptions } from './lib/options.mjs'
import { generator } from './lib/references.mjs'
import { report } from './lib/report.mjs'
import { interleave } from './lib/rounds.mjs'
import { prepareServers, start } from './lib/servers.mjs'

const run = promisify(execFile)
const kServers = ['epoll', 'asio', 'beast', 'ws', 'fastapi']

const options = readOptions('usage: node bench/idle.mjs [options]', {
  conns: { type: 'string', help: 'connections (10000)', fallback: '10000' },
  secs: { type: 'string', help: 'seconds of rest before the memory is read (2)', fallback: '2' },
})
const load = machine().load
const conns = number('conns', options.conns)
const program = generator(options.references)
const folder = mkdtempSync(path.join(os.tmpdir(), 'grtc-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

let count = 0
/** A fresh server for each run: one that has had its connections keeps some of their memory for the next ones. */
async function wsload(server, args) {
  const up = await start(server, options, { database: path.join(folder, `${++count}.db`) })
  const [command, ...rest] = onCores(kGeneratorCore, [program, '--port', String(up.port), '--server-pid', String(up.pid),
    '--conns', String(conns), ...args])
  const result = JSON.parse((await run(command, rest)).stdout)
  await up.stop()
  return result
}

const servers = prepareServers(options, kServers)
const memory = await interleave(servers, options.runs, async (server) => {
  const result = await wsload(server, ['--mode', 'idle', '--secs', options.secs])
  return { value: result.rss_per_conn, 'resident MiB': result.rss1_kb / 1024 }
})
const joins = await interleave(servers, options.runs, async (server) => {
  const result = await wsload(server, ['--mode', 'storm'])
  return { value: 1e6 / result.conns_per_srv_cpu_s, 'joins/s': result.conns_s }
})
const n = conns.toLocaleString('en-US')
report('idle', [
  { title: `${n} idle joined connections: user memory of each`, unit: 'bytes', rows: memory, goals: [{ most: 3072 }] },
  { title: `${n} joins, 128 at a time: server CPU of each`, unit: 'us', rows: joins, goals: [{ against: 'epoll', most: 1.5 }] },
], { json: options.json, load })
