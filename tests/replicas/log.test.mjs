// The log of a room that replicas share: what is told together is one entry of it, and each message has a place of its own.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { join } from '../support/peer.mjs'
import { noRedis, startRedis } from '../support/redis.mjs'
import { startReplicas } from '../support/replicas.mjs'
import { fresh } from '../support/suite.mjs'

const kFactsMark = '\x1d'

/** In one write, so that they are read in one turn. */
function sendTogether(peer, messages) {
  peer.ws.socket.cork()
  for (const message of messages) peer.send(message)
  peer.ws.socket.uncork()
}

/** ana and ben on one replica, eva on another. */
async function three(t, env = {}) {
  const redis = await startRedis(t)
  const { all: [one, two] } = await startReplicas(t, { redis, count: 2, env: { RESUME_WINDOW_S: '30', MESSAGE_RATE: '0', ...env } })
  const room = fresh()
  const [ana, ben] = [await join(one, room, { peer: 'ana' }), await join(one, room, { peer: 'ben' })]
  const eva = await join(two, room, { peer: 'eva' })
  await ben.expect('peer-joined')
  const entries = async () => (await redis.commandText('XRANGE', `grtc:{${room}}:log`, '-', '+')).split('\r\n').filter((line) => line.startsWith('M\x1f'))
  return { one, ana, ben, eva, entries, redis }
}

describe('The log of a shared room', { skip: noRedis, concurrency: 2 }, () => {
  it('who saw a part of what was told together comes back to another replica, and hears the rest', async (t) => {
    const { one, ana, ben, eva, entries } = await three(t)
    const numbers = Array.from({ length: 40 }, (_, i) => i + 1)
    sendTogether(ana, numbers.map((n) => ({ type: 'message', n, to: n % 2 ? 'eva' : undefined })))
    const heard = []
    while (heard.length < numbers.length) heard.push(await eva.expect('message'))
    assert.ok((await entries()).some((line) => line.split(kFactsMark).length > 20), 'many were told in one entry')
    assert.equal(new Set(heard.map((event) => event.seq)).size, numbers.length, 'each has a place of its own')
    for (const seen of [1, 17, 38]) {
      await eva.cut()
      eva.seq = heard[seen - 1].seq
      const again = await eva.resume({ not: undefined })
      assert.equal(again.welcome.resumed, true)
      for (const n of numbers.slice(seen)) assert.equal((await again.expect('message')).n, n, `after ${seen}`)
      Object.assign(eva, { ws: again.ws, seq: again.seq, server: seen === 1 ? one : eva.server })
    }
    for (const n of numbers) if (n % 2 === 0) assert.equal((await ben.until('message')).n, n)
  })

  it('what changes and is said in one moment keeps its order, each at a place of its own', async (t) => {
    const { ana, eva } = await three(t)
    for (let round = 0; round < 30; round++) {
      sendTogether(ana, [{ type: 'update', meta: { round } }, ...Array.from({ length: 12 }, (_, n) => ({ type: 'message', n }))])
      assert.equal((await eva.expect('peer-updated')).peer.meta.round, round)
      for (let n = 0; n < 12; n++) assert.equal((await eva.expect('message')).n, n)
    }
  })

  it('holds so many messages at most, also of those that were told together', async (t) => {
    const { ana, eva, entries } = await three(t)
    let n = 0
    while (n < 32_000) {
      const from = n
      sendTogether(ana, Array.from({ length: 400 }, () => ({ type: 'message', to: 'eva', n: ++n })))
      for (let i = from + 1; i <= n; i++) assert.equal((await eva.expect('message')).n, i)
    }
    const held = (await entries()).reduce((sum, line) => sum + line.split(kFactsMark).length, 0)
    assert.ok(held >= 20_000 && held <= 25_500, `${held} messages in the log`)
  })

  it('is sent to a replica but for what that replica said itself', async (t) => {
    const { ana, ben, eva, redis } = await three(t)
    const text = 'x'.repeat(1000)
    const output = async () => Number(/total_net_output_bytes:(\d+)/.exec(await redis.commandText('INFO', 'stats'))[1])
    const say = async (count) => {
      sendTogether(ana, Array.from({ length: count }, (_, n) => ({ type: 'message', to: ['ben', 'eva'], n, text })))
      for (const peer of [ben, eva]) for (let n = 0; n < count; n++) assert.equal((await peer.until('message')).n, n)
    }
    await say(50) // the first time the other replica hears of it, it reads the log
    const before = await output()
    await say(500)
    const times = (await output() - before) / (500 * text.length)
    assert.ok(times > 1 && times < 1.3, `sent ${times.toFixed(2)} times`)
  })
})
