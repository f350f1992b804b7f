// What an unchanged y-webrtc client can observe, held against gRTC and against y-webrtc's own server.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { reaches, subscriber, topics } from '../support/compat.mjs'
import { fresh, kSlow, sharedServer } from '../support/suite.mjs'
import { yWebrtcServer } from '../support/upstream.mjs'

const kPath = '/y-webrtc'
const join = (server, names) => subscriber(server, kPath, names)

const kRows = {
  'a publication goes to every subscriber, the publisher too, with the number of subscribers': async (server) => {
    const t = fresh('t')
    const a = await join(server, [t])
    const b = await join(server, [t])
    a.send({ type: 'publish', topic: t, data: { type: 'announce', from: 'a' } })
    for (const client of [a, b]) await client.expect({ type: 'publish', topic: t, data: { type: 'announce', from: 'a' }, clients: 2 })
  },
  'every member is kept, and clients is the server\'s': async (server) => {
    const t = fresh('t')
    const a = await join(server, [t])
    a.send({ clients: 99, type: 'publish', more: [1, { x: null }], topic: t, data: 'ZW5jcnlwdGVk' })
    await a.expect({ type: 'publish', more: [1, { x: null }], topic: t, data: 'ZW5jcnlwdGVk', clients: 1 })
  },
  'a publisher need not subscribe': async (server) => {
    const t = fresh('t')
    const a = await join(server, [t])
    const b = await topics(server, kPath)
    b.send({ type: 'publish', topic: t, data: 1 })
    await a.expect({ type: 'publish', topic: t, data: 1, clients: 1 })
    assert.deepEqual(await b.settled(), [])
  },
  'without a subscriber a publication is gone': async (server) => {
    const t = fresh('t')
    const a = await topics(server, kPath)
    a.send({ type: 'publish', topic: t, data: 1 })
    await a.settled()
    const b = await join(server, [t])
    assert.deepEqual(await b.settled(), [])
  },
  'unsubscribe ends it, and is not answered': async (server) => {
    const t = fresh('t')
    const a = await join(server, [t])
    const b = await join(server, [t])
    assert.deepEqual(await a.send({ type: 'unsubscribe', topics: [t] }).settled(), [])
    await reaches(b, { type: 'publish', topic: t, data: 'later' }, 1)
    await a.settled()  // what was said before its end was known everywhere
    b.send({ type: 'publish', topic: t, data: 'last' })
    await b.expect({ type: 'publish', topic: t, data: 'last', clients: 1 })
    assert.deepEqual(await a.settled(), [])
  },
  'subscribing twice counts once': async (server) => {
    const t = fresh('t')
    const a = await join(server, [t])
    a.send({ type: 'subscribe', topics: [t, t] }).send({ type: 'publish', topic: t, data: 1 })
    await a.expect({ type: 'publish', topic: t, data: 1, clients: 1 })
    assert.deepEqual(await a.settled(), [])
  },
  'topics that are no strings are skipped': async (server) => {
    const t = fresh('t')
    const a = await topics(server, kPath)
    a.send({ type: 'subscribe', topics: [1, null, { a: 1 }, ['x'], t] })
    a.send({ type: 'publish', topic: t, data: 'first' })
    assert.equal((await a.next()).data, 'first')
  },
  'topics do not meet': async (server) => {
    const [t, u] = [fresh('t'), fresh('u')]
    const a = await join(server, [t])
    const b = await join(server, [u])
    a.send({ type: 'publish', topic: u, data: 'for u' })
    assert.equal((await b.next()).data, 'for u')
    assert.deepEqual(await a.settled(), [])
  },
  'one socket has many topics': async (server) => {
    const names = Array.from({ length: 20 }, () => fresh('many'))
    const a = await join(server, names)
    const b = await topics(server, kPath)
    for (const topic of names) b.send({ type: 'publish', topic, data: topic })
    const got = []
    for (let n = 0; n < names.length; n++) got.push((await a.next()).data)
    assert.deepEqual(got.sort(), [...names].sort())
  },
  'all subscribers see a topic\'s publications in one order': async (server) => {
    const t = fresh('t')
    const clients = [await join(server, [t]), await join(server, [t]), await join(server, [t])]
    for (let n = 0; n < 50; n++) clients.forEach((client, who) => client.send({ type: 'publish', topic: t, data: `${who}-${n}` }))
    const seen = []
    for (const client of clients) {
      const order = []
      while (order.length < 150) order.push((await client.next()).data)
      seen.push(order)
    }
    assert.deepEqual(seen[1], seen[0])
    assert.deepEqual(seen[2], seen[0])
    for (let who = 0; who < 3; who++) assert.deepEqual(seen[0].filter((x) => x.startsWith(`${who}-`)), Array.from({ length: 50 }, (_, n) => `${who}-${n}`))
  },
  'ping is answered by pong': async (server) => {
    const a = await topics(server, kPath)
    a.send({ type: 'ping' })
    await a.expect({ type: 'pong' })
  },
  'other types are ignored': async (server) => {
    const a = await topics(server, kPath)
    for (const frame of [{ type: 'pong' }, { type: 'news' }, { type: 7 }, {}, { type: 'publish' }, { type: 'publish', topic: '' }, { type: 'subscribe' }]) a.send(frame)
    assert.deepEqual(await a.settled(), [])
  },
  'binary frames that hold JSON are taken like text': async (server) => {
    const t = fresh('t')
    const a = await join(server, [t])
    a.ws.binary(JSON.stringify({ type: 'publish', topic: t, data: 'ñ' }))
    assert.equal((await a.next()).data, 'ñ')
  },
  'who has closed is not counted': async (server) => {
    const t = fresh('t')
    const a = await join(server, [t])
    const b = await join(server, [t])
    await b.close()
    await reaches(a, { type: 'publish', topic: t, data: 'after' }, 1)
  },
}

describe('gRTC answers y-webrtc clients', { concurrency: true }, () => {
  const server = sharedServer({ env: { THREADS: '2', MESSAGE_RATE: '1000' } })
  for (const [name, row] of Object.entries(kRows)) it(name, () => row(server))
})

describe('y-webrtc\'s own server does the same', { concurrency: true, skip: kSlow && 'another binary of gRTC changes nothing there' }, () => {
  const server = yWebrtcServer()
  for (const [name, row] of Object.entries(kRows)) it(name, () => row(server))
})
