import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertProblem, exchange, get, request } from '../support/http.mjs'
import { startServer } from '../support/server.mjs'

describe('CORS', { concurrency: true }, () => {
  it('OPTIONS answers with the methods of the path; without an allowed origin nothing is granted', async (t) => {
    const server = await startServer(t, { env: { ALLOWED_ORIGINS: 'https://app.example' } })
    const preflight = (origin, path = '/api/items/1') => request(server, 'OPTIONS', path,
      { headers: { Origin: origin, 'Access-Control-Request-Method': 'PATCH', 'Access-Control-Request-Headers': 'content-type, if-match, authorization, idempotency-key' } })
    const good = await preflight('https://app.example')
    assert.ok([200, 204].includes(good.status), `${good.status}`)
    assert.equal(good.headers['access-control-allow-origin'], 'https://app.example')
    assert.match(good.headers.vary ?? '', /origin/i)
    assert.match(good.headers['access-control-allow-methods'], /PATCH/)
    for (const name of ['content-type', 'if-match', 'authorization', 'idempotency-key']) {
      assert.ok(good.headers['access-control-allow-headers'].toLowerCase().includes(name), good.headers['access-control-allow-headers'])
    }
    const bad = await preflight('https://evil.example')
    assert.equal(bad.headers['access-control-allow-origin'], undefined)
    assertProblem(await preflight('https://app.example', '/nowhere'), 404)
  })

  it('a simple request of an allowed origin may read the answer and its ETag, another not', async (t) => {
    const server = await startServer(t, { env: { ALLOWED_ORIGINS: 'https://app.example,https://two.example' } })
    for (const [method, path] of [['GET', '/api/items'], ['GET', '/health'], ['GET', '/nowhere'], ['POST', '/api/items'], ['GET', '/api/ice-servers']]) {
      const good = await request(server, method, path, { headers: { Origin: 'https://two.example' }, ...(method === 'POST' && { json: { name: 'x' } }) })
      assert.equal(good.headers['access-control-allow-origin'], 'https://two.example', path)
      assert.match(good.headers.vary ?? '', /origin/i)
      assert.match(good.headers['access-control-expose-headers'] ?? '', /etag/i)
      const bad = await request(server, method, path, { headers: { Origin: 'https://evil.example' }, ...(method === 'POST' && { json: { name: 'x' } }) })
      assert.equal(bad.headers['access-control-allow-origin'], undefined, path)
    }
  })

  it('by default only its own origin, and * opens to all', async (t) => {
    const own = await startServer(t)
    assert.equal((await get(own, '/api/items', { headers: { Origin: 'https://app.example' } })).headers['access-control-allow-origin'], undefined)
    const open = await startServer(t, { env: { ALLOWED_ORIGINS: '*' } })
    const answer = await get(open, '/api/items', { headers: { Origin: 'https://app.example' } })
    assert.ok(['*', 'https://app.example'].includes(answer.headers['access-control-allow-origin']))
    assert.equal(answer.headers['access-control-allow-credentials'], undefined)
  })

  it('an OPTIONS that is no preflight names what is allowed', async (t) => {
    const server = await startServer(t)
    const answer = await request(server, 'OPTIONS', '/api/items')
    assert.ok([200, 204].includes(answer.status))
    assert.match(answer.headers.allow ?? '', /POST/)
    const whole = await exchange(server, 'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n')
    assert.ok([200, 204, 404].includes(whole.status), `${whole.status}`)
  })
})

describe('REQUEST_RATE', { concurrency: true }, () => {
  it('more requests than it allows are 429 with Retry-After; health, ready and metrics are outside it', async (t) => {
    const server = await startServer(t, { env: { REQUEST_RATE: '5' } })
    const statuses = []
    let refusal
    for (let i = 0; i < 40; i++) {
      const answer = await get(server, '/api/items?limit=1')
      statuses.push(answer.status)
      if (answer.status === 429) refusal = answer
    }
    assert.ok(statuses.slice(0, 5).every((status) => status === 200), statuses.join())
    assertProblem(refusal, 429)
    assert.match(refusal.headers['retry-after'], /^[1-9]\d*$/)
    for (const path of ['/health', '/ready', '/metrics']) {
      for (let i = 0; i < 30; i++) assert.equal((await get(server, path)).status, 200)
    }
  })

  it('counts each client that a trusted proxy names for itself', async (t) => {
    const server = await startServer(t, { env: { REQUEST_RATE: '5' } })
    for (let i = 0; i < 40; i++) await get(server, '/api/items?limit=1', { headers: { 'X-Forwarded-For': '203.0.113.1' } })
    assert.equal((await get(server, '/api/items?limit=1', { headers: { 'X-Forwarded-For': '203.0.113.2' } })).status, 200)
  })
})
