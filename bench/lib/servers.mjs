// Starts the servers that are measured, ours and the references, each in a clean environment, and ends them.

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { fail } from './options.mjs'
import { firstLine, kServerCore, onCores } from './machine.mjs'
import { kReferences } from './references.mjs'

const kStartMs = 20_000
const kStopMs = 5_000
const kHost = '127.0.0.1'

/** gRTC as it is measured: no rate limits, one I/O thread unless `env` says otherwise; all else by default. */
export const ours = {
  name: 'grtc',
  prepare({ grtc }) {
    if (!existsSync(grtc)) fail(`no ${grtc}: ./dev build release`)
    // Two builds of one version are told apart by their bytes; a checkout may have moved on since the build.
    const digest = createHash('sha256').update(readFileSync(grtc)).digest('hex').slice(0, 12)
    return { version: `${firstLine(grtc, ['version'])} (binary sha256 ${digest})` }
  },
  command: ({ grtc }) => [grtc, 'serve'],
  env: ({ port, database }) => ({
    HOST: kHost, PORT: String(port), DATABASE_PATH: database, THREADS: '1', LOG_LEVEL: 'warning', DRAIN_SECONDS: '0',
    MESSAGE_RATE: '0', JOIN_RATE: '0', MAX_CONNECTIONS: '200000', MAX_PEERS_PER_ROOM: '10000',
  }),
}

/** Ours, then the references of `names` that can run here (or those of --against), built and with their versions. */
export function prepareServers(options, names) {
  const chosen = options.against ?? names
  const unknown = chosen.filter((name) => !kReferences[name])
  if (unknown.length > 0) fail(`--against: no ${unknown.join(', ')}; there are ${Object.keys(kReferences).join(', ')}`)
  const prepared = []
  for (const server of [ours, ...chosen.map((name) => kReferences[name])]) {
    const { version, why } = server.prepare(options)
    if (version) prepared.push({ ...server, version })
    else console.error(`bench: ${server.name} is left out, it needs: ${why}`)
  }
  return prepared
}

export async function freePort() {
  const probe = net.createServer().listen(0, kHost)
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  await once(probe, 'close')
  return port
}

function answers(port, path = '/health') {
  return new Promise((resolve) => {
    const request = http.get({ host: kHost, port, path, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.on('error', () => resolve(false))
  })
}

const running = new Set()
process.on('exit', () => { for (const child of running) child.kill('SIGKILL') })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130))

/** Command and environment of `server` as it is started everywhere. `env` comes on top. */
export function launch(server, options, { port, database, env = {} }) {
  const where = { ...options, port, database }
  const { PATH, HOME, LANG } = process.env
  return { command: server.command(where), env: { PATH, HOME, LANG, ...server.env?.(where), ...env } }
}

/** Starts `server` on its core and waits for its first 200. */
export async function start(server, options, { database = '', env = {}, cores = kServerCore, port: given } = {}) {
  const port = given ?? (await freePort())
  const made = launch(server, options, { port, database, env })
  const [program, ...args] = onCores(cores, made.command)
  const child = spawn(program, args, { env: made.env, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => { output = (output + bytes).slice(-4000) })
  child.on('exit', () => running.delete(child))
  const deadline = Date.now() + kStartMs
  while (!(await answers(port, server.ready))) {
    if (child.exitCode !== null) fail(`${server.name} ended with ${child.exitCode}:\n${output}`)
    if (Date.now() > deadline) fail(`${server.name} did not answer within ${kStartMs / 1000} s:\n${output}`)
    await pause(20)
  }
  return {
    port,
    pid: child.pid,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) fail(`${server.name} ended while it was measured:\n${output}`)
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), kStopMs)
      await ended
      clearTimeout(late)
    },
  }
}
