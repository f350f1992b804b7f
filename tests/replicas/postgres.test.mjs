// Items on PostgreSQL: what a person meets who sets it up, moves there, or whose database has its own troubles.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { run, serve } from '../support/command.mjs'
import { freePort } from '../support/coturn.mjs'
import { get, request } from '../support/http.mjs'
import { Postgres, noPostgres } from '../support/postgres.mjs'
import { startServer, waitFor } from '../support/server.mjs'
import { seedOf, seeded } from '../support/suite.mjs'

/** @type {Postgres} */
let postgres
const create = async (server, json, headers = {}) => request(server, 'POST', '/api/items', { json, headers })
const list = async (server, query = '') => (await get(server, `/api/items?limit=500${query}`)).json
const onPostgres = (t, env = {}) => startServer(t, { env: { DATABASE_URL: postgres.createDatabase(), ...env } })

describe('Items on PostgreSQL', { skip: noPostgres }, () => {
  before(async () => { postgres = await Postgres.start() })
  after(() => postgres.stop())

  describe('a start that cannot be', () => {
    const cases = {
      'a URL that is none': [() => 'postgresql://me:secret-word@[localhost/x', /DATABASE_URL=\(hidden\): must be postgresql:\/\//],
      'a port that is none': [() => 'postgresql://me:secret-word@localhost:port/x', /DATABASE_URL: invalid integer value "port"/],
      'another program\'s URL': [() => 'mysql://me:secret-word@localhost/x', /DATABASE_URL=\(hidden\): must be postgresql:\/\//],
      'a database that is not there': [() => postgres.url('nowhere').replace('postgres@', 'postgres:secret-word@'), /DATABASE_URL: .*database "nowhere" does not exist/],
      'a database that is not UTF-8': [() => {
        postgres.query('postgres', "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
        return postgres.url('latin')
      }, /DATABASE_URL: The database must have the encoding UTF8, and has LATIN1/],
      'a schema made by a newer version': [() => {
        const url = postgres.createDatabase()
        postgres.query(url, 'CREATE SCHEMA grtc; CREATE TABLE grtc.store(schema_version bigint); INSERT INTO grtc.store VALUES(99)')
        return url
      }, /DATABASE_URL: The database has schema version 99, made by a newer gRTC/],
      'a user that may make no tables': [() => {
        const name = new URL(postgres.createDatabase()).pathname.slice(1)
        postgres.query('postgres', 'CREATE ROLE nobody LOGIN')
        return postgres.url(name).replace('postgres@', 'nobody@')
      }, /DATABASE_URL: The tables of the items can't be made: .*permission denied/],
    }
    for (const [name, [url, expected]] of Object.entries(cases)) {
      it(`is told in a line: ${name}`, async () => {
        const ended = await serve({ DATABASE_URL: url() })
        assert.equal(ended.code, 2)
        assert.match(ended.stderr.trim(), expected)
        assert.ok(!ended.stdout.includes('secret-word') && !ended.stderr.includes('secret-word'), 'no password is shown')
      })
    }

    it('waits a while for a server that is not there yet, then says so', { timeout: 40_000 }, async () => {
      const port = await freePort()
      const begun = performance.now()
      const ended = await serve({ DATABASE_URL: `postgresql://me:secret-word@127.0.0.1:${port}/x` }, [], { timeout: 30_000 })
      assert.ok(performance.now() - begun > 8_000, 'a server that is just starting would have been waited for')
      assert.equal(ended.code, 2)
      assert.match(ended.stderr, /DATABASE_URL: connection to server at "127\.0\.0\.1", port \d+ failed: Connection refused/)
      assert.doesNotMatch(ended.stdout + ended.stderr, /secret-word/)
    })
  })

  it('a database that is read-only reads on, refuses writes in words, and goes on by itself', async (t) => {
    const url = postgres.createDatabase()
    const server = await startServer(t, { env: { DATABASE_URL: url } })
    assert.equal((await create(server, { name: 'before' })).status, 201)
    const name = new URL(url).pathname.slice(1)
    postgres.query('postgres', `ALTER DATABASE ${name} SET default_transaction_read_only=on`)
    postgres.query('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name='grtc'")
    await waitFor(async () => (await create(server, { name: 'meanwhile' })).json?.detail?.includes('read-only'), { what: () => 'writes to be refused as read-only' })
    // Each connection comes back by itself, those of readers perhaps after the writer's.
    await waitFor(async () => (await list(server)).items?.length === 1, { what: () => 'reads to go on' })
    const refused = await create(server, { name: 'meanwhile' })
    assert.equal(refused.status, 503)
    assert.equal(refused.headers['retry-after'], '1')
    postgres.query('postgres', `ALTER DATABASE ${name} SET default_transaction_read_only=off`)
    postgres.query('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name='grtc'")
    await waitFor(async () => (await create(server, { name: 'after' })).status === 201, { what: () => 'writes to go on' })
    for (const line of ['DATABASE_URL: The items database is read-only', 'DATABASE_URL: The items database can be used']) {
      await waitFor(() => server.output.includes(line), { what: () => `${line}:\n${server.output}` })
    }
  })

  it('a lock that is not let go ends in 503 after DATABASE_TIMEOUT_MS, and too many who wait for it in 503 at once', async (t) => {
    const url = postgres.createDatabase()
    const server = await startServer(t, { env: { DATABASE_URL: url, DATABASE_TIMEOUT_MS: '1000', DATABASE_POOL: '3', ITEMS_QUEUE: '16' } })
    await create(server, { name: 'x' })
    const lock = postgres.hold(url, 'LOCK TABLE grtc.items IN ACCESS EXCLUSIVE MODE')
    await lock.held
    const answers = await Promise.all([create(server, { name: 'y' }), ...Array.from({ length: 60 }, () => get(server, '/api/items/1'))])
    for (const answer of answers) {
      assert.equal(answer.status, 503)
      assert.ok(Number(answer.headers['retry-after']) >= 1)
    }
    const words = answers.map((answer) => answer.json.detail)
    assert.ok(words.includes('The items database took too long (DATABASE_TIMEOUT_MS).'), words[0])
    assert.ok(words.includes('Too many reads are waiting.'))
    await lock.release()
    await waitFor(async () => (await create(server, { name: 'z' })).status === 201, { what: () => 'writing to go on' })
    assert.equal((await get(server, '/api/items/1')).status, 200)
  })

  it('says in /health and /ready that the database is away, and forgets it when that is back', async (t) => {
    const own = await Postgres.start()
    t.after(() => own.stop())
    const server = await startServer(t, { env: { DATABASE_URL: own.createDatabase(), DATABASE_TIMEOUT_MS: '500' } })
    await own.halt()
    await waitFor(async () => (await get(server, '/health')).json.checks.database !== 'ok', { what: () => '/health to tell' })
    assert.equal((await get(server, '/api/items')).status, 503)
    await own.resume()
    await waitFor(async () => (await get(server, '/health')).json.checks.database === 'ok', { what: () => '/health to be well' })
    await waitFor(async () => (await create(server, { name: 'on it goes' })).status === 201, { what: () => 'writing to go on' })
  })

  it('finds what SQLite finds', async (t) => {
    const random = seeded(seedOf(t))
    const pick = (list) => list[Math.floor(random() * list.length)]
    const words = ['café', 'CAFE', 'Ñandú', 'nandu', 'straße', 'naïve', 'Ελλάς', 'ελλασ', 'привет', 'ПРИВЕТ', '東京', 'x1y2', '12.50', 'a_b', 'e-mail@host.org', 'ﬁn',
      'Việt', 'viet', 'øre', 'İzmir', '🎈ballon', 'l\'été', 'C++', '½', 'e\u0301t\u00e9', 'zz']
    const separators = [' ', '-', '_', '.', ', ', '/', '\u00a0', '\t', '☃', '"']
    // Within a query a separator beyond ASCII makes a phrase of SQLite's: there the two differ.
    const asked = separators.filter((one) => /^[ -~]+$/.test(one))
    const phrase = (most, between = separators) => Array.from({ length: 1 + Math.floor(random() * most) }, () => pick(words)).reduce((all, word) => all + pick(between) + word)
    const [mine, theirs] = [await onPostgres(t), await startServer(t)]
    for (let n = 0; n < 120; n++) {
      const json = { name: phrase(2).slice(0, 60), description: phrase(6) }
      for (const server of [mine, theirs]) assert.equal((await create(server, json)).status, 201)
    }
    let found = 0
    for (let n = 0; n < 150; n++) {
      const whole = n < words.length ? words[n] : phrase(2, asked)
      const q = random() < 0.5 ? whole : [...whole].slice(0, 1 + Math.floor(random() * whole.length)).join('')
      if (q.trim() === '') continue
      const [here, there] = await Promise.all([mine, theirs].map((server) => list(server, `&q=${encodeURIComponent(q)}`)))
      assert.deepEqual(here.items?.map((item) => item.id), there.items?.map((item) => item.id), `q=${JSON.stringify(q)} in ${JSON.stringify((here.items ?? []).concat(there.items ?? []).map((item) => [item.id, item.name, item.description]))}`)
      assert.equal(here.total, there.total)
      found += here.items?.length ?? 0
    }
    assert.ok(found > 300, `${found} found`)
  })

  it('counts what it does in /metrics', async (t) => {
    const server = await onPostgres(t, { DATABASE_POOL: '4' })
    await create(server, { name: 'x' })
    await get(server, '/api/items/1')
    const text = (await get(server, '/metrics')).body.toString()
    assert.match(text, /^grtc_postgres_writes_total 1$/m)
    assert.match(text, /^grtc_postgres_connections 4$/m)
    assert.match(text, /^grtc_postgres_pool 4$/m)
    assert.match(text, /^grtc_postgres_commit_batch_size_count 1$/m)
    assert.match(text, /^grtc_postgres_read_seconds_count [1-9]/m)
  })

  describe('grtc db copy', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'grtc-copy-'))
    after(() => rmSync(folder, { recursive: true, force: true }))
    const all = async (server) => (await list(server, '&sort=id')).items

    it('moves all items to PostgreSQL and back: ids, versions, times, and that an id is never used again', async (t) => {
      const file = path.join(folder, 'first.db')
      const url = postgres.createDatabase()
      const old = await startServer(t, { env: { DATABASE_PATH: file } })
      for (let n = 0; n < 300; n++) await create(old, { name: `item ${n} Ñ`, description: 'a\tb\\ "c" {d,NULL}', data: { n, text: '\u0001\\u0000' } })
      await request(old, 'PATCH', '/api/items/7', { json: { name: 'changed' } })
      await request(old, 'DELETE', '/api/items/300')
      const before = await all(old)
      await old.stop()

      const there = await run(['db', 'copy', 'DATABASE_PATH', 'DATABASE_URL'], { env: { DATABASE_PATH: file, DATABASE_URL: url } })
      assert.deepEqual([there.code, there.stdout.trim()], [0, '299 items copied'], there.stderr)
      const now = await startServer(t, { env: { DATABASE_URL: url } })
      assert.deepEqual(await all(now), before)
      assert.equal((await list(now, '&q=n%20item%2012')).total, 11, 'item 12 and 120 to 129, by their Ñ')
      assert.equal((await create(now, { name: 'new' })).json.id, 301)
      const after = await all(now)
      await now.stop()

      const again = path.join(folder, 'again.db')
      const back = await run(['db', 'copy', url, again])
      assert.deepEqual([back.code, back.stdout.trim()], [0, '300 items copied'], back.stderr)
      const last = await startServer(t, { env: { DATABASE_PATH: again } })
      assert.deepEqual(await all(last), after)
      assert.equal((await list(last, '&q=changed')).total, 1)
      assert.equal((await create(last, { name: 'new' })).json.id, 302)
      await last.stop()
      assert.equal((await run(['db', 'check', '--database-path', again])).code, 0)
    })

    it('is seen at once by a server that runs on the target, whose listeners list again', async (t) => {
      const file = path.join(folder, 'second.db')
      const source = await startServer(t, { env: { DATABASE_PATH: file } })
      await create(source, { name: 'moved' })
      const url = postgres.createDatabase()
      const server = await startServer(t, { env: { DATABASE_URL: url } })
      assert.equal((await run(['db', 'copy', file, url])).code, 0)
      assert.deepEqual((await all(server)).map((item) => item.name), ['moved'])
    })

    it('refuses a target that has items, and one that is no database of ours', async (t) => {
      const file = path.join(folder, 'third.db')
      const url = postgres.createDatabase()
      const [a, b] = [await startServer(t, { env: { DATABASE_PATH: file } }), await startServer(t, { env: { DATABASE_URL: url } })]
      await create(a, { name: 'a' })
      await create(b, { name: 'b' })
      const there = await run(['db', 'copy', file, url])
      assert.equal(there.code, 1)
      assert.match(there.stderr, /The database holds 1 items already/)
      const open = await run(['db', 'copy', url, file])
      assert.match(open.stderr, /a server has it open/)
      await a.stop()
      const back = await run(['db', 'copy', url, file])
      assert.equal(back.code, 1)
      assert.match(back.stderr, /it holds 1 items already/)
      const odd = await run(['db', 'copy', path.join(folder, 'nothing.db'), url])
      assert.equal(odd.code, 1)
      assert.match(odd.stderr, /nothing\.db/)
      assert.deepEqual((await all(b)).map((item) => item.name), ['b'])
    })
  })
})
