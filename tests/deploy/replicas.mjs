// Three replicas behind nginx, on one Redis and one PostgreSQL: spread, shared, and replaced one after the other in mid-chat.

import assert from 'node:assert/strict'
import { allTogether, kFreezeMs, plays, startCall, watchFreeze } from '../support/call.mjs'
import { inspect } from '../support/docker.mjs'
import { eventStream, get, request } from '../support/http.mjs'
import { within } from '../support/inbox.mjs'
import { join } from '../support/peer.mjs'
import { SteadyClient, assertExact, startTalk } from '../support/steady_client.mjs'
import { waitFor } from '../support/server.mjs'
import { delay, seedOf, seeded } from '../support/suite.mjs'
import { healthy as oneHealthy } from './restart.mjs'

const kNginx = { scheme: 'http', port: 80, url: 'http://localhost' }
const kOne = { scheme: 'http', port: 8001 }
const kReplicas = 3
/** Readers, and as many writers: when a replica is killed, it is to have some of each in its hands. */
const kAtOnce = 4
/** No request takes so long where all is well. */
const kStuckMs = 1000

const containers = async (site) => (await site.compose('ps -q backend')).split('\n').filter(Boolean)
const healthy = (site) => waitFor(async () => {
  const all = await containers(site)
  return all.length === kReplicas && all.every((one) => inspect(one).State.Health?.Status === 'healthy')
}, { timeoutMs: 60_000, everyMs: 200, what: `${kReplicas} healthy replicas` })
/** Each replica by itself, at the port that it has on the host. */
const directly = async (site) => (await containers(site)).map((one) => ({ scheme: 'http', port: Number(inspect(one).NetworkSettings.Ports['8001/tcp'][0].HostPort) }))
const nginxUp = () => waitFor(async () => (await get(kNginx, '/health').catch(() => null))?.status === 200, { what: 'nginx' })
const names = async (server) => (await get(server, '/api/items?limit=200&sort=id')).json.items.map(({ name }) => name)

/** Joins `room` by nginx until each replica has a peer of it; resolves with one for each. */
async function spread(t, room) {
  const met = new Map()
  for (let n = 0; met.size < kReplicas; n++) {
    assert.ok(n < 60, `nginx led to ${met.size} replicas only`)
    const peer = await join(kNginx, room, { peer: `peer-${n}` })
    t.after(() => peer.cut())
    const { instance } = peer.welcome.server
    if (met.has(instance)) await peer.leave()
    else met.set(instance, peer)
  }
  return [...met.values()]
}

export async function scaled(site, t, output) {
  assert.match(output, /\b[1-9]\d* items copied/)
  for (const subject of ['redis', 'postgresql', 'port']) assert.match(output, new RegExp(`ok   ${subject} `))
  await healthy(site)
  await nginxUp()

  const [ana, ...others] = await spread(t, 'spread')
  ana.send({ type: 'message', text: 'to all three' })
  for (const other of others) assert.equal((await other.until('message')).text, 'to all three')
  for (const [n, other] of others.entries()) {
    other.send({ type: 'message', to: ana.id, text: `answer ${n}` })
    assert.equal((await ana.until('message')).text, `answer ${n}`)
  }

  const stream = await eventStream(kNginx, '/api/items/events')
  t.after(() => stream.close())
  assert.equal((await request(kNginx, 'POST', '/api/items', { json: { name: 'shared' } })).status, 201)
  await waitFor(async () => (await stream.events.next(5000)).data?.item?.name === 'shared', { what: 'the event' })
  for (const one of await directly(site)) {
    const there = await names(one)
    assert.ok(there.includes('shared') && there.includes('of before'), `${there}`)
  }
  await killed(site, t)
}
scaled.meanwhile = async (site) => {
  await site.compose('up -d')
  await oneHealthy()
  assert.equal((await request(kOne, 'POST', '/api/items', { json: { name: 'of before' } })).status, 201)
}

/** Reads and writes by nginx until `end`, which holds the answers to what nginx may and may not ask again. */
function traffic(prefix) {
  let over = false
  const asked = new Map()
  const made = []
  /** When those that have no answer yet were sent. */
  const pending = { GET: new Map(), POST: new Map() }
  const ask = async (method, path, options) => {
    const sent = Symbol(path)
    pending[method].set(sent, Date.now())
    const { status } = await request(kNginx, method, path, options).catch((error) => ({ status: error.message }))
    pending[method].delete(sent)
    await delay(20) // waits: the pace; browsers need the processor too
    return status
  }
  const several = (work) => Promise.all(Array.from({ length: kAtOnce }, work))
  const reading = several(async () => {
    while (!over) {
      const status = await ask('GET', '/api/items?limit=1')
      asked.set(status, (asked.get(status) ?? 0) + 1)
    }
  })
  const writing = several(async () => {
    while (!over) {
      const one = { name: `${prefix} ${made.length}` }
      made.push(one)
      one.status = await ask('POST', '/api/items', { json: { name: one.name } })
    }
  })
  const isStuck = (method) => [...pending[method].values()].some((since) => Date.now() - since > kStuckMs)
  return { made, stuck: () => isStuck('GET') && isStuck('POST'), async end() {
    over = true
    await Promise.all([reading, writing])
    assert.deepEqual([...asked.keys()], [200], `every read is answered, if need be by another replica: ${JSON.stringify([...asked])}`)
    const there = await counted(prefix)
    const lost = made.filter(({ status }) => status !== 201)
    for (const { name, status } of made) {
      if (status === 201) assert.equal(there.get(name), 1, name)
      else assert.ok((there.get(name) ?? 0) <= 1, `${name} was sent on once`)
    }
    return `${asked.get(200)} reads, all answered; ${made.length} writes, ${lost.length} not answered (${[...new Set(lost.map(({ status }) => status))]})`
  } }
}

/** How many items there are of each name that begins with `prefix`. */
async function counted(prefix) {
  const all = new Map()
  for (let cursor = ''; cursor !== null;) {
    const page = (await get(kNginx, `/api/items?q=${prefix}&limit=500${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)).json
    for (const { name } of page.items) all.set(name, (all.get(name) ?? 0) + 1)
    cursor = page.next_cursor
  }
  return all
}

/** Killed, not stopped: Docker starts it again, and meanwhile nginx asks the others. */
async function killed(site, t) {
  const during = traffic('killed')
  const [victim] = await containers(site)
  const { Pid, StartedAt } = inspect(victim).State
  // First it only hangs, so that reads and writes are in its hands when it dies.
  process.kill(Pid, 'SIGSTOP')
  await waitFor(during.stuck, { what: 'requests to hang' })
  process.kill(Pid, 'SIGKILL')
  await waitFor(() => inspect(victim).State.StartedAt !== StartedAt, { what: 'it to be started again' })
  await healthy(site)
  t.diagnostic(`a replica killed: ${await during.end()}`)
  assert.ok(during.made.some(({ status }) => status === 502), 'a write that it had is refused, and not made by another replica')
}

/** What people do while the replicas are replaced. */
async function busy(_site, t) {
  const seed = seedOf(t)
  const people = Array.from({ length: 9 }, (_, n) => Object.assign(new SteadyClient(kNginx, 'rolling', `p${n}`, seeded(seed + n)), { returns: true }))
  t.after(() => { for (const person of people) person.close() })
  for (const person of people) await within(20_000, person.connect(), 'everybody to be in the room')
  const callers = await startCall(t, kNginx, ['Ana', 'Ben'])
  await allTogether(callers)
  const frozen = await Promise.all([watchFreeze(callers[0], 'Ben'), watchFreeze(callers[1], 'Ana')])
  return { people, callers, frozen, talk: startTalk(people, 150), during: traffic('rolling') }
}

export async function rolled(site, t, _output, { people, callers, frozen, talk, during }) {
  await healthy(site)
  await talk.stop()
  const told = await during.end()
  assert.ok(during.made.every(({ status }) => status === 201), `a replica that is asked to stop drops no write: ${told}`)
  const longest = Math.max(...await Promise.all(frozen.map((stop) => stop())))
  assert.ok(longest < kFreezeMs, `the call never stopped: ${longest} ms without a picture at most`)
  for (const caller of callers) await caller.connected()
  await plays(callers[0], 'Ben')
  const heard = await assertExact(people)
  const returns = people.reduce((sum, { resumes }) => sum + resumes, 0)
  assert.ok(returns >= people.length, 'everybody had to come back once at least')
  t.diagnostic(`replicas replaced: ${heard} messages heard, 0 lost; ${returns} resumes; ${longest} ms without a picture at most; ${told}`)
}
rolled.meanwhile = busy

export async function oneAgain() {
  await oneHealthy()
  const { welcome } = await join(kOne, 'one-again')
  assert.equal(welcome.resumed, false)
  assert.ok((await names(kOne)).includes('of before'), 'its own items are where they were')
}
