// People who talk over replicas and never give up, and what breaks those, by name, for tests that draw from it.

import assert from 'node:assert/strict'
import { get } from './http.mjs'
import { waitFor } from './server.mjs'
import { SteadyClient, startTalk } from './steady_client.mjs'
import { delay, fresh, seeded } from './suite.mjs'

const kPeersARoom = 10

/** Faults that need nothing but the replicas and their clients. */
export const kReplicaFaults = {
  async 'a replica is killed'({ replicas, pick }) { await pick(replicas.all).restart('SIGKILL') },
  async 'a replica is told to end'({ replicas, pick }) { await pick(replicas.all).restart('SIGTERM') },
  async 'a replica hangs'({ replicas, pick, random }) {
    const one = pick(replicas.all)
    process.kill(one.pid, 'SIGSTOP')
    await delay(500 + random() * 6000) // waits: so long it hangs, until the others take it for dead or not
    process.kill(one.pid, 'SIGCONT')
  },
  async 'connections are cut'({ clients, random }) {
    for (const client of clients) if (random() < 0.3) client.cut()
  },
}

/** Rooms of ten who come back by themselves, all connected and talking.
 *  @param {{rooms: number, seed: number, counts?: boolean}} options  counts: what is heard twice or late is counted and ends nothing */
export async function startCrowd(t, replicas, { rooms: count, seed, counts = false }) {
  const rooms = Array.from({ length: count }, () => {
    const room = fresh('faults')
    return Array.from({ length: kPeersARoom }, (_, i) => new SteadyClient(replicas, room, `peer-${i}`, seeded(seed + i + 1)))
  })
  const clients = rooms.flat()
  t.after(() => clients.forEach((client) => client.close()))
  for (const client of clients) {
    client.returns = true
    if (counts) client.faults = { doubled: 0, reordered: 0 }
    await client.connect()
  }
  const talks = rooms.map((room) => startTalk(room, 40))
  return {
    rooms, clients, talks,
    get resumes() { return clients.reduce((sum, client) => sum + client.resumes, 0) },
    /** All replicas are well, and everybody is there in the session that they had. */
    async isWhole(after) {
      await waitFor(() => clients.every((client) => client.connected || client.lost), { timeoutMs: 30_000, what: () => `everybody to be back after ${after}` })
      // One fault at a time: docs/scaling.md says what a replica that is killed while Redis is away may tell twice.
      await waitFor(async () => (await Promise.all(replicas.all.map((server) => get(server, '/health')))).every(({ json }) => json.status === 'ok'),
        { timeoutMs: 20_000, what: () => `all replicas to be well after ${after}` })
      assert.deepEqual(clients.map((client) => client.lost).filter(Boolean), [], `after ${after}`)
    },
  }
}
