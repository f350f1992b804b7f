// Where gRTC does better by PeerJS clients than their own server, and what it bounds.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { knock, peer, turnedAway } from '../support/compat.mjs'
import { assertProblem, get, request } from '../support/http.mjs'
import { UpgradeRefused } from '../support/raw_ws.mjs'
import { freeze, startServer } from '../support/server.mjs'
import { fresh, sharedServer } from '../support/suite.mjs'

const kError = (msg) => ({ type: 'ERROR', payload: { msg } })

describe('PeerJS ids', { concurrency: true }, () => {
  const server = sharedServer({ env: { THREADS: '2', PEERJS_EXPIRE_TIMEOUT_S: '2' } })

  it('the same token gets its id from the old socket, which is closed with 4410, and what waited', async () => {
    const id = fresh('id')
    const old = await peer(server, id)
    const other = await peer(server, fresh('other'))
    const again = await peer(server, id)
    await old.ws.expectClose(4410)
    other.send({ type: 'OFFER', dst: id, payload: 1 })
    assert.equal((await again.next()).payload, 1)
    again.send({ type: 'OFFER', dst: id, payload: 'self' })
    assert.equal((await again.next()).payload, 'self')
  })

  it('another token gets the id within 2 s when the holder is dead, and messages for it', async () => {
    const id = fresh('id')
    const dead = await peer(server, id, { autoPong: false })
    const start = performance.now()
    const newcomer = await peer(server, id, { token: 'reloaded', timeout: 4000 })
    const took = performance.now() - start
    assert.ok(took > 1500 && took < 3000, `${took} ms`)
    await dead.ws.expectClose(4408)
    const other = await peer(server, fresh('other'))
    other.send({ type: 'OFFER', dst: id, payload: 1 })
    assert.equal((await newcomer.next()).payload, 1)
  })

  it('another token is ID-TAKEN at once, 4409, when the holder answers', async () => {
    const id = fresh('id')
    const holder = await peer(server, id)
    const start = performance.now()
    const { frame, code } = await turnedAway(server, { id, token: 'other' })
    assert.equal(frame.type, 'ID-TAKEN')
    assert.equal(code, 4409)
    assert.ok(performance.now() - start < 1500)
    assert.deepEqual(await holder.settled(), [])
  })

  it('a holder whose socket broke holds nothing: another token is let in, and gets what came meanwhile', async () => {
    const id = fresh('id')
    const holder = await peer(server, id)
    const other = await peer(server, fresh('other'))
    await holder.ws.cut()
    other.send({ type: 'OFFER', dst: id, payload: 'meanwhile' })
    await other.settled()
    const reloaded = await peer(server, id, { token: 'reloaded' })
    assert.equal((await reloaded.next()).payload, 'meanwhile')
  })

  it('each message waits for its own time', async () => {
    const [a, b] = [fresh('a'), fresh('b')]
    const alice = await peer(server, a)
    alice.send({ type: 'CANDIDATE', dst: b, payload: 'early' })
    await new Promise((resolve) => setTimeout(resolve, 1500)) // waits: for the first message to be older than the second
    alice.send({ type: 'CANDIDATE', dst: b, payload: 'late' })
    await alice.expect({ type: 'EXPIRE', src: b, dst: a }, 4000)
    const bob = await peer(server, b)
    assert.equal((await bob.next()).payload, 'late')
  })

  it('LEAVE without a receiver unregisters and closes with 1000', async () => {
    const id = fresh('id')
    const client = await peer(server, id)
    client.send({ type: 'LEAVE' })
    await client.ws.expectClose(1000)
    await peer(server, id, { token: 'other' })
  })

  it('a trailing slash is fine', async () => {
    const client = await knock(server, { path: `/peerjs/?key=peerjs&id=${fresh('id')}&token=t` })
    await client.expect({ type: 'OPEN' })
  })

  it('refusals have codes: 4400 for what is missing, 4401 for the key and a token that is too long', async () => {
    assert.equal((await turnedAway(server, { raw: 'key=peerjs' })).code, 4400)
    assert.equal((await turnedAway(server, { id: fresh('id'), token: 't', key: 'x' })).code, 4401)
    assert.equal((await turnedAway(server, { id: 'a/b', token: 't' })).code, 4400)
    const { frame, code } = await turnedAway(server, { id: fresh('id'), token: 'x'.repeat(2049) })
    assert.deepEqual(frame, kError('Invalid token provided'))
    assert.equal(code, 4401)
    const longest = await knock(server, { id: fresh('id'), token: 'x'.repeat(2048) })
    await longest.expect({ type: 'OPEN' })
  })

  it('HTTP: another key 404, another method 405, no upgrade 426, a preflight 204 with the methods', async () => {
    const headers = { Origin: 'https://app.example' }
    assertProblem(await get(server, '/other/id', { headers }), 404)
    assertProblem(await request(server, 'POST', '/peerjs/id', { headers }), 405)
    assertProblem(await get(server, '/peerjs', { headers }), 426)
    const preflight = await request(server, 'OPTIONS', '/peerjs/id', { headers: { ...headers, 'Access-Control-Request-Method': 'GET' } })
    assert.equal(preflight.status, 204)
    assert.match(preflight.headers['access-control-allow-methods'], /GET/)
    for (const [path, method] of [['/other/id', 'GET'], ['/peerjs/id', 'POST'], ['/peerjs', 'GET'], ['/peerjs/id', 'OPTIONS']]) {
      const answer = await request(server, method, path, { headers })
      assert.equal(answer.headers['access-control-allow-origin'], 'https://app.example', `${method} ${path}`)
      assert.match(answer.headers.vary, /Origin/)
    }
    const id = await get(server, '/peerjs/id')
    assert.match(id.headers['content-type'], /^text\/plain/)
    assert.equal(id.headers['cache-control'], 'no-store')
    assertProblem(await get(server, '/api/rooms', { headers: { ...headers, 'X-Forwarded-For': '203.0.113.7' } }), 403)
    assert.equal((await get(server, '/health', { headers })).headers['access-control-allow-origin'], undefined, 'only these paths')
  })

  it('past 128 messages for one absent id the sender gets EXPIRE at once', async () => {
    const [a, b] = [fresh('a'), fresh('b')]
    const alice = await peer(server, a)
    for (let n = 0; n < 130; n++) alice.send({ type: 'CANDIDATE', dst: b, payload: n })
    // They wait on another I/O thread than hers: a ping would overtake what it answers.
    for (let n = 128; n < 130; n++) await alice.expect({ type: 'EXPIRE', src: b, dst: a })
    const bob = await peer(server, b)
    for (let n = 0; n < 128; n++) assert.equal((await bob.next()).payload, n)
    assert.deepEqual([...await alice.settled(), ...await bob.settled()], [])
  })

  it('past 256 KiB likewise', async () => {
    const [a, b] = [fresh('a'), fresh('b')]
    const alice = await peer(server, a)
    for (let n = 0; n < 5; n++) alice.send({ type: 'OFFER', dst: b, payload: 'x'.repeat(60_000) })
    await alice.expect({ type: 'EXPIRE', src: b, dst: a })
    const bob = await peer(server, b)
    for (let n = 0; n < 4; n++) assert.equal((await bob.next()).type, 'OFFER')
    assert.deepEqual(await bob.settled(), [])
  })

  it('past 512 messages of one sender likewise, wherever they wait', async () => {
    const alice = await peer(server, fresh('a'))
    const absent = Array.from({ length: 6 }, () => fresh('absent'))
    for (let n = 0; n < 520; n++) alice.send({ type: 'CANDIDATE', dst: absent[n % 6], payload: n })
    const expired = []
    while (expired.length < 8) expired.push(await alice.next(4000))
    assert.ok(expired.every(({ type }) => type === 'EXPIRE'))
  })
})

describe('PeerJS settings', { concurrency: 2 }, () => {
  it('keys are separate worlds', async (t) => {
    const server = await startServer(t, { env: { PEERJS_KEY: 'one,two', PEERJS_DISCOVERY: 'on', THREADS: '2', ADMIN_TOKEN: 'admin' } })
    const [first, second] = [await peer(server, 'same', { key: 'one' }), await peer(server, 'same', { key: 'two', token: 'other' })]
    await peer(server, 'extra', { key: 'two' })
    first.send({ type: 'OFFER', dst: 'same', payload: 1 })
    await first.expect({ type: 'OFFER', src: 'same', dst: 'same', payload: 1 })
    assert.deepEqual(await second.settled(), [])
    assert.deepEqual((await get(server, '/one/peers')).json, ['same'])
    assert.deepEqual((await get(server, '/two/peers')).json, ['extra', 'same'])
    assert.equal((await turnedAway(server, { id: 'x', token: 't' })).code, 4401)
    const { json } = await get(server, '/api/rooms?protocol=peerjs', { headers: { Authorization: 'Bearer admin' } })
    assert.deepEqual(json.rooms, [{ room: 'peerjs/one', peers: 1, connected: 1 }, { room: 'peerjs/two', peers: 2, connected: 2 }])
  })

  it('PEERJS_PATH moves everything, and says what is there', async (t) => {
    const server = await startServer(t, { env: { PEERJS_PATH: '/mount/peer' } })
    const client = await peer(server, 'a', { base: '/mount/peer/' })
    assert.deepEqual(await client.settled(), [])
    assert.equal((await get(server, '/mount/peer/peerjs/id')).status, 200)
    const about = await get(server, '/mount/peer/')
    assert.deepEqual(Object.keys(about.json), ['name', 'description', 'website'])
    assert.equal((await get(server, '/peerjs/id')).status, 404)
    assert.equal((await get(server, '/')).headers['content-type'].split(';')[0], 'text/html')
  })

  it('PEERJS_MAX_PEERS of a key, 4413, over all threads; the same client may come back', async (t) => {
    const server = await startServer(t, { env: { PEERJS_MAX_PEERS: '3', THREADS: '2' } })
    const first = await peer(server, 'a')
    await peer(server, 'b')
    await peer(server, 'c')
    const { frame, code } = await turnedAway(server, { id: 'd', token: 't' })
    assert.deepEqual(frame, kError('Server has reached its concurrent user limit'))
    assert.equal(code, 4413)
    await peer(server, 'a')
    await first.ws.expectClose(4410)
    assert.equal((await turnedAway(server, { id: 'd', token: 't' })).code, 4413)
  })

  it('the ids of a key are for who has the admin token, where discovery is off', async (t) => {
    const server = await startServer(t, { env: { ADMIN_TOKEN: 'admin-token' } })
    await peer(server, 'a"b')
    assert.deepEqual((await get(server, '/peerjs/peers', { headers: { Authorization: 'Bearer admin-token' } })).json, ['a"b'])
    assert.equal((await get(server, '/peerjs/peers', { headers: { Authorization: 'Bearer wrong' } })).status, 401)
  })

  it('an administrator removes a client: 4403', async (t) => {
    const server = await startServer(t, { env: { ADMIN_TOKEN: 'admin-token', THREADS: '2' } })
    const headers = { Authorization: 'Bearer admin-token' }
    const client = await peer(server, 'a b')
    const key = '/api/rooms/peerjs%2Fpeerjs'
    assert.deepEqual((await get(server, key, { headers })).json, { room: 'peerjs/peerjs', peers: [{ peer_id: 'a b', connected: true }] })
    assertProblem(await request(server, 'DELETE', `${key}/peers/nobody`, { headers }), 404)
    assert.equal((await request(server, 'DELETE', `${key}/peers/a%20b`, { headers })).status, 204)
    await client.ws.expectClose(4403)
    assertProblem(await get(server, '/api/rooms/peerjs%2Fother', { headers }), 404)
    assertProblem(await get(server, '/api/rooms/other%2Fx', { headers }), 404)
    assertProblem(await get(server, '/api/rooms?protocol=smtp', { headers }), 422, { field: 'protocol' })
  })

  it('who shows no life for PEERJS_ALIVE_TIMEOUT_S is dropped, who sends only heartbeats or only pongs is not', { timeout: 40_000 }, async (t) => {
    const server = await startServer(t, { env: { PEERJS_ALIVE_TIMEOUT_S: '10' } })
    const [dead, chatty, silent] = [await peer(server, 'dead', { autoPong: false }), await peer(server, 'chatty', { autoPong: false }), await peer(server, 'silent')]
    const beat = setInterval(() => chatty.send({ type: 'HEARTBEAT' }), 2000)
    t.after(() => clearInterval(beat))
    const start = performance.now()
    await dead.ws.expectClose(4408, 20_000)
    const took = performance.now() - start
    assert.ok(took > 9000 && took < 16_000, `${took} ms`)
    silent.send({ type: 'OFFER', dst: 'chatty', payload: 'there?' })
    assert.equal((await chatty.next()).payload, 'there?')
    chatty.send({ type: 'OFFER', dst: 'silent', payload: 'yes' })
    assert.equal((await silent.next()).payload, 'yes')
  })

  it('what is said to one whose socket broke, before the server could see that, waits too', async (t) => {
    const server = await startServer(t, { env: { THREADS: '1' } })
    const [alice, bob] = [await peer(server, 'alice'), await peer(server, 'bob')]
    await freeze(server.pid)
    for (let n = 0; n < 20; n++) {
      alice.send({ type: n % 2 ? 'CANDIDATE' : 'OFFER', dst: 'bob', payload: n })
      if (n === 0) await bob.ws.cut() // the server finds alice's first word ahead of this
    }
    alice.send({ type: 'NEWS', dst: 'bob', payload: 'of no use later' })
    process.kill(server.pid, 'SIGCONT')
    await alice.settled()
    const back = await peer(server, 'bob')
    for (let n = 0; n < 20; n++) await back.expect({ type: n % 2 ? 'CANDIDATE' : 'OFFER', src: 'alice', dst: 'bob', payload: n })
    assert.deepEqual(await back.settled(), [])
  })

  it('at SIGTERM sockets close with 1012; who comes back to the next server gets what waited', async (t) => {
    const server = await startServer(t, { env: { PEERJS_EXPIRE_TIMEOUT_S: '20', THREADS: '2' } })
    const alice = await peer(server, 'alice')
    const bob = await peer(server, 'bob')
    await bob.ws.cut()
    for (let n = 0; n < 3; n++) alice.send({ type: 'CANDIDATE', dst: 'bob', payload: n })
    await alice.settled()
    const restarted = server.restart()
    await alice.ws.expectClose(1012)
    await restarted
    const back = await peer(server, 'bob')
    for (let n = 0; n < 3; n++) await back.expect({ type: 'CANDIDATE', src: 'alice', dst: 'bob', payload: n })
  })

  it('origins: any by default, those of COMPAT_ORIGINS when set, else those of ALLOWED_ORIGINS', async (t) => {
    const from = (server, origin) => knock(server, { id: fresh('id'), token: 't', headers: { Origin: origin } })
    const refused = (error) => error instanceof UpgradeRefused && error.status === 403
    const open = await startServer(t)
    await (await from(open, 'https://anyone.example')).expect({ type: 'OPEN' })
    const some = await startServer(t, { env: { COMPAT_ORIGINS: 'https://app.example', ALLOWED_ORIGINS: 'https://own.example' } })
    await (await from(some, 'https://app.example')).expect({ type: 'OPEN' })
    await assert.rejects(from(some, 'https://own.example'), refused)
    const own = await startServer(t, { env: { ALLOWED_ORIGINS: 'https://own.example' } })
    await (await from(own, 'https://own.example')).expect({ type: 'OPEN' })
    await assert.rejects(from(own, 'https://app.example'), refused)
  })
})
