import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertSentence, join, open, refused, roomOf } from '../support/peer.mjs'
import { waitFor } from '../support/server.mjs'
import { fresh, sharedServer } from '../support/suite.mjs'

describe('Resuming a session', { concurrency: true }, () => {
  const server = sharedServer({ env: { RESUME_WINDOW_S: '30', MESSAGE_RATE: '10000' } })

  it('brings exactly the events after seq, in order, after a welcome with resumed: true', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    alice.send({ type: 'message', n: 0 })
    await bob.expect('message')
    await bob.cut()
    assert.equal((await alice.expect('peer-updated')).peer.connected, false)
    for (let n = 1; n <= 50; n++) alice.send({ type: 'message', n, ...(n % 2 ? { to: 'bob' } : {}) })
    await alice.flushed()
    const again = await bob.resume()
    assert.equal(again.welcome.resumed, true)
    assert.equal(again.welcome.peer_id, 'bob')
    assert.equal(again.welcome.room, bob.room)
    for (let n = 1; n <= 50; n++) assert.equal((await again.expect('message')).n, n)
    assert.deepEqual(await again.settled(), [])
    assert.equal((await alice.expect('peer-updated')).peer.connected, true)
  })

  it('replays an event that was sent but not named in seq, byte by byte the same', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    const start = bob.seq
    alice.send({ type: 'message', n: 1 }).send({ type: 'message', to: 'bob', n: 2 })
    const first = [(await bob.expect('message')).raw, (await bob.expect('message')).raw]
    await bob.cut()
    const again = await bob.resume({ seq: start })
    assert.equal(again.welcome.resumed, true)
    assert.deepEqual([(await again.expect('message')).raw, (await again.expect('message')).raw], first)
    assert.deepEqual(await again.settled(), [])
  })

  it('can be done again and again, also before anything new was seen', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    let back = bob
    for (let n = 1; n <= 10; n++) {
      await back.cut()
      await alice.until('peer-updated', (event) => event.peer.connected === false)
      alice.send({ type: 'message', n })
      await alice.flushed()
      back = await back.resume()
      assert.equal(back.welcome.resumed, true)
      if (n % 2) assert.equal((await back.expect('message')).n, n)
      else {
        await back.cut()
        back = await back.resume()
        assert.equal((await back.expect('message')).n, n)
      }
      await alice.until('peer-updated', (event) => event.peer.connected === true)
    }
  })

  it('tells which of the client\'s own messages were taken, and drops the ones it took already', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    for (let n = 1; n <= 3; n++) alice.send({ type: 'message', n, id: n * 10 })
    for (let n = 1; n <= 3; n++) await bob.expect('message')
    await alice.cut()
    await bob.expect('peer-updated')
    const again = await alice.resume()
    assert.equal(again.welcome.received, 30)
    for (let n = 2; n <= 5; n++) again.send({ type: 'message', n, id: n * 10 })
    assert.equal((await bob.expect('peer-updated')).peer.connected, true)
    assert.equal((await bob.expect('message')).n, 4)
    assert.equal((await bob.expect('message')).n, 5)
    assert.deepEqual(await bob.settled(), [])
    assert.deepEqual(await again.settled(), [], 'a dropped double is no error')
  })

  it('counts the id of a refused message and of a control message as taken', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    alice.send({ type: 'message', to: 'nobody', id: 5 })
    await alice.expectError('unknown-peer')
    alice.send({ type: 'update', meta: { n: 1 }, id: 6 })
    await bob.expect('peer-updated')
    await alice.cut()
    assert.equal((await alice.resume()).welcome.received, 6)
  })

  it('drops a repeated id on a connection that never broke', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    for (const [id, n] of [[1, 'a'], [1, 'b'], [3, 'c'], [2, 'd'], [4, 'e']]) alice.send({ type: 'message', id, n })
    for (const n of ['a', 'c', 'e']) assert.equal((await bob.expect('message')).n, n)
    assert.deepEqual(await bob.settled(), [])
  })

  it('keeps the largest id exactly', async () => {
    const { alice } = await roomOf(server, fresh(), ['alice'])
    alice.send({ type: 'message', id: 2 ** 53 - 1 })
    await alice.flushed()
    await alice.cut()
    assert.equal((await alice.resume()).welcome.received, 2 ** 53 - 1)
  })

  it('works while the old socket still looks alive: it is closed with session-replaced, 4410', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    const again = await bob.resume()
    assert.equal(again.welcome.resumed, true)
    await bob.expectError('session-replaced')
    await bob.ws.expectClose(4410)
    alice.send({ type: 'message', n: 1 })
    assert.equal((await again.until('message')).n, 1)
    const others = await alice.settled()
    assert.ok(others.every((event) => event.type === 'peer-updated'), 'nobody left')
  })

  it('lets nothing of the replaced socket through any more', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    bob.ws.autoClose = false
    const again = await bob.resume()
    bob.send({ type: 'message', n: 'from the dead' })
    await bob.ws.closed
    again.send({ type: 'message', n: 'from the living' })
    assert.equal((await alice.until('message')).n, 'from the living')
  })

  it('carries presence events that happened meanwhile', async () => {
    const room = fresh()
    const { alice, bob } = await roomOf(server, room, ['alice', 'bob'])
    await bob.cut()
    await alice.expect('peer-updated')
    const carol = await join(server, room, { peer: 'carol' })
    await alice.expect('peer-joined')
    alice.send({ type: 'update', meta: { hand: true } })
    await carol.expect('peer-updated')
    await carol.leave()
    await alice.expect('peer-left')
    const again = await bob.resume()
    assert.equal((await again.expect('peer-joined')).peer.peer_id, 'carol')
    assert.deepEqual((await again.expect('peer-updated')).peer.meta, { hand: true })
    assert.equal((await again.expect('peer-left')).reason, 'left')
    assert.deepEqual(await again.settled(), [])
  })

  it('keeps messages for a broken peer instead of calling it unknown', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    await bob.cut()
    await alice.expect('peer-updated')
    alice.send({ type: 'offer', to: 'bob', id: 1, sdp: 'x' })
    assert.deepEqual(await alice.settled(), [])
    assert.equal((await (await bob.resume()).expect('offer')).sdp, 'x')
  })

  it('an unknown token gets a new session, resumed: false', async () => {
    for (const session of ['unknown', 'x'.repeat(200), '"\\', 'ñ', '']) {
      const peer = await join(server, fresh(), { peer: 'alice', session, seq: '1' })
      assert.equal(peer.welcome.resumed, false)
      assert.equal(peer.welcome.received, 0)
      assert.notEqual(peer.session, session)
    }
  })

  it('a token of another room, or for another peer id, does not resume', async () => {
    const one = await join(server, fresh(), { peer: 'alice' })
    await one.cut()
    const other = await join(server, fresh(), { peer: 'alice', session: one.session, seq: one.seq })
    assert.equal(other.welcome.resumed, false)
    const else_ = await join(server, one.room, { peer: 'mallory', session: one.session, seq: one.seq })
    assert.equal(else_.welcome.resumed, false)
    assert.equal(else_.id, 'mallory')
  })

  it('a client whose id the server made resumes without naming it, or naming it', async () => {
    const peer = await join(server, fresh())
    await peer.cut()
    const named = await peer.resume()
    assert.equal(named.welcome.resumed, true)
    await named.cut()
    const nameless = await named.resume({ peer: undefined })
    assert.equal(nameless.welcome.resumed, true)
    assert.equal(nameless.id, peer.id)
  })

  const badSeqs = ['', 'abc', '-1', '99999999999999999999999999999999999999', 'x'.repeat(41), '1 ', '1e3', '٣', '0x1', '18446744073709551616']
  for (const seq of badSeqs) {
    it(`the seq ${JSON.stringify(seq.slice(0, 22))} that the server never gave does not resume and does not lie`, async () => {
      const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
      alice.send({ type: 'message', n: 1 })
      await bob.expect('message')
      await bob.cut()
      await alice.expect('peer-updated')
      const again = await open(server, bob.room, { peer: 'bob', session: bob.session, seq })
      const first = await again.next()
      if (first.type === 'error') {
        assert.equal(first.code, 'bad-request')
        assertSentence(first.message)
        await again.ws.expectClose(4400)
        return
      }
      assert.equal(first.type, 'welcome')
      assert.equal(first.resumed, false, 'what it has seen is unknown, so nothing can be promised')
    })
  }

  it('without seq nothing is known to be seen: the whole session is replayed or a new one begins', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    alice.send({ type: 'message', n: 1 })
    await bob.expect('message')
    await bob.cut()
    await alice.expect('peer-updated')
    const again = await bob.resume({ seq: undefined })
    if (again.welcome.resumed) assert.equal((await again.expect('message')).n, 1)
    else assert.deepEqual(again.welcome.peers.map((peer) => peer.peer_id), ['alice'])
  })

  it('a session that left cannot be resumed, and its peer id is free at once', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    await bob.leave()
    const again = await bob.resume()
    assert.equal(again.welcome.resumed, false)
    assert.notEqual(again.session, bob.session)
    assert.equal((await alice.expect('peer-left')).reason, 'left')
    assert.equal((await alice.expect('peer-joined')).peer.peer_id, 'bob')
  })

  it('more than 1,000 events kept end the session: peer-left, and a return is a new session', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    await bob.cut()
    await alice.expect('peer-updated')
    for (let n = 0; n < 1001; n++) alice.send({ type: 'message', n })
    const left = await alice.expect('peer-left', 15000)
    assert.equal(left.peer_id, 'bob')
    assert.ok(['timeout', 'removed'].includes(left.reason), left.reason)
    const again = await bob.resume()
    assert.equal(again.welcome.resumed, false)
  })

  it('exactly 1,000 events are kept', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    await bob.cut()
    await alice.expect('peer-updated')
    for (let n = 0; n < 1000; n++) alice.send({ type: 'message', n })
    await alice.flushed()
    const again = await bob.resume()
    assert.equal(again.welcome.resumed, true)
    for (let n = 0; n < 1000; n++) assert.equal((await again.expect('message')).n, n)
  })

  it('more than 1 MiB kept ends the session', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    await bob.cut()
    await alice.expect('peer-updated')
    for (let n = 0; n < 18; n++) alice.send({ type: 'message', n, text: 'x'.repeat(60_000) })
    assert.equal((await alice.expect('peer-left', 15000)).peer_id, 'bob')
    assert.equal((await bob.resume()).welcome.resumed, false)
  })

  it('1,000 events and 1 MiB are the bound of what was not seen, not of a session\'s life', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < 700; n++) alice.send({ type: 'message', n, text: 'x'.repeat(1000) })
      for (let n = 0; n < 700; n++) await bob.expect('message')
    }
    await bob.cut()
    await alice.expect('peer-updated')
    alice.send({ type: 'message', n: 'last' })
    await alice.flushed()
    const again = await bob.resume()
    assert.equal(again.welcome.resumed, true)
    assert.equal((await again.expect('message')).n, 'last')
  })
})

describe('The end of the resume window', { concurrency: true }, () => {
  const server = sharedServer({ env: { RESUME_WINDOW_S: '1' } })

  it('an expired token gets a new session and the id is free again', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    await bob.cut()
    await alice.expect('peer-updated')
    assert.equal((await alice.expect('peer-left')).reason, 'timeout')
    const again = await bob.resume()
    assert.equal(again.welcome.resumed, false)
    assert.equal(again.welcome.resume_window_s, 1)
    assert.equal(again.welcome.received, 0)
  })

  it('a return stops the clock, and the next break starts it anew', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    let back = bob
    const start = Date.now()
    while (Date.now() - start < 2500) {
      await back.cut()
      await alice.until('peer-updated', (event) => !event.peer.connected)
      back = await back.resume()
      assert.equal(back.welcome.resumed, true)
      await alice.until('peer-updated', (event) => event.peer.connected)
      const next = Date.now() + 400
      await waitFor(() => Date.now() > next)
    }
    assert.deepEqual(await alice.settled(), [])
  })
})

describe('A peer id whose holder may be dead', { concurrency: true }, () => {
  const server = sharedServer({ env: { RESUME_WINDOW_S: '30' } })

  it('is refused at once while the holder answers a ping', async () => {
    const holder = await join(server, fresh(), { peer: 'alice' })
    const start = performance.now()
    await refused(server, holder.room, 'peer-id-taken', 4409, { peer: 'alice' })
    assert.ok(performance.now() - start < 1000)
    assert.ok(holder.ws.pings.size > 0, 'the holder was pinged')
  })

  it('goes to the newcomer when the holder does not answer within 2 s', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    alice.ws.autoPong = false
    alice.ws.autoClose = false
    const start = performance.now()
    const newcomer = await join(server, alice.room, { peer: 'alice', name: 'New' })
    const took = performance.now() - start
    assert.ok(took > 1500 && took < 3500, `${took} ms`)
    assert.equal(newcomer.welcome.resumed, false)
    const left = await bob.until('peer-left')
    assert.equal(left.peer_id, 'alice')
    assert.equal(left.reason, 'replaced')
    const joined = await bob.expect('peer-joined')
    assert.equal(joined.peer.name, 'New')
    bob.send({ type: 'message', to: 'alice', text: 'for the new one' })
    assert.equal((await newcomer.expect('message')).text, 'for the new one')
  })

  it('is not taken from a holder that answers late but in time', async () => {
    const holder = await join(server, fresh(), { peer: 'alice' })
    holder.ws.autoPong = false
    const attempt = refused(server, holder.room, 'peer-id-taken', 4409, { peer: 'alice' })
    const ping = await holder.ws.pings.next()
    holder.ws.pong(ping)
    await attempt
    assert.deepEqual(await holder.settled(), [])
  })

  it('goes to a newcomer when its holder has broken off: nobody answers there', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    await alice.cut()
    await bob.expect('peer-updated')
    const newcomer = await join(server, alice.room, { peer: 'alice', name: 'New' })
    assert.equal(newcomer.welcome.resumed, false)
    assert.equal((await bob.expect('peer-left')).reason, 'replaced')
    assert.equal((await bob.expect('peer-joined')).peer.name, 'New')
    await refused(server, alice.room, 'peer-id-taken', 4409, { peer: 'alice', session: alice.session, seq: alice.seq })
  })
})
