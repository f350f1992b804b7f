// A real coturn for a test, with the secret that gRTC signs its credentials with, and a road to it that can lose packets.

import { spawn, spawnSync } from 'node:child_process'
import dgram from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { waitFor } from './server.mjs'

export const kTurnSecret = 'a-secret-of-tests-only'
const kAnswerMs = 200
export const hasTurn = () => spawnSync('turnserver', ['--version']).error === undefined

/** Starts one on a free port of the loopback interface; it ends with the test context `t`. Resolves to its port and how to end it. */
export async function startTurn(t) {
  const port = await freeUdpPort()
  const folder = mkdtempSync(path.join(tmpdir(), 'grtc-turn-'))
  let output = ''
  const child = spawn('turnserver', [
    '-n', '--no-cli', '--no-tls', '--no-dtls', '--use-auth-secret', `--static-auth-secret=${kTurnSecret}`, '--realm=test', '--fingerprint',
    '--listening-ip=127.0.0.1', '--relay-ip=127.0.0.1', `--listening-port=${port}`, '--min-port=40000', '--max-port=48000',
    '--allow-loopback-peers', '--log-file=stdout', '--simple-log', `--pidfile=${path.join(folder, 'pid')}`, `--userdb=${path.join(folder, 'db')}`,
  ], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => { output = (output + chunk).slice(-100_000) })
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    rmSync(folder, { recursive: true, force: true })
  }
  t?.after(stop)
  await waitFor(() => child.exitCode !== null || answers(port), { what: () => `coturn:\n${output}` })
  return { port, url: `turn:127.0.0.1:${port}?transport=udp`, stop, output: () => output }
}

/** Whether a STUN server there answers a binding request (RFC 8489 §6). */
async function answers(port) {
  const socket = dgram.createSocket('udp4')
  const request = Buffer.alloc(20)
  request.writeUInt16BE(0x0001, 0)
  request.writeUInt32BE(0x2112a442, 4)
  socket.send(request, port, '127.0.0.1')
  const answer = await once(socket, 'message', { signal: AbortSignal.timeout(kAnswerMs) }).catch(() => null)
  socket.close()
  return answer !== null
}

async function freeUdpPort() {
  const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  return port
}

/** Hands datagrams on to `127.0.0.1:port` and back, and loses some of them in both directions. */
export class LossyRoad {
  /** Part of the packets that get lost, 0 to 1. */
  loss = 0
  #server = dgram.createSocket('udp4')
  #port
  #roads = new Map()

  static async start(t, port) {
    const road = new LossyRoad()
    road.#port = port
    road.#server.on('message', (data, { port: from, address }) => road.#out(data, from, address)).bind(0, '127.0.0.1')
    await once(road.#server, 'listening')
    t?.after(() => road.stop())
    return road
  }

  get url() { return `turn:127.0.0.1:${this.#server.address().port}?transport=udp` }

  stop() {
    this.#server.close()
    for (const socket of this.#roads.values()) socket.close()
    this.#roads.clear()
  }

  #out(data, port, address) {
    const key = `${address}:${port}`
    let socket = this.#roads.get(key)
    if (!socket) {
      socket = dgram.createSocket('udp4').on('message', (back) => { if (Math.random() >= this.loss) this.#server.send(back, port, address) })
      this.#roads.set(key, socket)
    }
    if (Math.random() >= this.loss) socket.send(data, this.#port, '127.0.0.1')
  }
}
