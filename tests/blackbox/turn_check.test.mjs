// `grtc turn check` against the real coturn: what works, and each way to set it up wrongly, named by its cause.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'
import { freePort, kSecret, noCoturn, startCoturn } from '../support/coturn.mjs'
import { run, tool } from '../support/command.mjs'
import { get } from '../support/http.mjs'
import { startServer, waitFor } from '../support/server.mjs'

/** The library that gives a program another clock. */
const kFaketime = [`/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/faketime/libfaketime.so.1`].find((file) => existsSync(file))

const check = (env, args = []) => run(['turn', 'check', ...args], { env, timeout: 40_000 })
const turnOf = (coturn, transport = 'udp', address = '127.0.0.1') => `turn:${address}:${coturn.port}?transport=${transport}`

/** `turn check` of one URL fails with one line that says `what`. */
async function fails(url, what, env = {}) {
  const result = await check({ TURN_SECRET: kSecret, ...env }, ['--url', url])
  assert.equal(result.code, 1, result.lines.join('\n'))
  assert.equal(result.lines.length, 1, result.lines.join('\n'))
  assert.ok(result.lines[0].startsWith(`FAIL ${url}: `), result.lines[0])
  assert.match(result.lines[0], what)
}

describe('grtc turn check', { skip: noCoturn, concurrency: 4 }, () => {
  it('says of each URL that works the addresses and the round trip, over UDP, TCP and TLS', async (t) => {
    const coturn = await tlsCoturn(t)
    const result = await check({
      STUN_URLS: `stun:127.0.0.1:${coturn.port}`,
      TURN_URLS: `${turnOf(coturn)},${turnOf(coturn, 'tcp')},turns:localhost:${coturn.tlsPort}?transport=tcp`,
      TURN_SECRET: kSecret, SSL_CERT_FILE: coturn.certificate,
    })
    assert.equal(result.code, 0, result.lines.join('\n'))
    assert.equal(result.lines.length, 4)
    assert.match(result.lines[0], /^ok {3}stun:127\.0\.0\.1:\d+: seen as 127\.0\.0\.1:\d+, round trip \d+\.\d ms$/)
    for (const line of result.lines.slice(1)) {
      assert.match(line, /^ok {3}turns?:\S+: seen as 127\.0\.0\.1:\d+, relayed at 127\.0\.0\.1:\d+, round trip \d+\.\d ms$/)
    }
  })

  it('works with the fixed credentials of a hosted server', async (t) => {
    // One mechanism at a time.
    const fixed = await startCoturn(t, {
      without: ['use-auth-secret', 'static-auth-secret'], lines: ['allow-loopback-peers', 'lt-cred-mech', 'user=ana:wonderland'],
    })
    const env = { TURN_USERNAME: 'ana', TURN_PASSWORD: 'wonderland' }
    const result = await check(env, ['--url', turnOf(fixed)])
    assert.equal(result.code, 0, `${result.lines.join('\n')}\n${fixed.output()}`)
    const refused = await check({ ...env, TURN_PASSWORD: 'mirror-mirror' }, ['--url', turnOf(fixed)])
    assert.equal(refused.code, 1)
    assert.match(refused.lines[0], /401/)
  })

  it('names a wrong secret', async (t) => {
    const coturn = await startCoturn(t)
    await fails(turnOf(coturn), /401: TURN_SECRET is not the TURN server's static-auth-secret/, { TURN_SECRET: 'south-south-south' })
  })

  it('names a clock that is ahead by more than the credential lives', { skip: kFaketime ? false : 'libfaketime is not installed (./dev setup)' }, async (t) => {
    const coturn = await startCoturn(t, { env: { LD_PRELOAD: kFaketime, FAKETIME: '+2h', DONT_FAKE_MONOTONIC: '1' } })
    await fails(turnOf(coturn), /401: the secret is right, but the TURN server's clock is ahead/, { TURN_TTL_S: '60' })
  })

  it('names a relay whose own address is denied as peer', async (t) => {
    const coturn = await startCoturn(t, { lines: [] })
    await fails(turnOf(coturn), /403 .*allowed-peer-ip/)
  })

  it('names a quota that is used up', async (t) => {
    const coturn = await startCoturn(t, { lines: ['allow-loopback-peers', 'total-quota=1'] })
    await withOpenAllocation(coturn, () => fails(turnOf(coturn), /486 .*quota/))
  })

  it('names a relay that has no port left', async (t) => {
    const taken = createSocket('udp4').bind(0, '127.0.0.1')
    t.after(() => taken.close())
    await once(taken, 'listening')
    const { port } = taken.address()
    const coturn = await startCoturn(t, { lines: ['allow-loopback-peers', `min-port=${port}`, `max-port=${port}`] })
    await fails(turnOf(coturn), /508 .*min-port to max-port/)
  })

  it('names a server that asks nobody for a credential', async (t) => {
    const coturn = await startCoturn(t, { without: ['use-auth-secret', 'static-auth-secret'], lines: ['allow-loopback-peers', 'no-auth'] })
    await fails(turnOf(coturn), /without credentials/)
  })

  it('names a certificate that nobody trusts, and one for another host', async (t) => {
    const coturn = await tlsCoturn(t)
    const url = `turns:localhost:${coturn.tlsPort}?transport=tcp`
    await fails(url, /certificate is not trusted: .*self.signed/i)
    await fails(`turns:127.0.0.1:${coturn.tlsPort}?transport=tcp`, /certificate is not trusted: .*mismatch/i, { SSL_CERT_FILE: coturn.certificate })
  })

  it('names a relayed address that is private where the server is not', { skip: outside() ? false : 'this machine has no address but loopback' }, async (t) => {
    const coturn = await startCoturn(t, { address: outside(), relay: '127.0.0.1' })
    await fails(turnOf(coturn, 'udp', outside()), /relayed address 127\.0\.0\.1:\d+ is private.*external-ip is missing/)
  })

  it('tells a packet that does not come back through the relay', async (t) => {
    // Addresses for documentation (RFC 5737) lead nowhere.
    const coturn = await startCoturn(t, { lines: ['external-ip=203.0.113.10'] })
    await fails(turnOf(coturn), /allocated 203\.0\.113\.10:\d+, but a packet sent there does not arrive/)
  })

  it('tells no answer, a closed port, a stranger and an unknown name apart', async (t) => {
    const silent = createSocket('udp4').bind(0, '127.0.0.1')
    t.after(() => silent.close())
    await once(silent, 'listening')
    const stranger = createServer((socket) => socket.on('error', () => {}).once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))).listen(0, '127.0.0.1')
    await once(stranger, 'listening')
    t.after(() => stranger.close())
    await fails(`turn:127.0.0.1:${silent.address().port}?transport=udp`, /no answer: a firewall/)
    await fails(`turn:127.0.0.1:${await freePort()}?transport=tcp`, /refused: nothing listens/)
    await fails(`turn:127.0.0.1:${stranger.address().port}?transport=tcp`, /no STUN or TURN server/)
    await fails(`turns:127.0.0.1:${stranger.address().port}?transport=tcp`, /TLS handshake failed/)
    await fails('turn:no-such-host.invalid?transport=udp', /name no-such-host\.invalid is not known/)
  })

  it('fails when one of several does not work, and is used wrongly with exit code 2', async (t) => {
    const coturn = await startCoturn(t)
    const result = await check({ STUN_URLS: `stun:127.0.0.1:${coturn.port}`, TURN_URLS: `turn:127.0.0.1:${await freePort()}?transport=tcp`, TURN_SECRET: kSecret })
    assert.equal(result.code, 1)
    assert.deepEqual(result.lines.map((line) => line.slice(0, 4)), ['ok  ', 'FAIL'])
    for (const [env, args] of [[{}, []], [{}, ['--url', 'https://x']], [{ TURN_URLS: 'turn:x' }, []]]) {
      const wrong = await check(env, args)
      assert.equal(wrong.code, 2)
      assert.equal(wrong.lines.length, 1, wrong.lines.join('\n'))
    }
  })

  it('shows the last result of TURN_CHECK_S in /metrics, and says in the log when it changes', async (t) => {
    const coturn = await startCoturn(t)
    const url = turnOf(coturn)
    const server = await startServer(t, { env: { TURN_URLS: url, TURN_SECRET: kSecret, TURN_CHECK_S: '5' } })
    const value = async (name) => {
      const { text } = await get(server, '/metrics')
      return text.split('\n').find((line) => line.startsWith(`${name}{url="${url}"}`))?.split(' ').pop()
    }
    await waitFor(async () => (await value('grtc_turn_check_ok')) === '1', { what: 'the first check' })
    assert.ok(Number(await value('grtc_turn_check_round_trip_seconds')) < 1)
    assert.ok(Math.abs(Number(await value('grtc_turn_check_timestamp_seconds')) - Date.now() / 1000) < 10)
    await coturn.stop()
    await waitFor(async () => (await value('grtc_turn_check_ok')) === '0', { timeoutMs: 20_000, what: 'the check that fails' })
    await waitFor(() => /STUN or TURN server does not work.*refused/.test(server.output), { what: () => `the cause in the log:\n${server.output}` })
    const begun = Date.now()
    await server.stop()
    assert.ok(Date.now() - begun < 5000, 'a check does not hold the end up')
  })
})

async function tlsCoturn(t) {
  const folder = mkdtempSync(path.join(tmpdir(), 'grtc-turn-tls-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const [certificate, key] = [path.join(folder, 'crt.pem'), path.join(folder, 'key.pem')]
  await tool('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate])
  const coturn = await startCoturn(t, { lines: ['allow-loopback-peers', `cert=${certificate}`, `pkey=${key}`] })
  return { ...coturn, certificate }
}

/** Runs `during` while somebody else holds an allocation (coturn's own client, whose packets go nowhere). */
async function withOpenAllocation(coturn, during) {
  const client = spawn('/usr/bin/turnutils_uclient', ['-y', '-c', '-n', '100000', '-m', '1', '-u', 'other', '-W', kSecret, '-p', String(coturn.port), '127.0.0.1'],
    { stdio: 'ignore' })
  try {
    await waitFor(() => /ALLOCATE processed, success/.test(coturn.output()), { what: () => `an allocation:\n${coturn.output()}` })
    await during()
  } finally {
    client.kill('SIGKILL')
  }
}

/** An address of this machine that is not loopback. */
function outside() {
  return Object.values(networkInterfaces()).flat().find(({ family, internal }) => family === 'IPv4' && !internal)?.address
}
