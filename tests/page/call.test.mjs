// The rules of a call: who has a tile, who is large, what each receiver gets, and what is told of a connection.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { ttlOf } from '../../web/grtc-client/ice-renewal.js'
import { kindsFromPeer } from '../../web/grtc-client/link-media.js'
import { kNoSteps, limitsFor, nextStep } from '../../web/grtc-client/media-limits.js'
import { levelOf, readStats } from '../../web/grtc-client/quality.js'
import { bestGrid, isCall, kNoCall, mainTile, presenceOf, reduceCall, tilesOf } from '../../web/app/call/call-state.js'
import { whyOf } from '../../web/app/call/devices.js'
import { adviceOf, plotPoints } from '../../web/app/call/quality-words.js'
import { whoSpeaks } from '../../web/app/call/speakers.js'
import { kOutside } from '../../web/app/room-state.js'
import en from '../../web/app/strings/call-en.js'
import es from '../../web/app/strings/call-es.js'
import mainEnglish from '../../web/app/strings/en.js'

const recorded = (name) => JSON.parse(readFileSync(new URL(`recorded/${name}.json`, import.meta.url), 'utf8'))
const now = { people: 2, step: 0, uploadBps: 100e6, screen: false, wanted: true, speaking: false }

test('the more people, the less each receiver gets, as the table says', () => {
  const rows = [[2, 1_700_000, 720, 30], [3, 700_000, 480, 30], [4, 700_000, 480, 30], [5, 350_000, 360, 20], [6, 350_000, 360, 20],
    [7, 200_000, 240, 15], [8, 200_000, 240, 15]]
  for (const [people, bps, height, fps] of rows) {
    assert.deepEqual(limitsFor({ ...now, people }).camera, { bps, height, fps, off: false }, `${people} people`)
  }
})

test('from nine people on only who speaks or is pinned sends a picture, and sound takes 24 kbit/s', () => {
  const many = limitsFor({ ...now, people: 9 })
  assert.equal(many.camera.off, true)
  assert.equal(many.audio.bps, 24_000)
  assert.equal(limitsFor({ ...now, people: 9, speaking: true }).camera.off, false)
  assert.equal(limitsFor({ ...now, people: 17, speaking: true }).camera.off, true)
})

test('a short upload is shared: sound first, then the screen, then the camera', () => {
  const four = limitsFor({ ...now, people: 4, uploadBps: 900_000 })
  assert.equal(four.camera.bps, 300_000 - four.audio.bps)
  const sharing = limitsFor({ ...now, people: 2, uploadBps: 1_500_000, screen: true })
  assert.equal(sharing.screen.bps, 1_200_000)
  assert.equal(sharing.camera.bps, 1_500_000 - 1_200_000 - sharing.audio.bps)
  for (const uploadBps of [0, 10_000, 1e6]) assert.equal(limitsFor({ ...now, people: 8, uploadBps }).audio.off, false, 'sound is never stopped')
  assert.equal(limitsFor({ ...now, people: 8, uploadBps: 300_000 }).camera.off, true, 'too short for pictures of eight')
  assert.equal(limitsFor({ ...now, wanted: false }).camera.off, true, 'nobody sees it')
})

test('recorded loss steps down once for each 5 s of it, and 15 s clean one up, without flapping', (t) => {
  const { samples, marks } = recorded('samples')
  const [, lossy, clean] = marks.map(({ at }) => at)
  let state = kNoSteps
  const steps = samples.map((sample) => {
    state = nextStep(state, sample)
    return { at: sample.at, step: state.step }
  })
  t.diagnostic(steps.map(({ step }) => step).join(' '))
  const within = (from, to) => steps.filter(({ at }) => at >= from && at < to).map(({ step }) => step)
  assert.ok(within(0, lossy + 4_000).every((step) => step === 0), 'clean: nothing is taken away')
  assert.ok(Math.max(...within(lossy, clean + 4_000)) >= 1, 'lossy: stepped down')
  const after = within(clean + 6_000, Infinity)
  assert.ok(after.every((step, at) => at === 0 || step <= after[at - 1]), 'clean again: never down again')
  assert.ok(after.at(-1) < after[0], 'clean again: up')
  const changes = steps.filter(({ step }, at) => at > 0 && step !== steps[at - 1].step).length
  assert.ok(changes <= 6, `${changes} changes in 70 s`)
})

test('4.9 s of loss change nothing, and steps end at the last', () => {
  let state = kNoSteps
  for (const at of [0, 2_000, 4_900]) state = nextStep(state, { at, lossPct: 9, limited: false })
  assert.equal(state.step, 0)
  for (let at = 5_000; at < 90_000; at += 1_000) state = nextStep(state, { at, lossPct: 0, limited: true })
  assert.equal(state.step, 3)
})

test('the browser\'s own statistics become a round trip, rates, a size and a way', () => {
  const [first, second] = recorded('looks')
  const map = (stats) => new Map(stats.map((stat) => [stat.id, stat]))
  const { look } = readStats(map(first.stats), null, first.at)
  const { quality } = readStats(map(second.stats), look, second.at)
  assert.equal(quality.route, 'relay')
  assert.equal(quality.level, 4)
  assert.equal(quality.resolution, '640×480')
  assert.match(quality.codec, /VP8|VP9|H264|AV1/)
  assert.match(quality.codec, /opus/)
  assert.ok(quality.rttMs !== null && quality.rttMs < 50, `${quality.rttMs} ms`)
  assert.ok(quality.bitrate.in > 100_000 && quality.bitrate.in < 2_500_000, `${quality.bitrate.in} bit/s`)
  assert.ok(quality.speech > 0)
  const direct = second.stats.map((stat) => (stat.candidateType === 'relay' ? { ...stat, candidateType: 'host' } : stat))
  assert.equal(readStats(map(direct), look, second.at).quality.route, 'direct')
  assert.equal(readStats(new Map(), null, 0).quality.route, 'server')
})

test('levels and advice', () => {
  assert.deepEqual([[20, 0], [200, 0], [20, 2], [500, 0], [20, 20]].map(([rtt, loss]) => levelOf(rtt, loss)), [4, 3, 3, 2, 1])
  const fine = readStats(new Map(), null, 0).quality
  assert.equal(adviceOf({ ...fine, level: 4 }, 'direct'), 'advice.good')
  assert.equal(adviceOf({ ...fine, limited: true }, 'direct'), 'advice.upload')
  assert.equal(adviceOf({ ...fine, level: 2, lossPct: 5 }, 'direct'), 'advice.loss')
  assert.equal(adviceOf({ ...fine, level: 2, rttMs: 500, route: 'relay' }, 'relay'), 'advice.relay')
  assert.equal(adviceOf(undefined, 'server'), 'advice.server')
  assert.equal(plotPoints([0, 10], { width: 100, height: 12 }), '0.0,10.0 100.0,2.0')
})

test('a credential tells how long it is good, and what makes no sense is asked for soon', () => {
  const at = (username) => [{ urls: ['turn:x'], username, credential: 'c' }]
  assert.equal(ttlOf(at('1893456000:alice'), 1893455000_000), 1000)
  assert.equal(ttlOf(at('1893456000:alice'), 1893459000_000), 60, 'this clock is wrong')
  assert.equal(ttlOf(at('fixed-user'), 0), Infinity)
  assert.equal(ttlOf([{ urls: ['stun:x'] }], 0), Infinity)
})

test('what a peer says of its streams is bounded', () => {
  assert.deepEqual([...kindsFromPeer({ a: 'camera', b: 5, c: 'x'.repeat(50), d: 'screen' })], [['a', 'camera'], ['d', 'screen']])
  assert.equal(kindsFromPeer(Object.fromEntries(Array.from({ length: 99 }, (_, i) => [i, 'camera']))).size, 8)
  for (const nothing of [null, undefined, 'camera', 7]) assert.equal(kindsFromPeer(nothing).size, 0)
})

const stream = (videos) => ({ getVideoTracks: () => Array.from({ length: videos }, () => ({})) })
const own = { camera: stream(1), screen: stream(1) }
const words = { displayName: ({ name }) => name }
const peer = (id, meta = {}, streams = {}) => ({ id, name: id, meta, streams, connected: true, route: 'direct', cause: '' })
const room = (...peers) => ({ ...kOutside, phase: 'in', selfId: 'me', selfName: 'Me', connection: 'open', peers: new Map(peers.map((one) => [one.id, one])) })

test('tiles: one a person, one a screen; initials where no picture comes', () => {
  const tiles = tilesOf(room(peer('ana', { camera: true, mic: 'muted', hand: true }, { camera: stream(1), screen: stream(1) }), peer('ben')), kNoCall, own, words)
  assert.deepEqual(tiles.map(({ key, picture, mic, hand }) => [key, picture, mic, hand]), [
    ['ana screen', true, 'off', false], ['ana camera', true, 'muted', true], ['ben camera', false, 'off', false], ['me camera', false, 'off', false],
  ])
  assert.ok(isCall(tiles))
  assert.equal(isCall(tilesOf(room(peer('ben')), kNoCall, own, words)), false, 'nobody sends anything: a chat')
  const off = tilesOf(room(peer('ana', { camera: false }, { camera: stream(1) })), kNoCall, own, words)
  assert.equal(off[0].picture, false, 'the camera was turned off, its place in the connection stays')
  const rude = tilesOf(room(peer('eve', { mic: '<b>', hand: 'yes' })), kNoCall, own, words)
  assert.deepEqual([rude[0].mic, rude[0].hand], ['off', false], 'what a peer says is checked')
})

test('a pinned tile is large, else a screen, else who speaks where the grid is full', () => {
  const few = tilesOf(room(peer('ana'), peer('ben')), kNoCall, own, words)
  assert.equal(mainTile(few, kNoCall), '')
  assert.equal(mainTile(few, { ...kNoCall, pinned: 'ben camera' }), 'ben camera')
  assert.equal(mainTile(few, { ...kNoCall, pinned: 'gone camera' }), '')
  assert.equal(mainTile(few, { ...kNoCall, layout: 'speaker', speaker: 'ana' }), 'ana camera')
  const shared = tilesOf(room(peer('ana', {}, { screen: stream(1) }), peer('ben')), kNoCall, own, words)
  assert.equal(mainTile(shared, kNoCall), 'ana screen')
  assert.equal(mainTile(shared, { ...kNoCall, layout: 'grid' }), '')
  const many = tilesOf(room(...Array.from({ length: 9 }, (_, i) => peer(`p${i}`))), kNoCall, own, words)
  assert.equal(mainTile(many, { ...kNoCall, speaker: 'p4' }), 'p4 camera')
})

test('the grid makes tiles as large as they can be', () => {
  assert.equal(bestGrid(1, 800, 450).columns, 1)
  assert.equal(bestGrid(2, 1200, 400).columns, 2)
  assert.equal(bestGrid(2, 400, 700).columns, 1, 'a phone upright')
  assert.equal(bestGrid(4, 360, 620).columns, 2, 'four on a phone')
  assert.equal(bestGrid(4, 1200, 700).columns, 2)
  assert.equal(bestGrid(9, 1200, 700).columns, 3)
})

test('who speaks keeps the large tile until silent, and a breath is no silence', () => {
  let state = reduceCall(kNoCall, { type: 'speaking', ids: ['ana'] })
  state = reduceCall(state, { type: 'speaking', ids: ['ben', 'ana'] })
  assert.equal(state.speaker, 'ana')
  state = reduceCall(state, { type: 'speaking', ids: ['ben'] })
  assert.equal(state.speaker, 'ben')
  assert.equal(reduceCall(state, { type: 'speaking', ids: ['ben'] }), state, 'no change, no drawing')
  const first = whoSpeaks(new Map(), new Map([['ana', 0.2], ['ben', 0.001], ['eva', 0.4]]), 0)
  assert.deepEqual(first.ids, ['eva', 'ana'])
  assert.deepEqual(whoSpeaks(first.heard, new Map([['ana', 0], ['eva', 0]]), 1_000).ids, ['ana', 'eva'])
  assert.deepEqual(whoSpeaks(first.heard, new Map([['ana', 0], ['eva', 0]]), 1_300).ids, [])
})

test('what the others are told follows the devices, also while the key is held to talk', () => {
  assert.deepEqual(presenceOf(kNoCall), { mic: 'off', camera: false, screen: false, hand: false })
  const muted = reduceCall(kNoCall, { type: 'device', device: 'mic', state: 'muted' })
  assert.equal(presenceOf(muted).mic, 'muted')
  assert.equal(presenceOf(reduceCall(muted, { type: 'talking', on: true })).mic, 'on')
})

test('each refusal of a device has its sentence, and goes when the device comes', () => {
  const rows = [['NotAllowedError', 'denied'], ['NotFoundError', 'none'], ['OverconstrainedError', 'none'], ['NotReadableError', 'busy'], ['TypeError', 'failed']]
  for (const [name, why] of rows) {
    assert.equal(whyOf(Object.assign(new Error(''), { name })), why)
    assert.ok(en[`media.${why}`] && es[`media.${why}`], why)
  }
  const refused = reduceCall(kNoCall, { type: 'problem', device: 'camera', why: 'busy' })
  assert.equal(refused.camera, 'off')
  assert.equal(reduceCall(refused, { type: 'device', device: 'mic', state: 'on' }).problem?.why, 'busy')
  assert.equal(reduceCall(refused, { type: 'device', device: 'camera', state: 'on' }).problem, null)
})

test('the sentences of the call are the same in both languages, and no key has two', () => {
  assert.deepEqual(Object.keys(es), Object.keys(en))
  const blanks = (text) => (text.match(/\{\w+\}/g) ?? []).sort()
  for (const [key, sentence] of Object.entries(en)) {
    assert.deepEqual(blanks(es[key]), blanks(sentence), key)
    assert.ok(!Object.hasOwn(mainEnglish, key), key)
  }
})
