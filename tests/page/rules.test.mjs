// The small rules of the library and the page, as tables.

import assert from 'node:assert/strict'
import test from 'node:test'
import { Backoff } from '../../web/grtc-client/backoff.js'
import { decideOnClose, kReasons } from '../../web/grtc-client/close-policy.js'
import { placeFrame } from '../../web/grtc-client/negotiation.js'
import { afterFrame, afterWelcome } from '../../web/grtc-client/presence.js'
import { Unacknowledged } from '../../web/grtc-client/unacknowledged.js'
import { pick } from '../../web/app/i18n.js'
import { linkify } from '../../web/app/linkify.js'
import { initials } from '../../web/app/names.js'
import { addressOfRoom, isRoomName, roomOfAddress } from '../../web/app/room-name.js'
import { kNoItems, reduceItems } from '../../web/app/items-state.js'
import { kOutside, reduceRoom } from '../../web/app/room-state.js'
import en from '../../web/app/strings/en.js'
import es from '../../web/app/strings/es.js'

test('each close code leads to what the protocol says', () => {
  const free = { canAskToken: true, fixedPeerId: false }
  const bound = { canAskToken: false, fixedPeerId: true }
  const rows = [
    [1006, free, 'reconnect', 'connection-lost', 'backoff'],
    [1012, free, 'reconnect', 'server-restart', 'spread'],
    [4401, free, 'new-token', 'unauthorized', 'backoff'],
    [4401, bound, 'stop', 'unauthorized', 'backoff'],
    [4403, free, 'stop', 'forbidden', 'backoff'],
    [4408, free, 'reconnect', 'too-slow', 'backoff'],
    [4409, free, 'new-peer-id', 'peer-id-taken', 'backoff'],
    [4409, bound, 'stop', 'peer-id-taken', 'backoff'],
    [4410, free, 'stop', 'session-replaced', 'backoff'],
    [4413, free, 'stop', 'room-full', 'backoff'],
    [4429, free, 'reconnect', 'rate-limited', 'slow'],
  ]
  for (const [code, may, action, reason, pace] of rows) assert.deepEqual(decideOnClose(code, may), { action, reason, pace }, String(code))
})

test('delays double from 0.2 s to 5 s, shortened by up to half', () => {
  const longest = new Backoff(() => 1)
  assert.deepEqual(Array.from({ length: 7 }, () => longest.next()), [200, 400, 800, 1600, 3200, 5000, 5000])
  const shortest = new Backoff(() => 0)
  assert.deepEqual([shortest.next(), shortest.next()], [100, 200])
  shortest.reset()
  assert.equal(shortest.next(), 100)
})

test('what is not acknowledged is kept, in order and within its bounds', () => {
  const kept = new Unacknowledged(3, 1000)
  assert.ok([1, 2, 3].every((id) => kept.add(id, 'x')))
  assert.equal(kept.add(4, 'x'), false)
  kept.acknowledge(2)
  assert.deepEqual(kept.all().map(({ id }) => id), [3])
  assert.equal(kept.add(5, 'y'.repeat(600)), false, 'too many bytes')
  assert.deepEqual(kept.clear(), [3])
})

test('negotiation frames of a connection that was given up are dropped', () => {
  const rows = [
    [{ type: 'offer', pc: 'B' }, null, 'take'],
    [{ type: 'offer', pc: 'B', to_pc: 'A' }, 'B', 'take'],
    [{ type: 'answer', pc: 'B', to_pc: 'old' }, 'B', 'drop'],
    [{ type: 'offer', pc: 'B2' }, 'B', 'renew'],
    [{ type: 'ice-candidate', pc: 'B0' }, 'B', 'drop'],
    [{ type: 'offer' }, null, 'take'],
  ]
  for (const [frame, theirs, expected] of rows) assert.equal(placeFrame(frame, 'A', theirs), expected, JSON.stringify(frame))
})

test('presence: a resumed session takes nobody out, a new one waits for those who were here', () => {
  const peer = (peer_id, more = {}) => ({ peer_id, name: peer_id, meta: {}, connected: true, joined_at: '', ...more })
  const first = afterWelcome(new Map(), [peer('ana'), peer('ben')], false)
  assert.deepEqual(first.changes.map(({ type, member }) => [type, member.id]), [['joined', 'ana'], ['joined', 'ben']])
  assert.deepEqual(afterWelcome(first.members, [], true).changes, [])
  const anew = afterWelcome(first.members, [peer('ana')], false)
  assert.deepEqual(anew.changes.map(({ type, member }) => [type, member.id, member.missing]), [['updated', 'ben', true]])
  const back = afterFrame(anew.members, { type: 'peer-joined', peer: peer('ben') })
  assert.deepEqual(back.changes.map(({ type, member }) => [type, member.id, member.missing]), [['updated', 'ben', false]])
  const left = afterFrame(back.members, { type: 'peer-left', peer_id: 'ben', reason: 'left' })
  assert.deepEqual([...left.members.keys()], ['ana'])
  assert.deepEqual(afterFrame(left.members, { type: 'peer-joined', peer: { name: 5 } }).changes, [], 'malformed')
})

test('both languages have the same keys, the same blanks, and a sentence for each reason', () => {
  assert.deepEqual(Object.keys(es).sort(), Object.keys(en).sort())
  for (const [key, sentence] of Object.entries(en)) {
    const blanks = (text) => (text.match(/\{\w+\}/g) ?? []).sort()
    assert.deepEqual(blanks(es[key]), blanks(sentence), key)
    assert.notEqual(es[key], '', key)
  }
  for (const reason of kReasons) assert.ok(en[`reason.${reason}`], reason)
  assert.equal(pick(null, ['fr-FR', 'es-AR']), 'es')
  assert.equal(pick('en', ['es']), 'en')
  assert.equal(pick(null, []), 'en')
})

test('room names and addresses', () => {
  for (const room of ['reunión', 'a', 'two words', 'é'.repeat(64)]) {
    assert.ok(isRoomName(room), room)
    assert.equal(roomOfAddress({ pathname: addressOfRoom(room), search: '' }), room)
  }
  for (const room of ['', ' a', 'a/b', 'a\\b', 'a?b', 'a#b', 'a\u0007', '..', 'é'.repeat(65)]) assert.equal(isRoomName(room), false, room)
  assert.equal(roomOfAddress({ pathname: '/', search: '?room=a+b' }), 'a b')
  assert.equal(roomOfAddress({ pathname: '/r/%E0', search: '' }), '')
})

test('links in messages', () => {
  const rows = [
    ['see https://a.example/x.', ['see ', '>https://a.example/x', '.']],
    ['(http://a.example/?q=1)', ['(', '>http://a.example/?q=1', ')']],
    ['javascript:alert(1) data:text/html,x', ['javascript:alert(1) data:text/html,x']],
    ['https://', ['https://']],
    ['', []],
  ]
  for (const [text, expected] of rows) {
    const parts = linkify(text)
    assert.deepEqual(parts.map((part) => (part.href ? '>' : '') + part.text), expected)
    assert.equal(parts.map((part) => part.text).join(''), text)
  }
  assert.deepEqual(['Ana García López', 'ñandú', '🦀 x', '  '].map(initials), ['AL', 'Ñ', '🦀X', '?'])
})

test('items: the greater version wins, a deleted one stays deleted, in any order of answer and feed', () => {
  const item = (id, version, name = 'x') => ({ id, version, name, description: '', data: {}, created_at: '', updated_at: '' })
  const all = [
    { type: 'changed', item: item(1, 1, 'a') }, { type: 'changed', item: item(1, 2, 'b') }, { type: 'changed', item: item(1, 1, 'a') },
  ]
  const state = all.reduce(reduceItems, kNoItems)
  assert.deepEqual([state.items.map(({ name }) => name), state.total], [['b'], 1])
  const gone = [{ type: 'deleted', id: 1 }, ...all, { type: 'deleted', id: 1 }].reduce(reduceItems, state)
  assert.deepEqual([gone.items, gone.total], [[], 0])
})

test('items: however many come while nobody asks for more, the list is bounded, and the rest is there to be asked for', () => {
  const item = (id) => ({ id, version: 1, name: `item ${id}`, description: '', data: {}, created_at: '', updated_at: '' })
  const come = (state, from, to) => Array.from({ length: to - from + 1 }, (_, i) => ({ type: 'changed', item: item(from + i) })).reduce(reduceItems, state)
  const state = come(kNoItems, 1, 1000)
  assert.deepEqual([state.items.length, state.items[0].id, state.total, state.cursor], [200, 1000, 1000, ''])
  assert.ok(state.fresh.size <= 200)
  // What somebody has asked for stays.
  const page = { type: 'page', items: Array.from({ length: 300 }, (_, i) => item(1000 - i)), cursor: 'next', total: 1000, first: true }
  assert.equal(come(reduceItems(state, page), 1001, 1400).items.length, 300)
})

test('the room: joining the same room again keeps its lines, another one does not', () => {
  const line = { id: '1', kind: 'theirs', from: 'ben', name: 'Ben', text: 'hi', at: 0, via: 'direct', state: '', delivered: 0, total: 0 }
  const inside = [{ type: 'join', room: 'a', name: 'Ana' }, { type: 'line', line }].reduce(reduceRoom, kOutside)
  assert.equal(reduceRoom(inside, { type: 'join', room: 'a', name: 'Ana' }).lines.length, 1)
  assert.equal(reduceRoom(inside, { type: 'join', room: 'b', name: 'Ana' }).lines.length, 0)
  const open = reduceRoom(inside, { type: 'connection', state: 'open', reason: '', selfId: 'ana', resumed: false })
  assert.deepEqual([open.phase, open.news], ['in', 'rejoined'])
})
