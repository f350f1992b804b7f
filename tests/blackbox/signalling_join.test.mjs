import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import WebSocket from 'ws'
import { get } from '../support/http.mjs'
import { join, open, roomOf } from '../support/peer.mjs'
import { OP, RawWs, frame } from '../support/raw_ws.mjs'
import { fresh, sharedServer } from '../support/suite.mjs'

const kTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

describe('Joining a room', { concurrency: true }, () => {
  const server = sharedServer({ env: { STUN_URLS: 'stun:stun.example:3478' } })

  it('greets with a welcome that has every documented member', async () => {
    const room = fresh()
    const alice = await join(server, room, { peer: 'alice' })
    const { welcome } = alice
    assert.equal(welcome.type, 'welcome')
    assert.equal(welcome.room, room)
    assert.equal(welcome.peer_id, 'alice')
    assert.equal(typeof welcome.session, 'string')
    assert.ok(welcome.session.length >= 16, 'a resume token that nobody guesses')
    assert.equal(welcome.resumed, false)
    assert.equal(welcome.received, 0)
    assert.equal(typeof welcome.seq, 'string')
    assert.ok(welcome.seq.length <= 40)
    assert.equal(welcome.resume_window_s, 15)
    assert.equal(welcome.heartbeat_s, 20)
    assert.equal(welcome.max_message_bytes, 65536)
    assert.deepEqual(welcome.peers, [])
    const ice = (await get(server, '/api/ice-servers')).json
    assert.deepEqual(welcome.ice_servers, ice.ice_servers)
    assert.deepEqual(welcome.ice_servers, [{ urls: ['stun:stun.example:3478'] }])
    assert.equal(typeof welcome.server.name, 'string')
    assert.equal(welcome.server.version, (await get(server, '/health')).json.version)
    assert.equal(typeof welcome.server.instance, 'string')
    assert.deepEqual(Object.keys(welcome).sort(), ['heartbeat_s', 'ice_servers', 'max_message_bytes', 'peer_id', 'peers',
      'received', 'resume_window_s', 'resumed', 'room', 'seq', 'server', 'session', 'type'])
    await alice.leave()
  })

  it('lists the peers already there, without oneself, and tells them of the newcomer', async () => {
    const room = fresh()
    const { alice, bob } = await roomOf(server, room, ['alice', 'bob'], { name: 'Ana María' })
    const carol = await join(server, room, { peer: 'carol', name: 'Carol' })
    assert.deepEqual(carol.welcome.peers.map((peer) => peer.peer_id).sort(), ['alice', 'bob'])
    for (const peer of carol.welcome.peers) {
      assert.deepEqual(Object.keys(peer).sort(), ['connected', 'joined_at', 'meta', 'name', 'peer_id'])
      assert.equal(peer.name, 'Ana María')
      assert.equal(peer.connected, true)
      assert.match(peer.joined_at, kTime)
      assert.ok(Math.abs(Date.parse(peer.joined_at) - Date.now()) < 60_000)
    }
    for (const other of [alice, bob]) {
      const joined = await other.expect('peer-joined')
      assert.equal(typeof joined.seq, 'string')
      assert.deepEqual(Object.keys(joined.peer).sort(), ['connected', 'joined_at', 'meta', 'name', 'peer_id'])
      assert.equal(joined.peer.peer_id, 'carol')
      assert.equal(joined.peer.name, 'Carol')
      assert.equal(joined.peer.connected, true)
      assert.match(joined.peer.joined_at, kTime)
    }
    assert.deepEqual(await carol.settled(), [], 'nobody hears of their own join')
  })

  it('gives a peer object the same members whether or not a name was given', async () => {
    const room = fresh()
    await join(server, room, { peer: 'alice' })
    const bob = await join(server, room, { peer: 'bob' })
    assert.deepEqual(Object.keys(bob.welcome.peers[0]).sort(), ['connected', 'joined_at', 'meta', 'name', 'peer_id'])
    assert.deepEqual(bob.welcome.peers[0].meta ?? {}, {})
  })

  it('makes a peer id when none is given: URL-safe, at least 96 random bits, never the same', async () => {
    const room = fresh()
    const ids = new Set()
    for (let i = 0; i < 20; i++) {
      const peer = await join(server, room)
      assert.match(peer.id, /^[A-Za-z0-9._~-]{16,128}$/)
      ids.add(peer.id)
    }
    assert.equal(ids.size, 20)
  })

  it('echoes the subprotocol grtc.v1 when offered and serves a client that offers none', async () => {
    const offered = await open(server, fresh(), { peer: 'a' })
    assert.equal(offered.ws.response.headers['sec-websocket-protocol'], 'grtc.v1')
    const among = await open(server, fresh(), { peer: 'a', protocol: 'chat, grtc.v1' })
    assert.equal(among.ws.response.headers['sec-websocket-protocol'], 'grtc.v1')
    const none = await open(server, fresh(), { peer: 'a', protocol: null })
    assert.equal(none.ws.response.headers['sec-websocket-protocol'], undefined)
    await none.expect('welcome')
  })

  it('does not echo a subprotocol that it does not speak', async () => {
    const ws = await RawWs.open({ port: server.port, path: `/ws/${fresh()}`, headers: { 'Sec-WebSocket-Protocol': 'mqtt' } })
    assert.equal(ws.response.headers['sec-websocket-protocol'], undefined)
    assert.equal(JSON.parse(await ws.nextText()).type, 'welcome')
  })

  it('declines permessage-deflate', async () => {
    const peer = await open(server, fresh(), { headers: { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' } })
    assert.equal(peer.ws.response.headers['sec-websocket-extensions'], undefined)
    await peer.expect('welcome')
  })

  it('answers the handshake with 101, Upgrade and Connection whatever the case of the request headers', async () => {
    const ws = await RawWs.open({ port: server.port, path: `/ws/${fresh()}`,
      headers: { Upgrade: 'WebSocket', Connection: 'keep-alive, uPgrade' } })
    assert.match(ws.response.headers.upgrade, /^websocket$/i)
    assert.match(ws.response.headers.connection, /^upgrade$/i)
    await ws.nextText()
  })

  it('serves the plain client that people have, as it stands', async () => {
    const client = new WebSocket(`ws://localhost:${server.port}/ws/${fresh()}?peer_id=test`, { family: 4 })
    const first = await new Promise((resolve, reject) => {
      client.once('message', (data) => resolve(JSON.parse(data.toString())))
      client.once('error', reject)
    })
    assert.equal(first.type, 'welcome')
    assert.equal(first.peer_id, 'test')
    client.close(1000)
    const code = await new Promise((resolve) => client.once('close', resolve))
    assert.equal(code, 1000)
  })

  it('takes frames that arrive in the same packet as the upgrade request', async () => {
    const ws = await RawWs.open({ port: server.port, path: `/ws/${fresh()}`, early: frame(OP.text, '{"type":"ping","id":5}') })
    assert.equal(JSON.parse(await ws.nextText()).type, 'welcome')
    const pong = JSON.parse(await ws.nextText())
    assert.equal(pong.type, 'pong')
    assert.equal(pong.id, 5)
  })

  const accepted = [
    ['a word of another language', 'reunión'],
    ['an emoji', '🦊 den'],
    ['inner white space', 'two words'],
    ['a slash-free punctuation zoo', `!"$%&'()*+,-.:;<=>@[]^_\`{|}~`],
    ['one byte', 'x'],
    ['128 bytes', 'x'.repeat(128)],
    ['128 bytes in 64 characters', 'ñ'.repeat(64)],
    ['a dot', '.'],
    ['two dots', '..'],
    ['a plus that stays a plus in the path', 'a+b'],
  ]
  for (const [what, name] of accepted) {
    it(`accepts ${what} as room and as peer id`, async () => {
      const peer = await join(server, name, { peer: name })
      assert.equal(peer.welcome.room, name)
      assert.equal(peer.welcome.peer_id, name)
      await peer.leave()
    })
  }

  it('takes percent-encoded and raw spellings of one name as one room', async () => {
    const base = fresh()
    const alice = await join(server, `${base}-ab`, { peer: 'alice' })
    const bob = await join(server, `${base}-ab`, { path: `/ws/${base}-%61%62?peer_id=%62ob`, peer: 'bob' })
    assert.equal(bob.welcome.room, `${base}-ab`)
    assert.equal(bob.id, 'bob')
    await alice.expect('peer-joined')
  })

  it('takes the display name with slashes, question marks and 128 bytes', async () => {
    for (const name of ['A/C ? #1 \\o/', 'ü'.repeat(64)]) {
      const room = fresh()
      const alice = await join(server, room, { peer: 'alice' })
      await join(server, room, { peer: 'bob', name })
      assert.equal((await alice.expect('peer-joined')).peer.name, name)
    }
  })

  it('ignores query members that it does not know', async () => {
    const peer = await join(server, fresh(), { peer: 'alice', raw: 'utm_source=mail&flag&=' })
    assert.equal(peer.id, 'alice')
  })

  it('keeps rooms apart: equal peer ids in two rooms never meet', async () => {
    const [one, two] = [fresh(), fresh()]
    const here = await roomOf(server, one, ['alice', 'bob'])
    const there = await roomOf(server, two, ['alice', 'bob'])
    here.alice.send({ type: 'message', text: 'only here' })
    assert.equal((await here.bob.expect('message')).text, 'only here')
    here.alice.send({ type: 'message', to: 'bob', text: 'and here' })
    assert.equal((await here.bob.expect('message')).text, 'and here')
    await here.alice.flushed()
    assert.deepEqual(await there.bob.settled(), [])
    assert.deepEqual(await there.alice.settled(), [])
  })

  it('takes back a room name once everyone has left, as a new room', async () => {
    const room = fresh()
    const alice = await join(server, room, { peer: 'alice' })
    await alice.leave()
    const again = await join(server, room, { peer: 'alice' })
    assert.equal(again.welcome.resumed, false)
    assert.deepEqual(again.welcome.peers, [])
    assert.notEqual(again.session, alice.session)
  })
})
