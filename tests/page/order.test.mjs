// Outbound and Inbound together, on a virtual clock, over two ways that lose, delay and repeat: what arrives is what was sent,
// once, in order.

import assert from 'node:assert/strict'
import test from 'node:test'
import { Inbound } from '../../web/grtc-client/inbound.js'
import { Outbound } from '../../web/grtc-client/outbound.js'

/** A small random generator, so that a failing run can be repeated from its seed. */
function randomFrom(seed) {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** Ana sends to Ben. Each way keeps its own order; the direct one dies with what is in it, the server's keeps all. */
class World {
  now = 1000
  direct = null
  byServer = []
  serverUp = true
  received = []
  nextRef = 1

  constructor() {
    this.inbound = new Inbound((_, frame) => this.received.push(frame.text))
    this.outbound = new Outbound({
      serverReaches: () => this.serverUp,
      confirms: () => true,
      sendDirect: (_, frame) => this.direct !== null && this.direct.push(frame) > 0,
      sendServer: (_, frame) => { this.byServer.push(frame); return this.nextRef++ },
    })
  }

  say(text) { this.outbound.send({ type: 'message', text }, ['ben'], this.now) }

  arrive(way, acknowledge) {
    const frame = (way === 'direct' ? this.direct : this.byServer)?.shift()
    if (!frame) return
    const ack = this.inbound.take('ana', frame, way, this.now)
    if (ack && acknowledge) this.outbound.acknowledge('ben', ack.stream, ack.n)
  }

  closeChannel() {
    this.direct = null
    this.outbound.channelClosed('ben', this.now)
  }

  loseSession() {
    this.byServer = []
    this.outbound.rejoined([], this.now)
  }

  pass(ms) {
    this.now += ms
    for (const { stream, n } of this.inbound.tick(this.now)) this.outbound.acknowledge('ben', stream, n)
    this.outbound.tick(this.now)
  }
}

/** A receiver waits 30 s for what is missing. The world has to have its breaks within that, and time to send again. */
const kWithin = 20_000

function play(seed) {
  const random = randomFrom(seed)
  const world = new World()
  const said = []
  for (let step = 0; step < 200; step += 1) {
    const dice = random()
    if (dice < 0.35) {
      said.push(`m${said.length}`)
      world.say(said.at(-1))
    } else if (dice < 0.55) world.arrive('direct', random() < 0.7)
    else if (dice < 0.75) world.arrive('server', random() < 0.7)
    else if (dice < 0.82) world.direct ??= []
    else if (dice < 0.88) world.closeChannel()
    else if (dice < 0.91) world.serverUp = !world.serverUp
    else if (dice < 0.93) world.loseSession()
    else world.pass(Math.min(kWithin - world.now, Math.floor(random() * (random() < 0.15 ? 6000 : 300))))
  }
  world.serverUp = true
  for (let i = 0; i < 100 && (world.outbound.waiting || world.inbound.waiting); i += 1) {
    while (world.direct?.length) world.arrive('direct', true)
    while (world.byServer.length) world.arrive('server', true)
    world.pass(1000)
  }
  return { said, received: world.received, waiting: world.outbound.waiting }
}

test('over thousands of random switches of the way nothing is lost, doubled or reordered', () => {
  const first = Number(process.env.SEED ?? Math.floor(Math.random() * 1e6))
  console.log(`SEED=${first}`)
  for (let seed = first; seed < first + 2000; seed += 1) {
    const { said, received, waiting } = play(seed)
    assert.deepEqual(received, said, `SEED=${seed}`)
    assert.equal(waiting, false, `SEED=${seed}`)
  }
})

test('a receiver whose page is new waits for what went before, but not for ever', () => {
  const received = []
  const inbound = new Inbound((_, frame) => received.push(frame.text))
  inbound.take('ana', { type: 'message', stream: 's', n: 8, after: 7, text: 'second' }, 'direct', 0)
  assert.deepEqual(received, [])
  inbound.take('ana', { type: 'message', stream: 's', n: 7, after: 0, text: 'first' }, 'server', 10)
  assert.deepEqual(received, ['first', 'second'])
  inbound.take('ana', { type: 'message', stream: 's', n: 12, after: 11, text: 'third' }, 'direct', 20)
  assert.deepEqual(inbound.tick(10_000), [])
  assert.deepEqual(inbound.tick(40_000), [{ from: 'ana', stream: 's', n: 12 }])
  assert.deepEqual(received, ['first', 'second', 'third'])
})

test('a plain client without numbers is shown as it comes, and gets each message once', () => {
  const sent = []
  const outbound = new Outbound({
    serverReaches: () => true, confirms: () => false, sendDirect: () => false, sendServer: (_, frame) => sent.push(frame),
  })
  const delivery = outbound.send({ type: 'message', text: 'hi' }, ['wscat'], 0)
  for (let now = 0; now < 100_000; now += 500) outbound.tick(now)
  outbound.rejoined([], 100_000)
  assert.equal(sent.length, 1)
  assert.equal(delivery.state, 'sent')
  const received = []
  const inbound = new Inbound((_, frame) => received.push(frame.text))
  for (const text of ['a', 'a', 'b']) assert.equal(inbound.take('wscat', { type: 'message', text }, 'server', 0), null)
  assert.deepEqual(received, ['a', 'a', 'b'])
})

test('one frame serves all receivers that are in step', () => {
  const sent = []
  const outbound = new Outbound({
    serverReaches: () => true, confirms: () => true, sendDirect: () => false,
    sendServer: (to, frame) => sent.push([to.length, frame.n, frame.after]),
  })
  const everyone = Array.from({ length: 100 }, (_, i) => `p${i}`)
  outbound.send({ type: 'message', text: 'x' }, everyone, 0)
  assert.deepEqual(sent, [[64, 1, 0], [36, 1, 0]])
})

test('a full backlog is refused, not grown', () => {
  const outbound = new Outbound({ serverReaches: () => false, confirms: () => true, sendDirect: () => false, sendServer: () => 0 })
  for (let i = 0; i < 1000; i += 1) outbound.send({ type: 'message', text: '' }, ['ben'], 0)
  assert.throws(() => outbound.send({ type: 'message', text: '' }, ['ben'], 0), { code: 'backlog-full' })
})
