// Redis copies to its followers asynchronously: a fail-over loses what the new master had not got. How much that is for those who
// talk meanwhile, and whose replicas break in other ways in between, is measured here; that all of it goes on afterwards, with the
// sessions that there were, is required.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { kReplicaFaults, startCrowd } from '../support/faults.mjs'
import { noRedis, startSentinels } from '../support/redis.mjs'
import { startReplicas } from '../support/replicas.mjs'
import { waitFor } from '../support/server.mjs'
import { assertExact, startTalk } from '../support/steady_client.mjs'
import { seedOf, seeded } from '../support/suite.mjs'

const kFailovers = Number(process.env.GRTC_FAILOVERS ?? 1)
const kRooms = Number(process.env.GRTC_FAULT_ROOMS ?? 2)

// A Sentinel cuts all connections of a server whose role it changes, those of these questions too.
const roleOf = async (server) => (await server.commandText('ROLE').catch(() => '')).match(/master|slave/)?.[0]

/** Kills the master, waits for another one that the Sentinels agree on, and has the old one come back as a follower of that. */
async function failOver({ servers, sentinels }) {
  const roles = await Promise.all(servers.map(roleOf))
  const old = servers[roles.indexOf('master')]
  await old.stop('SIGKILL')
  const others = servers.filter((server) => server !== old)
  await waitFor(async () => (await Promise.all(others.map(roleOf))).includes('master'), { timeoutMs: 30_000, what: 'a new master' })
  const named = () => Promise.all(sentinels.map((one) => one.commandText('SENTINEL', 'get-master-addr-by-name', 'mymaster')))
  await waitFor(async () => (await named()).every((text) => !text.includes(String(old.port))), { timeoutMs: 30_000, what: 'the Sentinels to agree' })
  await old.start()
  await waitFor(async () => (await Promise.all(servers.map((server) => server.commandText('INFO', 'replication').catch(() => '')))).filter((text) => text.includes('master_link_status:up')).length === 2,
    { timeoutMs: 30_000, what: 'two servers to follow the new master' })
}

async function failOverUnderCuts({ watched, ...world }) {
  await kReplicaFaults['connections are cut'](world)
  await failOver(watched)
}

/** What was sent and never came, by now or in a while: there is no end that says so. */
async function countLost(rooms) {
  const missing = () => rooms.flatMap((room) => room.map((client) => room.reduce((sum, from) => {
    const heard = new Set(client.heard.get(from.name))
    return sum + from.sentTo(client.name).filter((n) => !heard.has(n)).length
  }, 0))).reduce((sum, one) => sum + one, 0)
  let last
  await waitFor(() => missing() === 0 || missing() === (last ?? NaN) || void (last = missing()), { timeoutMs: 20_000, everyMs: 2000, what: 'nothing more to come' })
  return missing()
}

describe('Fail-overs of a watched Redis under two-way traffic', { skip: noRedis }, () => {
  it(`${kFailovers} of them, and other faults in between: everybody stays, all goes on, and the loss is measured`, { timeout: Math.max(300_000, kFailovers * 90_000) }, async (t) => {
    const seed = seedOf(t)
    const random = seeded(seed)
    const pick = (list) => list[Math.floor(random() * list.length)]
    const watched = await startSentinels(t)
    const replicas = await startReplicas(t, { redis: watched, env: { RESUME_WINDOW_S: '60', MESSAGE_RATE: '100000', REDIS_TIMEOUT_MS: '1000', DRAIN_SECONDS: '1', QUEUE_EVENTS: '60000', QUEUE_BYTES: '60000000' } })
    const crowd = await startCrowd(t, replicas, { rooms: kRooms, seed, counts: true })
    const { rooms, clients, talks } = crowd
    const done = []
    for (let n = 0; n < kFailovers; n++) {
      const other = pick(Object.keys(kReplicaFaults))
      for (const [name, fault] of Object.entries({ 'a fail-over while connections are cut': failOverUnderCuts, [other]: kReplicaFaults[other] })) {
        done.push(name)
        await fault({ replicas, watched, clients, random, pick })
        await crowd.isWhole(done.join(', '))
      }
    }
    for (const talk of talks) await talk.stop()
    const lost = await countLost(rooms)
    const sent = rooms.reduce((sum, room) => sum + room.reduce((all, from) => all + room.reduce((own, client) => own + from.sentTo(client.name).length, 0), 0), 0)
    const sum = (what) => clients.reduce((all, client) => all + client.faults[what], 0)
    const others = Object.keys(kReplicaFaults).map((name) => `${name} ${done.filter((one) => one === name).length}`).join(', ')
    t.diagnostic(`of ${sent} messages ${lost} lost, ${sum('doubled')} doubled, ${sum('reordered')} late over ${kFailovers} fail-overs, ${others}; ${crowd.resumes} resumes`)
    assert.ok(lost < sent / 100, `${lost} of ${sent} lost`)
    // The same people, in the same sessions, go on exactly.
    for (const client of clients) {
      client.faults = null
      client.forget()
    }
    for (const room of rooms) {
      const talk = startTalk(room)
      await waitFor(() => talk.sent > 100, { what: 'some talk' })
      await talk.stop()
      await assertExact(room)
    }
  })
})
