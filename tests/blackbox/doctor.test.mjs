// `grtc doctor`: one line for each thing that a server needs, and the remedy where it lacks.

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'
import { freePort } from '../support/coturn.mjs'
import { run } from '../support/command.mjs'
import { get, metric } from '../support/http.mjs'
import { Postgres, noPostgres } from '../support/postgres.mjs'
import { startServer, waitFor } from '../support/server.mjs'

/** Its lines by subject, `{state, words}`, and the exit code. */
async function doctor(env, args = []) {
  const result = await run(['doctor', ...args], { env: { HOST: '127.0.0.1', ...env }, timeout: 30_000 })
  assert.equal(result.stderr, '')
  const found = {}
  for (const line of result.lines) {
    const [, state, subject, words] = /^(ok {2}|off |warn|FAIL) (\S+) +(\S.*)$/.exec(line) ?? assert.fail(`a strange line: ${line}`)
    found[subject] = { state: state.trim(), words }
  }
  return { code: result.code, found }
}
const envOf = (server) => ({ PORT: String(server.port), DATABASE_PATH: server.databasePath })

/** A server of one answer: what is said to it is given to `answer`. */
async function listen(t, answer) {
  const server = createServer((socket) => socket.on('error', () => {}).on('data', (bytes) => answer(socket, bytes)))
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  t.after(() => server.close())
  return server.address().port
}

describe('grtc doctor', { concurrency: 4 }, () => {
  it('finds a running server well, and says what is off', async (t) => {
    const server = await startServer(t, { env: { MAX_CONNECTIONS: '1000' } })
    const { code, found } = await doctor({ ...envOf(server), MAX_CONNECTIONS: '1000' })
    assert.equal(code, 0)
    for (const subject of ['port', 'database', 'limits', 'proxy']) assert.equal(found[subject].state, 'ok', found[subject].words)
    for (const subject of ['redis', 'postgresql', 'turn']) assert.equal(found[subject].state, 'off', found[subject].words)
    assert.match(found.database.words, /is whole, 0 items/)
    assert.match(found.clock.words, /^\d{4}-\d\d-\d\dT/)
  })

  it('tells a server that does not run, and another program at its port', async (t) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'grtc-doctor-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const absent = await doctor({ PORT: String(await freePort()), DATABASE_PATH: path.join(folder, 'items.db') })
    assert.equal(absent.code, 1)
    assert.match(absent.found.port.words, /refused.*Is the server running/)
    const port = await listen(t, (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'))
    assert.match((await doctor({ PORT: String(port) })).found.port.words, /another program/)
  })

  it('tells a database that is broken, and a folder that cannot be written', async (t) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'grtc-doctor-'))
    t.after(() => rmSync(folder, { recursive: true }))
    mkdirSync(path.join(folder, 'broken'))
    const file = path.join(folder, 'broken', 'items.db')
    writeFileSync(file, 'no database at all, and long enough to be looked at'.repeat(100))
    const broken = await doctor({ PORT: String(await freePort()), DATABASE_PATH: file })
    assert.equal(broken.found.database.state, 'FAIL')
    assert.match((await doctor({ PORT: String(await freePort()), DATABASE_PATH: '/proc/none/items.db' })).found.database.words, /\/proc\/none cannot be written by user \d+:\d+/)
  })

  it('tells a wrong setting as the start does', async () => {
    const { code, found } = await doctor({ PORT: '99999' })
    assert.equal(code, 1)
    assert.match(found.settings.words, /^PORT=99999: must be/)
  })

  it('greets Redis, and names a stranger at its place', async (t) => {
    const redis = await listen(t, (socket, bytes) => socket.end(String(bytes) === 'PING\r\n' ? '-NOAUTH Authentication required.\r\n' : '-ERR\r\n'))
    const stranger = await listen(t, (socket) => socket.end('E'))
    const well = await doctor({ REDIS_URL: `redis://:geheim@127.0.0.1:${redis}/0` })
    assert.equal(well.found.redis.state, 'ok', well.found.redis.words)
    assert.ok(!JSON.stringify(well).includes('geheim'))
    const swapped = await doctor({ REDIS_URL: `redis://127.0.0.1:${stranger}` })
    assert.equal(swapped.found.redis.state, 'FAIL')
  })

  it('signs in to PostgreSQL, and says what it met there', { skip: noPostgres }, async (t) => {
    const postgres = await Postgres.start()
    t.after(() => postgres.stop())
    const url = postgres.createDatabase().replace('postgres@', 'postgres:geheim@')
    const fresh = await doctor({ DATABASE_URL: url })
    assert.match(fresh.found.postgresql.words, /^PostgreSQL 15.* answers; the first server that starts makes the tables$/)
    await startServer(t, { env: { DATABASE_URL: url } })
    const used = await doctor({ DATABASE_URL: url, DATABASE_PATH: path.join(tmpdir(), 'grtc-no-such-file.db') })
    assert.deepEqual([used.found.postgresql.state, /schema version 1$/.test(used.found.postgresql.words)], ['ok', true], used.found.postgresql.words)
    assert.equal(used.found.database.state, 'off', 'a SQLite file that is not there is none that is missing')
    const nowhere = await doctor({ DATABASE_URL: `postgresql://me:geheim@127.0.0.1:${await freePort()}/x` })
    assert.equal(nowhere.found.postgresql.state, 'FAIL')
    assert.match(nowhere.found.postgresql.words, /refused.*Is PostgreSQL running/)
    const wrong = await doctor({ DATABASE_URL: 'localhost' })
    assert.match(wrong.found.postgresql.words, /must be postgresql:/)
    assert.ok(!JSON.stringify([fresh, used, nowhere, wrong]).includes('geheim'))
  })

  it('tells of a proxy that TRUSTED_PROXIES does not name; the log names its address, once', async (t) => {
    const server = await startServer(t, { env: { TRUSTED_PROXIES: '192.0.2.1' } })
    for (let n = 0; n < 3; n++) await get(server, '/health', { headers: { 'X-Forwarded-For': '203.0.113.9' } })
    assert.equal(await metric(server, 'grtc_http_untrusted_forwards_total'), 3)
    const { code, found } = await doctor({ ...envOf(server), TRUSTED_PROXIES: '192.0.2.1' })
    assert.equal(code, 1)
    assert.match(found.proxy.words, /TRUSTED_PROXIES/)
    await waitFor(() => server.output.includes('is not believed'), { what: 'the line of the log' })
    assert.equal(server.output.match(/X-Forwarded-For from an address.*address=127\.0\.0\.1/g).length, 1)
  })

  it('counts no proxy that is trusted', async (t) => {
    const server = await startServer(t)
    await get(server, '/health', { headers: { 'X-Forwarded-For': '203.0.113.9' } })
    assert.equal(await metric(server, 'grtc_http_untrusted_forwards_total'), 0)
  })

  it('looks at the server as users reach it: WebSockets and events through the proxy', async (t) => {
    const server = await startServer(t)
    const well = await doctor(envOf(server), ['--url', server.url])
    assert.equal(well.found.websocket.state, 'ok', well.found.websocket.words)
    assert.equal(well.found.events.state, 'ok', well.found.events.words)
    // A proxy as they often are at first: the upgrade's headers are dropped, and answers wait until they are whole.
    const port = await listen(t, async (socket, bytes) => {
      const target = /^GET (\S+)/.exec(String(bytes))[1]
      if (target.startsWith('/api/items/events')) return
      const answer = await get(server, target)
      socket.end(`HTTP/1.1 ${answer.status} X\r\nContent-Length: ${answer.body.length}\r\n\r\n${answer.text}`)
    })
    const { code, found } = await doctor(envOf(server), ['--url', `http://127.0.0.1:${port}`])
    assert.equal(code, 1)
    assert.match(found.websocket.words, /headers Upgrade and Connection/)
    assert.match(found.events.words, /keeps events back/)
    assert.equal((await doctor(envOf(server), ['--url', `http://127.0.0.1:${await freePort()}`])).found.url.state, 'FAIL')
  })
})
