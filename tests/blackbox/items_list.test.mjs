import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { assertProblem, get, request } from '../support/http.mjs'
import { startServerOrReplicas as startServer } from '../support/replicas.mjs'
import { seedOf, seeded, sharedServer } from '../support/suite.mjs'

const make = async (server, json) => {
  const answer = await request(server, 'POST', '/api/items', { json })
  assert.equal(answer.status, 201, answer.text)
  return answer.json
}

/** All pages of a query, in order. */
async function pages(server, query) {
  const found = []
  let cursor = ''
  for (let page = 0; page < 1000; page++) {
    const answer = await get(server, `/api/items?${query}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)
    assert.equal(answer.status, 200, answer.text)
    found.push(answer.json)
    if (answer.json.next_cursor === null) return found
    assert.equal(typeof answer.json.next_cursor, 'string')
    cursor = answer.json.next_cursor
  }
  throw new Error('the pages never end')
}
const all = async (server, query) => (await pages(server, query)).flatMap((page) => page.items)

describe('The list of items', { concurrency: true }, () => {
  const server = sharedServer()
  let items
  before(async () => {
    const names = ['pear', 'Apple', 'ábaco', 'apple', 'zebra', 'Ñandú', 'banana', 'apple', 'éclair', '10', '9', 'a', 'pear', '☕', 'Zoo', 'apple pie', 'B']
    items = []
    for (const name of names) items.push(await make(server, { name, data: { n: items.length } }))
    for (const at of [3, 0, 7]) items[at] = (await request(server, 'PATCH', `/api/items/${items[at].id}`, { json: { description: 'changed' } })).json
  })

  it('has items, next_cursor and total', async () => {
    const { json } = await get(server, '/api/items')
    assert.deepEqual(Object.keys(json), ['items', 'next_cursor', 'total'])
    assert.equal(json.total, items.length)
    assert.equal(json.next_cursor, null)
    assert.deepEqual(json.items, items)
  })

  it('is one whole after another in pages of any size', async () => {
    for (const limit of [1, 2, 5, 16, 17, 18, 500]) {
      const found = await pages(server, `limit=${limit}`)
      assert.deepEqual(found.flatMap((page) => page.items.map((item) => item.id)), items.map((item) => item.id))
      for (const page of found) {
        assert.ok(page.items.length <= limit)
        assert.equal(page.total, items.length)
      }
      assert.equal(found.length, Math.ceil(items.length / limit), 'no empty last page')
    }
  })

  for (const key of ['id', 'name', 'created_at', 'updated_at']) {
    it(`sorts by ${key} and -${key}, the same in pages of 3 as in one`, async () => {
      for (const sort of [key, `-${key}`]) {
        const whole = (await get(server, `/api/items?limit=500&sort=${sort}`)).json.items
        assert.equal(whole.length, items.length)
        const inPages = await all(server, `limit=3&sort=${sort}`)
        assert.deepEqual(inPages.map((item) => item.id), whole.map((item) => item.id))
        const sign = sort.startsWith('-') ? -1 : 1
        if (key !== 'name') {
          for (let i = 1; i < whole.length; i++) {
            const order = whole[i - 1][key] === whole[i][key] ? 0 : whole[i - 1][key] < whole[i][key] ? -1 : 1
            assert.ok(order * sign <= 0, `${whole[i - 1][key]} before ${whole[i][key]} in ${sort}`)
          }
        }
        const reverse = (await get(server, `/api/items?limit=500&sort=${sort.startsWith('-') ? key : `-${key}`}`)).json.items
        assert.deepEqual(reverse.map((item) => item.id).reverse(), whole.map((item) => item.id))
      }
    })
  }

  it('sorts equal names side by side', async () => {
    const names = (await get(server, '/api/items?limit=500&sort=name')).json.items.map((item) => item.name)
    assert.equal(names.lastIndexOf('apple') - names.indexOf('apple'), 1)
    assert.ok(names.indexOf('a') < names.indexOf('apple'))
    assert.ok(names.indexOf('apple') < names.indexOf('banana'))
    assert.ok(names.indexOf('banana') < names.indexOf('pear'))
  })

  it('name finds exactly that name', async () => {
    assert.deepEqual((await all(server, 'name=apple')).map((item) => item.name), ['apple', 'apple'])
    assert.equal((await get(server, '/api/items?name=apple')).json.total, 2)
    assert.equal((await get(server, `/api/items?name=${encodeURIComponent('Ñandú')}`)).json.total, 1)
    for (const name of ['appl', 'APPLE', 'apple ', 'Nandu', '']) {
      assert.equal((await get(server, `/api/items?name=${encodeURIComponent(name)}`)).json.total, 0, name)
    }
    assert.deepEqual((await all(server, 'name=apple&limit=1&sort=-id')).map((item) => item.name), ['apple', 'apple'])
  })

  const bad = ['limit=0', 'limit=501', 'limit=-1', 'limit=x', 'limit=1.5', 'limit=', 'limit=99999999999999999999', 'sort=size', 'sort=', 'sort=ID', 'sort=--id',
    'cursor=nonsense', 'cursor=%00', 'cursor=e30', `cursor=${'x'.repeat(5000)}`]
  for (const query of bad) {
    it(`${query.slice(0, 30)} is 422 and names the field`, async () => {
      assertProblem(await get(server, `/api/items?${query}`), 422, { field: query.split('=')[0] })
    })
  }

  it('a cursor of another sort, or changed, is 422 or harmless, never an error of the server', async () => {
    const { next_cursor: cursor } = (await get(server, '/api/items?limit=2&sort=name')).json
    assertProblem(await get(server, `/api/items?limit=2&sort=id&cursor=${encodeURIComponent(cursor)}`), 422, { field: 'cursor' })
    for (let i = 0; i < cursor.length; i += 3) {
      const changed = `${cursor.slice(0, i)}${cursor[i] === 'A' ? 'B' : 'A'}${cursor.slice(i + 1)}`
      const answer = await get(server, `/api/items?limit=2&sort=name&cursor=${encodeURIComponent(changed)}`)
      assert.ok([200, 422].includes(answer.status), `${answer.status}`)
    }
  })

  it('a cursor can be used again and gives the same page', async () => {
    const { next_cursor: cursor } = (await get(server, '/api/items?limit=4')).json
    const [one, two] = [await get(server, `/api/items?limit=4&cursor=${encodeURIComponent(cursor)}`), await get(server, `/api/items?limit=4&cursor=${encodeURIComponent(cursor)}`)]
    assert.deepEqual(one.json, two.json)
  })
})

describe('Full text', { concurrency: true }, () => {
  const server = sharedServer()
  const rows = {
    cafe: { name: 'Café con leche', description: 'Una reunión en Málaga' },
    train: { name: 'Night train', description: 'From Zürich to İstanbul via Đakovo' },
    code: { name: 'grtc.v1', description: 'foo_bar baz-qux C++ a"b 50% (x OR y) NEAR NOT *' },
    long: { name: 'Donaudampfschifffahrt', description: 'ein langes Wort' },
    japan: { name: '東京タワー', description: 'tower in Tokyo' },
  }
  const ids = {}
  before(async () => {
    for (const [key, row] of Object.entries(rows)) ids[key] = (await make(server, row)).id
  })
  const search = async (q, more = '') => {
    const answer = await get(server, `/api/items?q=${encodeURIComponent(q)}${more}`)
    assert.equal(answer.status, 200, `${q}: ${answer.text}`)
    assert.equal(answer.json.total, answer.json.items.length)
    return answer.json.items.map((item) => Object.keys(ids).find((key) => ids[key] === item.id))
  }

  const found = [['cafe', ['cafe']], ['CAFÉ', ['cafe']], ['café', ['cafe']], ['cafe\u0301', ['cafe']], ['caf', ['cafe']], ['reunion', ['cafe']], ['malaga', ['cafe']],
    ['leche cafe', ['cafe']], ['lec con caf', ['cafe']], ['malaga café', ['cafe']], ['cafe train', []], ['afe', []], ['zurich', ['train']], ['tra nig', ['train']],
    ['donau', ['long']], ['schiff', []], ['baz', ['code']], ['qux', ['code']], ['tok', ['japan']], ['東京', ['japan']], ['nothing', []]]
  for (const [q, keys] of found) {
    it(`"${q}" finds ${keys.join(' and ') || 'nothing'}`, async () => {
      assert.deepEqual(await search(q), keys)
    })
  }

  it('what is syntax of a search engine is only text here', async () => {
    for (const q of ['"', '""', '*', '(', ')', 'AND', 'OR', 'NOT', 'NEAR(a b)', 'name:cafe', '-cafe', '^cafe', 'a"b', '{x}', '50%', "'", '\\', 'a OR', 'NOT leche', '+', '\u0000']) {
      const answer = await get(server, `/api/items?q=${encodeURIComponent(q)}`)
      assert.equal(answer.status, 200, `${q}: ${answer.text}`)
    }
    assert.deepEqual(await search('x OR nothing'), [], 'OR is a word, not an operator')
    assert.deepEqual(await search('not near'), ['code'])
  })

  it('an empty or blank q finds all', async () => {
    // The other tests add items meanwhile: how many there are in all may be a moment older than the list.
    for (const q of ['', ' ', '  ']) assert.ok((await get(server, `/api/items?q=${encodeURIComponent(q)}`)).json.items.length >= 5)
  })

  it('works with name, sort, limit and cursor', async () => {
    await make(server, { name: 'a', description: 'zzfind' })
    await make(server, { name: 'b', description: 'zzfind' })
    assert.deepEqual((await all(server, 'q=zzfind&sort=-name&limit=1')).map((item) => item.name), ['b', 'a'])
    assert.deepEqual((await all(server, 'q=zzfind&name=a')).map((item) => item.name), ['a'])
  })

  it('sees a change and a delete at once', async () => {
    const item = await make(server, { name: 'xylophone' })
    assert.equal((await get(server, '/api/items?q=xylo')).json.total, 1)
    await request(server, 'PUT', `/api/items/${item.id}`, { json: { name: 'marimba', description: 'xx' } })
    assert.equal((await get(server, '/api/items?q=xylo')).json.total, 0)
    assert.equal((await get(server, '/api/items?q=marim')).json.total, 1)
    await request(server, 'DELETE', `/api/items/${item.id}`)
    assert.equal((await get(server, '/api/items?q=marim')).json.total, 0)
  })

  it('takes a very long q without harm', async () => {
    const answer = await get(server, `/api/items?q=${'word+'.repeat(2000)}`)
    assert.ok([200, 422].includes(answer.status), `${answer.status}`)
  })
})

describe('Pages while rows come and go', { concurrency: true }, () => {
  for (const sort of ['id', '-id', 'name', '-name', 'created_at', '-created_at']) {
    it(`sort=${sort}: each row that was there all the time is seen exactly once`, async (t) => {
      const random = seeded(seedOf(t))
      const server = await startServer(t)
      const kept = []
      const doomed = []
      for (let i = 0; i < 60; i++) {
        const item = await make(server, { name: `n${Math.floor(random() * 10)}` })
        ;(random() < 0.7 ? kept : doomed).push(item.id)
      }
      const seen = []
      let cursor = ''
      do {
        const { json } = await get(server, `/api/items?limit=4&sort=${sort}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)
        seen.push(...json.items.map((item) => item.id))
        cursor = json.next_cursor
        const gone = doomed.pop()
        if (gone) await request(server, 'DELETE', `/api/items/${gone}`)
        await make(server, { name: `n${Math.floor(random() * 10)}` })
        assert.ok(seen.length < 400, 'the list must end')
      } while (cursor)
      assert.equal(new Set(seen).size, seen.length, 'nothing twice')
      for (const id of kept) assert.ok(seen.includes(id), `${id} was missed`)
    })
  }
})
