import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, it } from 'node:test'
import { metric } from '../support/http.mjs'
import { join } from '../support/peer.mjs'
import { startServer } from '../support/server.mjs'
import { fresh } from '../support/suite.mjs'

describe('BUSY_POLL_US: an I/O thread looks on before it sleeps', { concurrency: 1 }, () => {
  it('messages arrive as ever, in order', async (t) => {
    const server = await startServer(t, { env: { BUSY_POLL_US: '1000' } })
    const room = fresh()
    const [ana, ben] = [await join(server, room, { peer: 'ana' }), await join(server, room, { peer: 'ben' })]
    for (let n = 1; n <= 150; n++) {
      ana.send({ type: 'message', n })
      const heard = await ben.expect('message')
      assert.equal(heard.n, n)
    }
  })

  it('where messages are rare it sleeps: they cost hardly more processor than without', async (t) => {
    const kMessages = 400
    const spent = async (longest) => {
      const server = await startServer(t, { env: { BUSY_POLL_US: longest, THREADS: '1' } })
      const room = fresh()
      const [ana, ben] = [await join(server, room, { peer: 'ana' }), await join(server, room, { peer: 'ben' })]
      const before = await metric(server, 'process_cpu_seconds_total')
      for (let n = 1; n <= kMessages; n++) {
        ana.send({ type: 'message', n })
        await ben.expect('message')
        await pause(5)  // the pace is what is tested
      }
      return (await metric(server, 'process_cpu_seconds_total')) - before
    }
    const [without, withIt] = [await spent('0'), await spent('1000')]
    // To look on each time would take a millisecond a message more.
    assert.ok(withIt - without < 0.15, `${withIt} s of processor for ${kMessages} messages, and ${without} s without`)
  })
})
