// The library in Node with nothing added: its own WebSocket, which Node 22 has and 20 has behind a flag.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startServer } from '../support/server.mjs'

const run = promisify(execFile)
const kMajor = Number(process.versions.node.split('.')[0])
const flags = kMajor < 22 ? ['--experimental-websocket'] : []
const skip = kMajor < 20 ? `Node ${kMajor} has no WebSocket` : false
const library = (file) => JSON.stringify(new URL(`../../web/grtc-client/${file}`, import.meta.url).href)

/** Runs `code` as a module of its own; what it prints. */
async function node(code) {
  const { stdout } = await run(process.execPath, ['--no-warnings', ...flags, '--input-type=module', '-e', code], {
    timeout: 20_000, cwd: fileURLToPath(new URL('.', import.meta.url)),
  })
  return stdout.trim().split('\n')
}

test('Signalling alone: joins, hears, is heard, leaves, and the process ends by itself', { skip }, async (t) => {
  const server = await startServer(t)
  const lines = await node(`
    import { Signalling } from ${library('signalling.js')}
    const made = (name) => new Signalling('reunión', { url: '${server.url}', name })
    const ana = made('Ana')
    const ben = made('Ben')
    const welcomed = (one) => new Promise((resolve) => one.addEventListener('welcome', ({ detail }) => resolve(detail), { once: true }))
    const both = [welcomed(ana), welcomed(ben)]
    await Promise.all([ana.start(), ben.start()])
    await Promise.all(both)
    ben.addEventListener('frame', ({ detail }) => {
      if (detail.type !== 'move') return
      console.log(detail.from === ana.peerId, detail.x)
      ana.leave()
      ben.leave()
    })
    console.log(ana.send({ type: 'move', to: ben.peerId, x: 7 }) > 0)
  `)
  assert.deepEqual(lines, ['true', 'true 7'])
})

test('a room: messages by the iterator until an AbortSignal ends it', { skip }, async (t) => {
  const server = await startServer(t)
  const lines = await node(`
    import { join } from ${library('index.js')}
    const stop = new AbortController()
    const ana = await join('room', { url: '${server.url}', name: 'Ana' })
    const ben = await join('room', { url: '${server.url}', name: 'Ben', signal: stop.signal })
    while (ana.peers.size < 1) await new Promise((resolve) => ana.addEventListener('peerjoined', resolve, { once: true }))
    await ana.send({ text: 'one' })
    await ana.send({ text: 'two' })
    for await (const { name, text, via } of ben.messages()) {
      console.log(name, text, via)
      if (text === 'two') stop.abort()
    }
    console.log(ben.state, ben.reason)
    await ana.leave()
  `)
  assert.deepEqual(lines, ['Ana one server', 'Ana two server', 'closed aborted'])
})
