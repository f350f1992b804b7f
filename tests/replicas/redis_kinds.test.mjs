// The kinds of Redis that an operator may have: Sentinels that fail over, a Cluster, TLS, users; and addresses that are none.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'
import { run, tool } from '../support/command.mjs'
import { freePort } from '../support/coturn.mjs'
import { get } from '../support/http.mjs'
import { join } from '../support/peer.mjs'
import { moveSlotOf, noRedis, startCluster, startRedis, startSentinels } from '../support/redis.mjs'
import { startReplicas } from '../support/replicas.mjs'
import { waitFor } from '../support/server.mjs'
import { SteadyClient, assertExact, startTalk } from '../support/steady_client.mjs'
import { fresh, seeded } from '../support/suite.mjs'

const kEnv = { RESUME_WINDOW_S: '30', REDIS_TIMEOUT_MS: '1000', MESSAGE_RATE: '100000' }
const isWell = (server) => waitFor(async () => (await get(server, '/health')).json.status === 'ok', { timeoutMs: 15_000, what: '/health to say ok' })

/** Messages go from one replica to the other and back, in some rooms. */
async function talks(one, two, rooms = 5) {
  for (let i = 0; i < rooms; i++) {
    const room = fresh()
    const ana = await join(one, room, { peer: 'ana' })
    const ben = await join(two, room, { peer: 'ben' })
    await ana.expect('peer-joined')
    ana.send({ type: 'message', n: 1 })
    assert.equal((await ben.expect('message')).n, 1)
    await ben.cut()
    ben.server = one
    const again = await ben.resume()
    assert.equal(again.welcome.resumed, true)
    again.send({ type: 'message', to: 'ana', n: 2 })
    assert.equal((await ana.until('message')).n, 2)
  }
}

describe('REDIS_URL', { skip: noRedis, concurrency: 2 }, () => {
  it('a Cluster of three: rooms are spread over its nodes, and a node that restarts is only a pause', async (t) => {
    const cluster = await startCluster(t)
    const { all: [one, two] } = await startReplicas(t, { count: 2, redis: cluster, env: kEnv })
    await isWell(one)
    await isWell(two)
    await talks(one, two, 20)
    const used = await Promise.all(cluster.nodes.map((node) => node.command('DBSIZE')))
    assert.ok(used.every((keys) => Number(keys) > 0), `keys on the nodes: ${used}`)
    await cluster.nodes[1].restart('SIGTERM')
    await isWell(one)
    await isWell(two)
    await talks(one, two, 5)
  })

  it('a Cluster that is spread anew while people talk: their room moves from node to node, and nothing is lost', async (t) => {
    const cluster = await startCluster(t)
    const replicas = await startReplicas(t, { redis: cluster, env: kEnv })
    await Promise.all(replicas.all.map(isWell))
    const room = fresh()
    const clients = Array.from({ length: 6 }, (_, i) => new SteadyClient(replicas, room, `peer-${i}`, seeded(i)))
    t.after(() => clients.forEach((client) => client.close()))
    for (const client of clients) await client.connect()
    const talk = startTalk(clients)
    for (let n = 1; n <= 6; n++) {
      await waitFor(() => talk.sent > n * 100, { what: 'some talk' })
      const now = await moveSlotOf(`grtc:{${room}}:state`, cluster)
      await waitFor(async () => (await now.command('PUBSUB', 'SHARDCHANNELS', `grtc:{${room}}:said`)) !== '0', { timeoutMs: 15_000, what: 'the replicas to listen where the room is now' })
      await Promise.all(replicas.all.map(isWell))
    }
    await talk.stop()
    assert.ok((await assertExact(clients)) > 600)
    // Two keys of the room move one after the other: the clients' sessions are the same all the time.
    assert.deepEqual(clients.map((client) => client.resumes), clients.map(() => 0))
  })

  it('Sentinels: the replicas follow a fail-over, and who is connected stays in the room', async (t) => {
    const watched = await startSentinels(t)
    const replicas = await startReplicas(t, { count: 2, redis: watched, env: kEnv })
    const [one, two] = replicas.all
    await isWell(one)
    await isWell(two)
    await talks(one, two, 2)
    const room = fresh()
    const clients = ['ana', 'ben'].map((name, i) => new SteadyClient(replicas, room, name, seeded(i)))
    t.after(() => clients.forEach((client) => client.close()))
    for (const client of clients) await client.connect()
    await watched.servers[0].stop('SIGKILL')
    await waitFor(async () => (await Promise.all(watched.servers.slice(1).map((server) => server.commandText('ROLE').catch(() => '')))).some((text) => text.includes('master')),
      { timeoutMs: 20_000, what: 'a new master' })
    await isWell(one)
    await isWell(two)
    const talk = startTalk(clients)
    await waitFor(() => talk.sent > 50, { what: 'some talk' })
    await talk.stop()
    assert.ok((await assertExact(clients)) > 50)
  })

  it('Sentinels and servers that want a password', async (t) => {
    const watched = await startSentinels(t, { password: 'a-password' })
    const { all: [one, two] } = await startReplicas(t, { count: 2, redis: watched, env: kEnv })
    await isWell(one)
    await isWell(two)
    await talks(one, two, 1)
  })

  it('a Cluster whose nodes give no address of theirs is reached by the one that was named', async (t) => {
    const cluster = await startCluster(t, { args: ['--cluster-preferred-endpoint-type', 'unknown-endpoint'] })
    const { all: [one, two] } = await startReplicas(t, { count: 2, redis: cluster, env: kEnv })
    await isWell(one)
    await isWell(two)
    await talks(one, two, 3)
  })

  it('TLS with a certificate that is checked, a user, and a database of its own', async (t) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'grtc-redis-tls-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const [certificate, key] = [path.join(folder, 'crt.pem'), path.join(folder, 'key.pem')]
    await tool('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost',
      '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate])
    const tlsPort = await freePort()
    const redis = await startRedis(t, { args: ['--tls-port', String(tlsPort), '--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate, '--tls-auth-clients', 'no',
      '--user', 'grtc', 'on', '>p@ss', '~*', '&*', '+@all'] })
    const url = `rediss://grtc:p%40ss@localhost:${tlsPort}/3`
    const { all: [one, two] } = await startReplicas(t, { count: 2, redis: { url }, env: { ...kEnv, SSL_CERT_FILE: certificate } })
    await isWell(one)
    await isWell(two)
    await talks(one, two, 1)
    assert.match(await redis.commandText('INFO', 'keyspace'), /db3:keys=/)
    // Without the certificate, or with a wrong password, it is out of reach.
    for (const env of [{ SSL_CERT_FILE: '/dev/null' }, {}]) {
      const { all: [alone] } = await startReplicas(t, { count: 1, redis: { url: url.replace('p%40ss', env.SSL_CERT_FILE ? 'p%40ss' : 'wrong') }, env: { ...kEnv, SSL_CERT_FILE: certificate, ...env } })
      assert.equal((await get(alone, '/health')).json.checks.redis, 'down')
    }
  })

  it('what is no address of Redis stops the start with one line that hides it', async () => {
    for (const url of ['http://:hidden@x', 'redis://:hidden@a,b', 'redis+sentinel://:hidden@a']) {
      const result = await run(['serve'], { env: { REDIS_URL: url, DATABASE_PATH: ':memory:' } })
      assert.equal(result.code, 2)
      assert.equal(result.lines.length, 1, result.lines.join('\n'))
      assert.match(result.lines[0], /REDIS_URL=\(hidden\)/)
      assert.ok(!result.lines[0].includes(':hidden@'))
    }
  })
})
