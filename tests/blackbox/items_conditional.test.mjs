import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertProblem, get, request } from '../support/http.mjs'
import { sharedServer } from '../support/suite.mjs'

describe('Conditional requests on items', { concurrency: true }, () => {
  const server = sharedServer()
  const create = async () => (await request(server, 'POST', '/api/items', { json: { name: 'x' } })).json
  const write = (method, id, condition) => request(server, method, `/api/items/${id}`,
    { json: method === 'DELETE' ? undefined : { name: 'y' }, headers: condition === undefined ? {} : { 'If-Match': condition } })

  const matching = (id) => [`"${id}-1"`, '*', `"x", "${id}-1"`, `"${id}-1","y"`, ` "${id}-1" `, undefined]
  const mismatching = (id) => [`"${id}-2"`, '"x"', `W/"${id}-1"`, `"${id + 1}-1"`, `"${id}-01"`, `"${id}-1 "`, `"a","b"`, '""']

  for (const method of ['PUT', 'PATCH', 'DELETE']) {
    it(`${method} goes through when If-Match names the version there is`, async () => {
      for (let row = 0; row < matching(0).length; row++) {
        const { id } = await create()
        const answer = await write(method, id, matching(id)[row])
        assert.equal(answer.status, method === 'DELETE' ? 204 : 200, `${matching(id)[row]}: ${answer.text}`)
      }
    })

    it(`${method} is 412 when the version moved on, and nothing changes`, async () => {
      const { id } = await create()
      for (const condition of mismatching(id)) {
        assertProblem(await write(method, id, condition), 412)
      }
      assert.equal((await get(server, `/api/items/${id}`)).json.version, 1)
    })

    it(`${method} of an item that is not there is 404 or, with If-Match, 412`, async () => {
      const missing = await write(method, 999_999_999, undefined)
      assertProblem(missing, 404)
      const conditional = await write(method, 999_999_999, '*')
      assert.ok([404, 412].includes(conditional.status), `${conditional.status}`)
    })
  }

  it('an If-Match that is no list of tags is 400 or 412, never a write', async () => {
    const { id } = await create()
    for (const condition of [`${id}-1`, `"${id}-1`, `'${id}-1'`, `"${id}-1" "x"`, 'x']) {
      const answer = await write('PUT', id, condition)
      assert.ok([400, 412].includes(answer.status), `${condition}: ${answer.status}`)
    }
    assert.equal((await get(server, `/api/items/${id}`)).json.version, 1)
  })

  it('a matching If-None-Match is 304 with the ETag and no body', async () => {
    const { id } = await create()
    for (const condition of [`"${id}-1"`, `W/"${id}-1"`, '*', `"a", "${id}-1"`, `"a",W/"${id}-1","b"`]) {
      const answer = await get(server, `/api/items/${id}`, { headers: { 'If-None-Match': condition } })
      assert.equal(answer.status, 304, condition)
      assert.equal(answer.headers.etag, `"${id}-1"`)
      assert.equal(answer.body.length, 0)
    }
    for (const condition of [`"${id}-2"`, `"x"`, `"${id}-1x"`]) {
      assert.equal((await get(server, `/api/items/${id}`, { headers: { 'If-None-Match': condition } })).status, 200, condition)
    }
    assert.equal((await request(server, 'HEAD', `/api/items/${id}`, { headers: { 'If-None-Match': `"${id}-1"` } })).status, 304)
    assertProblem(await get(server, '/api/items/999999999', { headers: { 'If-None-Match': '*' } }), 404)
  })

  it('a 304 turns into 200 with the new tag after a change', async () => {
    const { id } = await create()
    await write('PUT', id)
    const answer = await get(server, `/api/items/${id}`, { headers: { 'If-None-Match': `"${id}-1"` } })
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.etag, `"${id}-2"`)
  })

  it('writes of one item are never lost to each other when If-Match is used', async () => {
    const { id } = await create()
    const rounds = 15
    const add = async () => {
      for (let done = 0, tries = 0; done < rounds; tries++) {
        assert.ok(tries < 2000)
        const read = await get(server, `/api/items/${id}`)
        const answer = await request(server, 'PUT', `/api/items/${id}`,
          { json: { name: 'x', data: { count: (read.json.data.count ?? 0) + 1 } }, headers: { 'If-Match': read.headers.etag } })
        if (answer.status === 200) done++
        else assertProblem(answer, 412)
      }
    }
    await Promise.all(Array.from({ length: 8 }, add))
    const end = (await get(server, `/api/items/${id}`)).json
    assert.equal(end.data.count, 8 * rounds)
    assert.equal(end.version, 8 * rounds + 1)
  })

  it('of many writers with one tag exactly one wins', async () => {
    const { id } = await create()
    const answers = await Promise.all(Array.from({ length: 30 }, (_, i) =>
      request(server, 'PATCH', `/api/items/${id}`, { json: { data: { winner: i } }, headers: { 'If-Match': `"${id}-1"` } })))
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [200, ...Array(29).fill(412)])
    const winner = answers.findIndex((answer) => answer.status === 200)
    assert.deepEqual((await get(server, `/api/items/${id}`)).json.data, { winner })
  })

  it('patches of different members without If-Match all arrive', async () => {
    const { id } = await create()
    await Promise.all(Array.from({ length: 40 }, (_, i) => request(server, 'PATCH', `/api/items/${id}`, { json: { data: { [`k${i}`]: i } } })))
    const item = (await get(server, `/api/items/${id}`)).json
    assert.equal(Object.keys(item.data).length, 40)
    assert.equal(item.version, 41)
  })

  it('reads after a write see it, from any connection', async () => {
    const { id } = await create()
    for (let n = 2; n < 30; n++) {
      await write('PUT', id)
      const reads = await Promise.all(Array.from({ length: 4 }, () => get(server, `/api/items/${id}`)))
      for (const read of reads) assert.equal(read.json.version, n)
    }
  })
})
