import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertProblem, get, request } from '../support/http.mjs'
import { join, open, roomOf } from '../support/peer.mjs'
import { startServer } from '../support/server.mjs'
import { fresh, sharedServer } from '../support/suite.mjs'

const kToken = 'admin-token-0123456789'
const kAuth = { Authorization: `Bearer ${kToken}` }
const kCalls = [['GET', '/api/rooms'], ['GET', '/api/rooms/x'], ['POST', '/api/rooms/x/messages', { type: 'message' }], ['DELETE', '/api/rooms/x/peers/y']]

describe('Admin calls', { concurrency: true }, () => {
  const server = sharedServer({ env: { ADMIN_TOKEN: kToken, RESUME_WINDOW_S: '20', THREADS: '2' } })
  const call = (method, path, json) => request(server, method, path, { json, headers: kAuth })

  it('list the rooms of all threads and the peers of one', async () => {
    const rooms = Array.from({ length: 8 }, () => fresh('list'))
    for (const room of rooms) await roomOf(server, room, ['alice', 'bob'], { name: 'Ana' })
    const list = await call('GET', '/api/rooms')
    assert.equal(list.status, 200)
    assert.equal(list.headers['content-type'], 'application/json; charset=utf-8')
    for (const room of rooms) assert.ok(list.text.includes(`"${room}"`), room)
    const one = await call('GET', `/api/rooms/${rooms[0]}`)
    assert.equal(one.status, 200)
    assert.deepEqual(one.json.peers.map((peer) => peer.peer_id).sort(), ['alice', 'bob'])
    assert.deepEqual(Object.keys(one.json.peers[0]).sort().filter((key) => ['connected', 'joined_at', 'meta', 'name', 'peer_id'].includes(key)), ['connected', 'joined_at', 'meta', 'name', 'peer_id'])
    assert.equal(one.json.peers[0].name, 'Ana')
  })

  it('show no session token', async () => {
    const { alice } = await roomOf(server, fresh(), ['alice'])
    assert.ok(!(await call('GET', `/api/rooms/${alice.room}`)).text.includes(alice.session))
    assert.ok(!(await call('GET', '/api/rooms')).text.includes(alice.session))
  })

  it('show a broken peer as not connected', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    await bob.cut()
    await alice.expect('peer-updated')
    const { json } = await call('GET', `/api/rooms/${alice.room}`)
    assert.equal(json.peers.find((peer) => peer.peer_id === 'bob').connected, false)
  })

  it('send a message into a room, to all or to one', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    const path = `/api/rooms/${alice.room}/messages`
    const answer = await call('POST', path, { type: 'announcement', text: 'maintenance at 5' })
    assert.ok([200, 201, 202, 204].includes(answer.status), `${answer.status} ${answer.text}`)
    for (const peer of [alice, bob]) {
      const event = await peer.expect('announcement')
      assert.equal(event.text, 'maintenance at 5')
      assert.equal(typeof event.seq, 'string')
    }
    const single = await call('POST', path, { type: 'message', to: 'bob', text: 'only you' })
    assert.ok(single.status < 300)
    assert.equal((await bob.expect('message')).text, 'only you')
    assert.deepEqual(await alice.settled(), [])
  })

  it('a message from the server cannot be mistaken for one of a peer', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    await call('POST', `/api/rooms/${alice.room}/messages`, { type: 'message', from: 'alice', seq: '1', text: 'x' })
    const event = await bob.expect('message')
    assert.notEqual(event.from, 'alice')
    assert.notEqual(event.seq, '1')
  })

  it('a message is kept for a broken peer', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    await bob.cut()
    await alice.expect('peer-updated')
    await call('POST', `/api/rooms/${alice.room}/messages`, { type: 'message', to: 'bob', text: 'later' })
    assert.equal((await (await bob.resume()).expect('message')).text, 'later')
  })

  it('rooms of another script are found by their percent-encoded name', async () => {
    const room = `reunión ${fresh()}`
    const { bob } = await roomOf(server, room, ['añb', 'bob'])
    assert.equal((await call('GET', `/api/rooms/${encodeURIComponent(room)}`)).status, 200)
    assert.equal((await call('DELETE', `/api/rooms/${encodeURIComponent(room)}/peers/${encodeURIComponent('añb')}`)).status, 204)
    assert.equal((await bob.expect('peer-left')).peer_id, 'añb')
  })

  it('what is not there is 404', async () => {
    const { alice } = await roomOf(server, fresh(), ['alice'])
    assertProblem(await call('GET', `/api/rooms/${fresh('absent')}`), 404)
    assertProblem(await call('POST', `/api/rooms/${fresh('absent')}/messages`, { type: 'message' }), 404)
    assertProblem(await call('POST', `/api/rooms/${alice.room}/messages`, { type: 'message', to: 'nobody' }), 404)
    assertProblem(await call('DELETE', `/api/rooms/${alice.room}/peers/nobody`), 404)
    assertProblem(await call('DELETE', `/api/rooms/${fresh('absent')}/peers/alice`), 404)
  })

  it('a bad message is refused by the same rules as a peer\'s', async () => {
    const { alice } = await roomOf(server, fresh(), ['alice'])
    const path = `/api/rooms/${alice.room}/messages`
    for (const json of [{}, { type: 'peer-left', peer_id: 'alice' }, { type: 'welcome' }, { type: 'Bad Type' }, { type: 7 }, { type: 'offer' }, [], 'x']) {
      const answer = await call('POST', path, json)
      assertProblem(answer, 422)
    }
    assertProblem(await request(server, 'POST', path, { body: '{', headers: { ...kAuth, 'Content-Type': 'application/json' } }), 400)
    assertProblem(await request(server, 'POST', path, { body: '{}', headers: { ...kAuth, 'Content-Type': 'text/plain' } }), 415)
    assert.deepEqual(await alice.settled(), [])
  })

  it('remove a peer: error forbidden and close 4403, the others see "removed", its session is gone', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    const answer = await call('DELETE', `/api/rooms/${alice.room}/peers/bob`)
    assert.equal(answer.status, 204)
    await bob.expectError('forbidden')
    await bob.ws.expectClose(4403)
    const left = await alice.expect('peer-left')
    assert.equal(left.peer_id, 'bob')
    assert.equal(left.reason, 'removed')
    const back = await open(server, alice.room, { peer: 'bob', session: bob.session, seq: bob.seq })
    const first = await back.next()
    if (first.type === 'error') assert.equal(first.code, 'forbidden')
    else assert.equal(first.resumed, false)
  })

  it('remove a broken peer too', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    await bob.cut()
    await alice.expect('peer-updated')
    assert.equal((await call('DELETE', `/api/rooms/${alice.room}/peers/bob`)).status, 204)
    assert.equal((await alice.expect('peer-left')).reason, 'removed')
  })

  it('need the token when one is set, also from loopback in development', async () => {
    for (const headers of [{}, { Authorization: 'Bearer wrong' }, { Authorization: `Bearer ${kToken}x` }, { Authorization: `Basic ${kToken}` }, { Authorization: 'Bearer' }]) {
      for (const [method, path, json] of kCalls) {
        const answer = await request(server, method, path, { headers, json })
        assert.ok([401, 403].includes(answer.status), `${answer.status}`)
        assertProblem(answer, answer.status)
        if (answer.status === 401) assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer/)
      }
    }
    assert.equal((await request(server, 'GET', '/api/rooms', { headers: { Authorization: `bearer ${kToken}` } })).status, 200)
  })
})

describe('Admin calls without ADMIN_TOKEN', { concurrency: true }, () => {
  it('in production are 403 and say so in detail', async (t) => {
    const server = await startServer(t, { env: { ENVIRONMENT: 'production' } })
    for (const [method, path, json] of kCalls) {
      for (const headers of [{}, { Authorization: 'Bearer ' }, { Authorization: 'Bearer undefined' }]) {
        const problem = assertProblem(await request(server, method, path, { json, headers }), 403)
        assert.match(problem.detail, /ADMIN_TOKEN/)
      }
    }
  })

  it('in development are open from loopback, and 403 from elsewhere', async (t) => {
    const server = await startServer(t)
    await join(server, 'x', { peer: 'alice' })
    assert.equal((await get(server, '/api/rooms')).status, 200)
    const elsewhere = await get(server, '/api/rooms', { headers: { 'X-Forwarded-For': '203.0.113.7' } })
    assert.match(assertProblem(elsewhere, 403).detail, /ADMIN_TOKEN/)
  })

  it('a client that is not a trusted proxy cannot make itself loopback', async (t) => {
    const server = await startServer(t, { env: { TRUSTED_PROXIES: '10.0.0.0/8' } })
    assert.equal((await get(server, '/api/rooms', { headers: { 'X-Forwarded-For': '203.0.113.7' } })).status, 200, 'the header of a stranger is not believed')
    const chained = await startServer(t)
    assertProblem(await get(chained, '/api/rooms', { headers: { 'X-Forwarded-For': '127.0.0.1, 203.0.113.7' } }), 403)
  })
})
