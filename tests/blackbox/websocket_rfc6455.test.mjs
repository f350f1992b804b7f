import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { join, roomOf } from '../support/peer.mjs'
import { OP, closePayload, frame } from '../support/raw_ws.mjs'
import { fresh, sharedServer } from '../support/suite.mjs'

const kMask = Buffer.from([1, 2, 3, 4])
const pingFrame = (n) => `{"type":"ping","id":${n}}`

describe('WebSocket framing (RFC 6455)', { concurrency: true }, () => {
  const server = sharedServer({ env: { MESSAGE_RATE: '100000' } })
  const client = (options) => join(server, fresh(), { peer: 'alice', ...options })

  describe('is refused with 1002', { concurrency: true }, () => {
    const wrong = {
      'reserved bit 1 (§5.2)': (ws) => ws.text(pingFrame(1), { rsv: 4 }),
      'reserved bit 2': (ws) => ws.text(pingFrame(1), { rsv: 2 }),
      'reserved bit 3': (ws) => ws.text(pingFrame(1), { rsv: 1 }),
      'a reserved bit on a ping': (ws) => ws.ping('', { rsv: 4 }),
      'a reserved bit on a continuation': (ws) => {
        ws.text('{"type":', { fin: false })
        ws.frame(OP.continuation, '"ping"}', { rsv: 1 })
      },
      'opcode 3': (ws) => ws.frame(3, ''),
      'opcode 4': (ws) => ws.frame(4, 'x'),
      'opcode 5': (ws) => ws.frame(5, ''),
      'opcode 6': (ws) => ws.frame(6, ''),
      'opcode 7': (ws) => ws.frame(7, ''),
      'opcode 11': (ws) => ws.frame(11, ''),
      'opcode 12': (ws) => ws.frame(12, ''),
      'opcode 13': (ws) => ws.frame(13, ''),
      'opcode 14': (ws) => ws.frame(14, ''),
      'opcode 15': (ws) => ws.frame(15, ''),
      'an unmasked text frame (§5.1)': (ws) => ws.text(pingFrame(1), { mask: null }),
      'an unmasked ping': (ws) => ws.ping('', { mask: null }),
      'an unmasked close': (ws) => ws.raw(frame(OP.close, closePayload(1000), { mask: null })),
      'an unmasked empty frame': (ws) => ws.text('', { mask: null }),
      'a ping of 126 bytes (§5.5)': (ws) => ws.ping('x'.repeat(126)),
      'a close of 126 bytes': (ws) => ws.close(1000, 'x'.repeat(124)),
      'a pong of 65,536 bytes': (ws) => ws.pong('x'.repeat(65536)),
      'a fragmented ping': (ws) => ws.ping('x', { fin: false }),
      'a fragmented close': (ws) => ws.frame(OP.close, closePayload(1000), { fin: false }),
      'a continuation of nothing (§5.4)': (ws) => ws.frame(OP.continuation, pingFrame(1)),
      'an unfinished continuation of nothing': (ws) => ws.frame(OP.continuation, pingFrame(1), { fin: false }),
      'a text frame within a fragmented message': (ws) => {
        ws.text('{"type":', { fin: false })
        ws.text('"ping"}')
      },
      'a binary frame within a fragmented message': (ws) => {
        ws.text('{"type":', { fin: false })
        ws.binary('x')
      },
      'a 16 bit length for 125 bytes (§5.2: the shortest)': (ws) => ws.text(' '.repeat(125), { length: 16 }),
      'a 64 bit length for 126 bytes': (ws) => ws.text(' '.repeat(126), { length: 64 }),
      'a 64 bit length for 65,535 bytes': (ws) => ws.raw(frame(OP.text, ' ', { length: 64, claim: 65535 })),
      'a 64 bit length of 0': (ws) => ws.text('', { length: 64 }),
      'a length with the top bit set': (ws) => ws.raw(frame(OP.text, ' ', { length: 64, claim: 2n ** 63n })),
      'a ping with a 16 bit length': (ws) => ws.ping('x', { length: 16 }),
      'a close of one byte (§5.5.1)': (ws) => ws.frame(OP.close, 'x'),
    }
    for (const [what, send] of Object.entries(wrong)) {
      it(what, async () => {
        const { ws } = await client()
        send(ws)
        await ws.expectClose(1002)
        assert.deepEqual(ws.violations, [])
        assert.equal(ws.messages.size, 0)
      })
    }

    // RFC 6455 §7.4 and the IANA registry: 1012 to 1014 are registered since, everything else below 3000 may not be sent.
    for (const code of [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535]) {
      it(`a close with ${code} (§7.4)`, async () => {
        const { ws } = await client()
        ws.close(code)
        await ws.expectClose(1002)
      })
    }

    it('as soon as the header shows it, before the payload has come', async () => {
      const { ws } = await client()
      ws.raw(Buffer.from([0xc1, 0xfe, 0x10, 0x00]))
      await ws.expectClose(1002)
    })
  })

  describe('close frames', { concurrency: true }, () => {
    for (const code of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999]) {
      it(`with ${code} are answered with the same code`, async () => {
        const { ws } = await client()
        ws.close(code, 'bye ñ')
        await ws.expectClose(code)
      })
    }

    it('without a code are answered without one', async () => {
      const { ws } = await client()
      ws.close()
      await ws.expectClose(1005)
    })

    it('with 123 bytes of reason are fine', async () => {
      const { ws } = await client()
      ws.close(1000, 'x'.repeat(123))
      await ws.expectClose(1000)
    })

    it('whose reason is no UTF-8 are answered with 1007', async () => {
      const { ws } = await client()
      ws.frame(OP.close, Buffer.concat([closePayload(1000), Buffer.from([0xce, 0xba, 0xe1, 0xbd, 0xb9, 0xcf, 0x83, 0xed, 0xa0, 0x80])]))
      await ws.expectClose(1007)
    })

    it('end the conversation: what follows them is ignored', async () => {
      const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
      alice.ws.raw(Buffer.concat([frame(OP.close, closePayload(1000)), frame(OP.text, '{"type":"message"}'), frame(OP.ping, 'x')]))
      await alice.ws.expectClose(1000)
      assert.equal((await bob.expect('peer-left')).reason, 'left')
      assert.deepEqual(await bob.settled(), [])
      assert.equal(alice.ws.pongs.size, 0)
    })

    it('are followed by the end of the TCP connection, which the server closes first', async () => {
      const { ws } = await client()
      const start = performance.now()
      ws.close(1000)
      await ws.expectClose(1000, 2000)
      assert.ok(performance.now() - start < 1000)
    })

    it('in the middle of a fragmented message are honoured', async () => {
      const { ws } = await client()
      ws.text('{"type":', { fin: false })
      ws.close(1000)
      await ws.expectClose(1000)
    })
  })

  describe('text that is not UTF-8 is refused with 1007', { concurrency: true }, () => {
    const bad = {
      'a lone continuation byte': [0x80], 'an impossible byte': [0xff], 'fe': [0xfe], 'an overlong slash': [0xc0, 0xaf],
      'an overlong NUL': [0xc0, 0x80], 'an overlong of three': [0xe0, 0x80, 0xaf], 'an overlong of four': [0xf0, 0x80, 0x80, 0xaf],
      'a surrogate': [0xed, 0xa0, 0x80], 'a surrogate pair': [0xed, 0xa0, 0xbd, 0xed, 0xb2, 0xa9], 'beyond U+10FFFF': [0xf4, 0x90, 0x80, 0x80],
      'a sequence of five': [0xf8, 0x88, 0x80, 0x80, 0x80], 'a cut sequence': [0xe2, 0x82], 'a cut sequence, then ASCII': [0xe2, 0x82, 0x41],
    }
    for (const [what, bytes] of Object.entries(bad)) {
      it(what, async () => {
        const { ws } = await client()
        ws.text(Buffer.concat([Buffer.from('{"type":"ping","p":"'), Buffer.from(bytes), Buffer.from('"}')]))
        await ws.expectClose(1007)
        assert.equal(ws.messages.size, 0)
      })
    }

    it('at the fragment that breaks it, not at the end of the message', async () => {
      const { ws } = await client()
      ws.text('{"type":"ping","p":"', { fin: false })
      ws.frame(OP.continuation, Buffer.from([0xce, 0xba, 0xf4, 0x90]), { fin: false })
      await ws.expectClose(1007)
    })

    it('in the first fragment, with nothing after it', async () => {
      const { ws } = await client()
      ws.text(Buffer.from([0x22, 0xff]), { fin: false })
      await ws.expectClose(1007)
    })

    it('when a message ends within a character', async () => {
      const { ws } = await client()
      ws.text(Buffer.from([0x22, 0xe2]), { fin: false })
      ws.frame(OP.continuation, Buffer.from([0x82]))
      await ws.expectClose(1007)
    })

    it('but a character may be split between fragments anywhere', async () => {
      const alice = await client()
      const text = Buffer.from('{"type":"ping","id":1,"p":"κόσμε 🦊 \u{10ffff} \ud7ff \ue000"}')
      for (let at = 1; at < text.length; at++) {
        alice.ws.text(text.subarray(0, at), { fin: false })
        alice.ws.frame(OP.continuation, text.subarray(at))
      }
      for (let at = 1; at < text.length; at++) {
        const answer = await alice.next()
        assert.equal(answer.type, 'pong', answer.raw)
      }
      alice.ws.text(text.subarray(0, 0), { fin: false })
      for (const byte of text) alice.ws.frame(OP.continuation, Buffer.from([byte]), { fin: false })
      alice.ws.frame(OP.continuation, '')
      await alice.expect('pong')
    })

    it('bad bytes in a binary frame are no UTF-8 fault: bad-message, the socket stays', async () => {
      const alice = await client()
      alice.ws.binary(Buffer.from([0xff, 0xfe]))
      await alice.expectError('bad-message')
      assert.deepEqual(await alice.settled(), [])
    })
  })

  describe('fragments', { concurrency: true }, () => {
    it('make one message, relayed in one piece', async () => {
      const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
      alice.ws.text('{"type":"mess', { fin: false })
      alice.ws.frame(OP.continuation, 'age","text":"in ', { fin: false })
      alice.ws.frame(OP.continuation, '', { fin: false })
      alice.ws.frame(OP.continuation, 'parts"}')
      assert.equal((await bob.expect('message')).text, 'in parts')
      const frames = []
      while (bob.ws.frames.size > 0) frames.push(await bob.ws.frames.next())
      assert.ok(frames.filter((one) => one.opcode === OP.text).every((one) => one.fin))
    })

    it('may have control frames between them, which are answered at once', async () => {
      const alice = await client()
      alice.ws.text('{"type":"pi', { fin: false })
      alice.ws.ping('between')
      assert.equal((await alice.ws.pongs.next()).toString(), 'between')
      alice.ws.pong('unasked')
      alice.ws.frame(OP.continuation, 'ng","id":3}')
      assert.equal((await alice.expect('pong')).id, 3)
    })

    it('of one byte each, also the bytes of the headers one at a time', async () => {
      const alice = await client()
      const bytes = Buffer.concat([...pingFrame(9)].map((char, i, all) => frame(i === 0 ? OP.text : OP.continuation, char, { fin: i === all.length - 1 })))
      for (const byte of bytes) {
        alice.ws.raw(Buffer.from([byte]))
        await new Promise(setImmediate)
      }
      assert.equal((await alice.expect('pong')).id, 9)
    })

    it('of a binary message are one refusal', async () => {
      const alice = await client()
      alice.ws.binary('a', { fin: false })
      alice.ws.frame(OP.continuation, 'b')
      await alice.expectError('bad-message')
      assert.deepEqual(await alice.settled(), [])
    })
  })

  describe('lengths and masks', { concurrency: true }, () => {
    it('every length field around its limits', async () => {
      const alice = await client()
      for (const size of [22, 124, 125, 126, 127, 128, 65535, 65536]) {
        const text = `{"type":"ping","id":1,"p":"${'x'.repeat(Math.max(0, size - 29))}"}`.padEnd(size)
        alice.send(text)
        await alice.expect('pong')
      }
    })

    it('a mask of zeros, and of other bytes, is undone', async () => {
      const alice = await client()
      for (const mask of [Buffer.alloc(4), kMask, Buffer.from([255, 255, 255, 255])]) {
        alice.ws.text(pingFrame(4), { mask })
        assert.equal((await alice.expect('pong')).type, 'pong')
      }
    })

    it('many frames in one packet, and a packet that ends within one', async () => {
      const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
      const bytes = Buffer.concat(Array.from({ length: 100 }, (_, n) => frame(OP.text, JSON.stringify({ type: 'message', n }))))
      for (let at = 0; at < bytes.length; at += 777) alice.ws.raw(bytes.subarray(at, at + 777))
      for (let n = 0; n < 100; n++) assert.equal((await bob.expect('message')).n, n)
    })
  })

  describe('pings', { concurrency: true }, () => {
    for (const [what, payload] of [['empty', ''], ['text', 'Hello'], ['bytes', Buffer.from([0, 255, 254, 253])], ['125 bytes', 'x'.repeat(125)]]) {
      it(`with ${what} are answered with the same payload`, async () => {
        const { ws } = await client()
        ws.ping(payload)
        assert.deepEqual(await ws.pongs.next(), Buffer.from(payload))
      })
    }

    it('several at once: the latest is answered, at most each one, in order', async () => {
      const { ws } = await client()
      ws.raw(Buffer.concat(Array.from({ length: 10 }, (_, i) => frame(OP.ping, `p${i}`))))
      const answers = []
      do answers.push((await ws.pongs.next()).toString())
      while (answers.at(-1) !== 'p9')
      assert.deepEqual(answers, [...answers].sort())
      assert.equal(new Set(answers).size, answers.length)
    })
  })
})
