import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertProblem, exchange, get } from '../support/http.mjs'
import { assertSentence, join, open, refused } from '../support/peer.mjs'
import { RawWs, UpgradeRefused } from '../support/raw_ws.mjs'
import { startServer } from '../support/server.mjs'
import { fresh, sharedServer } from '../support/suite.mjs'

/** An upgrade that must be answered over HTTP; the answer in the form assertProblem takes. */
async function upgradeRefused(server, path, options = {}) {
  try {
    await RawWs.open({ port: server.port, path, ...options })
  } catch (error) {
    if (!(error instanceof UpgradeRefused)) throw error
    return { status: error.status, headers: error.headers, text: error.body, get json() { return JSON.parse(error.body) } }
  }
  throw new Error(`the upgrade of ${path} was accepted`)
}

describe('What a person can act on is told inside the socket', { concurrency: true }, () => {
  const server = sharedServer()

  const badNames = {
    'a slash': 'a%2Fb',
    'a backslash': 'a%5Cb',
    'a question mark': 'a%3Fb',
    'a hash': 'a%23b',
    'a leading space': '%20a',
    'a trailing space': 'a%20',
    'only a space': '%20',
    'a trailing no-break space': 'a%C2%A0',
    'a leading ideographic space': '%E3%80%80a',
    'a line separator at the end': 'a%E2%80%A8',
    'NUL': 'a%00b',
    'a line feed': 'a%0Ab',
    'CR LF': 'a%0D%0ASet-Cookie:b',
    'a tab': 'a%09b',
    'DEL': 'a%7Fb',
    'a C1 control character': 'a%C2%85b',
    '129 bytes': 'x'.repeat(129),
    '129 bytes of two-byte characters': `${'%C3%B1'.repeat(64)}x`,
    'a byte that is no UTF-8': 'a%FF',
    'an overlong encoding': 'a%C0%AF',
    'a surrogate': '%ED%A0%80',
    'beyond U+10FFFF': '%F4%90%80%80',
    'a cut sequence': 'a%C3',
  }
  for (const [what, encoded] of Object.entries(badNames)) {
    it(`a room name with ${what}: bad-request, 4400`, async () => {
      await refused(server, '', 'bad-request', 4400, { path: `/ws/${encoded}?peer_id=alice` })
    })
    it(`a peer id with ${what}: bad-request, 4400`, async () => {
      await refused(server, '', 'bad-request', 4400, { path: `/ws/${fresh()}?peer_id=${encoded}` })
    })
  }
  it('an empty room or peer id: bad-request, 4400', async () => {
    await refused(server, '', 'bad-request', 4400, { path: `/ws/${fresh()}?peer_id=` })
    await refused(server, '', 'bad-request', 4400, { path: '/ws/?peer_id=alice' })
  })

  const badDisplayNames = ['x'.repeat(129), 'a%0Ab', 'a%00', '%FF', '%20a', 'a%20', 'a%C2%9Fb']
  for (const name of badDisplayNames) {
    it(`the display name ${name.slice(0, 12)}: bad-request, 4400`, async () => {
      await refused(server, '', 'bad-request', 4400, { path: `/ws/${fresh()}?peer_id=alice&name=${name}` })
    })
  }

  it('a refused newcomer is seen by nobody', async () => {
    const room = fresh()
    const alice = await join(server, room, { peer: 'alice' })
    await refused(server, room, 'bad-request', 4400, { peer: 'b/b' })
    await refused(server, room, 'peer-id-taken', 4409, { peer: 'alice' })
    assert.deepEqual(await alice.settled(), [])
  })

  it('a peer id in use by a live session: peer-id-taken, 4409, and the holder stays', async () => {
    const room = fresh()
    const holder = await join(server, room, { peer: 'alice' })
    const error = await refused(server, room, 'peer-id-taken', 4409, { peer: 'alice' })
    assert.ok(!error.message.includes(holder.session))
    assert.deepEqual(await holder.settled(), [])
  })

  it('a token of some other session does not open a taken peer id', async () => {
    const room = fresh()
    await join(server, room, { peer: 'alice' })
    const bob = await join(server, room, { peer: 'bob' })
    await refused(server, room, 'peer-id-taken', 4409, { peer: 'alice', session: bob.session, seq: bob.seq })
    await refused(server, room, 'peer-id-taken', 4409, { peer: 'alice', session: 'made-up' })
  })

  it('the close reason says the code too, for whoever looks at the socket', async () => {
    const peer = await open(server, '', { path: '/ws/a%2Fb' })
    const error = await peer.expectError('bad-request')
    assertSentence(error.message)
    const reason = await peer.ws.expectClose(4400)
    assert.ok(Buffer.byteLength(reason) <= 123)
  })

  it('a path of more segments is a room with a slash: bad-request, 4400', async () => {
    for (const path of ['/ws/a/b', '/ws/a/', '/ws//']) await refused(server, '', 'bad-request', 4400, { path })
  })

  it('is found by one path only', async () => {
    for (const path of ['/ws', '/wss/a', '/WS/a', '/nowhere']) {
      const answer = await upgradeRefused(server, path)
      assertProblem(answer, 404)
    }
  })
})

describe('What a person cannot act on is an HTTP status and no socket', { concurrency: true }, () => {
  const server = sharedServer()
  const key = 'dGhlIHNhbXBsZSBub25jZQ=='

  it('an origin that is not allowed: 403', async () => {
    const answer = await upgradeRefused(server, `/ws/${fresh()}`, { headers: { Origin: 'https://evil.example' } })
    assertProblem(answer, 403)
  })

  it('the origin "null", another port, another host, nonsense: 403', async () => {
    for (const origin of ['null', `http://127.0.0.1:${server.port + 1}`, `http://127.0.0.2:${server.port}`, 'http://127.0.0.1', 'nonsense', `http://127.0.0.1:${server.port}/x`]) {
      assertProblem(await upgradeRefused(server, `/ws/${fresh()}`, { headers: { Origin: origin } }), 403)
    }
  })

  it('its own origin, and none, are welcome', async () => {
    await join(server, fresh(), { headers: { Host: '127.0.0.1:8001', Origin: 'http://127.0.0.1:8001' } })
    await join(server, fresh(), { headers: { Host: 'app.example', Origin: 'http://app.example' } })
    await join(server, fresh(), { headers: { Host: 'APP.example:80', Origin: 'http://app.example' } })
    await join(server, fresh())
  })

  it('a plain GET: 426 with Sec-WebSocket-Version and Upgrade', async () => {
    const answer = await get(server, `/ws/${fresh()}`)
    assertProblem(answer, 426)
    assert.equal(answer.headers['sec-websocket-version'], '13')
    assert.match(answer.headers.upgrade ?? '', /websocket/i)
  })

  const notWebSocket = {
    'no version': { 'Sec-WebSocket-Version': undefined },
    'version 8': { 'Sec-WebSocket-Version': '8' },
    'version 14': { 'Sec-WebSocket-Version': '14' },
    'a version that is no number': { 'Sec-WebSocket-Version': 'thirteen' },
    'no Upgrade': { Upgrade: undefined },
    'an Upgrade to something else': { Upgrade: 'h2c' },
    'no Connection: Upgrade': { Connection: 'keep-alive' },
  }
  for (const [what, headers] of Object.entries(notWebSocket)) {
    it(`${what}: 426`, async () => {
      const answer = await upgradeRefused(server, `/ws/${fresh()}`, { headers })
      assertProblem(answer, 426)
      assert.equal(answer.headers['sec-websocket-version'], '13')
    })
  }

  const badKeys = { 'no key': undefined, 'an empty key': '', 'a short key': 'c2hvcnQ=', 'a long key': Buffer.alloc(17).toString('base64'),
    'a key that is no base64': '!!!!!!!!!!!!!!!!!!!!!!==', 'a key without padding': key.replace('==', ''),
    'a key of 24 characters that decodes to 18 bytes': 'A'.repeat(24), 'two keys': `${key}, ${key}` }
  for (const [what, value] of Object.entries(badKeys)) {
    it(`${what}: 400`, async () => {
      assertProblem(await upgradeRefused(server, `/ws/${fresh()}`, { headers: { 'Sec-WebSocket-Key': value } }), 400)
    })
  }

  it('an upgrade by POST or with HTTP/1.0 opens no socket', async () => {
    const head = (line) => `${line}\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n`
    const post = await exchange(server, `${head('POST /ws/x HTTP/1.1')}Content-Length: 0\r\n\r\n`)
    assert.ok([405, 426].includes(post.status), `POST: ${post.status}`)
    const old = await exchange(server, `${head('GET /ws/x HTTP/1.0')}\r\n`)
    assert.ok([400, 426, 505].includes(old.status), `HTTP/1.0: ${old.status}`)
  })

  it('a refusal tells a browser of an allowed origin the same way', async () => {
    const answer = await get(server, `/ws/${fresh()}`, { headers: { Origin: `http://127.0.0.1:${server.port}` } })
    assert.equal(answer.status, 426)
  })
})

describe('ALLOWED_ORIGINS', { concurrency: true }, () => {
  it('admits what it lists, exactly, and nothing else', async (t) => {
    const server = await startServer(t, { env: { ALLOWED_ORIGINS: 'https://app.example,http://localhost:3000' } })
    await join(server, fresh(), { headers: { Origin: 'https://app.example' } })
    await join(server, fresh(), { headers: { Origin: 'http://localhost:3000' } })
    for (const origin of ['http://app.example', 'https://app.example:8443', 'https://app.example.evil.example', 'https://sub.app.example',
      'http://localhost', 'null']) {
      assertProblem(await upgradeRefused(server, `/ws/${fresh()}`, { headers: { Origin: origin } }), 403)
    }
  })

  it('* admits any', async (t) => {
    const server = await startServer(t, { env: { ALLOWED_ORIGINS: '*' } })
    await join(server, fresh(), { headers: { Origin: 'https://anything.example' } })
    await join(server, fresh(), { headers: { Origin: 'null' } })
  })
})
