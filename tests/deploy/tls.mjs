// TLS by nginx and by the server itself: redirect, HTTP/2, HSTS, and a renewal that drops no socket.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import http2 from 'node:http2'
import path from 'node:path'
import tls from 'node:tls'
import { get } from '../support/http.mjs'
import { roomOf } from '../support/peer.mjs'
import { waitFor } from '../support/server.mjs'

const kChain = 'deploy/certs/fullchain.pem'
const kRenew = 'openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost ' +
  '-addext subjectAltName=DNS:localhost,DNS:nginx -keyout deploy/certs/privkey.pem -out deploy/certs/fullchain.pem'

const chainOf = (site) => readFileSync(path.join(site.folder, kChain))
const serverAt = (site, port) => ({ scheme: 'https', port, tlsClient: { ca: chainOf(site), servername: 'localhost' } })

/** The serial number of the certificate that a new connection gets. */
const serial = (port) => new Promise((resolve, reject) => {
  const socket = tls.connect({ port, host: 'localhost', servername: 'localhost', rejectUnauthorized: false }, () => {
    resolve(socket.getPeerCertificate().serialNumber)
    socket.destroy()
  }).once('error', reject)
})

function http2Version(site) {
  return new Promise((resolve, reject) => {
    const session = http2.connect('https://localhost', { ca: chainOf(site) })
    session.on('error', reject)
    session.request({ ':path': '/health' }).on('response', (headers) => {
      session.close()
      resolve(headers[':status'])
    }).resume()
  })
}

/** A certificate is replaced and taken up by `reload`: a room of before talks on, a new connection gets the new one. */
async function renews(site, port, reload) {
  const { alice, bob } = await roomOf(serverAt(site, port), `renewal-${port}`, ['alice', 'bob'])
  const before = await serial(port)
  await site.sh(`${kRenew} 2>/dev/null; chmod 644 deploy/certs/privkey.pem`)
  assert.equal(await serial(port), before, 'not before it is told')
  await site.compose(reload)
  await waitFor(async () => (await serial(port)) !== before, { what: 'the new certificate' })
  alice.send({ type: 'message', text: 'still here' })
  assert.equal((await bob.expect('message')).text, 'still here')
  assert.equal((await get(serverAt(site, port), '/health')).status, 200)
  await Promise.all([alice.cut(), bob.cut()])
}

export async function tlsByNginx(site) {
  const redirect = await get({ scheme: 'http', port: 80 }, '/r/lobby?x=1', { headers: { Host: 'localhost' } })
  assert.equal(redirect.status, 301)
  assert.equal(redirect.headers.location, 'https://localhost/r/lobby?x=1')
  assert.equal(await http2Version(site), 200)
  const page = await get(serverAt(site, 443), '/')
  assert.equal(page.headers['strict-transport-security'], 'max-age=31536000')
  await renews(site, 443, 'exec -T nginx nginx -s reload')
}

export async function tlsByServer(site) {
  // The section ends with plain HTTP again.
  await site.sh('docker-compose up -d', { env: { TLS_CERT: '/app/certs/fullchain.pem', TLS_KEY: '/app/certs/privkey.pem' } })
  const up = () => get(serverAt(site, 8001), '/ready').then(({ status }) => status === 200, () => false)
  await waitFor(up, { timeoutMs: 30_000, what: 'HTTPS on port 8001' })
  await renews(site, 8001, 'kill -s HUP backend')
  await site.compose('up -d')
}
