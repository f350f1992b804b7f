// What an unchanged PeerJS client can observe, held against gRTC and against the `peer` package: what both do alike.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { knock, peer, peerjsPath, turnedAway } from '../support/compat.mjs'
import { get } from '../support/http.mjs'
import { fresh, kSlow, sharedServer } from '../support/suite.mjs'
import { peerServer } from '../support/upstream.mjs'

const kUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const kError = (msg) => ({ type: 'ERROR', payload: { msg } })
const pair = async (server) => {
  const [a, b] = [fresh('a'), fresh('b')]
  return { a, b, alice: await peer(server, a), bob: await peer(server, b) }
}

const kRows = {
  'GET /{key}/id is a fresh UUID and nothing else': async (server) => {
    const ids = [await get(server, '/peerjs/id?ts=123&version=1.5.5'), await get(server, '/peerjs/id')]
    for (const id of ids) {
      assert.equal(id.status, 200)
      assert.match(id.text, kUuid)
    }
    assert.notEqual(ids[0].text, ids[1].text)
  },
  'GET /{key}/peers is 401 "Unauthorized" while discovery is off': async (server) => {
    const answer = await get(server, '/peerjs/peers')
    assert.equal(answer.status, 401)
    assert.equal(answer.text, 'Unauthorized')
  },
  'HTTP answers may be read from any origin': async (server) => {
    for (const path of ['/peerjs/id', '/peerjs/peers']) {
      const { headers } = await get(server, path, { headers: { Origin: 'https://app.example' } })
      assert.equal(headers['access-control-allow-origin'], 'https://app.example', path)
      assert.match(headers.vary ?? '', /Origin/, path)
      assert.equal(headers['access-control-allow-credentials'], undefined)
    }
  },
  'OPEN is the first frame': async (server) => {
    const client = await knock(server, { id: fresh('id'), token: 't' })
    assert.equal(await client.raw(), '{"type":"OPEN"}')
  },
  'without id, token or key there is an ERROR, then the end': async (server) => {
    const all = { id: fresh('id'), token: 't', key: 'peerjs' }
    for (const missing of ['id', 'token', 'key']) {
      const raw = new URLSearchParams(Object.entries(all).filter(([name]) => name !== missing)).toString()
      const empty = new URLSearchParams({ ...all, [missing]: '' }).toString()
      for (const way of [raw, empty]) {
        const { frame } = await turnedAway(server, { raw: way })
        assert.deepEqual(frame, kError('No id, token, or key supplied to websocket server'), way)
      }
    }
  },
  'an unknown key is an ERROR, then the end': async (server) => {
    const { frame } = await turnedAway(server, { id: fresh('id'), token: 't', key: 'unknown' })
    assert.deepEqual(frame, kError('Invalid key provided'))
  },
  'an id that another token holds is ID-TAKEN, then the end': async (server) => {
    const id = fresh('id')
    await peer(server, id)
    const { frame } = await turnedAway(server, { id, token: 'other' })
    assert.deepEqual(frame, { type: 'ID-TAKEN', payload: { msg: 'ID is taken' } })
  },
  'an id is free again once its holder has closed': async (server) => {
    const id = fresh('id')
    const first = await peer(server, id)
    await first.close()
    await peer(server, id, { token: 'other' })
  },
  'the query is form-urlencoded, and the last of equal names counts': async (server) => {
    const id = `${fresh('an')} id`
    await knock(server, { path: peerjsPath({ raw: `key=nonsense&key=peerjs&token=t&id=${id.replaceAll(' ', '+')}` }) }).then((client) => client.expect({ type: 'OPEN' }))
    const sender = await peer(server, fresh('sender'))
    sender.send({ type: 'OFFER', dst: id, payload: 1 })
    const { frame } = await turnedAway(server, { path: peerjsPath({ raw: `key=peerjs&token=u&id=${id.replaceAll(' ', '%20')}` }) })
    assert.equal(frame.type, 'ID-TAKEN')
  },
  'OFFER, ANSWER and CANDIDATE are relayed with src, in this order of members': async (server) => {
    const { a, b, alice, bob } = await pair(server)
    for (const type of ['OFFER', 'ANSWER', 'CANDIDATE']) {
      alice.send({ payload: { sdp: { type: 'offer', sdp: 'v=0\r\n' }, type: 'data', connectionId: 'dc_1' }, extra: true, dst: b, type })
      const raw = await bob.raw()
      assert.equal(raw, JSON.stringify({ type, src: a, dst: b, payload: { sdp: { type: 'offer', sdp: 'v=0\r\n' }, type: 'data', connectionId: 'dc_1' } }))
    }
  },
  'a src that a client sends is replaced': async (server) => {
    const { a, b, alice, bob } = await pair(server)
    alice.send({ type: 'OFFER', src: 'somebody else', dst: b, payload: null })
    await bob.expect({ type: 'OFFER', src: a, dst: b, payload: null })
  },
  'a message without payload is relayed without one': async (server) => {
    const { a, b, alice, bob } = await pair(server)
    alice.send({ type: 'LEAVE', dst: b })
    assert.equal(await bob.raw(), JSON.stringify({ type: 'LEAVE', src: a, dst: b }))
  },
  'frames arrive in the order in which they were sent': async (server) => {
    const { b, alice, bob } = await pair(server)
    for (let n = 0; n < 100; n++) alice.send({ type: 'CANDIDATE', dst: b, payload: n })
    for (let n = 0; n < 100; n++) assert.equal((await bob.next()).payload, n)
  },
  'one may write to oneself': async (server) => {
    const id = fresh('self')
    const self = await peer(server, id)
    self.send({ type: 'OFFER', dst: id, payload: 7 })
    await self.expect({ type: 'OFFER', src: id, dst: id, payload: 7 })
  },
  'binary frames that hold JSON are taken like text': async (server) => {
    const { a, b, alice, bob } = await pair(server)
    alice.ws.binary(JSON.stringify({ type: 'OFFER', dst: b, payload: 'ñ' }))
    await bob.expect({ type: 'OFFER', src: a, dst: b, payload: 'ñ' })
  },
  'HEARTBEAT is neither relayed nor answered': async (server) => {
    const { a, b, alice, bob } = await pair(server)
    alice.send({ type: 'HEARTBEAT' }).send({ type: 'HEARTBEAT', dst: b }).send({ type: 'OFFER', dst: b, payload: 1 })
    await bob.expect({ type: 'OFFER', src: a, dst: b, payload: 1 })
    assert.deepEqual(await alice.settled(), [])
  },
  'what is unknown, or has no receiver, is ignored': async (server) => {
    const { a, b, alice, bob } = await pair(server)
    for (const frame of [{ type: 'OPEN', dst: b }, { type: 'ID-TAKEN', dst: b }, { type: 'ERROR', dst: b }, { type: 'NEWS', dst: b }, { dst: b }, { type: 'OFFER' },
      { type: 'ANSWER', payload: 1 }, { type: 'CANDIDATE', dst: '' }, { type: 'EXPIRE' }, {}]) alice.send(frame)
    alice.send({ type: 'OFFER', dst: b, payload: 'last' })
    await bob.expect({ type: 'OFFER', src: a, dst: b, payload: 'last' })
    assert.deepEqual(await alice.settled(), [])
  },
  'an EXPIRE from a client reaches one who is connected': async (server) => {
    const { a, b, alice, bob } = await pair(server)
    alice.send({ type: 'EXPIRE', dst: b })
    await bob.expect({ type: 'EXPIRE', src: a, dst: b })
  },
  'LEAVE and EXPIRE for one who is absent are dropped, and nobody is told': async (server) => {
    const sender = await peer(server, fresh('sender'))
    const absent = fresh('absent')
    sender.send({ type: 'LEAVE', dst: absent }).send({ type: 'EXPIRE', dst: absent })
    assert.deepEqual(await sender.settled(), [])
    const late = await peer(server, absent)
    assert.deepEqual(await late.settled(), [])
  },
  'messages for one who is absent wait, in order, and follow OPEN': async (server) => {
    const a = fresh('a')
    const alice = await peer(server, a)
    const b = fresh('late')
    for (let n = 0; n < 30; n++) alice.send({ type: n === 0 ? 'OFFER' : 'CANDIDATE', dst: b, payload: n })
    await alice.settled()
    const bob = await peer(server, b)
    for (let n = 0; n < 30; n++) await bob.expect({ type: n === 0 ? 'OFFER' : 'CANDIDATE', src: a, dst: b, payload: n })
  },
  'after expire_timeout the sender gets one EXPIRE for the receiver': async (server) => {
    const a = fresh('a')
    const alice = await peer(server, a)
    const b = fresh('never')
    const start = performance.now()
    for (let n = 0; n < 5; n++) alice.send({ type: 'CANDIDATE', dst: b, payload: n })
    await alice.expect({ type: 'EXPIRE', src: b, dst: a })
    const took = performance.now() - start
    assert.ok(took > 900 && took < 3500, `${took} ms`)
    assert.deepEqual(await alice.settled(), [], 'one for the pair')
    const late = await peer(server, b)
    assert.deepEqual(await late.settled(), [], 'they were dropped')
  },
  'a dropped socket never makes the server send LEAVE': async (server) => {
    const { a, b, alice, bob } = await pair(server)
    alice.send({ type: 'OFFER', dst: b, payload: 1 })
    await bob.next()
    bob.send({ type: 'ANSWER', dst: a, payload: 2 })
    await alice.next()
    await alice.ws.cut()
    const other = await peer(server, fresh('other'))
    other.send({ type: 'OFFER', dst: b, payload: 'after' })
    assert.equal((await bob.next()).payload, 'after')
  },
  'who comes back under the same id and token after a clean close is there again': async (server) => {
    const { a, b, alice, bob } = await pair(server)
    await bob.close()
    const again = await peer(server, b)
    alice.send({ type: 'OFFER', dst: b, payload: 1 })
    await again.expect({ type: 'OFFER', src: a, dst: b, payload: 1 })
  },
}

describe('gRTC answers PeerJS clients', { concurrency: true }, () => {
  const server = sharedServer({ env: { THREADS: '2', PEERJS_EXPIRE_TIMEOUT_S: '1' } })
  for (const [name, row] of Object.entries(kRows)) it(name, () => row(server))
})

describe('the peer package does the same', { concurrency: true, skip: kSlow && 'another binary of gRTC changes nothing there' }, () => {
  const server = peerServer({ expire_timeout: 1000 })
  for (const [name, row] of Object.entries(kRows)) it(name, () => row(server))
})
