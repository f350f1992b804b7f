// The real `peerjs` in Chromium, unchanged, against gRTC.

import assert from 'node:assert/strict'
import test from 'node:test'
import { startBrowser } from '../support/browser.mjs'
import { openPage, packageSite } from '../support/package_site.mjs'
import { noRedis } from '../support/redis.mjs'
import { startReplicas } from '../support/replicas.mjs'
import { startServer } from '../support/server.mjs'

const kLong = process.env.GRTC_LONG ? false : 'a tab hidden for 3 minutes takes as long: set GRTC_LONG=1'

async function world(t, env = {}) {
  const server = await startServer(t, { env: { THREADS: '2', ...env } })
  const site = await packageSite(t)
  const browser = await startBrowser(t)
  return { server, open: () => openPage(browser, `${site}/peerjs`) }
}

/** Makes a Peer in the page, as `globalThis.peer`, and waits until it is open. Returns its id. */
function makePeer(page, { port }, id) {
  return page.evaluate(({ port, id }) => new Promise((resolve, reject) => {
    const peer = new globalThis.Peer(id, { host: '127.0.0.1', port, path: '/', config: { iceServers: [] } })
    globalThis.peer = peer
    globalThis.events = []
    globalThis.texts = []
    for (const name of ['open', 'disconnected', 'close']) peer.on(name, () => globalThis.events.push(name))
    peer.on('error', (error) => { globalThis.events.push(`error ${error.type}`); reject(new Error(error.type)) })
    globalThis.serve = (connection) => {
      globalThis.connection = connection
      connection.on('data', (data) => globalThis.texts.push(data))
      connection.on('close', () => globalThis.events.push('connection closed'))
    }
    peer.on('connection', globalThis.serve)
    peer.on('call', (call) => {
      globalThis.call = call
      call.answer(document.createElement('canvas').captureStream(5))
      call.on('close', () => globalThis.events.push('call closed'))
    })
    peer.on('open', resolve)
  }), { port, id })
}

const connect = (page, to) => page.evaluate((to) => new Promise((resolve, reject) => {
  const connection = globalThis.peer.connect(to, { reliable: true })
  globalThis.serve(connection)
  connection.on('open', resolve)
  globalThis.peer.on('error', (error) => reject(new Error(error.type)))
}), to)

const say = (page, text) => page.evaluate((text) => globalThis.connection.send(text), text)
const hears = (page, text) => page.waitForFunction((text) => globalThis.texts.includes(text), text, { timeout: 15_000 })
const eventsOf = (page) => page.evaluate(() => globalThis.events)

test('PeerJS: a data connection and a call between two browsers, and the list of ids', async (t) => {
  const { server, open } = await world(t, { PEERJS_DISCOVERY: 'on' })
  const [ana, ben] = [await open(), await open()]
  const id = await makePeer(ana, server)
  assert.match(id, /^[0-9a-f-]{36}$/, 'an id from the server')
  await makePeer(ben, server, 'ben')
  await connect(ana, 'ben')
  await say(ana, 'hello')
  await hears(ben, 'hello')
  await say(ben, 'and back')
  await hears(ana, 'and back')
  const streams = await ana.evaluate(() => new Promise((resolve, reject) => {
    const call = globalThis.peer.call('ben', document.createElement('canvas').captureStream(5))
    call.on('stream', (stream) => resolve(stream.getVideoTracks().length))
    call.on('error', reject)
  }))
  assert.equal(streams, 1)
  const ids = await ana.evaluate(() => new Promise((resolve) => globalThis.peer.listAllPeers(resolve)))
  assert.deepEqual(ids.sort(), [id, 'ben'].sort())
  assert.deepEqual([...ana.faults, ...ben.faults], [])
})

test('PeerJS: a peer that is not there is peer-unavailable within 7 s, and that is not fatal', async (t) => {
  const { server, open } = await world(t)
  const ana = await open()
  await makePeer(ana, server, 'ana')
  const took = await ana.evaluate(() => new Promise((resolve, reject) => {
    const start = performance.now()
    globalThis.peer.on('error', (error) => (error.type === 'peer-unavailable' ? resolve(performance.now() - start) : reject(error)))
    globalThis.peer.connect('nobody')
  }))
  assert.ok(took > 4000 && took < 7000, `${took} ms`)
  assert.equal(await ana.evaluate(() => globalThis.peer.open && !globalThis.peer.destroyed), true)
})

test('PeerJS: an offer from before its receiver exists is answered when that one comes', async (t) => {
  const { server, open } = await world(t)
  const [ana, late] = [await open(), await open()]
  await makePeer(ana, server, 'ana')
  const connected = connect(ana, 'late')
  await makePeer(late, server, 'late')
  await connected
  await say(ana, 'you were expected')
  await hears(late, 'you were expected')
})

test('PeerJS: a page with a fixed id may be reloaded again and again', async (t) => {
  const { server, open } = await world(t)
  const [ana, ben] = [await open(), await open()]
  await makePeer(ben, server, 'ben')
  for (let n = 0; n < 3; n++) {
    await makePeer(ana, server, 'fixed')
    await connect(ben, 'fixed')
    await say(ben, `round ${n}`)
    await hears(ana, `round ${n}`)
    await ana.reload()
  }
})

test('PeerJS: reconnect() after a restart of the server; the connection and the call go on', async (t) => {
  const { server, open } = await world(t)
  const [ana, ben] = [await open(), await open()]
  await makePeer(ana, server, 'ana')
  await makePeer(ben, server, 'ben')
  await connect(ana, 'ben')
  await ana.evaluate(() => new Promise((resolve) => {
    globalThis.call = globalThis.peer.call('ben', document.createElement('canvas').captureStream(5))
    globalThis.call.on('stream', resolve)
    globalThis.call.on('close', () => globalThis.events.push('call closed'))
  }))
  await server.restart()
  for (const page of [ana, ben]) {
    await page.waitForFunction(() => globalThis.events.includes('disconnected'))
    await page.evaluate(() => new Promise((resolve) => { globalThis.peer.once('open', resolve); globalThis.peer.reconnect() }))
  }
  await say(ana, 'still direct')
  await hears(ben, 'still direct')
  assert.equal(await ana.evaluate(() => globalThis.call.open), true)
  for (const page of [ana, ben]) assert.ok(!(await eventsOf(page)).some((event) => event.endsWith(' closed')), 'nothing was closed')
  await connect(ben, 'ana')
  await say(ben, 'and a new one')
  await hears(ana, 'and a new one')
})

test('PeerJS: peers on two replicas connect, and one whose replica is killed goes on with its id on the other', { skip: noRedis }, async (t) => {
  const replicas = await startReplicas(t, { count: 2 })
  const { open } = await world(t)
  const [ana, ben] = [await open(), await open()]
  await makePeer(ana, replicas.all[0], 'ana')
  await makePeer(ben, replicas.all[1], 'ben')
  await connect(ana, 'ben')
  await say(ana, 'hello')
  await hears(ben, 'hello')
  await replicas.all[0].kill()
  await ana.waitForFunction(() => globalThis.events.includes('disconnected'))
  await say(ben, 'still direct')
  await hears(ana, 'still direct')
  await ana.reload()
  await makePeer(ana, replicas.all[1], 'ana')
  await connect(ben, 'ana')
  await say(ben, 'and again')
  await hears(ana, 'and again')
})

test('PeerJS: a tab that is hidden for 3 minutes keeps its id', { skip: kLong, timeout: 300_000 }, async (t) => {
  const { server, open } = await world(t)
  const [ana, ben] = [await open(), await open()]
  await makePeer(ana, server, 'hidden')
  await makePeer(ben, server, 'ben')
  // What a browser does to a hidden tab's timers at worst: none fires, while the socket lives on.
  await ana.evaluate(() => { globalThis.peer.socket._scheduleHeartbeat = () => {} ; clearTimeout(globalThis.peer.socket._wsPingTimer) })
  await new Promise((resolve) => setTimeout(resolve, 180_000)) // waits: for longer than any time-out of the server
  await connect(ben, 'hidden')
  await say(ben, 'there?')
  await hears(ana, 'there?')
})
