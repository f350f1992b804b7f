// `grtc bench`: what it says about servers that keep their promises, and about one that does not.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { run } from '../support/command.mjs'
import { startServer } from '../support/server.mjs'
import { kSlow, sharedServer } from '../support/suite.mjs'
import { peerServer, yWebrtcServer } from '../support/upstream.mjs'

const bench = (...args) => run(['bench', ...args], { timeout: 60_000 })
const kShort = ['--secs', '1', '--rooms', '5', '--peers', '4', '--rate', '600']
const urlOf = ({ port }) => `http://127.0.0.1:${port}`

async function measured(server, protocol, ...more) {
  const { code, stdout, stderr } = await bench('--url', urlOf(server), '--protocol', protocol, ...kShort, '--json', ...more)
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout)
}

function assertWhole(result) {
  assert.ok(result.sent > 400, JSON.stringify(result))
  assert.deepEqual([result.delivered, result.lost, result.doubled, result.reordered], [result.sent, 0, 0, 0])
  assert.ok(result.latency_us.p50 > 0 && result.latency_us.p50 <= result.latency_us.p99)
}

const kOnce = kSlow && 'another binary of gRTC changes nothing there'

describe('grtc bench', { concurrency: 1 }, () => {
  const server = sharedServer({ env: { THREADS: '2' } })
  const peer = peerServer()
  const yjs = yWebrtcServer()

  for (const protocol of ['grtc', 'peerjs', 'y-webrtc']) {
    it(`measures gRTC as a ${protocol} client, and everything arrives once and in order`, async () => {
      assertWhole(await measured(server, protocol))
    })
  }
  it('measures the peer package', { skip: kOnce }, async () => assertWhole(await measured(peer, 'peerjs')))
  it('measures y-webrtc\'s own server', { skip: kOnce }, async () => assertWhole(await measured(yjs, 'y-webrtc')))

  it('with peers that leave and others that come', async () => {
    const result = await measured(server, 'grtc', '--churn', '10')
    assert.ok(result.churned >= 5)
    assert.deepEqual([result.lost, result.doubled, result.reordered], [0, 0, 0])
  })

  it('chaos cuts connections, and nothing is lost', async () => {
    const { code, stdout, stderr } = await bench('chaos', '--url', urlOf(server), ...kShort, '--cuts', '40')
    assert.equal(code, 0, stderr + stdout)
    assert.match(stdout, /nothing was lost, doubled or reordered/)
    assert.match(stdout, /([2-9]\d|1\d\d) connections were cut/)
    assert.match(stderr, /connected delivered\/s/, 'the live table')
  })

  it('chaos says when a server does not resume', async (t) => {
    const forgetful = await startServer(t, { env: { RESUME_WINDOW_S: '0' } })
    const { code, stderr, stdout } = await bench('chaos', '--url', urlOf(forgetful), ...kShort, '--cuts', '40')
    assert.equal(code, 1, stdout)
    assert.match(stderr, /the promise of resume was broken/)
  })

  it('compares two servers', { skip: kOnce }, async () => {
    const { code, stdout } = await bench('--url', urlOf(server), '--compare', urlOf(peer), '--protocol', 'peerjs', ...kShort)
    assert.equal(code, 0)
    assert.match(stdout, /p99 ms +[\d.]+ +[\d.]+ +[\d.]+\n/)
    assert.ok(stdout.includes(`first: ${urlOf(server)}, second: ${urlOf(peer)}`))
  })

  it('says what it can\'t do', async () => {
    assert.deepEqual([(await bench('--url', 'http://127.0.0.1:1')).code, (await bench('--rate', 'x')).code, (await bench('--url', 'ftp://x')).code,
      (await bench('--protocol', 'smtp')).code, (await bench('chaos', '--protocol', 'peerjs')).code], [1, 2, 2, 2, 2])
  })
})
