// Which of the other protocols are open, to whom, and what stops the start.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { run, serve } from '../support/command.mjs'
import { knock, peer, subscriber, topics, turnedAway } from '../support/compat.mjs'
import { get, metrics } from '../support/http.mjs'
import { inSeconds, jwt } from '../support/jwt.mjs'
import { UpgradeRefused } from '../support/raw_ws.mjs'
import { startServer } from '../support/server.mjs'
import { fresh } from '../support/suite.mjs'

const kSecret = 'a-long-enough-room-secret-0123456789'
const token = (claims) => jwt({ exp: inSeconds(60), ...claims }, kSecret)
const notThere = (error) => error instanceof UpgradeRefused && error.status === 404

describe('COMPAT', { concurrency: 2 }, () => {
  it('opens all by default, and the start says so', async (t) => {
    const server = await startServer(t)
    await peer(server, 'a')
    await subscriber(server, '/y-webrtc', ['t'])
    await subscriber(server, '/trystero', ['t'])
    assert.match(server.output, /peerjs at \/, y-webrtc at \/y-webrtc, trystero at \/trystero" need_token=false/)
  })

  it('opens those that it names', async (t) => {
    const server = await startServer(t, { env: { COMPAT: 'y-webrtc', ROOM_TOKEN_SECRET: kSecret } })
    assert.match(server.output, /protocols="y-webrtc at \/y-webrtc" need_token=true/)
    await topics(server, '/y-webrtc')
    await assert.rejects(topics(server, '/trystero'), notThere)
    await assert.rejects(knock(server, { id: 'a', token: 't' }), notThere)
    assert.equal((await get(server, '/peerjs/id')).status, 404)
    assert.equal((await get(server, '/api/rooms?protocol=peerjs')).status, 422)
  })

  it('empty opens none', async (t) => {
    const server = await startServer(t, { env: { COMPAT: '' } })
    for (const path of ['/y-webrtc', '/trystero', '/peerjs']) await assert.rejects(topics(server, path), notThere, path)
    assert.ok(!server.output.includes('other protocols'))
  })

  it('counts connections, messages and drops by protocol', async (t) => {
    const server = await startServer(t, { env: { PEERJS_EXPIRE_TIMEOUT_S: '1' } })
    const value = async (name, labels) => (await metrics(server)).find((m) => m.name === name && Object.entries(labels).every(([key, is]) => m.labels[key] === is))?.value
    const alice = await peer(server, 'alice')
    alice.send({ type: 'OFFER', dst: 'nobody' }).send('{')
    assert.equal((await alice.next()).type, 'EXPIRE')
    await subscriber(server, '/y-webrtc', ['t'])
    assert.equal(await value('grtc_connections', { protocol: 'peerjs' }), 1)
    assert.equal(await value('grtc_connections', { protocol: 'y-webrtc' }), 1)
    assert.equal(await value('grtc_connections', { protocol: 'trystero' }), 0)
    assert.equal(await value('grtc_messages_total', { protocol: 'peerjs', direction: 'in' }), 2)
    assert.equal(await value('grtc_messages_total', { protocol: 'y-webrtc', direction: 'out' }), 1)
    assert.equal(await value('grtc_drops_total', { protocol: 'peerjs', reason: 'bad-frame' }), 1)
    assert.equal(await value('grtc_drops_total', { protocol: 'peerjs', reason: 'undelivered' }), 1)
  })

  it('PeerJS takes a room token as its token', async (t) => {
    const server = await startServer(t, { env: { ROOM_TOKEN_SECRET: kSecret, PEERJS_KEY: 'peerjs,other' } })
    await peer(server, 'a', { token: token({ room: 'peerjs/peerjs' }) })
    await peer(server, 'b', { token: token({ room: '*', sub: 'b' }) })
    for (const bad of ['t', token({ room: 'peerjs' }), token({ room: 'peerjs/other' }), token({ room: '*', sub: 'somebody' }), token({ room: '*', exp: inSeconds(-60) })]) {
      const { frame, code } = await turnedAway(server, { id: fresh('id'), token: bad })
      assert.deepEqual(frame, { type: 'ERROR', payload: { msg: 'Invalid token provided' } })
      assert.equal(code, 4401)
    }
  })

  it('grtc token makes their tokens', async (t) => {
    const env = { ROOM_TOKEN_SECRET: kSecret }
    const server = await startServer(t, { env })
    const made = async (...args) => (await run(['token', ...args], { env })).stdout.trim()
    await peer(server, 'ana', { token: await made('--room', 'peerjs/peerjs', '--peer', 'ana') })
    await subscriber(server, '/y-webrtc', ['a document'], { token: await made('--room', 'yjs/a document') })
    for (const room of ['yjs/', 'other/x']) assert.equal((await run(['token', '--room', room], { env })).code, 2)
  })

  it('MAX_CONNECTIONS_PER_IP counts them all', async (t) => {
    const server = await startServer(t, { env: { MAX_CONNECTIONS_PER_IP: '2' } })
    await peer(server, 'a')
    await topics(server, '/y-webrtc')
    await assert.rejects(topics(server, '/trystero'), (error) => error instanceof UpgradeRefused && error.status === 503)
  })
})

describe('A setting of the other protocols that can\'t be meant stops the start', { concurrency: 2 }, () => {
  const rows = {
    COMPAT: { 'socket.io': /peerjs, y-webrtc and trystero/ },
    COMPAT_ORIGINS: { 'app.example': /origins/ },
    PEERJS_PATH: { peerjs: /path/, '/a//b': /path/, '/a b': /path/, '/..': /path/, '/api': /\/api/, '/ws/x': /\/ws/, '/static/': /\/static/, '/health': /\/health/, '/y-webrtc': /y-webrtc/, '/r': /\/r/ },
    PEERJS_KEY: { 'a/b': /names/, api: /\/api/, 'good,metrics': /\/metrics/, static: /\/static/, ws: /\/ws/, trystero: /trystero/ },
    PEERJS_EXPIRE_TIMEOUT_S: { 0: /1 to 60/, 61: /1 to 60/ },
    PEERJS_ALIVE_TIMEOUT_S: { 9: /10 to 600/ },
    PEERJS_MAX_PEERS: { 0: /whole number/ },
    PEERJS_DISCOVERY: { yes: /on or off/ },
    YJS_DIRECTED: { 1: /on or off/ },
  }
  for (const [name, values] of Object.entries(rows)) {
    for (const [value, says] of Object.entries(values)) {
      it(`${name}=${value}`, async () => {
        const { code, lines } = await serve({ [name]: value })
        assert.equal(code, 2, lines.join('\n'))
        assert.equal(lines.length, 1, lines.join('\n'))
        assert.ok(lines[0].includes(`${name}=`), lines[0])
        assert.match(lines[0], says)
      })
    }
  }

  it('but a key of any name is fine below a path of its own', async (t) => {
    const server = await startServer(t, { env: { PEERJS_PATH: '/peer', PEERJS_KEY: 'api' } })
    assert.equal((await get(server, '/peer/api/id')).status, 200)
  })
})
