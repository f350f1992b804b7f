import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RawHttp, assertProblem, exchange, get, request } from '../support/http.mjs'
import { connect } from '../support/raw_ws.mjs'
import { sharedServer } from '../support/suite.mjs'

const kItem = '{"name":"x"}'
const post = (headers, body = '') => `POST /api/items HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${headers}\r\n\r\n${body}`

describe('HTTP/1.1 framing', { concurrency: true }, () => {
  const server = sharedServer()

  describe('what is malformed or ambiguous is 400 and closes', { concurrency: true }, () => {
    const wrong = {
      'two different lengths': post('Content-Length: 12\r\nContent-Length: 13', kItem),
      'two lengths in one field': post('Content-Length: 12, 13', kItem),
      'a length beside chunked': post('Content-Length: 12\r\nTransfer-Encoding: chunked', `c\r\n${kItem}\r\n0\r\n\r\n`),
      'chunked beside a length, the other way round': post('Transfer-Encoding: chunked\r\nContent-Length: 12', `c\r\n${kItem}\r\n0\r\n\r\n`),
      'chunked in HTTP/1.0': post('Transfer-Encoding: chunked', `c\r\n${kItem}\r\n0\r\n\r\n`).replace('HTTP/1.1', 'HTTP/1.0'),
      'obs-fold': 'GET /health HTTP/1.1\r\nHost: x\r\nX-Fold: a\r\n b\r\n\r\n',
      'obs-fold with a tab': 'GET /health HTTP/1.1\r\nHost: x\r\nX-Fold: a\r\n\tb\r\n\r\n',
      'a negative length': post('Content-Length: -1'),
      'a length with a plus': post('Content-Length: +12', kItem),
      'a length in hex': post('Content-Length: 0xc', kItem),
      'a length that is text': post('Content-Length: twelve', kItem),
      'an empty length': post('Content-Length: ', kItem),
      'a length over 2^64': post('Content-Length: 18446744073709551628', kItem),
      'a space before the colon': 'GET /health HTTP/1.1\r\nHost: x\r\nX-A : b\r\n\r\n',
      'a space before the colon of a length': post('Content-Length : 12', kItem),
      'a line without a colon': 'GET /health HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n',
      'an empty field name': 'GET /health HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n',
      'a field name with a bracket': 'GET /health HTTP/1.1\r\nHost: x\r\nX(A): b\r\n\r\n',
      'a NUL in a value': 'GET /health HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n',
      'a bare CR in a value': 'GET /health HTTP/1.1\r\nHost: x\r\nX-A: a\rb\r\n\r\n',
      'a space in the target': 'GET /hea lth HTTP/1.1\r\nHost: x\r\n\r\n',
      'no version': 'GET /health\r\nHost: x\r\n\r\n',
      'a version that is no version': 'GET /health HTTP/1\r\nHost: x\r\n\r\n',
      'lower-case http': 'GET /health http/1.1\r\nHost: x\r\n\r\n',
      'a first line that is nonsense': 'hello there\r\n\r\n',
      'a method with a bracket': 'G{T /health HTTP/1.1\r\nHost: x\r\n\r\n',
      'no Host (RFC 9112 §3.2)': 'GET /health HTTP/1.1\r\n\r\n',
      'two Hosts': 'GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
      'a chunk size that is no number': post('Transfer-Encoding: chunked', `zz\r\n${kItem}\r\n0\r\n\r\n`),
      'a chunk size with a sign': post('Transfer-Encoding: chunked', `-c\r\n${kItem}\r\n0\r\n\r\n`),
      'an overflowing chunk size': post('Transfer-Encoding: chunked', `ffffffffffffffffff\r\n${kItem}\r\n0\r\n\r\n`),
      'a chunk longer than it says': post('Transfer-Encoding: chunked', `3\r\n${kItem}\r\n0\r\n\r\n`),
      'a target that is no path': 'GET health HTTP/1.1\r\nHost: x\r\n\r\n',
    }
    for (const [what, bytes] of Object.entries(wrong)) {
      it(what, async () => {
        const answer = await exchange(server, bytes, { closes: true })
        assertProblem(answer, 400)
        assert.match(answer.headers.connection ?? '', /close/i)
      })
    }

    it('a TLS hello on the plain port closes without a word or with 400', async () => {
      const connection = await RawHttp.open(server)
      connection.send(Buffer.from('16030100c8010000c40303', 'hex'))
      connection.send('\r\n\r\n')
      await connection.expectClosed()
    })

    it('a transfer coding that it does not know: 400 or 501, and closes', async () => {
      for (const coding of ['gzip', 'chunked, gzip', 'identity', 'xchunked', 'chunked, chunked']) {
        const answer = await exchange(server, post(`Transfer-Encoding: ${coding}`, `c\r\n${kItem}\r\n0\r\n\r\n`), { closes: true })
        assert.ok([400, 501].includes(answer.status), `${coding}: ${answer.status}`)
      }
    })

    it('HTTP/2 and HTTP/1.2 prefaces are refused', async () => {
      const preface = await exchange(server, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', { closes: true })
      assert.ok([400, 505].includes(preface.status), `${preface.status}`)
    })

    it('the same length twice, equal, is allowed to be 400 or taken (RFC 9112 §6.3), never two requests', async () => {
      const connection = await RawHttp.open(server)
      connection.send(post('Content-Length: 12\r\nContent-Length: 12', kItem))
      const answer = await connection.response()
      assert.ok([400, 201].includes(answer.status), `${answer.status}`)
      connection.destroy()
    })

    it('nothing of a refused body is taken as the next request', async () => {
      const connection = await RawHttp.open(server)
      connection.send(post('Content-Length: 12\r\nTransfer-Encoding: chunked', '0\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n'))
      assert.equal((await connection.response()).status, 400)
      await connection.expectClosed()
      await assert.rejects(connection.response({ timeout: 100 }))
    })
  })

  describe('what is allowed is taken', { concurrency: true }, () => {
    it('a chunked body, with extensions and trailers', async () => {
      const answer = await exchange(server, post('Transfer-Encoding: chunked',
        '5;ext="a"\r\n{"nam\r\n7\r\ne":"y"}\r\n0\r\nX-Trailer: 1\r\n\r\n'))
      assert.equal(answer.status, 201)
      assert.equal(answer.json.name, 'y')
    })

    it('Transfer-Encoding in any case', async () => {
      const answer = await exchange(server, post('transfer-ENCODING: Chunked', `c\r\n${kItem}\r\n0\r\n\r\n`))
      assert.equal(answer.status, 201)
    })

    it('field names in any case, white space around values, empty lines before the request', async () => {
      const answer = await exchange(server, '\r\n\r\nGET /health HTTP/1.1\r\nhOST:   x  \r\nX-Empty:\r\n\r\n')
      assert.equal(answer.status, 200)
    })

    it('an absolute target (RFC 9112 §3.2.2)', async () => {
      const answer = await exchange(server, 'GET http://other.example/health HTTP/1.1\r\nHost: x\r\n\r\n')
      assert.equal(answer.status, 200)
    })

    it('HTTP/1.0, which closes after the answer', async () => {
      const answer = await exchange(server, 'GET /health HTTP/1.0\r\n\r\n', { closes: true })
      assert.equal(answer.status, 200)
    })

    it('Connection: close closes, else the connection stays', async () => {
      const connection = await RawHttp.open(server)
      connection.send('GET /health HTTP/1.1\r\nHost: x\r\n\r\n')
      assert.equal((await connection.response()).status, 200)
      connection.send('GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
      const last = await connection.response()
      assert.equal(last.status, 200)
      assert.match(last.headers.connection ?? '', /close/i)
      await connection.expectClosed()
    })

    it('Expect: 100-continue gets its 100, then the answer', async () => {
      const connection = await RawHttp.open(server)
      connection.send(post(`Content-Length: ${kItem.length}\r\nExpect: 100-continue`))
      const first = await connection.response()
      assert.equal(first.status, 100)
      connection.send(kItem)
      assert.equal((await connection.response()).status, 201)
      connection.destroy()
    })

    it('a request byte by byte', async () => {
      const connection = await RawHttp.open(server)
      for (const char of post(`Content-Length: ${kItem.length}`, kItem)) {
        connection.send(char)
        await new Promise(setImmediate)
      }
      assert.equal((await connection.response()).status, 201)
      connection.destroy()
    })

    it('several requests in one packet are answered in their order', async () => {
      const connection = await RawHttp.open(server)
      const paths = ['/health', '/api/items?limit=1', '/nowhere', '/health', '/api/items/999999999', '/ready']
      connection.send(`${paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join('')}${post(`Content-Length: ${kItem.length}`, kItem)}`)
      const statuses = []
      for (let i = 0; i < 7; i++) statuses.push((await connection.response()).status)
      assert.deepEqual(statuses, [200, 200, 404, 200, 404, 200, 201])
      connection.destroy()
    })

    it('200 pipelined requests, and a client that closes its side after the last', async () => {
      const connection = await RawHttp.open(server)
      connection.socket.end('GET /ready HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(200))
      for (let i = 0; i < 200; i++) assert.equal((await connection.response()).status, 200)
      await connection.expectClosed()
    })

    it('a body that a route does not want does not become the next request', async () => {
      const connection = await RawHttp.open(server)
      connection.send('GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloGET /ready HTTP/1.1\r\nHost: x\r\n\r\n')
      assert.equal((await connection.response()).status, 200)
      assert.equal((await connection.response()).status, 200)
      connection.destroy()
    })
  })

  describe('sizes', { concurrency: true }, () => {
    it('a head over 32 KiB: 431 and closes', async () => {
      const connection = await RawHttp.open(server)
      connection.send(`GET /health HTTP/1.1\r\nHost: x\r\nX-Big: ${'x'.repeat(33_000)}\r\n\r\n`)
      assertProblem(await connection.response(), 431)
      await connection.expectClosed()
    })

    it('a head over 32 KiB that never ends: 431 before it ends', async () => {
      const connection = await RawHttp.open(server)
      connection.send('GET /health HTTP/1.1\r\nHost: x\r\n')
      for (let i = 0; i < 400; i++) connection.send(`X-${i}: ${'y'.repeat(95)}\r\n`)
      assertProblem(await connection.response(), 431)
      await connection.expectClosed()
    })

    it('a target over 32 KiB: 431 or 414', async () => {
      const answer = await exchange(server, `GET /${'x'.repeat(40_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, { closes: true })
      assert.ok([414, 431].includes(answer.status), `${answer.status}`)
    })

    it('a head of just under 32 KiB is taken', async () => {
      const answer = await exchange(server, `GET /health HTTP/1.1\r\nHost: x\r\nX-Big: ${'x'.repeat(32_600)}\r\n\r\n`)
      assert.equal(answer.status, 200)
    })

    it('MAX_BODY_BYTES: a body of 1 MiB is read, one byte more is 413 by its length at once', async () => {
      const fits = `{"name":"${'x'.repeat(1048576 - 11)}"}`
      assert.equal(fits.length, 1048576)
      assertProblem(await request(server, 'POST', '/api/items', { body: fits, headers: { 'Content-Type': 'application/json' } }), 422, { field: 'name' })
      const connection = await RawHttp.open(server)
      connection.send(post('Content-Length: 1048577'))
      assertProblem(await connection.response(), 413)
      await connection.expectClosed()
    })

    it('a chunked body over the limit: 413 while it comes', async () => {
      const connection = await RawHttp.open(server)
      connection.send(post('Transfer-Encoding: chunked'))
      const chunk = `10000\r\n${'x'.repeat(65536)}\r\n`
      for (let i = 0; i < 18; i++) connection.send(chunk)
      assertProblem(await connection.response(), 413)
      await connection.expectClosed()
    })

    it('a body over the limit where nothing would read it: 413 too, or the answer and a close', async () => {
      const connection = await RawHttp.open(server)
      connection.send('DELETE /api/items/999999 HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n')
      const answer = await connection.response()
      assert.equal(answer.status, 413)
      await connection.expectClosed()
    })
  })

  describe('methods and paths', { concurrency: true }, () => {
    it('an unknown path: 404 problem+json, with any method', async () => {
      for (const path of ['/nowhere', '/api', '/api/', '/api/items/', '/api/item', '/health/', '/api/items/1/2', '/..', '/api/../health', '/%2e%2e/x', '//health']) {
        assertProblem(await get(server, path), 404)
      }
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) assertProblem(await request(server, method, '/nowhere'), 404)
    })

    const wrong = [['POST', '/health'], ['DELETE', '/health'], ['PUT', '/api/items'], ['DELETE', '/api/items'], ['PATCH', '/api/items'], ['POST', '/api/items/1'],
      ['POST', '/metrics'], ['POST', '/ready'], ['PUT', '/openapi.json'], ['POST', '/docs'], ['POST', '/'], ['POST', '/api/items/events'],
      ['DELETE', '/api/rooms'], ['GET', '/api/rooms/x/messages'], ['POST', '/api/ice-servers'], ['POST', '/r/x']]
    for (const [method, path] of wrong) {
      it(`${method} ${path}: 405 with Allow`, async () => {
        const answer = await request(server, method, path)
        assertProblem(answer, 405)
        const allow = (answer.headers.allow ?? '').split(/,\s*/)
        assert.ok(allow.length > 0 && !allow.includes(method), answer.headers.allow)
        assert.ok(allow.includes('OPTIONS'), answer.headers.allow)
        if (allow.includes('GET')) assert.ok(allow.includes('HEAD'), answer.headers.allow)
      })
    }

    it('the Allow of each items path names what it has', async () => {
      const allow = async (path) => (await request(server, 'TRACE', path)).headers.allow?.split(/,\s*/).sort().join()
      assert.equal(await allow('/api/items'), 'GET,HEAD,OPTIONS,POST')
      assert.equal(await allow('/api/items/1'), 'DELETE,GET,HEAD,OPTIONS,PATCH,PUT')
    })

    it('a method of its own invention: 405 on a known path', async () => {
      const answer = await exchange(server, 'BREW /health HTTP/1.1\r\nHost: x\r\n\r\n')
      assert.ok([405, 501].includes(answer.status), `${answer.status}`)
      assert.equal((await exchange(server, 'get /health HTTP/1.1\r\nHost: x\r\n\r\n')).status, answer.status)
    })

    it('HEAD wherever GET: the same status and headers, no body', async () => {
      const item = (await request(server, 'POST', '/api/items', { json: { name: 'head' } })).json
      for (const path of ['/health', '/ready', '/metrics', '/api/items?limit=1', `/api/items/${item.id}`, '/api/ice-servers', '/openapi.json', '/docs', '/', '/r/room', '/nowhere']) {
        const connection = await RawHttp.open(server)
        connection.send(`HEAD ${path} HTTP/1.1\r\nHost: x\r\n\r\nGET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
        const head = await connection.response({ head: true })
        const full = await connection.response()
        assert.equal(head.status, full.status, path)
        assert.equal(head.headers['content-type'], full.headers['content-type'], path)
        assert.equal(head.headers.etag, full.headers.etag, path)
        assert.ok('content-length' in head.headers, path)
        connection.destroy()
      }
    })

    it('each answer has a Date, a request id of its own, and is never sniffed', async () => {
      const [one, two] = [await get(server, '/health'), await get(server, '/nowhere')]
      for (const answer of [one, two]) {
        assert.ok(!Number.isNaN(Date.parse(answer.headers.date)))
        assert.ok(answer.headers['x-request-id'])
        assert.equal(answer.headers['x-content-type-options'], 'nosniff')
      }
      assert.notEqual(one.headers['x-request-id'], two.headers['x-request-id'])
    })

    it('a request id of a client cannot inject a header', async () => {
      const answer = await exchange(server, 'GET /health HTTP/1.1\r\nHost: x\r\nX-Request-Id: a%0d%0aSet-Cookie:x\r\n\r\n')
      assert.equal(answer.headers['set-cookie'], undefined)
    })

    it('JSON answers say their charset', async () => {
      for (const path of ['/health', '/api/items', '/openapi.json']) {
        assert.equal((await get(server, path)).headers['content-type'], 'application/json; charset=utf-8', path)
      }
    })
  })

  describe('slow clients', { concurrency: true }, () => {
    it('a head not whole within 10 s of its first byte is closed, though it trickles', { timeout: 30_000 }, async () => {
      const connection = await RawHttp.open(server)
      const start = performance.now()
      connection.send('GET /health HTTP/1.1\r\n')
      const trickle = setInterval(() => connection.send('X: y\r\n'), 1000)
      await connection.expectClosed(14_000).finally(() => clearInterval(trickle))
      const took = performance.now() - start
      assert.ok(took > 8500 && took < 13_000, `${took} ms`)
    })

    it('a body without progress for 10 s: 408 and closes', { timeout: 30_000 }, async () => {
      const connection = await RawHttp.open(server)
      const start = performance.now()
      connection.send(post('Content-Length: 12', '{"na'))
      const answer = await connection.response({ timeout: 14_000 })
      assertProblem(answer, 408)
      await connection.expectClosed()
      const took = performance.now() - start
      assert.ok(took > 8500 && took < 13_000, `${took} ms`)
    })

    it('a slow body that makes progress is waited for', { timeout: 40_000 }, async () => {
      const connection = await RawHttp.open(server)
      connection.send(post('Content-Length: 12'))
      for (const part of [kItem.slice(0, 4), kItem.slice(4, 8), kItem.slice(8)]) {
        // waits: a body may be slow as long as it goes on within 10 s
        await new Promise((resolve) => setTimeout(resolve, 4500))
        connection.send(part)
      }
      assert.equal((await connection.response()).status, 201)
      connection.destroy()
    })

    it('a connection that says nothing at all costs nothing and harms nobody', async () => {
      const silent = await Promise.all(Array.from({ length: 200 }, () => connect({ port: server.port })))
      assert.equal((await get(server, '/health')).status, 200)
      silent.forEach((socket) => socket.destroy())
    })

    it('a client that goes away in the middle of a body harms nobody', async () => {
      for (let i = 0; i < 50; i++) {
        const connection = await RawHttp.open(server)
        connection.send(post('Content-Length: 1000', '{"name":'))
        connection.socket.resetAndDestroy()
      }
      assert.equal((await get(server, '/health')).status, 200)
    })

    it('a reader who never reads a large answer is not waited for', { timeout: 30_000 }, async () => {
      const connection = await RawHttp.open(server)
      connection.socket.pause()
      connection.send('GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(500))
      for (let i = 0; i < 20; i++) assert.equal((await get(server, '/health')).status, 200)
      connection.destroy()
    })
  })
})
