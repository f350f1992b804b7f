#!/usr/bin/env node
// What the server pays for a relayed message, beside the reference relays in one run.
//   node bench/relay.mjs              64 pairs, window 1, 300 bytes: CPU a message
//   node bench/relay.mjs --fanout     one room, broadcasts to 100 and to 1,000: CPU a delivery
//   node bench/relay.mjs --threads    two I/O threads beside one
//   node bench/relay.mjs --busy       one message at a time, with BUSY_POLL_US=100 and without: p50

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
const kRelays = ['epoll', 'epoll-simdjson', 'asio', 'beast', 'ws', 'fastapi']
/** With fewer cores the generators take the time of the second thread. */
const kCoresForThreads = 4

const options = readOptions('usage: node bench/relay.mjs [--fanout | --threads | --busy] [options]', {
  fanout: { type: 'boolean', help: 'broadcasts to 100 and to 1,000 instead of pairs' },
  threads: { type: 'boolean', help: 'two I/O threads beside one instead of references' },
  busy: { type: 'boolean', help: 'one message at a time, with BUSY_POLL_US=100 beside 0, instead of references' },
  secs: { type: 'string', help: 'seconds that each run measures (4)', fallback: '4' },
  pairs: { type: 'string', help: 'pairs of peers (64)', fallback: '64' },
  window: { type: 'string', help: 'messages on their way in each pair (1)', fallback: '1' },
  size: { type: 'string', help: 'bytes of a message (300)', fallback: '300' },
})
const load = machine().load
const secs = String(number('secs', options.secs))
const pairs = number('pairs', options.pairs)
const window = number('window', options.window)
const size = number('size', options.size, 250)
const folder = mkdtempSync(path.join(os.tmpdir(), 'grtc-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

let count = 0
const place = () => ({ database: path.join(folder, `${++count}.db`) })

/** One JSON line of wsload against `server`. */
async function wsload(program, server, args, cores = kGeneratorCore) {
  const [command, ...rest] = onCores(cores, [program, '--port', String(server.port), '--server-pid', String(server.pid),
    '--secs', secs, '--size', String(size), ...args])
  return JSON.parse((await run(command, rest)).stdout)
}

function cost(result) {
  return { value: 1e6 / result.per_srv_cpu_s, 'per s': result.rate, 'p50 us': result.p50_us, 'server CPU': result.srv_cpu }
}

async function measure(servers, args) {
  const program = generator(options.references)
  return interleave(servers, options.runs, async (server) => {
    const up = await start(server, options, place())
    const result = await wsload(program, up, args)
    await up.stop()
    return cost(result)
  })
}

const pairArgs = ['--mode', 'relay', '--pairs', String(pairs), '--window', String(window)]

async function relay() {
  const rows = await measure(prepareServers(options, kRelays), pairArgs)
  const title = `Relay of ${size}-byte messages, ${pairs} pairs, window ${window}, one I/O thread: server CPU a message`
  return [{ title, unit: 'us', rows, goals: [{ against: 'epoll', most: 1.2 }] }]
}

async function fanout() {
  const servers = prepareServers(options, kRelays)
  const figures = []
  for (const receivers of [100, 1000]) {
    // wsload counts the sender among the peers.
    const rows = await measure(servers, ['--mode', 'fanout', '--peers', String(receivers + 1), '--window', String(window)])
    const title = `Fan-out of ${size}-byte messages to ${receivers.toLocaleString('en-US')}, one I/O thread: server CPU a delivery`
    figures.push({ title, unit: 'us', rows, goals: [{ against: 'epoll', most: 1.2 }] })
  }
  return figures
}

/** One thread and two, on as many cores, each time under two generators, so that these are not what is measured. */
async function threads() {
  const programs = [generator(options.references), generator(options.references, 'second')]
  const [ours] = prepareServers({ ...options, against: [] }, [])
  const roomy = os.cpus().length >= kCoresForThreads
  const servers = [2, 1].map((n) => ({ ...ours, name: n === 1 ? 'one thread' : 'two threads', threads: n }))
  const rows = await interleave(servers, options.runs, async (server) => {
    const cores = server.threads === 2 ? [0, 1] : [0]
    const up = await start(server, options, { ...place(), env: { THREADS: String(server.threads) }, cores })
    const results = await Promise.all(programs.map((program, i) => wsload(program, up, pairArgs, roomy ? [2 + i] : [0, 1])))
    await up.stop()
    const rate = results.reduce((sum, result) => sum + result.rate, 0)
    const cpu = Math.max(...results.map((result) => result.srv_cpu))
    return { value: rate, 'us a message': (1e6 * cpu) / rate, 'server CPU': cpu }
  })
  const title = `Two I/O threads beside one, two generators of ${pairs} pairs at window ${window}: messages a second`
  return [{ title, unit: 'messages/s', rows, goals: roomy ? [{ against: 'one thread', least: 1.6 }] : [] }]
}

/** What a message costs in time where the next one waits for it, as in a game; wsload's latency is there and back. */
async function busy() {
  const program = generator(options.references)
  const [ours] = prepareServers({ ...options, against: [] }, [])
  const servers = ['100', '0'].map((longest) => ({ ...ours, name: `BUSY_POLL_US=${longest}`, longest }))
  const rows = await interleave(servers, options.runs, async (server) => {
    const up = await start(server, options, { ...place(), env: { BUSY_POLL_US: server.longest } })
    const result = await wsload(program, up, ['--mode', 'relay', '--pairs', '1', '--window', '1'])
    await up.stop()
    return { value: result.p50_us / 2, 'per s': result.rate, 'server CPU': result.srv_cpu }
  })
  return [{ title: `One message of ${size} bytes at a time: p50`, unit: 'us', rows, goals: [{ against: 'BUSY_POLL_US=0', most: 1 }] }]
}

const notes = options.threads && os.cpus().length < kCoresForThreads
  ? [`two threads and their generators need ${kCoresForThreads} cores: here the rates say nothing, the CPU a message does: what two threads cost each other`]
  : []
const take = options.threads ? threads : options.fanout ? fanout : options.busy ? busy : relay
const figures = await take()
report('relay', figures, { json: options.json, notes, load })
