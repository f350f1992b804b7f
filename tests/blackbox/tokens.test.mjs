import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { inSeconds, jwt } from '../support/jwt.mjs'
import { join, refused } from '../support/peer.mjs'
import { grtcBinary, startServer } from '../support/server.mjs'
import { fresh, sharedServer } from '../support/suite.mjs'

const kSecret = 'a-long-enough-room-secret-0123456789'

describe('Room tokens', { concurrency: true }, () => {
  const server = sharedServer({ env: { ROOM_TOKEN_SECRET: kSecret, RESUME_WINDOW_S: '20' } })
  const good = (claims) => jwt({ exp: inSeconds(60), ...claims }, kSecret)

  it('a token for this room opens it', async () => {
    const room = fresh()
    const peer = await join(server, room, { peer: 'alice', token: good({ room }) })
    assert.equal(peer.id, 'alice')
  })

  it('a token for * opens any room', async () => {
    await join(server, fresh(), { peer: 'alice', token: good({ room: '*' }) })
  })

  it('a token for a room of another script opens it', async () => {
    const room = `reunión ${fresh()}`
    await join(server, room, { peer: 'alice', token: good({ room }) })
  })

  it('sub names the peer: the right one joins, and without peer_id it is taken from there', async () => {
    const room = fresh()
    await join(server, room, { peer: 'alice', token: good({ room, sub: 'alice' }) })
    const bob = await join(server, room, { token: good({ room, sub: 'bob' }) })
    assert.equal(bob.id, 'bob')
  })

  it('Authorization: Bearer works like token=', async () => {
    const room = fresh()
    await join(server, room, { peer: 'alice', headers: { Authorization: `Bearer ${good({ room })}` } })
    await join(server, room, { peer: 'bob', headers: { Authorization: `bearer ${good({ room })}` } })
  })

  it('other claims and header members are ignored; nbf in the past is fine', async () => {
    const room = fresh()
    await join(server, room, { peer: 'a', token: good({ room, iss: 'me', aud: ['x'], nbf: inSeconds(-60), iat: inSeconds(0), extra: { a: [1] } }) })
    await join(server, room, { peer: 'b', token: jwt({ room, exp: inSeconds(60) }, kSecret, { header: { kid: '1', alg: 'HS256' } }) })
    await join(server, room, { peer: 'c', token: jwt({ room, exp: inSeconds(60) + 0.5 }, kSecret) })
  })

  const claims = (room) => ({ room, exp: inSeconds(60) })
  const bad = {
    'no token': () => undefined,
    'an empty token': () => '',
    'nonsense': () => 'nonsense',
    'two parts': (room) => good({ room }).split('.').slice(0, 2).join('.'),
    'four parts': (room) => `${good({ room })}.x`,
    'an expired token': (room) => jwt({ room, exp: inSeconds(-120) }, kSecret),
    'a token without exp': (room) => jwt({ room }, kSecret),
    'an exp that is text': (room) => jwt({ room, exp: String(inSeconds(60)) }, kSecret),
    'a token not valid yet': (room) => jwt({ ...claims(room), nbf: inSeconds(600) }, kSecret),
    'a token for another room': () => good({ room: 'another' }),
    'a token for a longer room name': (room) => good({ room: `${room}x` }),
    'a token without room': () => good({}),
    'a room that is a list': (room) => good({ room: [room] }),
    'a sub of another peer': (room) => good({ room, sub: 'bob' }),
    'a sub that is empty': (room) => good({ room, sub: '' }),
    'a sub that is a number': (room) => good({ room, sub: 7 }),
    'another secret': (room) => jwt(claims(room), 'wrong-secret-wrong-secret-wrong!'),
    'an empty secret': (room) => jwt(claims(room), ''),
    'alg none without a signature': (room) => jwt(claims(room), kSecret, { header: { alg: 'none' }, signature: '' }),
    'alg none with a good signature': (room) => jwt(claims(room), kSecret, { header: { alg: 'none' } }),
    'alg HS512': (room) => jwt(claims(room), kSecret, { header: { alg: 'HS512' } }),
    'alg hs256': (room) => jwt(claims(room), kSecret, { header: { alg: 'hs256' } }),
    'alg RS256 with an HMAC': (room) => jwt(claims(room), kSecret, { header: { alg: 'RS256' } }),
    'no alg': (room) => jwt(claims(room), kSecret, { header: { typ: 'JWT' } }),
    'a crit that nobody understands': (room) => jwt(claims(room), kSecret, { header: { alg: 'HS256', crit: ['x'], x: 1 } }),
    'a signature cut short': (room) => good({ room }).slice(0, -4),
    'an empty signature': (room) => jwt(claims(room), kSecret, { signature: '' }),
    'a signature with padding': (room) => `${good({ room })}=`,
    'a changed payload': (room) => {
      const [head, , signature] = good({ room: 'x' }).split('.')
      return [head, Buffer.from(JSON.stringify(claims(room))).toString('base64url'), signature].join('.')
    },
    'a payload that is no object': () => jwt('[]', kSecret),
    'a payload that is no JSON': () => jwt('{room', kSecret),
    'a token of 20,000 characters': (room) => good({ room: 'y', pad: 'x'.repeat(14_000), other: room }),
  }
  for (const [what, make] of Object.entries(bad)) {
    it(`${what}: unauthorized, 4401`, async () => {
      const room = fresh()
      const error = await refused(server, room, 'unauthorized', 4401, { peer: 'alice', token: make(room) })
      assert.ok(!error.message.includes(kSecret))
    })
  }

  it('a resume needs a good token too, and then works', async () => {
    const room = fresh()
    const alice = await join(server, room, { peer: 'alice', token: good({ room }) })
    await alice.cut()
    await refused(server, room, 'unauthorized', 4401, { peer: 'alice', session: alice.session, seq: alice.seq })
    const again = await alice.resume()
    assert.equal(again.welcome.resumed, true)
  })

  it('grtc token makes one that opens the room', async () => {
    const room = fresh()
    const make = async (...args) => (await promisify(execFile)(grtcBinary(), ['token', ...args],
      { env: { PATH: process.env.PATH, ROOM_TOKEN_SECRET: kSecret } })).stdout.trim()
    await join(server, room, { peer: 'alice', token: await make('--room', room, '--ttl', '1h') })
    const forBob = await make('--room', room, '--peer', 'bob', '--ttl', '90s')
    assert.equal((await join(server, room, { token: forBob })).id, 'bob')
    await refused(server, room, 'unauthorized', 4401, { peer: 'carol', token: forBob })
    const payload = JSON.parse(Buffer.from(forBob.split('.')[1], 'base64url'))
    assert.ok(Math.abs(payload.exp - inSeconds(90)) <= 5)
    await join(server, fresh(), { peer: 'x', token: await make('--room', '*', '--ttl', '5m') })
  })
})

describe('Without ROOM_TOKEN_SECRET', () => {
  it('rooms are open and a token is ignored', async (t) => {
    const server = await startServer(t)
    await join(server, fresh(), { peer: 'alice', token: 'whatever' })
  })
})
