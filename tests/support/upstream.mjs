// The servers that gRTC stands in for, from their own packages, so that a table of what gRTC does can be held to them.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import path from 'node:path'
import { after, before } from 'node:test'
import { fileURLToPath } from 'node:url'
import { waitFor } from './server.mjs'

const kModules = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'node_modules')
const kPeer = `
  import { PeerServer } from ${JSON.stringify(path.join(kModules, 'peer', 'dist', 'module.mjs'))}
  PeerServer(JSON.parse(process.argv[1]))
`

async function freePort() {
  const probe = net.createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  await once(probe, 'close')
  return port
}

const accepts = (port) => new Promise((resolve) => {
  const socket = net.connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true) })
  socket.on('error', () => resolve(false))
})

/** A server for all tests of a `describe`, as sharedServer() is. `command(port)` gives the arguments of node. */
function shared(command) {
  const server = { port: 0, scheme: 'http', output: '', process: null }
  before(async () => {
    server.port = await freePort()
    const { args, env = {} } = command(server.port)
    server.process = spawn(process.execPath, args, { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const name of ['stdout', 'stderr']) server.process[name].on('data', (data) => (server.output += data))
    await waitFor(() => accepts(server.port), { what: () => `the other server to listen: ${server.output}` })
  })
  after(async () => {
    if (server.process.exitCode !== null || server.process.signalCode !== null) return
    server.process.kill('SIGKILL')
    await once(server.process, 'exit')
  })
  return server
}

/** The \`peer\` package. */
export function peerServer(options = {}) {
  return shared((port) => ({ args: ['--input-type=module', '-e', kPeer, JSON.stringify({ host: '127.0.0.1', port, path: '/', ...options })] }))
}

/** y-webrtc's own signalling server. */
export function yWebrtcServer() {
  return shared((port) => ({ args: [path.join(kModules, 'y-webrtc', 'bin', 'server.js')], env: { PORT: String(port) } }))
}
