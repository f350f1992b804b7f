import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { run, serve, tool } from '../support/command.mjs'
import { assertProblem, get, request } from '../support/http.mjs'
import { Writer } from '../support/item_writer.mjs'
import { startServer, waitFor } from '../support/server.mjs'
import { delay, kSlow, seedOf, seeded } from '../support/suite.mjs'

const kKills = Number(process.env.GRTC_KILLS ?? (kSlow ? 5 : 25))
const kWriters = 24

const create = async (server, json) => {
  const answer = await request(server, 'POST', '/api/items', { json })
  assert.equal(answer.status, 201, answer.text)
  return answer.json
}
const list = async (server) => {
  const items = []
  for (let cursor = ''; cursor !== null;) {
    const { json } = await get(server, `/api/items?limit=500${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)
    items.push(...json.items)
    cursor = json.next_cursor
  }
  return items
}
const names = async (server) => (await list(server)).map((item) => item.name).sort()

describe('An answer of 2xx to a write is kept', () => {
  it(`through ${kKills} kill -9 while ${kWriters} clients write`, { timeout: 300_000 }, async (t) => {
    const random = seeded(seedOf(t))
    const server = await startServer(t)
    const writers = Array.from({ length: kWriters }, (_, i) => new Writer(server, `w${i}`, seeded(random() * 2 ** 32)))
    for (let kill = 0; kill < kKills; kill++) {
      const working = writers.map((writer) => writer.work())
      await delay(20 + random() * 150)
      await server.kill()
      await Promise.all(working)
      await server.start()
      const found = new Map((await list(server)).map((item) => [item.id, item]))
      for (const writer of writers) writer.check(found)
    }
    const written = writers.reduce((sum, writer) => sum + writer.writes, 0)
    assert.ok(written > kKills * 5, `${written} writes`)
    t.diagnostic(`${written} acknowledged writes, 0 lost`)
    await server.stop()
    const checked = await run(['db', 'check'], { env: { DATABASE_PATH: server.databasePath } })
    assert.equal(checked.code, 0, checked.lines.join('\n'))
  })
})

describe('Backup', { concurrency: true }, () => {
  it('a plain cat of the file is a whole database once the server has been idle for a second', async (t) => {
    const server = await startServer(t)
    for (let n = 0; n < 200; n++) await create(server, { name: `n${n}`, data: { pad: 'x'.repeat(500) } })
    await delay(1100) // waits: the promise is about a server that has been idle for a second
    const other = await startServer(t, { waitReady: false })
    await other.stop()
    for (const tail of ['-wal', '-shm']) rmSync(other.databasePath + tail, { force: true })
    writeFileSync(other.databasePath, readFileSync(server.databasePath))
    assert.equal((await run(['db', 'check'], { env: { DATABASE_PATH: other.databasePath } })).code, 0)
    await other.start()
    assert.deepEqual(await names(other), await names(server))
    assert.equal((await get(other, '/api/items?q=n19')).json.total, 11)
  })

  for (const [what, wait] of [['an idle server', 1100], ['a server that has just written', 0]]) {
    it(`cat backup.db > items.db over ${what}, then a restart, restores it`, async (t) => {
      const server = await startServer(t)
      for (let n = 0; n < 50; n++) await create(server, { name: `kept${n}` })
      await delay(1100) // waits: the promise is about a server that has been idle for a second
      const backup = readFileSync(server.databasePath)
      const before = await names(server)
      const [first] = await list(server)
      await request(server, 'DELETE', `/api/items/${first.id}`)
      for (let n = 0; n < 300; n++) await create(server, { name: `later${n}`, data: { pad: 'y'.repeat(300) } })
      await delay(wait)
      writeFileSync(server.databasePath, backup)
      await server.restart('SIGTERM')
      assert.deepEqual(await names(server), before)
      await create(server, { name: 'and on we go' })
      await server.stop()
      const checked = await run(['db', 'check'], { env: { DATABASE_PATH: server.databasePath } })
      assert.equal(checked.code, 0, checked.lines.join('\n'))
    })
  }

  it('grtc db backup is whole while clients write, to a file and to -', async (t) => {
    const server = await startServer(t)
    for (let n = 0; n < 50; n++) await create(server, { name: `n${n}` })
    let writing = true
    const writer = (async () => {
      while (writing) await create(server, { name: 'more' })
    })()
    const env = { DATABASE_PATH: server.databasePath }
    const file = path.join(server.folder, 'backup.db')
    const toFile = await run(['db', 'backup', file], { env })
    assert.equal(toFile.code, 0, toFile.lines.join('\n'))
    const toPipe = await run(['db', 'backup', '-'], { env })
    assert.equal(toPipe.code, 0, toPipe.stderr)
    const checked = await run(['db', 'check'], { env })
    assert.equal(checked.code, 0, checked.lines.join('\n'))
    writing = false
    await writer
    assert.equal(toPipe.bytes.subarray(0, 15).toString(), 'SQLite format 3')
    for (const bytes of [readFileSync(file), toPipe.bytes]) {
      const copy = await startServer(t, { waitReady: false })
      await copy.stop()
      for (const tail of ['', '-wal', '-shm']) rmSync(copy.databasePath + tail, { force: true })
      writeFileSync(copy.databasePath, bytes)
      assert.equal((await run(['db', 'check'], { env: { DATABASE_PATH: copy.databasePath } })).code, 0)
      await copy.start()
      const found = await names(copy)
      for (let n = 0; n < 50; n++) assert.ok(found.includes(`n${n}`))
    }
  })

  it('grtc db restore FILE and - bring a backup back', async (t) => {
    const server = await startServer(t)
    await create(server, { name: 'kept' })
    const env = { DATABASE_PATH: server.databasePath }
    const file = path.join(server.folder, 'backup.db')
    assert.equal((await run(['db', 'backup', file], { env })).code, 0)
    for (const args of [['db', 'restore', file], ['db', 'restore', '-']]) {
      await create(server, { name: 'later' })
      await server.stop()
      const restored = await run(args, { env, input: args[2] === '-' ? readFileSync(file) : undefined })
      assert.equal(restored.code, 0, restored.lines.join('\n'))
      await server.start()
      assert.deepEqual(await names(server), ['kept'])
    }
  })

  it('grtc db restore while the server runs is safe: it is refused, or holds after a restart', async (t) => {
    const server = await startServer(t)
    await create(server, { name: 'kept' })
    const env = { DATABASE_PATH: server.databasePath }
    const file = path.join(server.folder, 'backup.db')
    await run(['db', 'backup', file], { env })
    await create(server, { name: 'later' })
    const restored = await run(['db', 'restore', file], { env })
    await server.restart('SIGTERM')
    assert.deepEqual(await names(server), restored.code === 0 ? ['kept'] : ['kept', 'later'], restored.lines.join('\n'))
  })

  it('a restore of what is no backup is refused and leaves the database as it was', async (t) => {
    const server = await startServer(t)
    await create(server, { name: 'kept' })
    await server.stop()
    const env = { DATABASE_PATH: server.databasePath }
    const garbage = path.join(server.folder, 'garbage')
    writeFileSync(garbage, 'this is no database'.repeat(500))
    writeFileSync(path.join(server.folder, 'empty'), '')
    for (const [file, input] of [[garbage], [path.join(server.folder, 'empty')], [path.join(server.folder, 'absent')], ['-', 'garbage'], ['-', '']]) {
      const result = await run(['db', 'restore', file], { env, input })
      assert.notEqual(result.code, 0, file)
      assert.ok(result.lines.length >= 1)
    }
    await server.start()
    assert.deepEqual(await names(server), ['kept'])
  })

  it('a backup to where nothing can be written fails and says so', async (t) => {
    const server = await startServer(t)
    const result = await run(['db', 'backup', path.join(server.folder, 'no', 'such', 'folder', 'b.db')], { env: { DATABASE_PATH: server.databasePath } })
    assert.notEqual(result.code, 0)
    assert.ok(result.lines.length >= 1)
    const absent = await run(['db', 'backup', '-'], { env: { DATABASE_PATH: path.join(server.folder, 'absent.db') } })
    assert.notEqual(absent.code, 0)
    assert.equal(absent.bytes.length, 0)
  })
})

describe('A database that cannot be used stops the start with a clear line, and nothing is overwritten', { concurrency: true }, () => {
  const folderFor = (t) => {
    const folder = path.join('/tmp', `grtc-bad-${process.pid}-${Math.random().toString(36).slice(2)}`)
    mkdirSync(folder)
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    return folder
  }
  const refuses = async (file) => {
    const before = readFileSync(file)
    const result = await serve({ DATABASE_PATH: file })
    assert.equal(result.signal, null, `it started: ${result.lines.join('\n')}`)
    assert.notEqual(result.code, 0)
    assert.ok(result.lines.some((line) => line.includes(file) || line.includes('DATABASE_PATH')), result.lines.join('\n'))
    assert.deepEqual(readFileSync(file), before, 'the file is as it was')
    return result
  }

  it('a text file', async (t) => {
    const file = path.join(folderFor(t), 'items.db')
    writeFileSync(file, 'shopping list: milk, bread\n'.repeat(400))
    await refuses(file)
  })

  it('a database whose first page is damaged', async (t) => {
    const server = await startServer(t)
    for (let n = 0; n < 100; n++) await create(server, { name: `n${n}`, description: 'x'.repeat(1000) })
    await server.stop()
    const bytes = readFileSync(server.databasePath)
    bytes.fill(0xa5, 100, 4096)
    writeFileSync(server.databasePath, bytes)
    await refuses(server.databasePath)
  })

  it('a database of another program', async (t) => {
    const file = path.join(folderFor(t), 'items.db')
    await tool('sqlite3', [file, 'CREATE TABLE items(sku TEXT, price REAL); INSERT INTO items VALUES(1, 2); PRAGMA user_version = 900;'])
    await refuses(file)
  })

  it('a database of a later version', async (t) => {
    const server = await startServer(t)
    await create(server, { name: 'x' })
    await server.stop()
    await tool('sqlite3', [server.databasePath, 'PRAGMA user_version = 9999; PRAGMA journal_mode = DELETE;'])
    await refuses(server.databasePath)
  })

  it('a path that is a folder, or below a file', async (t) => {
    const folder = folderFor(t)
    writeFileSync(path.join(folder, 'file'), 'x')
    for (const target of [folder, path.join(folder, 'file', 'items.db')]) {
      const result = await serve({ DATABASE_PATH: target })
      assert.equal(result.signal, null, `it started: ${result.lines.join('\n')}`)
      assert.notEqual(result.code, 0)
      assert.ok(result.lines.length >= 1)
    }
  })

  it('damage deep inside is told by grtc db check', async (t) => {
    const server = await startServer(t)
    for (let n = 0; n < 300; n++) await create(server, { name: `n${n}`, description: 'x'.repeat(1000) })
    await server.stop()
    const bytes = readFileSync(server.databasePath)
    for (let page = 20; page < 60; page++) bytes.fill(0x5a, page * 4096 + 8, page * 4096 + 2000)
    writeFileSync(server.databasePath, bytes)
    const result = await run(['db', 'check'], { env: { DATABASE_PATH: server.databasePath } })
    assert.notEqual(result.code, 0)
    assert.ok(result.lines.length >= 1)
  })

  it('directories of the path are made', async (t) => {
    const file = path.join(folderFor(t), 'a', 'b', 'items.db')
    const server = await startServer(t, { env: { DATABASE_PATH: file } })
    await create(server, { name: 'x' })
    assert.ok(statSync(file).size > 0)
  })
})

describe('A disk in trouble', { concurrency: true }, () => {
  const mounted = async (t, size) => {
    const folder = path.join('/tmp', `grtc-disk-${process.pid}-${Math.random().toString(36).slice(2)}`)
    mkdirSync(folder)
    try {
      await tool('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder])
    } catch {
      rmSync(folder, { recursive: true })
      return null
    }
    t.after(async () => {
      await tool('umount', ['-l', folder])
      rmSync(folder, { recursive: true, force: true })
    })
    return folder
  }

  it('full: writes are problem+json, reads go on, nothing acknowledged is lost, and work goes on when there is room again', { timeout: 60_000 }, async (t) => {
    const folder = await mounted(t, '12m')
    if (!folder) return t.skip('needs the right to mount a tmpfs')
    const filler = path.join(folder, 'filler')
    writeFileSync(filler, Buffer.alloc(8 * 1024 * 1024))
    const server = await startServer(t, { folder })
    t.after(() => server.stop('SIGKILL'))
    const kept = []
    let refusal = null
    for (let n = 0; n < 400 && !refusal; n++) {
      const answer = await request(server, 'POST', '/api/items', { json: { name: `n${n}`, data: { pad: 'z'.repeat(60_000) } } })
      if (answer.status === 201) kept.push(answer.json.id)
      else refusal = answer
    }
    assert.ok(refusal, 'the disk must get full')
    assert.ok([503, 507].includes(refusal.status), `${refusal.status}`)
    assertProblem(refusal, refusal.status)
    for (const id of [kept[0], kept.at(-1)]) assert.equal((await get(server, `/api/items/${id}`)).status, 200)
    assert.equal((await get(server, '/health')).status, 200)
    unlinkSync(filler)
    await waitFor(async () => {
      const answer = await request(server, 'POST', '/api/items', { json: { name: 'room again' } })
      return answer.status === 201
    }, { timeoutMs: 10_000, everyMs: 200, what: 'writes to go on' })
    await server.restart('SIGKILL')
    const found = new Set((await list(server)).map((item) => item.id))
    for (const id of kept) assert.ok(found.has(id), `acknowledged item ${id}`)
    await server.stop()
    assert.equal((await run(['db', 'check'], { env: { DATABASE_PATH: server.databasePath } })).code, 0)
  })

  it('read-only: a start error that says so, or reads that work and writes that are refused', { timeout: 30_000 }, async (t) => {
    const folder = await mounted(t, '12m')
    if (!folder) return t.skip('needs the right to mount a tmpfs')
    const server = await startServer(t, { folder })
    t.after(() => server.stop('SIGKILL'))
    await create(server, { name: 'kept' })
    await server.stop()
    await tool('mount', ['-o', 'remount,ro', folder])
    try {
      await server.start()
    } catch (error) {
      assert.match(error.message, /read-?only|DATABASE_PATH|not writable/i)
      return
    }
    assert.deepEqual(await names(server), ['kept'])
    const answer = await request(server, 'POST', '/api/items', { json: { name: 'x' } })
    assert.ok([503, 507, 500].includes(answer.status))
    assertProblem(answer, answer.status)
  })

  it('locked by another program: reads go on, writes wait or are 503, and go on afterwards', { timeout: 60_000 }, async (t) => {
    const server = await startServer(t)
    const item = await create(server, { name: 'kept' })
    const locker = spawn('sqlite3', [server.databasePath], { stdio: ['pipe', 'pipe', 'inherit'] })
    t.after(() => locker.kill('SIGKILL'))
    locker.stdin.write("BEGIN IMMEDIATE; SELECT 'locked';\n")
    await new Promise((resolve) => locker.stdout.once('data', resolve))
    const write = request(server, 'POST', '/api/items', { json: { name: 'waiting' }, timeout: 40_000 })
    for (let n = 0; n < 20; n++) {
      assert.equal((await get(server, `/api/items/${item.id}`)).status, 200)
      assert.equal((await get(server, '/health')).status, 200)
    }
    const early = await Promise.race([write, delay(12_000)]) // waits: longer than a write may wait for a lock
    if (early) assertProblem(early, 503)
    locker.stdin.end('ROLLBACK;\n.quit\n')
    const answer = await write
    assert.ok([201, 503].includes(answer.status), `${answer.status}`)
    await waitFor(async () => (await request(server, 'POST', '/api/items', { json: { name: 'after' } })).status === 201, { timeoutMs: 10_000, everyMs: 100 })
  })
})
