// What the sections of docs/deploy.md promise, each looked at after the section's own commands: by the section's title.

import assert from 'node:assert/strict'
import { appendFileSync, existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { inspect } from '../support/docker.mjs'
import { eventStream, get, request } from '../support/http.mjs'
import { join, roomOf } from '../support/peer.mjs'
import { waitFor } from '../support/server.mjs'
import { oneAgain, rolled, scaled } from './replicas.mjs'
import { healthy } from './restart.mjs'
import { tlsByNginx, tlsByServer } from './tls.mjs'

export const kBackend = { scheme: 'http', port: 8001, url: 'http://localhost:8001' }
const kNginx = { scheme: 'http', port: 80, url: 'http://localhost' }

const names = async (server) => (await get(server, '/api/items?sort=id')).json.items.map(({ name }) => name)
const create = async (server, name) => assert.equal((await request(server, 'POST', '/api/items', { json: { name } })).status, 201)
/** A plain copy is whole once the server has written nothing for a second: its WAL is then empty. */
const idle = (site) => waitFor(() => statSync(path.join(site.folder, 'data/items.db-wal')).size === 0, { what: 'the WAL to be empty' })

async function started(site, _t, output) {
  await healthy()
  assert.match(output, /"status":"ok"/)
  assert.match(output, /"environment":"production"/)
  assert.ok(existsSync(path.join(site.folder, 'data/items.db')))
  const { HostConfig, NetworkSettings, Config } = inspect('grtc-backend')
  assert.deepEqual(Object.keys(NetworkSettings.Networks), ['grtc_grtc-network'])
  assert.equal(HostConfig.RestartPolicy.Name, 'unless-stopped')
  assert.equal(HostConfig.ReadonlyRootfs, true)
  for (const set of ['ENVIRONMENT=production', 'LOG_LEVEL=info', 'DATABASE_PATH=/app/data/items.db']) assert.ok(Config.Env.includes(set), set)
  const status = await site.exec('cat /proc/1/status')
  assert.match(status, /^CapEff:\s*0+$/m, 'no capabilities')
  assert.match(status, /^CapBnd:\s*0+$/m)
  assert.match(status, /^NoNewPrivs:\s*1$/m)
  assert.match(status, /^Uid:\s*1000\s/m)
  await assert.rejects(site.exec('touch /usr/local/x'), /Read-only file system/)
  assert.equal(await site.compose('config -q'), '', 'the compose file is clean')
}

async function inside(_site, _t, output) {
  assert.match(output, /"status":"ok"/)
  assert.match(output, /^DATABASE_PATH=\/app\/data\/items\.db$/m)
  assert.match(output, /^172\.30\.86\.\d+\s*$/m)
  assert.match(output, /^grtc +1 .*grtc serve$/m)
  for (const subject of ['redis', 'postgresql', 'port', 'database', 'turn', 'clock', 'limits', 'proxy']) {
    assert.match(output, new RegExp(`^(ok  |off |warn) ${subject} `, 'm'))
  }
}

/** The section's own commands once more, with something in between to see that a restore brings back what was there. */
async function backedUp(site) {
  await healthy()
  const before = await names(kBackend)
  for (const [save, restore] of [
    ['exec -T backend grtc db backup - > kept.db', 'stop backend && docker-compose run --rm -T backend grtc db restore - < kept.db && docker-compose start backend'],
    ['exec -T backend cat /app/data/items.db > kept.db', 'exec -T backend sh -c "cat > /app/data/items.db" < kept.db && docker-compose restart backend'],
  ]) {
    await create(kBackend, 'kept')
    await idle(site)
    const kept = await names(kBackend)
    await site.compose(save)
    assert.match(await site.sh('sqlite3 kept.db "PRAGMA integrity_check"'), /^ok$/m, save)
    await create(kBackend, 'made after the backup')
    await idle(site)
    await site.compose(restore)
    await healthy()
    assert.deepEqual(await names(kBackend), kept, restore)
    assert.match(await site.exec('grtc db check'), /all is well/)
  }
  assert.deepEqual((await names(kBackend)).slice(0, before.length), before)
}

async function behindNginx(site, t, output) {
  for (const subject of ['websocket', 'events']) assert.match(output, new RegExp(`^ok   ${subject} `, 'm'))
  const { alice, bob } = await roomOf(kNginx, 'by-nginx', ['alice', 'bob'])
  alice.send({ type: 'message', text: 'through nginx' })
  assert.equal((await bob.expect('message')).text, 'through nginx')
  const stream = await eventStream(kNginx, '/api/items/events')
  t.after(() => stream.close())
  await create(kNginx, 'unbuffered')
  assert.equal((await stream.events.next(2000)).data.item.name, 'unbuffered')

  // The sizes are the server's: what is just within its bounds passes, and beyond them it is the server that refuses.
  const item = (bytes) => JSON.stringify({ name: 'x', description: 'y'.repeat(bytes) })
  const post = (body) => request(kNginx, 'POST', '/api/items', { headers: { 'Content-Type': 'application/json' }, body })
  assert.equal((await post(item(900_000))).status, 422, 'it was read, and is too long a description')
  const refused = await post(item(1_200_000))
  assert.equal(refused.status, 413)
  assert.match(refused.headers['content-type'], /problem\+json/)
  assert.equal((await get(kNginx, '/health', { headers: { 'X-Long': 'h'.repeat(30_000) } })).status, 200)

  await sameAddress(site)
}

/** The address that limits and logs see is the client's, also when it makes up another one. */
async function sameAddress(site) {
  const gateway = inspect('grtc_grtc-network').IPAM.Config[0].Gateway ?? '172.30.86.1'
  await site.compose('--profile with-nginx up -d', { env: { LOG_LEVEL: 'debug' } })
  await healthy()
  await waitFor(async () => (await get(kNginx, '/health').catch(() => null))?.status === 200, { what: 'nginx' })
  await get(kNginx, '/api/items?q=address', { headers: { 'X-Forwarded-For': '203.0.113.9' } })
  const line = await waitFor(async () => (await site.compose('logs --no-color backend')).split('\n')
    .find((one) => one.includes('"path":"/api/items"') && one.includes('"client"')), { what: 'the line of the log' })
  assert.equal(JSON.parse(line.slice(line.indexOf('{'))).client, gateway)
  assert.equal((await get(kBackend, '/metrics')).text.match(/^grtc_http_untrusted_forwards_total (\d+)/m)[1], '0')
  assert.doesNotMatch(await site.compose('logs --no-color nginx'), /q=address/, 'no query in its log: it may hold tokens')
  await site.compose('--profile with-nginx up -d')
  await healthy()
}

async function clients(_site, _t, output) {
  assert.match(output, /all went well/)
  for (const port of [7900, 7901]) {
    const page = await waitFor(() => fetch(`http://localhost:${port}/`).catch(() => null), { what: `VNC at ${port}` })
    assert.equal(page.status, 200)
  }
}

async function turnWorks(_site, _t, output) {
  assert.equal([...output.matchAll(/ok {3}turn:coturn:3478\?transport=(udp|tcp): seen as .* relayed at 172\.30\.86\.251:/gm)].length, 2, output)
}

async function worksOnThePage(site) {
  await healthy()
  const file = 'web/app/style.css'
  const before = await get(kBackend, '/static/app/style.css')
  appendFileSync(path.join(site.folder, file), '/* saved just now */\n')
  const after = await get(kBackend, '/static/app/style.css')
  assert.ok(!before.text.includes('saved just now') && after.text.endsWith('/* saved just now */\n'))
  await assert.rejects(site.exec('touch /app/web/x'), /Read-only file system/)
}

async function replaced(site) {
  await healthy()
  const peer = await join(kBackend, 'after-the-update')
  assert.ok(peer.welcome)
  assert.ok(readFileSync(path.join(site.folder, 'backup.db')).subarray(0, 15).equals(Buffer.from('SQLite format 3')))
}

export const checks = {
  'Start': started,
  'Inside the container': inside,
  'Backup and restore': backedUp,
  'nginx': behindNginx,
  'TLS': tlsByNginx,
  'TLS without nginx': tlsByServer,
  'Two browsers to play with': clients,
  'TURN': turnWorks,
  'Several replicas': scaled,
  'A new version without a break': rolled,
  'Back to one': oneAgain,
  'Work on the page': worksOnThePage,
  'Update': replaced,
}
