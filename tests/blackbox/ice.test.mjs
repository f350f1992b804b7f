import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'
import { serve } from '../support/command.mjs'
import { assertProblem, get, metric, request } from '../support/http.mjs'
import { inSeconds, jwt } from '../support/jwt.mjs'
import { join } from '../support/peer.mjs'
import { startServer } from '../support/server.mjs'
import { fresh, sharedServer } from '../support/suite.mjs'

const kSecret = 'north-north-north'
const kRoomSecret = 'a-long-enough-room-secret-0123456789'
const kAdmin = 'admin-token-0123456789'
const kTurn = { TURN_URLS: 'turn:turn.example:3478?transport=udp,turns:turn.example:5349?transport=tcp', TURN_SECRET: kSecret }
const credentialOf = (username) => createHmac('sha1', kSecret).update(username).digest('base64')
const bearer = (token) => ({ headers: { Authorization: `Bearer ${token}` } })
/** A client address of its own, so that the rates of other tests do not matter. */
let clients = 0
const elsewhere = () => `198.51.${Math.floor(++clients / 250) + 1}.${(clients % 250) + 1}`
const ask = (server, query = '', { headers, ...options } = {}) => get(server, `/api/ice-servers${query}`, { ...options, headers: { 'X-Forwarded-For': elsewhere(), ...headers } })

/** Checks a TURN entry; returns its expiry. */
function assertTurn(entry, peer) {
  assert.deepEqual(Object.keys(entry).sort(), ['credential', 'urls', 'username'])
  const [, expiry, name] = /^(\d+):(.*)$/.exec(entry.username)
  if (peer !== undefined) assert.equal(name, peer)
  assert.equal(entry.credential, credentialOf(entry.username))
  assert.equal(entry.credential.length, 28)
  return Number(expiry)
}

describe('ICE servers', { concurrency: true }, () => {
  it('the scheme gives the documented vectors', () => {
    assert.equal(credentialOf('1893456000:alice'), '62t97V/Fm8D+RwzLcGCkVtzaUjA=')
    assert.equal(credentialOf('1893456000:reuni%C3%B3n'), 'k0PhIlLNYcY+7Q9/OTkgB+lzGPY=')
  })

  it('nothing configured: an empty list and the configured ttl, no public default', async (t) => {
    const server = await startServer(t)
    const answer = await ask(server)
    assert.equal(answer.status, 200)
    assert.equal(answer.headers['cache-control'], 'no-store')
    assert.deepEqual(answer.json, { ice_servers: [], ttl_s: 86400 })
    assert.deepEqual((await join(server, fresh())).welcome.ice_servers, [])
  })

  it('STUN alone: one entry without credential, in the configured order', async (t) => {
    const server = await startServer(t, { env: { STUN_URLS: 'stun:a.example:3478, stuns:b.example:5349,stun:[2001:db8::1]:3478', TURN_TTL_S: '600' } })
    const { json } = await ask(server)
    assert.deepEqual(json, { ice_servers: [{ urls: ['stun:a.example:3478', 'stuns:b.example:5349', 'stun:[2001:db8::1]:3478'] }], ttl_s: 600 })
  })

  it('TURN: one entry for all URLs, fresh credentials for the peer', async (t) => {
    const server = await startServer(t, { env: { ...kTurn, STUN_URLS: 'stun:stun.example:3478' } })
    const { json } = await ask(server, '?room=r&peer_id=alice')
    assert.equal(json.ttl_s, 86400)
    assert.equal(json.ice_servers.length, 2)
    assert.deepEqual(json.ice_servers[0], { urls: ['stun:stun.example:3478'] })
    assert.deepEqual(json.ice_servers[1].urls, kTurn.TURN_URLS.split(','))
    const expiry = assertTurn(json.ice_servers[1], 'alice')
    assert.ok(Math.abs(expiry - inSeconds(86400)) <= 3)
  })

  it('peer names are percent-encoded outside A-Z a-z 0-9 - . _ ~', async (t) => {
    const server = await startServer(t, { env: kTurn })
    const names = { 'reunión': 'reuni%C3%B3n', 'a b:c': 'a%20b%3Ac', 'A-z.0_9~': 'A-z.0_9~', "!*'()": '%21%2A%27%28%29', '100%': '100%25', [`${'ñ'.repeat(64)}`]: '%C3%B1'.repeat(64) }
    for (const [peer, encoded] of Object.entries(names)) {
      const { json } = await ask(server, `?peer_id=${encodeURIComponent(peer)}`)
      assertTurn(json.ice_servers[0], encoded)
      assert.ok(encoded.length <= 384)
    }
  })

  it('without peer_id the name is anon- and 8 random characters', async (t) => {
    const server = await startServer(t, { env: kTurn })
    const names = new Set()
    for (let n = 0; n < 5; n++) {
      const { username } = (await ask(server)).json.ice_servers[0]
      const name = username.split(':')[1]
      assert.match(name, /^anon-[A-Za-z0-9._~-]{8}$/)
      names.add(name)
    }
    assert.equal(names.size, 5)
  })

  it('TURN_TTL_S is what remains, and the welcome brings the same list fresh at each connect and resume', async (t) => {
    const server = await startServer(t, { env: { ...kTurn, TURN_TTL_S: '90' } })
    const { json } = await ask(server, '?peer_id=alice')
    assert.ok(json.ttl_s <= 90 && json.ttl_s >= 88)
    const alice = await join(server, fresh(), { peer: 'alice ñ' })
    const first = assertTurn(alice.welcome.ice_servers[0], 'alice%20%C3%B1')
    assert.ok(Math.abs(first - inSeconds(90)) <= 2)
    await alice.cut()
    const again = await alice.resume()
    assert.ok(assertTurn(again.welcome.ice_servers[0], 'alice%20%C3%B1') >= first)
    assert.ok((await metric(server, 'grtc_turn_credentials_total', { via: 'welcome' })) >= 2)
    assert.ok((await metric(server, 'grtc_turn_credentials_total', { via: 'http' })) >= 1)
  })

  it('TURN_SECRET_FILE is read (first line) and TURN_USERNAME with TURN_PASSWORD is handed out as it is', async (t) => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'grtc-secret-')), 'secret')
    writeFileSync(file, `${kSecret}\nsecond line\n`)
    const fromFile = await startServer(t, { env: { TURN_URLS: kTurn.TURN_URLS, TURN_SECRET_FILE: file } })
    assertTurn((await ask(fromFile, '?peer_id=a')).json.ice_servers[0], 'a')
    const fixed = await startServer(t, { env: { TURN_URLS: 'turn:hosted.example', TURN_USERNAME: 'user', TURN_PASSWORD: 'pa"ss' } })
    assert.deepEqual((await ask(fixed)).json.ice_servers, [{ urls: ['turn:hosted.example'], username: 'user', credential: 'pa"ss' }])
  })

  it('a bad room or peer_id is 422 and names the field', async (t) => {
    const server = await startServer(t, { env: kTurn })
    for (const value of ['a%2Fb', '', '%20a', 'a%0A', '%FF', 'x'.repeat(129)]) {
      assertProblem(await ask(server, `?room=${value}`), 422, { field: 'room' })
      assertProblem(await ask(server, `?peer_id=${value}`), 422, { field: 'peer_id' })
    }
  })

  it('HEAD and CORS as elsewhere', async (t) => {
    const server = await startServer(t, { env: { ALLOWED_ORIGINS: 'https://app.example' } })
    const head = await request(server, 'HEAD', '/api/ice-servers')
    assert.equal(head.status, 200)
    assert.equal(head.headers['cache-control'], 'no-store')
    assert.equal((await ask(server, '', { headers: { Origin: 'https://app.example' } })).headers['access-control-allow-origin'], 'https://app.example')
  })
})

describe('Who may ask for ICE servers', { concurrency: true }, () => {
  const token = (claims) => jwt({ exp: inSeconds(3600), ...claims }, kRoomSecret)

  for (const environment of ['development', 'production']) {
    it(`${environment}, no TURN: anyone`, async (t) => {
      const server = await startServer(t, { env: { ENVIRONMENT: environment, STUN_URLS: 'stun:s.example', ROOM_TOKEN_SECRET: kRoomSecret } })
      assert.equal((await ask(server)).status, 200)
    })
  }

  it('development, TURN without room tokens: anyone', async (t) => {
    const server = await startServer(t, { env: kTurn })
    assert.equal((await ask(server)).status, 200)
  })

  describe('production, TURN without room tokens: a live session or the admin', { concurrency: true }, () => {
    const server = sharedServer({ env: { ENVIRONMENT: 'production', ADMIN_TOKEN: kAdmin, RESUME_WINDOW_S: '1', ...kTurn } })

    it('nobody else: 401', async () => {
      for (const options of [{}, bearer('nonsense'), bearer(''), bearer(token({ room: '*' }))]) {
        const answer = await ask(server, '?peer_id=alice', options)
        assertProblem(answer, 401)
        assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer/)
      }
      assert.ok((await metric(server, 'grtc_ice_refused_total')) >= 4)
    })

    it('the session of a live peer, for itself only', async () => {
      const alice = await join(server, fresh(), { peer: 'alice' })
      const room = encodeURIComponent(alice.room)
      const good = await ask(server, `?room=${room}&peer_id=alice`, bearer(alice.session))
      assert.equal(good.status, 200, good.text)
      assertTurn(good.json.ice_servers[0], 'alice')
      assertTurn((await ask(server, `?room=${room}`, bearer(alice.session))).json.ice_servers[0], 'alice')
      assertProblem(await ask(server, `?room=${room}&peer_id=bob`, bearer(alice.session)), 403)
      assertProblem(await ask(server, '?room=another&peer_id=alice', bearer(alice.session)), 403)
      await alice.leave()
      assertProblem(await ask(server, `?room=${room}&peer_id=alice`, bearer(alice.session)), 401)
    })

    it('the session may be asked about without naming the room', async () => {
      const alice = await join(server, fresh(), { peer: 'alice' })
      const answer = await ask(server, '', bearer(alice.session))
      assert.equal(answer.status, 200, answer.text)
    })

    it('the admin token', async () => {
      const answer = await ask(server, '?peer_id=alice', bearer(kAdmin))
      assert.equal(answer.status, 200)
      assertTurn(answer.json.ice_servers[0], 'alice')
    })
  })

  for (const environment of ['development', 'production']) {
    describe(`${environment}, TURN and room tokens`, { concurrency: true }, () => {
      const server = sharedServer({ env: { ENVIRONMENT: environment, ROOM_TOKEN_SECRET: kRoomSecret, ADMIN_TOKEN: kAdmin, ...kTurn } })

      it('a room token, as Bearer or token=', async () => {
        const good = await ask(server, '?room=r&peer_id=alice', bearer(token({ room: 'r' })))
        assert.equal(good.status, 200, good.text)
        assertTurn(good.json.ice_servers[0], 'alice')
        assert.equal((await ask(server, `?room=r&token=${token({ room: 'r' })}`)).status, 200)
        assert.equal((await ask(server, `?token=${token({ room: 'r' })}`)).status, 200, 'the token names the room')
        assert.equal((await ask(server, `?room=any&token=${token({ room: '*' })}`)).status, 200)
        assert.equal((await ask(server, `?token=${token({ room: '*' })}`)).status, 200)
      })

      it('a sub is the peer, a differing peer_id is 403', async () => {
        const mine = token({ room: 'r', sub: 'alice' })
        assertTurn((await ask(server, '?room=r', bearer(mine))).json.ice_servers[0], 'alice')
        assertTurn((await ask(server, '?room=r&peer_id=alice', bearer(mine))).json.ice_servers[0], 'alice')
        assertProblem(await ask(server, '?room=r&peer_id=bob', bearer(mine)), 403)
      })

      it('a token for another room is 403', async () => {
        assertProblem(await ask(server, '?room=other', bearer(token({ room: 'r' }))), 403)
      })

      it('no token, a wrong, expired or nearly expired one is 401 with a sentence', async () => {
        for (const bad of [undefined, 'nonsense', jwt({ room: 'r', exp: inSeconds(600) }, 'another-secret-another-secret'), token({ room: 'r', exp: inSeconds(-10) }), token({ room: 'r', exp: inSeconds(55) })]) {
          const answer = await ask(server, '?room=r', bad === undefined ? {} : bearer(bad))
          const problem = assertProblem(answer, 401)
          assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer/)
          assert.ok(!answer.text.includes(kSecret) && !answer.text.includes(kRoomSecret))
          assert.match(problem.detail, /^[A-Z].*\.$/)
        }
      })

      it('the credential never outlives the token', async () => {
        const exp = inSeconds(300)
        const { json } = await ask(server, '?room=r', bearer(token({ room: 'r', exp })))
        assert.ok(json.ttl_s <= 300 && json.ttl_s >= 297, `${json.ttl_s}`)
        assert.ok(Math.abs(assertTurn(json.ice_servers[0]) - exp) <= 1)
        const joined = await join(server, 'r', { peer: fresh('peer'), token: token({ room: 'r', exp }) })
        assert.ok(assertTurn(joined.welcome.ice_servers[0]) <= exp)
      })

      it('the admin token', async () => {
        const answer = await ask(server, '?room=r', bearer(kAdmin))
        assert.equal(answer.status, environment === 'production' ? 200 : answer.status)
        assert.ok([200, 401].includes(answer.status))
      })
    })
  }
})

describe('Rates of ICE servers', { concurrency: true }, () => {
  it('30 a minute for a client address, then 429 with Retry-After', async (t) => {
    const server = await startServer(t, { env: kTurn })
    const from = { headers: { 'X-Forwarded-For': '203.0.113.1' } }
    for (let n = 0; n < 30; n++) assert.equal((await ask(server, `?peer_id=p${n}`, from)).status, 200, `${n}`)
    const answer = await ask(server, '?peer_id=p30', from)
    assertProblem(answer, 429)
    assert.match(answer.headers['retry-after'], /^[1-9]\d*$/)
    assert.equal((await ask(server, '?peer_id=p0')).status, 200, 'another address')
    assert.ok((await metric(server, 'grtc_ice_refused_total')) >= 1)
  })

  it('6 a minute for a peer, from wherever', async (t) => {
    const server = await startServer(t, { env: kTurn })
    for (let n = 0; n < 6; n++) assert.equal((await ask(server, '?room=r&peer_id=alice')).status, 200)
    assertProblem(await ask(server, '?room=r&peer_id=alice'), 429)
    assert.equal((await ask(server, '?room=r&peer_id=bob')).status, 200)
  })

  it('ICE_RATE sets it', async (t) => {
    const server = await startServer(t, { env: { ...kTurn, ICE_RATE: '2' } })
    const from = { headers: { 'X-Forwarded-For': '203.0.113.1' } }
    assert.equal((await ask(server, '?peer_id=a', from)).status, 200)
    assert.equal((await ask(server, '?peer_id=b', from)).status, 200)
    assertProblem(await ask(server, '?peer_id=c', from), 429)
  })
})

describe('ICE settings that stop the start', { concurrency: 2 }, () => {
  const turn = (urls) => ({ TURN_URLS: urls, TURN_SECRET: kSecret })
  const secretFile = path.join(mkdtempSync(path.join(tmpdir(), 'grtc-secret-')), 'empty')
  writeFileSync(secretFile, '\n')
  const rows = [
    ...['turn:x.example', 'https://stun.example', 'stun://stun.example', 'stun:', 'stun:x:0', 'stun:x:65536', 'stun:x:abc', 'stun:x/path', 'stun:user@x', 'stun:x#f', 'stun:x?transport=udp', 'stun.example:3478',
      'stun:2001:db8::1', 'stun:2001:db8::1:3478', 'stun:[2001:db8::1', 'stun:x:', 'stun:a b'].map((url) => [{ STUN_URLS: url }, 'STUN_URLS', url]),
    ...['stun:x.example', 'turn://x', 'https://x', 'turn:', 'turn:x:0', 'turn:x:70000', 'turn:x/p', 'turn:u@x', 'turn:x?transport=sctp', 'turn:x?transport=', 'turn:x?foo=bar', 'turn:x?transport=udp&a=b', 'turns:x?transport=udp',
      'turn:2001:db8::1'].map((url) => [turn(url), 'TURN_URLS', url]),
    [{ TURN_URLS: 'turn:x' }, 'TURN_'],
    [{ TURN_SECRET: kSecret }, 'TURN_'],
    [{ TURN_SECRET_FILE: '/nowhere/secret', TURN_URLS: 'turn:x' }, 'TURN_SECRET_FILE', '/nowhere/secret'],
    [{ TURN_SECRET_FILE: secretFile, TURN_URLS: 'turn:x' }, 'TURN_SECRET_FILE', secretFile],
    [{ ...turn('turn:x'), TURN_USERNAME: 'u', TURN_PASSWORD: 'p' }, 'TURN_'],
    [{ TURN_URLS: 'turn:x', TURN_USERNAME: 'u' }, 'TURN_'],
    [{ TURN_URLS: 'turn:x', TURN_PASSWORD: 'p' }, 'TURN_'],
    [{ TURN_USERNAME: 'u', TURN_PASSWORD: 'p' }, 'TURN_'],
    [{ TURN_URLS: 'turn:x', TURN_SECRET: 'short', ENVIRONMENT: 'production' }, 'TURN_SECRET'],
    [{ STUN_URLS: Array.from({ length: 9 }, (_, n) => `stun:s${n}.example`).join() }, 'STUN_URLS'],
    [{ STUN_URLS: Array.from({ length: 5 }, (_, n) => `stun:s${n}.example`).join(), ...turn('turn:a,turn:b,turn:c,turn:d') }, '_URLS'],
  ]
  for (const [env, name, value] of rows) {
    it(Object.entries(env).map(([key, text]) => `${key}=${text}`).join(' ').slice(0, 100), async () => {
      const result = await serve(env)
      assert.equal(result.signal, null, `it started: ${result.lines.join('\n')}`)
      assert.notEqual(result.code, 0)
      const last = result.lines.at(-1)
      assert.ok(last.includes(name), last)
      if (value) assert.ok(last.includes(value), last)
      assert.ok(!result.lines.join('\n').includes(kSecret), 'the secret')
    })
  }

  it('what is only doubtful warns and starts', async (t) => {
    for (const env of [{ TURN_URLS: 'turn:x', TURN_SECRET: 'short' }, { STUN_URLS: Array.from({ length: 5 }, (_, n) => `stun:s${n}.example`).join() }, { ENVIRONMENT: 'production', STUN_URLS: 'stun:192.168.1.1' }, { ENVIRONMENT: 'production', STUN_URLS: 'stun:localhost' },
      { ...turn('turn:x'), TURN_TTL_S: '300' }]) {
      const server = await startServer(t, { env })
      assert.match(server.output, /warn/i, `${JSON.stringify(env)}:\n${server.output}`)
      assert.ok(!server.output.includes('short"'), 'no secret')
      await server.stop('SIGKILL')
    }
  })
})
