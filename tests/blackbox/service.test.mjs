import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { assertProblem, get, metrics, request } from '../support/http.mjs'
import { join, roomOf } from '../support/peer.mjs'
import { startServer, waitFor } from '../support/server.mjs'
import { fresh, sharedServer } from '../support/suite.mjs'

describe('Health and readiness', { concurrency: true }, () => {
  it('/health has every documented member and counts rooms and peers', async (t) => {
    const server = await startServer(t)
    const { json, status, headers } = await get(server, '/health')
    assert.equal(status, 200)
    assert.deepEqual(Object.keys(json).sort(), ['checks', 'environment', 'peers', 'rooms', 'status', 'uptime_s', 'version'])
    assert.equal(json.status, 'ok')
    assert.match(json.version, /^\d+\.\d+\.\d+/)
    assert.ok(json.uptime_s >= 0 && json.uptime_s < 60)
    assert.equal(json.environment, 'development')
    assert.deepEqual(json.checks, { database: 'ok', redis: 'off' })
    assert.equal(json.rooms, 0)
    assert.equal(json.peers, 0)
    assert.match(headers['cache-control'] ?? '', /no-store|no-cache/)
    await join(server, 'one', { peer: 'a' })
    const b = await join(server, 'one', { peer: 'b' })
    await join(server, 'two', { peer: 'a' })
    const counted = await waitFor(async () => {
      const now = (await get(server, '/health')).json
      return now.peers === 3 && now
    }, { timeoutMs: 3000 })
    assert.equal(counted.rooms, 2)
    await b.leave()
    await waitFor(async () => (await get(server, '/health')).json.peers === 2, { timeoutMs: 3000 })
  })

  it('/ready is 200 once it serves', async (t) => {
    const server = await startServer(t)
    assert.equal((await get(server, '/ready')).status, 200)
  })

  it('what only PostgreSQL needs is not loaded for items in SQLite: it would double the time of a start', async (t) => {
    const server = await startServer(t, { env: { DATABASE_URL: '' } })
    const libraries = readFileSync(`/proc/${server.pid}/maps`, 'utf8')
    assert.match(libraries, /libsqlite3/)
    assert.doesNotMatch(libraries, /libpq|libgnutls|libldap|libkrb5/)
  })

  it('production says so', async (t) => {
    const server = await startServer(t, { env: { ENVIRONMENT: 'production' } })
    assert.equal((await get(server, '/health')).json.environment, 'production')
  })
})

describe('/metrics', { concurrency: true }, () => {
  it('is Prometheus text that changes with traffic', async (t) => {
    const server = await startServer(t)
    const answer = await get(server, '/metrics')
    assert.match(answer.headers['content-type'], /^text\/plain; ?version=0\.0\.4/)
    for (const line of answer.text.split('\n')) {
      assert.match(line, /^(|# (HELP|TYPE) [a-zA-Z_:][\w:]* .+|[a-zA-Z_:][\w:]*(\{[^{}]*\})? [-+0-9.eE]+|[a-zA-Z_:][\w:]*(\{[^{}]*\})? (\+Inf|NaN))$/, line)
    }
    const before = await metrics(server)
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    for (let n = 0; n < 50; n++) alice.send({ type: 'message', to: 'bob', n })
    for (let n = 0; n < 50; n++) await bob.expect('message')
    await bob.cut()
    await alice.expect('peer-updated')
    const again = await bob.resume()
    const expired = await join(server, fresh(), { session: 'never-was', seq: '1' })
    await request(server, 'POST', '/api/items', { json: { name: 'x' } })
    await get(server, '/nowhere')
    const grown = async (pattern, by) => {
      const sum = (samples) => samples.filter((sample) => pattern.test(`${sample.name}${JSON.stringify(sample.labels)}`)).reduce((total, sample) => total + sample.value, 0)
      await waitFor(async () => sum(await metrics(server)) - sum(before) >= by, { timeoutMs: 3000, what: `${pattern} to grow by ${by}: ${(await metrics(server)).map((sample) => sample.name).join(' ')}` })
    }
    await grown(/^grtc_connections/, 3)
    await grown(/^grtc_rooms/, 2)
    await grown(/^grtc_peers/, 3)
    await grown(/^grtc_.*messages.*in/, 50)
    await grown(/^grtc_.*messages.*out/, 50)
    await grown(/^grtc_.*bytes.*in/, 1000)
    await grown(/^grtc_.*bytes.*out/, 1000)
    await grown(/^grtc_.*resume/, 2)
    await grown(/^grtc_.*latency.*_count/, 50)
    await grown(/^grtc_http_requests_total.*POST.*items.*201|^grtc_http_requests_total.*items.*201/, 1)
    await grown(/^grtc_http_requests_total.*404/, 1)
    await grown(/^grtc_.*(sqlite|commit|batch).*_count/, 1)
    assert.ok((await metrics(server)).some((sample) => /overflow|slow/.test(sample.name + JSON.stringify(sample.labels))), 'a metric for queue overflows')
    await again.leave()
    await expired.leave()
  })

  it('has no label that a client chooses', async (t) => {
    const server = await startServer(t)
    await roomOf(server, 'room-label-77', ['peer-label-77'])
    for (const path of ['/path-label-77', '/static/path-label-77', '/api/items/7777777', '/r/path-label-77']) await get(server, path)
    await request(server, 'BREW77', '/health').catch(() => {})
    const { text } = await get(server, '/metrics')
    assert.ok(!/label-77|7777777|BREW77/.test(text), text.split('\n').find((line) => /label-77|7777777|BREW77/.test(line)))
  })
})

describe('OpenAPI', { concurrency: true }, () => {
  const server = sharedServer()

  it('/openapi.json is OpenAPI 3.1 and names every documented route', async () => {
    const { json, headers } = await get(server, '/openapi.json')
    assert.equal(headers['content-type'], 'application/json; charset=utf-8')
    assert.match(json.openapi, /^3\.1\.\d+$/)
    assert.equal(json.info.version, (await get(server, '/health')).json.version)
    const documented = { '/api/items': ['get', 'post'], '/api/items/{id}': ['delete', 'get', 'patch', 'put'], '/api/items/events': ['get'], '/api/ice-servers': ['get'], '/api/rooms': ['get'],
      '/api/rooms/{room}': ['get'], '/api/rooms/{room}/messages': ['post'], '/api/rooms/{room}/peers/{peer_id}': ['delete'], '/health': ['get'], '/ready': ['get'], '/metrics': ['get'] }
    for (const [path, methods] of Object.entries(documented)) {
      assert.ok(json.paths[path], `${path} among ${Object.keys(json.paths)}`)
      for (const method of methods) assert.ok(json.paths[path][method], `${method} ${path}`)
    }
    for (const [path, operations] of Object.entries(json.paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        if (method === 'parameters') continue
        assert.ok(operation.responses && Object.keys(operation.responses).length > 0, `responses of ${method} ${path}`)
      }
    }
  })

  it('every path and method it names answers, and with a status it names', async () => {
    const { json } = await get(server, '/openapi.json')
    const item = (await request(server, 'POST', '/api/items', { json: { name: 'x' } })).json
    for (const [path, operations] of Object.entries(json.paths)) {
      if (path === '/api/items/events') continue
      for (const [method, operation] of Object.entries(operations)) {
        if (!['get', 'head', 'post', 'put', 'patch', 'delete', 'options'].includes(method)) continue
        const target = path.replace('{id}', item.id).replace(/\{[^}]+\}/g, 'x')
        const body = ['post', 'put', 'patch'].includes(method) ? { json: { name: 'x', type: 'message' } } : {}
        const answer = await request(server, method.toUpperCase(), target, body)
        assert.notEqual(answer.status, 405, `${method} ${path}`)
        assert.ok(answer.status < 500, `${method} ${path}: ${answer.status}`)
        const named = Object.keys(operation.responses)
        assert.ok(named.includes(String(answer.status)) || named.includes('default') || named.includes(`${String(answer.status)[0]}XX`), `${method} ${path}: ${answer.status} is not among ${named}`)
      }
    }
  })

  it('every reference in it resolves', async () => {
    const { json, text } = await get(server, '/openapi.json')
    for (const [, ref] of text.matchAll(/"\$ref":\s*"#\/([^"]+)"/g)) {
      assert.ok(ref.split('/').reduce((node, part) => node?.[part.replaceAll('~1', '/')], json), ref)
    }
  })

  it('/docs shows it, from this server alone', async () => {
    const answer = await get(server, '/docs')
    assert.equal(answer.status, 200)
    assert.match(answer.headers['content-type'], /^text\/html/)
    assert.ok(!/(src|href)="(https?:)?\/\//.test(answer.text), 'nothing from another server')
    assert.ok(/openapi/i.test(answer.text) || /\/static\//.test(answer.text))
  })
})

describe('The page', { concurrency: true }, () => {
  const server = sharedServer()
  const assets = async () => {
    const { text } = await get(server, '/')
    return [...new Set([...text.matchAll(/(?:src|href)="(\/static\/[^"]+)"/g)].map(([, path]) => path))]
  }

  it('/ is HTML with a strict policy and no inline script', async () => {
    const answer = await get(server, '/')
    assert.equal(answer.status, 200)
    assert.match(answer.headers['content-type'], /^text\/html; charset=utf-8$/i)
    const policy = answer.headers['content-security-policy'] ?? ''
    assert.match(policy, /default-src 'self'/)
    assert.ok(!/unsafe-inline|unsafe-eval|\*/.test(policy), policy)
    assert.ok(!/<script(?![^>]*\bsrc=)[^>]*>/.test(answer.text), 'an inline script')
    assert.ok(!/\son[a-z]+="/.test(answer.text), 'an inline handler')
    assert.match(answer.headers['referrer-policy'] ?? '', /./)
    for (const id of ['roomId', 'connectBtn', 'messageInput', 'sendBtn', 'messages']) assert.ok(answer.text.includes(`id="${id}"`), id)
  })

  it('/r/{room} is the same page, for any room name', async () => {
    const page = await get(server, '/')
    for (const room of ['test', 'reuni%C3%B3n', 'a%20b']) {
      const answer = await get(server, `/r/${room}`)
      assert.equal(answer.status, 200, room)
      assert.equal(answer.text, page.text)
      assert.equal(answer.headers['content-security-policy'], page.headers['content-security-policy'])
    }
    assertProblem(await get(server, '/r/a/b'), 404)
  })

  it('all that it names is there, with the right type', async () => {
    const found = await assets()
    assert.ok(found.length >= 2, found.join())
    const types = { js: /^text\/javascript/, mjs: /^text\/javascript/, css: /^text\/css/, svg: /^image\/svg\+xml/, json: /^application\/(manifest\+)?json/, png: /^image\/png/, ico: /^image\//, webmanifest: /^application\/manifest\+json/ }
    for (const path of found) {
      const answer = await get(server, path)
      assert.equal(answer.status, 200, path)
      const type = types[path.split('?')[0].split('.').at(-1)]
      if (type) assert.match(answer.headers['content-type'], type, path)
    }
    assert.equal((await get(server, '/static/grtc-client/index.js')).status, 200)
  })

  it('has strong ETags: If-None-Match gets 304', async () => {
    for (const path of ['/', ...(await assets())]) {
      const answer = await get(server, path)
      assert.match(answer.headers.etag ?? '', /^"[^"]+"$/, path)
      assert.ok(answer.headers['cache-control'], path)
      for (const condition of [answer.headers.etag, `W/${answer.headers.etag}`, `"x", ${answer.headers.etag}`, '*']) {
        const again = await get(server, path, { headers: { 'If-None-Match': condition } })
        assert.equal(again.status, 304, `${path} ${condition}`)
        assert.equal(again.body.length, 0)
        assert.equal(again.headers.etag, answer.headers.etag)
      }
      assert.equal((await get(server, path, { headers: { 'If-None-Match': '"x"' } })).status, 200)
    }
  })

  it('comes as br or gzip where asked, each with an ETag of its own, and as it is otherwise', async () => {
    const path = (await assets()).find((name) => name.endsWith('.js'))
    const encoded = (value) => get(server, path, { headers: { 'Accept-Encoding': value } })
    const plain = await get(server, path)
    assert.equal(plain.headers['content-encoding'], undefined)
    assert.match(plain.headers.vary ?? '', /accept-encoding/i)
    const brotli = await encoded('gzip, deflate, br')
    assert.equal(brotli.headers['content-encoding'], 'br')
    assert.deepEqual(brotliDecompressSync(brotli.body), plain.body)
    const gzip = await encoded('gzip')
    assert.equal(gzip.headers['content-encoding'], 'gzip')
    assert.deepEqual(gunzipSync(gzip.body), plain.body)
    assert.equal(new Set([plain, brotli, gzip].map((answer) => answer.headers.etag)).size, 3, 'RFC 9110 §8.8.3: a tag for each encoding')
    for (const value of ['identity', 'br;q=0, gzip;q=0', 'compress', '']) assert.equal((await encoded(value)).headers['content-encoding'], undefined, value)
    assert.equal((await encoded('br;q=0, gzip')).headers['content-encoding'], 'gzip')
    assert.equal((await encoded('gzip;q=1.0, br;q=0.1')).headers['content-encoding'] !== undefined, true)
    const head = await request(server, 'HEAD', path, { headers: { 'Accept-Encoding': 'br' } })
    assert.equal(head.headers['content-length'], String(brotli.body.length))
  })

  it('a file that is not there, or outside, is 404', async () => {
    for (const path of ['/static/', '/static', '/static/nothing.js', '/static/../openapi.json', '/static/%2e%2e/%2e%2e/etc/passwd', '/static/..%2f..%2fetc/passwd', '/static//etc/passwd',
      '/static/app%00.js', '/static/.git/config']) {
      assertProblem(await get(server, path), 404)
    }
  })

  it('production over a proxy that speaks TLS has HSTS', async (t) => {
    const own = await startServer(t, { env: { ENVIRONMENT: 'production' } })
    const secure = await get(own, '/', { headers: { 'X-Forwarded-Proto': 'https' } })
    assert.match(secure.headers['strict-transport-security'] ?? '', /max-age=\d+/)
    assert.equal((await get(server, '/', { headers: { 'X-Forwarded-Proto': 'https' } })).headers['strict-transport-security'], undefined, 'not in development')
  })
})
