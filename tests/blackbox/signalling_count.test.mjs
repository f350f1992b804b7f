// How many are in a room, for who has not joined it yet.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertProblem, get } from '../support/http.mjs'
import { inSeconds, jwt } from '../support/jwt.mjs'
import { join } from '../support/peer.mjs'
import { startServerOrReplicas } from '../support/replicas.mjs'
import { waitFor } from '../support/server.mjs'
import { fresh, sharedServer } from '../support/suite.mjs'

const kSecret = 'a-secret-of-more-than-thirty-two-bytes-in-length'
const countOf = (server, room, query = '', headers = {}) => get(server, `/api/rooms/${encodeURIComponent(room)}/count${query}`, { headers })

describe('The number of people in a room', { concurrency: true }, () => {
  const server = sharedServer({ env: { RESUME_WINDOW_S: '30' } })

  it('is 0 for a room that nobody is in, and counts who is away for a moment', async () => {
    const room = fresh('sala ñ')
    assert.deepEqual((await countOf(server, room)).json, { room, peers: 0 })
    const ana = await join(server, room, { peer: 'ana' })
    const ben = await join(server, room, { peer: 'ben' })
    const { json, headers } = await countOf(server, room)
    assert.deepEqual(json, { room, peers: 2 })
    assert.equal(headers['cache-control'], 'no-store')
    await ben.cut()
    await ana.until('peer-updated')
    assert.equal((await countOf(server, room)).json.peers, 2)
    ana.send({ type: 'leave' })
    await ana.ws.closed
    await waitFor(async () => (await countOf(server, room)).json.peers === 1, { what: 'ana to be gone' })
  })

  it('a name that no room can have is 404', async () => {
    assertProblem(await countOf(server, 'a?b#c'), 404)
    assertProblem(await countOf(server, 'x'.repeat(129)), 404)
  })

  it('where rooms need a token it takes one for that room', async (t) => {
    const closed = await startServerOrReplicas(t, { env: { ROOM_TOKEN_SECRET: kSecret } })
    const token = (room, exp = inSeconds(60)) => jwt({ room, exp }, kSecret)
    assertProblem(await countOf(closed, 'mine'), 401)
    assertProblem(await countOf(closed, 'mine', `?token=${token('mine', inSeconds(-60))}`), 401)
    assertProblem(await countOf(closed, 'mine', `?token=${token('other')}`), 403)
    assert.equal((await countOf(closed, 'mine', `?token=${token('mine')}`)).json.peers, 0)
    assert.equal((await countOf(closed, 'mine', '', { Authorization: `Bearer ${token('*')}` })).json.peers, 0)
  })
})
