import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { kReplicas, startServerOrReplicas } from '../support/replicas.mjs'
import { SteadyClient, assertExact, startTalk } from '../support/steady_client.mjs'
import { delay, fresh, kSlow, seedOf, seeded } from '../support/suite.mjs'

const kPeers = 20
/** Replicas wait for a Redis that stalls, on a busy machine for seconds: what is sent meanwhile must fit in a session (1,000 events). */
const kPauseMs = kReplicas > 1 ? 60 : 8
const kCuts = Number(process.env.GRTC_CUTS ?? (kSlow ? 200 : 1000))

describe('A storm of broken connections', () => {
  it(`${kCuts} abrupt disconnects under two-way traffic: 0 lost, 0 doubled, 0 reordered`, { timeout: 180_000 }, async (t) => {
    const seed = seedOf(t)
    const random = seeded(seed)
    const server = await startServerOrReplicas(t, { env: { MESSAGE_RATE: '100000', RESUME_WINDOW_S: '60', ...(process.env.GRTC_THREADS && { THREADS: process.env.GRTC_THREADS }) } })
    const room = fresh('storm')
    const names = Array.from({ length: kPeers }, (_, i) => `peer-${i}`)
    const clients = names.map((name, i) => new SteadyClient(server, room, name, seeded(seed + i + 1)))
    for (const client of clients) await client.connect()
    t.after(() => clients.forEach((client) => client.close()))

    const talk = startTalk(clients, kPauseMs)
    const share = Array.from({ length: kPeers }, (_, i) => Math.floor(kCuts / kPeers) + (i < kCuts % kPeers ? 1 : 0))
    await Promise.all(clients.map(async (client, i) => {
      for (let n = 0; n < share[i]; n++) {
        await delay(random() * 40)
        await client.breakAndReturn()
      }
    }))
    await talk.stop()
    const received = await assertExact(clients)
    const resumes = clients.reduce((sum, client) => sum + client.resumes, 0)
    assert.equal(resumes, kCuts)
    t.diagnostic(`${talk.sent} messages sent, ${received} received, ${resumes} resumes`)
  })
})
