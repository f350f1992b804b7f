import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { roomOf } from '../support/peer.mjs'
import { fresh, sharedServer } from '../support/suite.mjs'

/** The frame text without the server's own additions, to compare bytes with what was sent. */
function payloadOf(raw, { from, seq }) {
  let text = raw
  for (const member of [`"from":${JSON.stringify(from)}`, `"seq":${JSON.stringify(seq)}`]) {
    assert.equal(text.split(member).length, 2, `${member} stands exactly once in ${text}`)
    text = text.includes(`${member},`) ? text.replace(`${member},`, '') : text.replace(`,${member}`, '')
  }
  return text
}

describe('Relaying', { concurrency: true }, () => {
  const server = sharedServer({ env: { MESSAGE_RATE: '5000' } })

  it('unicast: the named peer gets the message with from and seq, nobody else gets anything', async () => {
    const { alice, bob, carol } = await roomOf(server, fresh(), ['alice', 'bob', 'carol'])
    alice.send({ type: 'offer', to: 'bob', sdp: 'v=0\r\n', id: 7 })
    const offer = await bob.expect('offer')
    assert.equal(offer.from, 'alice')
    assert.equal(offer.sdp, 'v=0\r\n')
    assert.equal(offer.to, 'bob')
    assert.equal(typeof offer.seq, 'string')
    assert.ok(!('id' in offer), 'id is between the sender and the server')
    await alice.flushed()
    assert.deepEqual(await carol.settled(), [])
    assert.deepEqual(await alice.settled(), [])
  })

  it('broadcast: everyone else in the room, not the sender', async () => {
    const { alice, bob, carol } = await roomOf(server, fresh(), ['alice', 'bob', 'carol'])
    alice.send({ type: 'message', text: 'hi' })
    for (const peer of [bob, carol]) {
      const message = await peer.expect('message')
      assert.equal(message.text, 'hi')
      assert.equal(message.from, 'alice')
    }
    assert.deepEqual(await alice.settled(), [])
  })

  it('multicast: the listed ones, each once', async () => {
    const { alice, bob, carol, dave } = await roomOf(server, fresh(), ['alice', 'bob', 'carol', 'dave'])
    alice.send({ type: 'message', to: ['bob', 'dave'], text: 'hi' })
    assert.equal((await bob.expect('message')).text, 'hi')
    assert.deepEqual((await dave.expect('message')).to, ['bob', 'dave'])
    await alice.flushed()
    for (const peer of [alice, bob, carol, dave]) assert.deepEqual(await peer.settled(), [])
  })

  it('a multicast to one, and to 64', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    alice.send({ type: 'message', to: ['bob'], n: 1 })
    assert.equal((await bob.expect('message')).n, 1)
    alice.send({ type: 'message', to: ['bob', ...Array.from({ length: 63 }, (_, i) => `absent-${i}`)], n: 2, id: 9 })
    assert.equal((await bob.expect('message')).n, 2)
    const absent = []
    for (let i = 0; i < 63; i++) {
      const error = await alice.expectError('unknown-peer')
      assert.equal(error.ref, 9)
      absent.push(error.to)
    }
    assert.deepEqual(absent, Array.from({ length: 63 }, (_, i) => `absent-${i}`))
  })

  it('a peer may send to itself by name', async () => {
    const { alice } = await roomOf(server, fresh(), ['alice'])
    alice.send({ type: 'message', to: 'alice', text: 'note to self' })
    const message = await alice.expect('message')
    assert.equal(message.from, 'alice')
    assert.equal(message.text, 'note to self')
  })

  it('a broadcast in an empty room is no error', async () => {
    const { alice } = await roomOf(server, fresh(), ['alice'])
    alice.send({ type: 'message', text: 'anyone?' })
    assert.deepEqual(await alice.settled(), [])
  })

  it('names with quotes, escapes and other scripts arrive right in from and to', async () => {
    const [odd, other] = [`o'"d <d>`, 'реальный ☂']
    const peers = await roomOf(server, fresh(), [odd, other])
    peers[odd].send({ type: 'offer', to: other, sdp: 'x' })
    const offer = await peers[other].expect('offer')
    assert.equal(offer.from, odd)
    assert.equal(offer.to, other)
    peers[other].send('{"type":"answer","to":"\\u006f\'\\"d <\\u0064>","sdp":"y"}')
    assert.equal((await peers[odd].expect('answer')).from, other)
  })

  const types = ['offer', 'answer', 'ice-candidate', 'message', 'a', 'x.y_z-9', '0', '-', '_', '.', 'a'.repeat(64), 'presence', 'hello',
    'peer-waved', 'welcome2']
  for (const type of types) {
    it(`relays the type ${type.length > 20 ? 'of 64 characters' : type}`, async () => {
      const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
      alice.send({ type, to: 'bob', n: 1 })
      assert.equal((await bob.expect(type)).n, 1)
    })
  }

  describe('leaves the payload untouched, byte by byte', { concurrency: true }, () => {
    const payloads = {
      'plain members in their order': '{"type":"message","z":1,"a":2,"m":3}',
      'odd white space': '{ "type" :\t"message" ,\r\n "a"  :  [ 1 ,2,   3 ] , "b":{ } }',
      'leading and trailing white space': ' \n\t{"type":"message","a":1} \r\n ',
      'escapes kept as written': '{"type":"message","a":"\\u0041\\/\\b\\f\\n\\r\\t\\"\\\\ \\ud83e\\udd8a"}',
      'raw UTF-8 next to escapes': '{"type":"message","a":"ñ\\u00f1 🦊 \u2028\u2029\u007f"}',
      'numbers as written': '{"type":"message","a":1e400,"b":-0,"c":1.10,"d":123456789012345678901234567890,"e":1E-7,"f":0.1e+1}',
      'duplicate members': '{"type":"message","a":1,"a":2,"a":{"a":3,"a":4}}',
      'members that look like ours inside': '{"type":"message","data":{"from":"x","seq":"y","id":3,"to":"nobody","type":"error"},"list":[{"from":1}]}',
      'text that looks like ours': '{"type":"message","text":"\\"from\\":\\"eve\\",\\"seq\\":\\"1\\""}',
      'empty keys and deep empties': '{"":0,"type":"message"," ":[[],{},[{}]],"null":null,"t":true,"f":false}',
      'keys with escapes': '{"type":"message","\\u0061\\"b":1,"from\\u0000":2,"From":3,"FROM":4,"from ":5,"seq2":6,"ids":7}',
      'the type last': '{"a":1,"b":"two","type":"message"}',
      'the type escaped': '{"\\u0074ype":"me\\u0073sage","a":1}',
      'depth of exactly 32': `{"type":"message","a":${'['.repeat(31)}${']'.repeat(31)}}`,
      'a long text': JSON.stringify({ type: 'message', text: 'ab"\\é'.repeat(8000) }),
    }
    for (const [what, text] of Object.entries(payloads)) {
      it(what, async () => {
        const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
        alice.send(text)
        const got = await bob.expect('message')
        assert.equal(got.from, 'alice')
        const payload = payloadOf(got.raw, { from: 'alice', seq: got.seq })
        assert.equal(payload.trim(), text.trim())
      })
    }

    it('for unicast and multicast with to where the sender put it', async () => {
      const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
      for (const text of ['{"a":1,"to":"bob","type":"message","b": 2}', '{"to" : [ "bob" ] ,"type":"message","b":2}',
        '{"type":"message","b":2,"to":"b\\u006fb"}']) {
        alice.send(text)
        const got = await bob.expect('message')
        assert.equal(payloadOf(got.raw, { from: 'alice', seq: got.seq }), text)
      }
    })

    it('at every size up to the largest message', async () => {
      const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
      const shell = '{"type":"message","p":""}'
      for (const size of [shell.length, 100, 125, 126, 127, 200, 65535 - 1, 65535, 65536]) {
        const text = `{"type":"message","p":"${'x'.repeat(size - shell.length)}"}`
        assert.equal(text.length, size)
        alice.send(text)
        const got = await bob.expect('message')
        assert.equal(payloadOf(got.raw, { from: 'alice', seq: got.seq }), text)
      }
      assert.deepEqual(bob.ws.violations, [])
    })
  })

  describe('takes out id, and a from or seq that a client sends', { concurrency: true }, () => {
    const lies = {
      'from first': '{"from":"eve","type":"message","n":1}',
      'from last': '{"type":"message","n":1,"from":"eve"}',
      'seq of any type': '{"type":"message","seq":{"a":[1]},"n":1}',
      'both, twice': '{"from":"eve","seq":"9","type":"message","from":"mallory","n":1,"seq":9}',
      'an escaped key': '{"type":"message","fr\\u006fm":"eve","n":1,"\\u0073eq":"1"}',
      'a fully escaped key': '{"type":"message","\\u0066\\u0072\\u006f\\u006D":"eve","n":1}',
      'a from that is no string': '{"from":null,"type":"message","seq":false,"n":1}',
      'a from that is an object with quotes': '{"from":{"x":"},\\"from\\":\\"y"},"type":"message","n":1}',
      'white space around': '{ "from" : "eve" , "type" : "message" , "seq" : 1 , "n" : 1 }',
      'the id': '{"id":1,"type":"message","n":1}',
      'the id in the middle': '{"type":"message","id":2,"n":1}',
      'the id at the end': '{"type":"message","n":1,"id":3}',
      'an escaped id': '{"type":"message","n":1,"\\u0069d":4}',
    }
    for (const [what, text] of Object.entries(lies)) {
      it(what, async () => {
        const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
        alice.send(text)
        const got = await bob.expect('message')
        assert.equal(got.from, 'alice')
        assert.equal(typeof got.seq, 'string')
        assert.equal(got.n, 1)
        assert.deepEqual(Object.keys(got).sort(), ['from', 'n', 'seq', 'type'])
        const names = [...got.raw.matchAll(/"((?:[^"\\]|\\.)*)"\s*:/g)].map(([, key]) => JSON.parse(`"${key}"`))
        assert.equal(names.filter((name) => name === 'from').length, 1, got.raw)
        assert.equal(names.filter((name) => name === 'seq').length, 1, got.raw)
        assert.ok(!got.raw.includes('eve'), got.raw)
      })
    }

    it('when nothing but they and the type remain', async () => {
      const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
      alice.send('{"from":"eve","seq":"1","id":1,"type":"message"}')
      assert.deepEqual(Object.keys(await bob.expect('message')).sort(), ['from', 'seq', 'type'])
    })
  })

  it('keeps the order of one sender over unicast, multicast and broadcast', async () => {
    const { alice, bob, carol } = await roomOf(server, fresh(), ['alice', 'bob', 'carol'])
    const forms = [{ to: 'bob' }, { to: ['carol', 'bob'] }, {}]
    for (let n = 0; n < 1200; n++) alice.send({ type: 'message', n, ...forms[n % 3] })
    let last = bob.seq
    for (let n = 0; n < 1200; n++) {
      const got = await bob.expect('message')
      assert.equal(got.n, n)
      assert.ok(got.seq.length > 0 && got.seq.length <= 40)
      assert.notEqual(got.seq, last)
      last = got.seq
    }
    for (let n = 0; n < 1200; n++) {
      if (n % 3 !== 0) assert.equal((await carol.expect('message')).n, n)
    }
  })

  it('gives all receivers the broadcasts of many senders in one same order', async () => {
    const names = ['a', 'b', 'c', 'd', 'e']
    const peers = await roomOf(server, fresh(), names)
    for (let n = 0; n < 100; n++) {
      for (const name of names) peers[name].send({ type: 'message', n })
    }
    const heard = {}
    for (const name of names) {
      heard[name] = []
      while (heard[name].length < 400) {
        const got = await peers[name].expect('message')
        heard[name].push(`${got.from}${got.n}`)
      }
    }
    for (const one of names) {
      for (const other of names) {
        const common = (list) => list.filter((label) => label[0] !== one && label[0] !== other)
        assert.deepEqual(common(heard[one]), common(heard[other]), `${one} and ${other}`)
      }
    }
  })
})

describe('Messages that are refused leave the socket open', { concurrency: true }, () => {
  const server = sharedServer()
  const tooDeep = `{"type":"message","id":5,"a":${'['.repeat(32)}${']'.repeat(32)}}`

  const rows = [
    ['not JSON', 'hello', 'bad-json'],
    ['an empty frame', '', 'bad-json'],
    ['half an object', '{"type":"message"', 'bad-json'],
    ['two objects', '{"type":"message"}{"type":"message"}', 'bad-json'],
    ['a comment', '{"type":"message"/* hi */}', 'bad-json'],
    ['a trailing comma', '{"type":"message",}', 'bad-json'],
    ['single quotes', "{'type':'message'}", 'bad-json'],
    ['a number with a leading zero', '{"type":"message","a":01}', 'bad-json'],
    ['NaN', '{"type":"message","a":NaN}', 'bad-json'],
    ['a raw control character in a string', '{"type":"message","a":"\u0001"}', 'bad-json'],
    ['a bad escape', '{"type":"message","a":"\\x41"}', 'bad-json'],
    ['a byte order mark', '\ufeff{"type":"message"}', 'bad-json'],
    ['a broken literal', '{"type":"message","a":tru}', 'bad-json'],
    ['a missing colon', '{"type" "message"}', 'bad-json'],
    ['an array', '[{"type":"message"}]', 'bad-message'],
    ['a string', '"message"', 'bad-message'],
    ['a number', '7', 'bad-message'],
    ['null', 'null', 'bad-message'],
    ['no type', '{"to":"bob","id":5}', 'bad-message', 5],
    ['an empty object', '{}', 'bad-message'],
    ['a type that is a number', '{"type":7,"id":5}', 'bad-message', 5],
    ['an empty type', '{"type":"","id":5}', 'bad-message', 5],
    ['a type in upper case', '{"type":"Offer","to":"bob","id":5}', 'bad-message', 5],
    ['a type with a space', '{"type":"my type","id":5}', 'bad-message', 5],
    ['a type of 65 characters', `{"type":"${'a'.repeat(65)}","id":5}`, 'bad-message', 5],
    ['a type with another script', '{"type":"señal","id":5}', 'bad-message', 5],
    ['a to that is a number', '{"type":"message","to":7,"id":5}', 'bad-message', 5],
    ['a to that is null', '{"type":"message","to":null,"id":5}', 'bad-message', 5],
    ['a to that is an object', '{"type":"message","to":{},"id":5}', 'bad-message', 5],
    ['an empty list of receivers', '{"type":"message","to":[],"id":5}', 'bad-message', 5],
    ['a list with a number', '{"type":"message","to":["bob",7],"id":5}', 'bad-message', 5],
    ['a receiver twice', '{"type":"message","to":["bob","bob"],"id":5}', 'bad-message', 5],
    ['a receiver twice, once escaped', '{"type":"message","to":["bob","b\\u006fb"],"id":5}', 'bad-message', 5],
    ['65 receivers', JSON.stringify({ type: 'message', to: Array.from({ length: 65 }, (_, i) => `p${i}`), id: 5 }), 'bad-message', 5],
    ['an id of 0', '{"type":"message","id":0}', 'bad-message'],
    ['a negative id', '{"type":"message","id":-1}', 'bad-message'],
    ['a fractional id', '{"type":"message","id":1.5}', 'bad-message'],
    ['an id over 2^53-1', '{"type":"message","id":9007199254740992}', 'bad-message'],
    ['an id as text', '{"type":"message","id":"5"}', 'bad-message'],
    ['an id that is null', '{"type":"message","id":null}', 'bad-message'],
    ['JSON nested over 32', tooDeep, 'too-deep'],
    ['JSON nested over 32 in objects', `${'{"type":"message","a":'.repeat(33)}1${'}'.repeat(33)}`, 'too-deep'],
    ['a JSON bomb', '['.repeat(60_000), ['too-deep', 'bad-json']],
    ['an offer without to', '{"type":"offer","sdp":"x","id":5}', 'missing-to', 5],
    ['an answer without to', '{"type":"answer","sdp":"x","id":5}', 'missing-to', 5],
    ['an ice-candidate without to', '{"type":"ice-candidate","id":5}', 'missing-to', 5],
    ...['welcome', 'peer-joined', 'peer-left', 'peer-updated', 'pong', 'error']
      .map((type) => [`the reserved type ${type}`, JSON.stringify({ type, to: 'bob', id: 5 }), 'reserved-type', 5]),
    ['a type twice, the second one reserved: receivers would read that', '{"type":"message","type":"welcome"}', 'bad-message'],
    ['a type twice, one escaped', '{"type":"message","t\\u0079pe":"peer-left"}', 'bad-message'],
    ['a to twice', '{"type":"message","to":"bob","to":"carol"}', 'bad-message'],
    ['an id twice', '{"type":"message","id":1,"id":2}', 'bad-message'],
    ['a reserved type, escaped', '{"type":"err\\u006fr","to":"bob","id":5}', 'reserved-type', 5],
  ]
  for (const [what, text, code, ref] of rows) {
    it(`${what}: ${code}`, async () => {
      const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
      alice.send(text)
      const error = await alice.expect('error')
      assert.ok([code].flat().includes(error.code), error.raw)
      if (ref !== undefined) assert.equal(error.ref, ref, error.raw)
      else if (!/"id":[1-9]\d{0,15}[,}]/.test(text)) assert.ok(!('ref' in error), error.raw)
      alice.send({ type: 'message', text: 'still here', id: 6 })
      const got = await bob.expect('message')
      assert.equal(got.text, 'still here', 'the bad one was not relayed, the next one is')
      assert.deepEqual(await alice.settled(), [])
    })
  }

  it('a binary frame: bad-message', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    alice.ws.binary('{"type":"message","text":"as bytes"}')
    await alice.expectError('bad-message')
    alice.send({ type: 'message', text: 'still here' })
    assert.equal((await bob.expect('message')).text, 'still here')
  })

  it('an absent receiver: unknown-peer with ref and to, the others still get it', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    alice.send({ type: 'offer', to: 'nobody', id: 3 })
    const error = await alice.expectError('unknown-peer')
    assert.equal(error.ref, 3)
    assert.equal(error.to, 'nobody')
    alice.send({ type: 'message', to: ['ghost', 'bob', 'spirit "x"'], text: 'hi', id: 4 })
    assert.equal((await bob.expect('message')).text, 'hi')
    for (const to of ['ghost', 'spirit "x"']) {
      const absent = await alice.expectError('unknown-peer')
      assert.equal(absent.ref, 4)
      assert.equal(absent.to, to)
    }
    alice.send({ type: 'message', to: 'nobody' })
    const nameless = await alice.expectError('unknown-peer')
    assert.ok(!('ref' in nameless), nameless.raw)
  })

  it('a peer who has left is absent', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    await bob.leave()
    await alice.expect('peer-left')
    alice.send({ type: 'message', to: 'bob', id: 1 })
    assert.equal((await alice.expectError('unknown-peer')).to, 'bob')
  })

  it('ping is answered with pong, with the id if it has one, and relayed to nobody', async () => {
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    alice.send({ type: 'ping' })
    assert.ok(!('id' in (await alice.expect('pong'))))
    alice.send({ type: 'ping', id: 12 })
    assert.equal((await alice.expect('pong')).id, 12)
    alice.send({ type: 'ping', to: 'bob', id: 13 })
    assert.equal((await alice.expect('pong')).id, 13)
    assert.deepEqual(await bob.settled(), [])
  })
})
