import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventStream, get, request } from '../support/http.mjs'
import { startServerOrReplicas as startServer } from '../support/replicas.mjs'
import { sharedServer } from '../support/suite.mjs'

const kFeed = '/api/items/events'
const create = async (server, name) => (await request(server, 'POST', '/api/items', { json: { name } })).json

describe('The feed of item changes', { concurrency: true }, () => {
  it('tells created, updated and deleted with the item, as text/event-stream', async (t) => {
    const server = await startServer(t)
    const feed = await eventStream(server, kFeed)
    assert.equal(feed.status, 200)
    assert.match(feed.headers['content-type'], /^text\/event-stream/)
    assert.match(feed.headers['cache-control'] ?? '', /no-(store|cache)/)
    const item = await create(server, 'Café\nline')
    const created = await feed.events.next()
    assert.equal(created.event, 'created')
    assert.deepEqual(created.data, { type: 'created', item })
    assert.ok(created.id)
    const changed = (await request(server, 'PATCH', `/api/items/${item.id}`, { json: { name: 'b' } })).json
    const updated = await feed.events.next()
    assert.equal(updated.event, 'updated')
    assert.deepEqual(updated.data, { type: 'updated', item: changed })
    await request(server, 'DELETE', `/api/items/${item.id}`)
    const deleted = await feed.events.next()
    assert.equal(deleted.event, 'deleted')
    assert.equal(deleted.data.type, 'deleted')
    assert.equal(deleted.data.item.id, item.id)
    assert.equal(new Set([created.id, updated.id, deleted.id]).size, 3)
    feed.close()
  })

  it('tells nothing of refused writes and of idempotent repeats', async (t) => {
    const server = await startServer(t)
    const feed = await eventStream(server, kFeed)
    const post = (body) => request(server, 'POST', '/api/items', { body, headers: { 'Content-Type': 'application/json', 'Idempotency-Key': 'k' } })
    await post('{"name":"one"}')
    await post('{"name":"one"}')
    await post('{"name":"two"}')
    await request(server, 'POST', '/api/items', { json: { name: '' } })
    await request(server, 'DELETE', '/api/items/999999')
    await create(server, 'last')
    assert.equal((await feed.events.next()).data.item.name, 'one')
    assert.equal((await feed.events.next()).data.item.name, 'last')
    feed.close()
  })

  it('resumes after Last-Event-ID without a gap and without a double', async (t) => {
    const server = await startServer(t)
    const feed = await eventStream(server, kFeed)
    await create(server, 'seen')
    const { id } = await feed.events.next()
    feed.close()
    const missed = []
    for (let n = 0; n < 30; n++) missed.push((await create(server, `missed ${n}`)).id)
    await request(server, 'DELETE', `/api/items/${missed[0]}`)
    const again = await eventStream(server, kFeed, { headers: { 'Last-Event-ID': id } })
    for (const expected of missed) {
      const event = await again.events.next()
      assert.equal(event.event, 'created')
      assert.equal(event.data.item.id, expected)
    }
    assert.equal((await again.events.next()).event, 'deleted')
    const live = await create(server, 'live')
    assert.equal((await again.events.next()).data.item.id, live.id)
    again.close()
  })

  it('resumes over a restart and a crash of the server', async (t) => {
    const server = await startServer(t)
    const feed = await eventStream(server, kFeed)
    await create(server, 'seen')
    const { id } = await feed.events.next()
    await create(server, 'a')
    await server.restart('SIGKILL')
    await create(server, 'b')
    await server.restart('SIGTERM')
    const again = await eventStream(server, kFeed, { headers: { 'Last-Event-ID': id } })
    const first = await again.events.next()
    if (first.event !== 'reset') {
      assert.equal(first.data.item.name, 'a')
      assert.equal((await again.events.next()).data.item.name, 'b')
    }
    await create(server, 'c')
    assert.equal((await again.events.next()).data.item.name, 'c')
    again.close()
  })

  it('has no gap between history and live events while others write all the time', async (t) => {
    const server = await startServer(t)
    const feed = await eventStream(server, kFeed)
    await create(server, 'start')
    let { id } = await feed.events.next()
    feed.close()
    let writing = true
    let written = 0
    const writers = Array.from({ length: 6 }, async () => {
      while (writing) {
        await create(server, 'x')
        written++
      }
    })
    const seen = []
    for (let round = 0; round < 15; round++) {
      const part = await eventStream(server, kFeed, { headers: { 'Last-Event-ID': id } })
      for (let n = 0; n < 10; n++) {
        const event = await part.events.next()
        assert.equal(event.event, 'created')
        seen.push(event.data.item.id)
        id = event.id
      }
      part.close()
    }
    writing = false
    await Promise.all(writers)
    assert.ok(written >= 150)
    assert.deepEqual(seen, Array.from({ length: 150 }, (_, i) => seen[0] + i), 'each change once, in order')
  })

  it('fills a gap of many megabytes, and cuts off no reader over a burst of large changes', async (t) => {
    const server = await startServer(t)
    const feed = await eventStream(server, kFeed)
    await create(server, 'start')
    const { id } = await feed.events.next()
    const json = { name: 'big', description: 'x'.repeat(10_000), data: { pad: 'y'.repeat(60_000) } }
    const made = await Promise.all(Array.from({ length: 100 }, () => request(server, 'POST', '/api/items', { json })))
    const wanted = made.map((answer) => answer.json.id).sort((a, b) => a - b)
    const again = await eventStream(server, kFeed, { headers: { 'Last-Event-ID': id } })
    for (const reader of [feed, again]) {
      const got = []
      while (got.length < 100) got.push((await reader.events.next(10_000)).data.item.id)
      assert.deepEqual(got, wanted)
      reader.close()
    }
  })

  it('an id that it never gave, or that is too old, gets reset', async (t) => {
    const server = await startServer(t)
    await create(server, 'x')
    for (const id of ['999999999', 'nonsense', '-1', '1.5', '99999999999999999999999']) {
      const feed = await eventStream(server, kFeed, { headers: { 'Last-Event-ID': id } })
      const event = await feed.events.next()
      assert.equal(event.event, 'reset', id)
      const item = await create(server, 'after')
      const next = await feed.events.next()
      assert.equal(next.data.item.id, item.id, 'and goes on live')
      assert.ok(next.id)
      feed.close()
    }
  })

  it('a reset can itself be resumed from', async (t) => {
    const server = await startServer(t)
    await create(server, 'x')
    const feed = await eventStream(server, kFeed, { headers: { 'Last-Event-ID': 'nonsense' } })
    const reset = await feed.events.next()
    feed.close()
    if (reset.id === undefined) return
    await create(server, 'after')
    const again = await eventStream(server, kFeed, { headers: { 'Last-Event-ID': reset.id } })
    assert.equal((await again.events.next()).data.item.name, 'after')
    again.close()
  })

  it('without Last-Event-ID only what happens from now on is told', async (t) => {
    const server = await startServer(t)
    await create(server, 'before')
    const feed = await eventStream(server, kFeed)
    await create(server, 'after')
    assert.equal((await feed.events.next()).data.item.name, 'after')
    feed.close()
  })

  it('tells all listeners the same, in the order of the changes', async (t) => {
    const server = await startServer(t, { env: { THREADS: '2' } })
    const feeds = await Promise.all(Array.from({ length: 8 }, () => eventStream(server, kFeed)))
    await Promise.all(Array.from({ length: 100 }, (_, n) => create(server, `n${n}`)))
    const heard = []
    for (const feed of feeds) {
      const ids = []
      while (ids.length < 100) ids.push((await feed.events.next()).id)
      heard.push(ids)
      feed.close()
    }
    for (const ids of heard) assert.deepEqual(ids, heard[0])
  })

  it('ended listeners are let go', async (t) => {
    const server = await startServer(t)
    for (let n = 0; n < 30; n++) {
      const feed = await eventStream(server, kFeed)
      feed.close()
    }
    await create(server, 'x')
    assert.equal((await get(server, '/health')).status, 200)
  })
})

describe('The feed of item changes, slowly', { concurrency: true }, () => {
  const server = sharedServer()

  it('sends a comment line every 15 s, so that no proxy thinks it dead', { timeout: 60_000 }, async () => {
    const feed = await eventStream(server, kFeed)
    feed.comments.drain()
    const start = performance.now()
    await feed.comments.next(20_000)
    const first = performance.now()
    assert.ok(first - start < 16_500, `${first - start} ms`)
    await feed.comments.next(20_000)
    const between = performance.now() - first
    assert.ok(between > 13_000 && between < 17_000, `${between} ms`)
    feed.close()
  })

  it('a listener who does not read is cut, and finds the gap filled or reset when it returns', { timeout: 60_000 }, async (t) => {
    const own = await startServer(t)
    const feed = await eventStream(own, kFeed)
    await create(own, 'first')
    const { id } = await feed.events.next()
    feed.stream.pause()
    feed.stream.socket.pause()
    const description = 'x'.repeat(10_000)
    const body = JSON.stringify({ name: 'big', description, data: { pad: 'y'.repeat(60_000) } })
    const write = async (count) => {
      for (let n = 0; n < count; n++) await request(own, 'POST', '/api/items', { body, headers: { 'Content-Type': 'application/json' } })
    }
    await Promise.all([write(60), write(60), write(60), write(60)])
    feed.stream.socket.resume()
    feed.stream.resume()
    let last = id
    let told = 1
    const count = async (events) => {
      for (;;) {
        const event = await events.next(1500)
        if (event.event === 'reset') return 'reset'
        told++
        last = event.id
        if (told === 241) return 'all'
      }
    }
    let end = await count(feed.events).catch((error) => error.message)
    if (end !== 'all') {
      const again = await eventStream(own, kFeed, { headers: { 'Last-Event-ID': last } })
      end = await count(again.events)
      again.close()
    }
    assert.ok(end === 'reset' || end === 'all', end)
    feed.close()
  })
})
