import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { get, request } from '../support/http.mjs'
import { join, roomOf } from '../support/peer.mjs'
import { waitFor } from '../support/server.mjs'
import { sharedServer } from '../support/suite.mjs'

describe('Rooms on two threads', { concurrency: true }, () => {
  const server = sharedServer({ env: { THREADS: '2', RESUME_WINDOW_S: '20', MESSAGE_RATE: '20000' } })

  it('many rooms, each with its own peers and messages, whatever thread a socket was accepted on', async () => {
    const rooms = await Promise.all(Array.from({ length: 60 }, (_, n) => roomOf(server, `many-${n}`, ['a', 'b', 'c'])))
    for (const [n, { a }] of rooms.entries()) {
      for (let i = 0; i < 20; i++) a.send({ type: 'message', room: n, i, ...(i % 2 ? { to: 'b' } : {}) })
    }
    for (const [n, { b, c }] of rooms.entries()) {
      for (let i = 0; i < 20; i++) {
        const got = await b.expect('message')
        assert.deepEqual([got.room, got.i], [n, i])
      }
      for (let i = 0; i < 20; i += 2) {
        const got = await c.expect('message')
        assert.deepEqual([got.room, got.i], [n, i])
      }
      assert.deepEqual(await c.settled(), [])
    }
  })

  it('resume finds the session from any connection', async () => {
    for (let n = 0; n < 20; n++) {
      const { a, b } = await roomOf(server, `resume-${n}`, ['a', 'b'])
      await b.cut()
      await a.expect('peer-updated')
      a.send({ type: 'message', n })
      await a.flushed()
      const again = await b.resume()
      assert.equal(again.welcome.resumed, true)
      assert.equal((await again.expect('message')).n, n)
    }
  })

  it('many join and leave the same rooms at the same time', async () => {
    await Promise.all(Array.from({ length: 200 }, async (_, n) => {
      const peer = await join(server, `busy-${n % 5}`, { peer: `p${n}` })
      peer.send({ type: 'message', n }).send({ type: 'ping' })
      await peer.until('pong')
      await peer.leave()
    }))
    const after = await join(server, 'busy-0', { peer: 'last' })
    assert.deepEqual(after.welcome.peers, [])
  })

  it('one peer id taken on both threads at once is held by exactly one', async () => {
    for (let round = 0; round < 10; round++) {
      const outcomes = await Promise.all(Array.from({ length: 6 }, async () => {
        try {
          return { peer: await join(server, `race-${round}`, { peer: 'same' }) }
        } catch (error) {
          return { error }
        }
      }))
      const winners = outcomes.filter((outcome) => outcome.peer)
      assert.equal(winners.length, 1)
      for (const { error } of outcomes.filter((outcome) => outcome.error)) assert.match(error.message, /peer-id-taken/)
    }
  })

  it('health counts the rooms and peers of both, and items work beside', async () => {
    const rooms = await Promise.all(Array.from({ length: 10 }, (_, n) => roomOf(server, `count-${n}`, ['a'])))
    const { json } = await get(server, '/health')
    assert.ok(json.rooms >= 10 && json.peers >= 10)
    await Promise.all(Array.from({ length: 50 }, async (_, n) => assert.equal((await request(server, 'POST', '/api/items', { json: { name: `n${n}` } })).status, 201)))
    for (const { a } of rooms) await a.leave()
    await waitFor(async () => !(await get(server, '/api/rooms')).text.includes('"count-'), { timeoutMs: 3000 })
  })
})
