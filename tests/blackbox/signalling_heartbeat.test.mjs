import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { join, roomOf } from '../support/peer.mjs'
import { fresh, sharedServer } from '../support/suite.mjs'

describe('The heartbeat', { concurrency: true }, () => {
  const server = sharedServer({ env: { HEARTBEAT_S: '1', RESUME_WINDOW_S: '2' } })

  it('pings each peer every heartbeat_s, and one that answers stays', async () => {
    const alice = await join(server, fresh(), { peer: 'alice' })
    assert.equal(alice.welcome.heartbeat_s, 1)
    const start = performance.now()
    for (let i = 0; i < 4; i++) await alice.ws.pings.next(2500)
    const took = performance.now() - start
    assert.ok(took > 2500 && took < 6500, `4 pings in ${took} ms`)
    assert.deepEqual(await alice.settled(), [])
    assert.deepEqual(alice.ws.violations, [])
  })

  it('drops a peer who answers none for two periods as broken: 4408, and the resume window applies', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    alice.ws.autoPong = false
    const start = performance.now()
    await alice.ws.expectClose(4408, 6000)
    const took = performance.now() - start
    assert.ok(took > 1500 && took < 4500, `${took} ms`)
    const updated = await bob.expect('peer-updated')
    assert.equal(updated.peer.connected, false)
    const again = await alice.resume({ autoPong: true })
    assert.equal(again.welcome.resumed, true)
    assert.equal((await bob.expect('peer-updated')).peer.connected, true)
  })

  it('then ends the session of one that does not come back: peer-left "timeout"', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    alice.ws.autoPong = false
    alice.ws.autoClose = false
    assert.equal((await bob.expect('peer-updated', 6000)).peer.connected, false)
    const left = await bob.expect('peer-left', 6000)
    assert.equal(left.reason, 'timeout')
  })

  it('closes the socket of a dead peer also when that one never answers the close', async () => {
    const alice = await join(server, fresh(), { peer: 'alice', autoPong: false, autoClose: false })
    const end = await alice.ws.closed
    assert.equal(end.code, 4408)
  })

  it('takes an unasked pong as no offence', async () => {
    const alice = await join(server, fresh(), { peer: 'alice' })
    alice.ws.pong('unasked')
    assert.deepEqual(await alice.settled(), [])
  })
})
