// Starts Debian's real coturn for a test, on free ports of this machine, and ends it.

import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { waitFor } from './server.mjs'

export const kSecret = 'north-north-north'

const kProgram = '/usr/bin/turnserver'
/** Why there is no coturn here, or nothing. */
export const noCoturn = existsSync(kProgram) ? false : `${kProgram} is not installed (./dev setup)`

/** A TCP port that nobody listens at. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** coturn with the lines of docs/ice-servers.md that matter here. `lines` are added, and take the place of those of the same name;
 *  `without` names lines that are left out.
 *  @returns {Promise<{port: number, tlsPort: number, folder: string, output: () => string, stop: () => Promise<void>}>} */
export async function startCoturn(t, { address = '127.0.0.1', relay = address, secret = kSecret, env = {}, without = [], lines = ['allow-loopback-peers'] } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'grtc-coturn-'))
  const [port, tlsPort] = [await freePort(), await freePort()]
  // Relay ports are UDP and coturn's own choice: a range for each test, under those that the system gives away by itself (32768 and up).
  const first = 20_000 + (port % 600) * 20
  const base = [
    'use-auth-secret', `static-auth-secret=${secret}`, 'realm=grtc.test', 'fingerprint', `listening-ip=${address}`, `relay-ip=${relay}`,
    `listening-port=${port}`, `tls-listening-port=${tlsPort}`, `min-port=${first}`, `max-port=${first + 19}`,
    'no-multicast-peers', 'no-tcp-relay', 'no-cli', 'no-dtls', 'log-file=stdout', 'simple-log', 'verbose',
    `pidfile=${folder}/pid`, `userdb=${folder}/turndb`,
  ]
  const given = new Set([...without, ...lines.map((line) => line.split('=')[0])])
  const config = [...base.filter((line) => !given.has(line.split('=')[0])), ...lines]
  writeFileSync(path.join(folder, 'turnserver.conf'), `${config.join('\n')}\n`)
  let output = ''
  const child = spawn(kProgram, ['-c', path.join(folder, 'turnserver.conf')], {
    cwd: folder, env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise((resolve) => { child.once('exit', resolve) })
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk) => { output = (output + chunk).slice(-100_000) })
  const stop = async () => {
    child.kill('SIGKILL')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  t.after(stop)
  // The last of its start lines: the relay threads are there.
  await waitFor(() => /Total auth threads|IO method \(admin thread\)/.test(output) || child.exitCode !== null,
    { what: () => `coturn to start:\n${output}` })
  if (child.exitCode !== null) throw new Error(`coturn ended:\n${output}`)
  return { port, tlsPort, folder, output: () => output, stop }
}
