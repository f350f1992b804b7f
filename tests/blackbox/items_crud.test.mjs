import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertProblem, get, request } from '../support/http.mjs'
import { startServerOrReplicas as startServer } from '../support/replicas.mjs'
import { fresh, sharedServer } from '../support/suite.mjs'

const kTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

describe('Items', { concurrency: true }, () => {
  const server = sharedServer()
  const create = async (json) => {
    const answer = await request(server, 'POST', '/api/items', { json })
    assert.equal(answer.status, 201, answer.text)
    return answer.json
  }

  it('are created with what was given and told where they are', async () => {
    const given = { name: 'Café ☕', description: 'with “quotes” and\nlines', data: { a: [1, 2.5, null, true], ñ: { deep: {} } } }
    const answer = await request(server, 'POST', '/api/items', { json: given })
    assert.equal(answer.status, 201)
    const item = answer.json
    assert.deepEqual(Object.keys(item), ['id', 'name', 'description', 'data', 'version', 'created_at', 'updated_at'])
    assert.ok(Number.isSafeInteger(item.id) && item.id >= 1)
    assert.deepEqual({ name: item.name, description: item.description, data: item.data }, given)
    assert.equal(item.version, 1)
    assert.match(item.created_at, kTime)
    assert.equal(item.updated_at, item.created_at)
    assert.ok(Math.abs(Date.parse(item.created_at) - Date.now()) < 60_000)
    assert.equal(answer.headers.etag, `"${item.id}-1"`)
    assert.equal(new URL(answer.headers.location, server.url).pathname, `/api/items/${item.id}`)
    const read = await get(server, `/api/items/${item.id}`)
    assert.equal(read.status, 200)
    assert.deepEqual(read.json, item)
    assert.equal(read.headers.etag, `"${item.id}-1"`)
  })

  it('have defaults: description "" and data {}', async () => {
    const item = await create({ name: 'x' })
    assert.equal(item.description, '')
    assert.deepEqual(item.data, {})
  })

  it('keep big and exact numbers, empty keys and escapes of data', async () => {
    const body = '{"name":"n","data":{"big":12345678901234567890123,"e":1e400,"small":1.10,"":{},"z":1,"a":2,"\\u0000":"\\u0000"}}'
    const made = await request(server, 'POST', '/api/items', { body, headers: { 'Content-Type': 'application/json' } })
    assert.equal(made.status, 201, made.text)
    const { text } = await get(server, `/api/items/${made.json.id}`)
    for (const part of ['12345678901234567890123', '1e400', '1.10', '"z":1,"a":2']) assert.ok(text.includes(part), `${part} in ${text}`)
  })

  it('are replaced as a whole by PUT', async () => {
    const item = await create({ name: 'a', description: 'b', data: { c: 1 } })
    const answer = await request(server, 'PUT', `/api/items/${item.id}`, { json: { name: 'new' } })
    assert.equal(answer.status, 200)
    assert.equal(answer.json.name, 'new')
    assert.equal(answer.json.description, '')
    assert.deepEqual(answer.json.data, {})
    assert.equal(answer.json.version, 2)
    assert.equal(answer.json.created_at, item.created_at)
    assert.ok(answer.json.updated_at >= item.updated_at)
    assert.equal(answer.headers.etag, `"${item.id}-2"`)
    assert.deepEqual((await get(server, `/api/items/${item.id}`)).json, answer.json)
  })

  for (const type of ['application/merge-patch+json', 'application/json']) {
    it(`are merged by PATCH with ${type} (RFC 7396)`, async () => {
      const item = await create({ name: 'a', description: 'b', data: { keep: 1, drop: 2, deep: { x: 1, y: [1, 2] }, list: [1] } })
      const answer = await request(server, 'PATCH', `/api/items/${item.id}`, { headers: { 'Content-Type': type },
        body: '{"description":"new","data":{"drop":null,"absent":null,"deep":{"x":null,"z":{"n":null,"m":1}},"list":{"a":1},"added":[null]}}' })
      assert.equal(answer.status, 200, answer.text)
      assert.equal(answer.json.name, 'a')
      assert.equal(answer.json.description, 'new')
      assert.deepEqual(answer.json.data, { keep: 1, deep: { y: [1, 2], z: { m: 1 } }, list: { a: 1 }, added: [null] })
      assert.equal(answer.json.version, 2)
      assert.equal(answer.headers.etag, `"${item.id}-2"`)
    })
  }

  it('PATCH with null takes a member back to its default; a name cannot be taken away', async () => {
    const item = await create({ name: 'a', description: 'b', data: { c: 1 } })
    const answer = await request(server, 'PATCH', `/api/items/${item.id}`, { json: { description: null, data: null } })
    assert.equal(answer.status, 200, answer.text)
    assert.equal(answer.json.description, '')
    assert.deepEqual(answer.json.data, {})
    assertProblem(await request(server, 'PATCH', `/api/items/${item.id}`, { json: { name: null } }), 422, { field: 'name' })
  })

  it('PATCH that is no object, or makes the item break a rule, is 422', async () => {
    const item = await create({ name: 'a', data: { pad: 'x'.repeat(60_000) } })
    const patch = (json) => request(server, 'PATCH', `/api/items/${item.id}`, { json })
    for (const json of [[], 'x', 7, null]) assertProblem(await patch(json), 422)
    assertProblem(await patch({ name: '' }), 422, { field: 'name' })
    assertProblem(await patch({ data: [] }), 422, { field: 'data' })
    assertProblem(await patch({ data: { more: 'y'.repeat(10_000) } }), 422, { field: 'data' })
    assertProblem(await patch({ colour: 'red' }), 422, { field: 'colour' })
    assertProblem(await patch({ id: 5 }), 422, { field: 'id' })
    assert.equal((await get(server, `/api/items/${item.id}`)).json.version, 1)
  })

  it('are deleted, once, and their id is never used again', async () => {
    const item = await create({ name: 'gone' })
    const answer = await request(server, 'DELETE', `/api/items/${item.id}`)
    assert.equal(answer.status, 204)
    assert.equal(answer.body.length, 0)
    for (const [method, json] of [['GET'], ['DELETE'], ['PUT', { name: 'x' }], ['PATCH', { name: 'x' }]]) {
      assertProblem(await request(server, method, `/api/items/${item.id}`, { json }), 404)
    }
    assert.ok((await create({ name: 'next' })).id > item.id)
  })

  it('never use an id again, not even that of the newest one after a restart', async (t) => {
    const own = await startServer(t)
    const first = (await request(own, 'POST', '/api/items', { json: { name: 'a' } })).json
    await request(own, 'DELETE', `/api/items/${first.id}`)
    await own.restart('SIGTERM')
    assert.ok((await request(own, 'POST', '/api/items', { json: { name: 'b' } })).json.id > first.id)
  })

  it('an id that is none is 404', async () => {
    for (const id of ['0', '-1', 'x', '1.5', '1e3', '01', '+1', '99999999999999999999', '9223372036854775807', '%31%00', '1 ', 'null']) {
      assertProblem(await get(server, `/api/items/${encodeURIComponent(id).replaceAll('%25', '%')}`), 404)
    }
  })

  describe('rules', { concurrency: true }, () => {
    const send = (body, type = 'application/json') => request(server, 'POST', '/api/items', { body, headers: { 'Content-Type': type } })

    const fine = {
      'a name of 200 characters of four bytes': { name: '🦊'.repeat(200) },
      'a name of one character': { name: 'x' },
      'a description of 10,000 characters': { name: 'x', description: 'é'.repeat(10_000) },
      'data of 64 KiB': { name: 'x', data: { a: 'x'.repeat(65536 - 8) } },
      'members in any order': { data: {}, description: 'd', name: 'x' },
    }
    for (const [what, json] of Object.entries(fine)) {
      it(`${what} is taken, by POST and PUT`, async () => {
        const item = await create(json)
        assert.deepEqual(item, { ...item, ...json })
        assert.equal((await request(server, 'PUT', `/api/items/${item.id}`, { json })).status, 200)
      })
    }

    const broken = {
      'no name': [{}, 'name'],
      'an empty name': [{ name: '' }, 'name'],
      'a name of 201 characters': [{ name: 'x'.repeat(201) }, 'name'],
      'a name that is null': [{ name: null }, 'name'],
      'a name that is a number': [{ name: 7 }, 'name'],
      'a name that is a list': [{ name: ['x'] }, 'name'],
      'a description of 10,001 characters': [{ name: 'x', description: 'x'.repeat(10_001) }, 'description'],
      'a description that is a number': [{ name: 'x', description: 7 }, 'description'],
      'a description that is null': [{ name: 'x', description: null }, 'description'],
      'data that is a list': [{ name: 'x', data: [] }, 'data'],
      'data that is text': [{ name: 'x', data: '{}' }, 'data'],
      'data that is null': [{ name: 'x', data: null }, 'data'],
      'data over 64 KiB': [{ name: 'x', data: { a: 'x'.repeat(65536 - 7) } }, 'data'],
      'an unknown member': [{ name: 'x', colour: 'red' }, 'colour'],
      'an id': [{ name: 'x', id: 7 }, 'id'],
      'a version': [{ name: 'x', version: 7 }, 'version'],
      'a created_at': [{ name: 'x', created_at: '2020-01-01T00:00:00.000Z' }, 'created_at'],
    }
    for (const [what, [json, field]] of Object.entries(broken)) {
      it(`${what} is 422 and names ${field}, by POST and PUT`, async () => {
        assertProblem(await request(server, 'POST', '/api/items', { json }), 422, { field })
        const item = await create({ name: 'x' })
        assertProblem(await request(server, 'PUT', `/api/items/${item.id}`, { json }), 422, { field })
        assert.equal((await get(server, `/api/items/${item.id}`)).json.version, 1)
      })
    }

    it('several faults are told at once', async () => {
      const problem = assertProblem(await request(server, 'POST', '/api/items', { json: { name: '', description: 5, data: [], x: 1 } }), 422)
      assert.deepEqual(problem.errors.map((error) => error.field).sort(), ['data', 'description', 'name', 'x'])
    })

    it('JSON that is no object is 422', async () => {
      for (const body of ['[]', '"x"', '7', 'null', 'true']) assertProblem(await send(body), 422)
    })

    it('a body that is no JSON is 400', async () => {
      for (const body of ['', ' ', '{', '{"name":"x"', '{"name":"x"}x', '{name:"x"}', "{'name':'x'}", '{"name":"x",}', '\ufeff{"name":"x"}', '{"name":"\u0001"}',
        Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), Buffer.from('{"name":"\xff"}', 'latin1'), '{"name":"\\ud800"}', '[' .repeat(100_000)]) {
        assertProblem(await send(body), 400)
      }
    })

    it('a body nested without end, or deep within data, is refused and not a crash', async () => {
      for (const depth of [100, 1000, 30_000]) {
        const answer = await send(`{"name":"x","data":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`)
        assert.ok([201, 400, 422].includes(answer.status), `${answer.status}`)
      }
    })

    it('a member given twice is refused or the last counts, never stored as both', async () => {
      const answer = await send('{"name":"a","name":"b"}')
      assert.ok([400, 422].includes(answer.status) || answer.json.name === 'b', answer.text)
    })

    it('another content type is 415', async () => {
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'multipart/form-data; boundary=x', 'application/jsonx', 'application/merge-patch+json', '']) {
        assertProblem(await send('{"name":"x"}', type), 415)
      }
      assertProblem(await request(server, 'POST', '/api/items', { body: '{"name":"x"}' }), 415)
      const item = await create({ name: 'x' })
      assertProblem(await request(server, 'PUT', `/api/items/${item.id}`, { body: '{"name":"x"}', headers: { 'Content-Type': 'application/merge-patch+json' } }), 415)
      assertProblem(await request(server, 'PATCH', `/api/items/${item.id}`, { body: '{}', headers: { 'Content-Type': 'application/json-patch+json' } }), 415)
    })

    it('the content type may have parameters and any case', async () => {
      for (const type of ['application/json; charset=utf-8', 'Application/JSON', 'application/json;charset="UTF-8"']) {
        assert.equal((await send('{"name":"x"}', type)).status, 201, type)
      }
    })

    it('text with NUL, markup and injections comes back as it was', async () => {
      for (const name of ["Robert'); DROP TABLE items;--", '<script>alert(1)</script>', 'a\\b"c', '%00 %s %n', 'right\u202eleft']) {
        const item = await create({ name, description: name })
        assert.equal((await get(server, `/api/items/${item.id}`)).json.name, name)
      }
    })
  })

  describe('Idempotency-Key', { concurrency: true }, () => {
    const post = (key, body, extra) => request(server, 'POST', '/api/items', { body, headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key, ...extra } })

    it('a repeat gets the first answer again and makes nothing new', async () => {
      const key = fresh('key')
      const name = fresh('once')
      const first = await post(key, `{"name":"${name}"}`)
      const again = await post(key, `{"name":"${name}"}`)
      assert.equal(first.status, 201)
      assert.equal(again.status, 201)
      assert.equal(again.text, first.text)
      assert.equal(again.headers.etag, first.headers.etag)
      assert.equal(again.headers.location, first.headers.location)
      assert.equal((await get(server, `/api/items?name=${name}`)).json.total, 1)
    })

    it('the first answer stays the answer after the item was changed and deleted, and after a restart', async (t) => {
      const own = await startServer(t)
      const send = () => request(own, 'POST', '/api/items', { json: { name: 'x' }, headers: { 'Idempotency-Key': 'k1' } })
      const first = await send()
      await request(own, 'PUT', `/api/items/${first.json.id}`, { json: { name: 'y' } })
      assert.equal((await send()).text, first.text)
      await request(own, 'DELETE', `/api/items/${first.json.id}`)
      await own.restart('SIGKILL')
      const again = await send()
      assert.equal(again.status, 201)
      assert.equal(again.text, first.text)
    })

    it('the same key with another body is 422', async () => {
      const key = fresh('key')
      await post(key, '{"name":"a"}')
      assertProblem(await post(key, '{"name":"b"}'), 422)
      assert.equal((await post(key, '{"name":"a"}')).status, 201)
    })

    it('a refused body does not use the key up', async () => {
      const key = fresh('key')
      assertProblem(await post(key, '{"name":""}'), 422)
      assert.equal((await post(key, '{"name":"now right"}')).status, 201)
    })

    it('keys of 1 and 200 characters are fine, none and 201 are not', async () => {
      assert.equal((await post('~', '{"name":"a"}')).status, 201)
      assert.equal((await post(`${fresh('k')}${'x'.repeat(200)}`.slice(0, 200), '{"name":"a"}')).status, 201)
      for (const key of ['', 'x'.repeat(201)]) {
        const answer = await post(key, '{"name":"a"}')
        assert.ok([400, 422].includes(answer.status), `${answer.status}`)
        assertProblem(answer, answer.status)
      }
    })

    it('many repeats at the same time make one item', async () => {
      const key = fresh('key')
      const name = fresh('race')
      const answers = await Promise.all(Array.from({ length: 30 }, () => post(key, `{"name":"${name}"}`)))
      assert.equal(new Set(answers.map((answer) => answer.text)).size, 1)
      assert.ok(answers.every((answer) => answer.status === 201))
      assert.equal((await get(server, `/api/items?name=${name}`)).json.total, 1)
    })
  })
})

describe('ITEMS_TOKEN', { concurrency: true }, () => {
  const server = sharedServer({ env: { ITEMS_TOKEN: 'items-token-0123456789' } })

  it('is needed to write, not to read', async () => {
    const authorized = { Authorization: 'Bearer items-token-0123456789' }
    const made = await request(server, 'POST', '/api/items', { json: { name: 'x' }, headers: authorized })
    assert.equal(made.status, 201)
    const path = `/api/items/${made.json.id}`
    for (const [method, target, json] of [['POST', '/api/items', { name: 'x' }], ['PUT', path, { name: 'x' }], ['PATCH', path, { name: 'x' }], ['DELETE', path]]) {
      for (const headers of [{}, { Authorization: 'Bearer wrong' }, { Authorization: 'Bearer items-token-012345678' }, { Authorization: 'Bearer ' },
        { Authorization: 'Basic aXRlbXMtdG9rZW4tMDEyMzQ1Njc4OQ==' }]) {
        const answer = await request(server, method, target, { json, headers })
        assertProblem(answer, 401)
        assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer/)
      }
    }
    assert.equal((await get(server, path)).status, 200)
    assert.equal((await get(server, '/api/items')).status, 200)
    assert.equal((await request(server, 'DELETE', path, { headers: authorized })).status, 204)
  })
})
