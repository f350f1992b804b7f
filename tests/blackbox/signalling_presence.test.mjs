import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { join, roomOf } from '../support/peer.mjs'
import { fresh, sharedServer } from '../support/suite.mjs'

describe('Presence', { concurrency: true }, () => {
  const server = sharedServer({ env: { RESUME_WINDOW_S: '1', MESSAGE_RATE: '5000' } })

  it('an update is seen by all others as peer-updated, and by whoever joins later', async () => {
    const room = fresh()
    const { alice, bob, carol } = await roomOf(server, room, ['alice', 'bob', 'carol'])
    alice.send({ type: 'update', name: 'Ana', meta: { hand: true, note: 'ñ "quoted"', n: 1.5 }, id: 1 })
    for (const peer of [bob, carol]) {
      const updated = await peer.expect('peer-updated')
      assert.equal(typeof updated.seq, 'string')
      assert.deepEqual(Object.keys(updated.peer).sort(), ['connected', 'joined_at', 'meta', 'name', 'peer_id'])
      assert.equal(updated.peer.peer_id, 'alice')
      assert.equal(updated.peer.name, 'Ana')
      assert.deepEqual(updated.peer.meta, { hand: true, note: 'ñ "quoted"', n: 1.5 })
      assert.equal(updated.peer.connected, true)
    }
    const dave = await join(server, room, { peer: 'dave' })
    const seen = dave.welcome.peers.find((peer) => peer.peer_id === 'alice')
    assert.equal(seen.name, 'Ana')
    assert.deepEqual(seen.meta, { hand: true, note: 'ñ "quoted"', n: 1.5 })
  })

  it('an update of one member leaves the other as it was', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'], { name: 'First' })
    alice.send({ type: 'update', meta: { muted: true } })
    const one = await bob.expect('peer-updated')
    assert.equal(one.peer.name, 'First')
    assert.deepEqual(one.peer.meta, { muted: true })
    alice.send({ type: 'update', name: 'Second' })
    const two = await bob.expect('peer-updated')
    assert.equal(two.peer.name, 'Second')
    assert.deepEqual(two.peer.meta, { muted: true })
    alice.send({ type: 'update', meta: {} })
    assert.deepEqual((await bob.expect('peer-updated')).peer.meta, {})
  })

  it('an update is never relayed', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    alice.send({ type: 'update', to: 'bob', name: 'A' })
    const events = [await bob.next(), ...(await bob.settled())]
    assert.ok(events.every((event) => event.type === 'peer-updated'), JSON.stringify(events))
  })

  it('takes meta of 4 KiB and refuses more', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    const meta = (bytes) => `{"a":"${'x'.repeat(bytes - 8)}"}`
    assert.equal(meta(4096).length, 4096)
    alice.send(`{"type":"update","meta":${meta(4096)},"id":1}`)
    assert.equal((await bob.expect('peer-updated')).peer.meta.a.length, 4088)
    alice.send(`{"type":"update","meta":${meta(4097)},"id":2}`)
    assert.equal((await alice.expectError('bad-message')).ref, 2)
    assert.deepEqual(await bob.settled(), [])
  })

  const bad = {
    'a name with a line feed': { name: 'a\nb' },
    'a name of 129 bytes': { name: 'x'.repeat(129) },
    'a name that is a number': { name: 7 },
    'a name with white space at its end': { name: 'a ' },
    'neither name nor meta': {},
  }
  for (const [what, members] of Object.entries(bad)) {
    it(`${what}: bad-message, and nothing changes`, async () => {
      const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
      alice.send({ type: 'update', ...members, id: 3 })
      assert.equal((await alice.expectError('bad-message')).ref, 3)
      assert.deepEqual(await bob.settled(), [])
    })
  }

  const breaks = {
    'a TCP reset': (peer) => peer.cut(),
    'an end without a close frame': (peer) => peer.ws.end(),
    'a close with 3000': (peer) => peer.ws.close(3000),
    'a close with 4999': (peer) => peer.ws.close(4999),
    'a close with 1011': (peer) => peer.ws.close(1011),
    'a protocol error': (peer) => peer.ws.text('{}', { rsv: 4 }),
  }
  for (const [what, cut] of Object.entries(breaks)) {
    it(`${what} keeps the peer in the room, connected: false, until the window is over: peer-left "timeout"`, async () => {
      const room = fresh()
      const { alice, bob } = await roomOf(server, room, ['alice', 'bob'])
      const start = performance.now()
      cut(alice)
      const updated = await bob.expect('peer-updated')
      assert.equal(updated.peer.peer_id, 'alice')
      assert.equal(updated.peer.connected, false)
      const carol = await join(server, room, { peer: 'carol' })
      const seen = carol.welcome.peers.find((peer) => peer.peer_id === 'alice')
      assert.equal(seen?.connected, false, 'a newcomer sees the broken one, greyed')
      await bob.expect('peer-joined')
      const left = await bob.expect('peer-left')
      assert.equal(left.peer_id, 'alice')
      assert.equal(left.reason, 'timeout')
      const took = performance.now() - start
      assert.ok(took > 900 && took < 3000, `the window is 1 s, it took ${took} ms`)
    })
  }

  it('a broken peer who returns in the window is seen as connected again, with its presence and joined_at', async () => {
    const room = fresh()
    const { alice, bob } = await roomOf(server, room, ['alice', 'bob'])
    alice.send({ type: 'update', name: 'Ana', meta: { hand: true } })
    const before = (await bob.expect('peer-updated')).peer
    await alice.cut()
    assert.equal((await bob.expect('peer-updated')).peer.connected, false)
    await alice.resume()
    assert.deepEqual((await bob.expect('peer-updated')).peer, before)
    assert.deepEqual(await bob.settled(), [])
  })

  it('all see joins, leaves, updates and broadcasts in one same order', async () => {
    const room = fresh()
    const watchers = Object.values(await roomOf(server, room, ['w1', 'w2', 'w3']))
    const others = await Promise.all(Array.from({ length: 8 }, async (_, i) => {
      const peer = await join(server, room, { peer: `p${i}` })
      for (let n = 0; n < 20; n++) {
        peer.send({ type: 'message', n })
        if (n % 5 === 0) peer.send({ type: 'update', meta: { n } })
      }
      await peer.leave()
    }))
    assert.equal(others.length, 8)
    const heard = []
    for (const watcher of watchers) {
      const events = await watcher.settled()
      heard.push(events.map((event) => `${event.type} ${event.from ?? event.peer_id ?? event.peer.peer_id} ${event.n ?? JSON.stringify(event.peer?.meta)}`))
    }
    assert.equal(heard[0].length, 8 * (1 + 20 + 4 + 1))
    assert.deepEqual(heard[1], heard[0])
    assert.deepEqual(heard[2], heard[0])
  })
})

describe('A leave is told at once', () => {
  const server = sharedServer()
  const leaves = {
    'type leave': (peer) => peer.send({ type: 'leave' }),
    'a close with 1000': (peer) => peer.ws.close(1000),
    'a close with 1001': (peer) => peer.ws.close(1001),
    'a close without a code, as ws.close() of a browser is': (peer) => peer.ws.close(),
  }
  for (const [what, leave] of Object.entries(leaves)) {
    it(`${what}: the others see peer-left "left" within 100 ms`, async () => {
      const times = []
      for (let round = 0; round < 5; round++) {
        const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
        const start = performance.now()
        leave(alice)
        const left = await bob.expect('peer-left')
        times.push(performance.now() - start)
        assert.equal(left.peer_id, 'alice')
        assert.equal(left.reason, 'left')
        assert.equal(typeof left.seq, 'string')
        await alice.ws.closed
      }
      // The middle one of five: a busy machine may be late once.
      assert.ok(times.sort((a, b) => a - b)[2] < 100, `${times} ms`)
    })
  }
})
