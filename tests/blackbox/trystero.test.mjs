// Trystero's WebSocket relay: the four frames that its client knows.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { subscriber, topics } from '../support/compat.mjs'
import { assertProblem, get } from '../support/http.mjs'
import { inSeconds, jwt } from '../support/jwt.mjs'
import { startServer } from '../support/server.mjs'
import { fresh, sharedServer } from '../support/suite.mjs'

const kPath = '/trystero'

describe('The Trystero relay', { concurrency: true }, () => {
  const server = sharedServer({ env: { THREADS: '2' } })

  it('gives a subscriber topic and payload, and nothing else, the publisher too', async () => {
    const t = fresh('hash')
    const a = await subscriber(server, kPath, [t])
    const b = await subscriber(server, kPath, [t])
    await a.settled()
    for (const payload of ['encrypted', { offer: [1, null] }, null, 0, false]) {
      b.send({ type: 'publish', topic: t, payload, more: 1 })
      for (const each of [a, b]) assert.equal(await each.raw(), JSON.stringify({ topic: t, payload }))
    }
  })

  it('keeps quiet: no answers, no errors, no pongs', async () => {
    const t = fresh('hash')
    const a = await topics(server, kPath)
    for (const frame of [{ type: 'subscribe', topic: t }, { type: 'subscribe', topic: t }, { type: 'ping' }, { type: 'publish', topic: t }, { type: 'publish', payload: 1 },
      { type: 'subscribe', topic: '' }, { type: 'subscribe', topic: 'x'.repeat(257) }, { type: 'subscribe' }, { type: 'unsubscribe', topic: t }, '{']) a.send(frame)
    assert.deepEqual(await a.settled(), [])
  })

  it('ends a subscription', async () => {
    const t = fresh('hash')
    const a = await subscriber(server, kPath, [t])
    const b = await subscriber(server, kPath, [t])
    a.send({ type: 'unsubscribe', topic: t })
    await a.settled()
    b.send({ type: 'publish', topic: t, payload: 'later' })
    assert.equal((await b.next()).payload, 'later')
    assert.deepEqual(await a.settled(), [])
  })

  it('does not meet y-webrtc\'s topics of the same name', async () => {
    const t = fresh('same')
    const a = await subscriber(server, kPath, [t])
    const b = await subscriber(server, '/y-webrtc', [t])
    a.send({ type: 'publish', topic: t, payload: 'for trystero' })
    assert.equal((await a.next()).payload, 'for trystero')
    assert.deepEqual(await b.settled(), [])
  })

  it('is 426 without an upgrade', async () => assertProblem(await get(server, kPath), 426))

  it('takes only topics that its token covers', async (t) => {
    const secret = 'a-long-enough-room-secret-0123456789'
    const closed = await startServer(t, { env: { ROOM_TOKEN_SECRET: secret } })
    const witness = await subscriber(closed, kPath, ['t'], { token: jwt({ room: 'trystero/t', exp: inSeconds(60) }, secret) })
    const stranger = await topics(closed, kPath, { token: jwt({ room: 'yjs/t', exp: inSeconds(60) }, secret) })
    stranger.send({ type: 'subscribe', topic: 't' }).send({ type: 'publish', topic: 't', payload: 'forbidden' })
    assert.deepEqual(await stranger.settled(), [])
    assert.deepEqual(await witness.settled(), [])
  })
})
