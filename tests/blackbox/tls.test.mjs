import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { run, serve, tool } from '../support/command.mjs'
import { RawHttp, get, request } from '../support/http.mjs'
import { join, roomOf } from '../support/peer.mjs'
import { connect } from '../support/raw_ws.mjs'
import { startServer, waitFor } from '../support/server.mjs'
import { fresh } from '../support/suite.mjs'

describe('TLS in the server', { concurrency: true }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'grtc-tls-'))
  const file = (name) => path.join(folder, name)
  const certificate = (name) => tool('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${name}`,
    '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost', '-keyout', file(`${name}.key`), '-out', file(`${name}.crt`)])
  before(async () => {
    await certificate('first')
    await certificate('second')
  })
  after(() => rmSync(folder, { recursive: true }))

  let copies = 0
  async function start(t, env = {}) {
    const copy = ++copies
    copyFileSync(file('first.crt'), file(`${copy}.crt`))
    copyFileSync(file('first.key'), file(`${copy}.key`))
    const server = await startServer(t, { waitReady: false, env: { TLS_CERT: file(`${copy}.crt`), TLS_KEY: file(`${copy}.key`), ...env } })
    server.tlsClient = { ca: [readFileSync(file('first.crt')), readFileSync(file('second.crt'))] }
    server.copy = copy
    assert.equal(server.scheme, 'https')
    await waitFor(async () => (await get(server, '/ready').catch(() => null))?.status === 200)
    return server
  }
  const subject = async (server) => {
    const socket = await connect({ port: server.port, tls: server.tlsClient })
    const name = socket.getPeerCertificate().subject.CN
    socket.destroy()
    return name
  }

  it('serves HTTPS and WSS', async (t) => {
    const server = await start(t)
    assert.equal((await request(server, 'POST', '/api/items', { json: { name: 'x' } })).status, 201)
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'], { headers: { Origin: `https://127.0.0.1:${server.port}` } })
    for (let n = 0; n < 200; n++) alice.send({ type: 'message', n, text: 'x'.repeat(n * 100) })
    for (let n = 0; n < 200; n++) assert.equal((await bob.expect('message')).n, n)
    await bob.cut()
    await alice.expect('peer-updated')
    assert.equal((await bob.resume()).welcome.resumed, true)
    await alice.leave()
  })

  it('grtc bench measures it, and says so when the certificate is not to be trusted', async (t) => {
    const server = await start(t, { THREADS: '2' })
    const bench = (env) => run(['bench', '--url', `wss://localhost:${server.port}`, '--secs', '1', '--rooms', '3', '--peers', '4', '--rate', '400', '--json'], { env, timeout: 30_000 })
    const { code, stdout, stderr } = await bench({ SSL_CERT_FILE: file('first.crt') })
    assert.equal(code, 0, stderr)
    const { sent, delivered, lost, doubled, reordered } = JSON.parse(stdout)
    assert.ok(sent > 200, stdout)
    assert.deepEqual([delivered, lost, doubled, reordered], [sent, 0, 0, 0])
    const refused = await bench({ SSL_CERT_FILE: '/dev/null' })
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /TLS failed: is its certificate one that this machine trusts\?/)
  })

  it('moves TLS sockets between threads', async (t) => {
    const server = await start(t, { THREADS: '2' })
    for (let room = 0; room < 12; room++) {
      const { alice, bob } = await roomOf(server, `room-${room}`, ['alice', 'bob'])
      alice.send({ type: 'message', room })
      assert.equal((await bob.expect('message')).room, room)
    }
  })

  it('SIGHUP takes the new certificate for new connections and leaves open sockets alone', async (t) => {
    const server = await start(t)
    assert.equal(await subject(server), 'first')
    const { alice, bob } = await roomOf(server, fresh(), ['alice', 'bob'])
    copyFileSync(file('second.crt'), file(`${server.copy}.crt`))
    copyFileSync(file('second.key'), file(`${server.copy}.key`))
    assert.equal(await subject(server), 'first', 'not before it is told')
    process.kill(server.pid, 'SIGHUP')
    await waitFor(async () => (await subject(server)) === 'second', { timeoutMs: 5000, what: 'the new certificate' })
    alice.send({ type: 'message', text: 'still here' })
    assert.equal((await bob.expect('message')).text, 'still here')
    assert.equal(bob.ws.socket.getPeerCertificate().subject.CN, 'first')
  })

  it('SIGHUP with a broken certificate keeps the old one and says so', async (t) => {
    const server = await start(t)
    const peer = await join(server, fresh())
    writeFileSync(file(`${server.copy}.crt`), 'garbage')
    const said = server.output.length
    process.kill(server.pid, 'SIGHUP')
    await waitFor(() => server.output.length > said, { timeoutMs: 5000, what: 'a line in the log' })
    assert.equal(await subject(server), 'first')
    assert.deepEqual(await peer.settled(), [])
    assert.ok(server.running)
  })

  it('SIGHUP without TLS ends nothing', async (t) => {
    const server = await startServer(t)
    const peer = await join(server, fresh())
    process.kill(server.pid, 'SIGHUP')
    assert.deepEqual(await peer.settled(), [])
    assert.equal((await get(server, '/health')).status, 200)
  })

  it('refuses TLS 1.0 and 1.1, takes 1.2 and 1.3', async (t) => {
    const server = await start(t)
    for (const version of ['TLSv1.2', 'TLSv1.3']) {
      const socket = await connect({ port: server.port, tls: { ...server.tlsClient, minVersion: version, maxVersion: version } })
      assert.equal(socket.getProtocol(), version)
      socket.destroy()
    }
    await assert.rejects(connect({ port: server.port, tls: { ...server.tlsClient, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } }))
  })

  it('plain HTTP on the TLS port, a stalled and a broken handshake harm nobody', async (t) => {
    const server = await start(t)
    const plain = await RawHttp.open({ port: server.port })
    plain.send('GET /health HTTP/1.1\r\nHost: x\r\n\r\n')
    await plain.expectClosed()
    const stalled = await RawHttp.open({ port: server.port })
    stalled.send(Buffer.from('160301', 'hex'))
    assert.equal((await get(server, '/health')).status, 200)
    await stalled.expectClosed(14_000)
  })

  it('production has HSTS', async (t) => {
    const server = await start(t, { ENVIRONMENT: 'production' })
    assert.match((await get(server, '/')).headers['strict-transport-security'] ?? '', /max-age=\d+/)
  })

  it('wrong files stop the start with one line', async () => {
    const rows = [[{ TLS_CERT: file('first.crt') }, 'TLS_KEY'], [{ TLS_KEY: file('first.key') }, 'TLS_CERT'], [{ TLS_CERT: file('absent'), TLS_KEY: file('first.key') }, 'TLS_CERT'],
      [{ TLS_CERT: file('first.crt'), TLS_KEY: file('absent') }, 'TLS_KEY'], [{ TLS_CERT: file('first.crt'), TLS_KEY: file('second.key') }, 'TLS_KEY'], [{ TLS_CERT: file('first.key'), TLS_KEY: file('first.key') }, 'TLS_CERT']]
    for (const [env, name] of rows) {
      const result = await serve(env)
      assert.equal(result.signal, null, `it started: ${JSON.stringify(env)}`)
      assert.notEqual(result.code, 0)
      assert.equal(result.lines.length, 1, result.lines.join('\n'))
      assert.ok(result.lines[0].includes(name), result.lines[0])
    }
  })
})
