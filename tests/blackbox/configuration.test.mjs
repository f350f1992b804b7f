import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { run, serve } from '../support/command.mjs'
import { get, request } from '../support/http.mjs'
import { inSeconds, jwt } from '../support/jwt.mjs'
import { join, open } from '../support/peer.mjs'
import { startServer, waitFor } from '../support/server.mjs'
import { fresh } from '../support/suite.mjs'

const kVariables = ['ENVIRONMENT', 'LOG_LEVEL', 'HOST', 'PORT', 'DATABASE_PATH', 'DATABASE_URL', 'REDIS_URL', 'THREADS', 'TLS_CERT', 'TLS_KEY', 'ALLOWED_ORIGINS',
  'TRUSTED_PROXIES', 'ROOM_TOKEN_SECRET', 'ADMIN_TOKEN', 'ITEMS_TOKEN', 'STUN_URLS', 'TURN_URLS', 'TURN_SECRET', 'TURN_TTL_S', 'RESUME_WINDOW_S', 'HEARTBEAT_S',
  'DRAIN_SECONDS', 'MAX_MESSAGE_BYTES', 'MAX_BODY_BYTES', 'MAX_PEERS_PER_ROOM', 'MAX_CONNECTIONS', 'MAX_CONNECTIONS_PER_IP', 'MESSAGE_RATE', 'REQUEST_RATE']
const kDefaults = { ENVIRONMENT: 'development', LOG_LEVEL: 'info', HOST: '0.0.0.0', PORT: '8001', DATABASE_PATH: 'data/items.db', TURN_TTL_S: '86400', RESUME_WINDOW_S: '15',
  HEARTBEAT_S: '20', DRAIN_SECONDS: '10', MAX_MESSAGE_BYTES: '65536', MAX_BODY_BYTES: '1048576', MAX_PEERS_PER_ROOM: '1000', MAX_CONNECTIONS: '100000', MESSAGE_RATE: '200',
  TRUSTED_PROXIES: 'loopback' }
const flagOf = (name) => `--${name.toLowerCase().replaceAll('_', '-')}`

/** The start must stop with one line that names the variable (or its flag) and, unless it is secret, the value. */
function assertStopped(result, name, value) {
  assert.equal(result.signal, null, `it started: ${result.lines.join('\n')}`)
  assert.notEqual(result.code, 0)
  assert.equal(result.lines.length, 1, `one line, not:\n${result.lines.join('\n')}`)
  const [line] = result.lines
  assert.ok(line.includes(name) || line.includes(flagOf(name)), line)
  if (value !== undefined) assert.ok(line.includes(value), line)
  return line
}

describe('A wrong value stops the start with one line that names variable, value and what is allowed', { concurrency: 2 }, () => {
  const wrong = {
    ENVIRONMENT: ['prod', 'Production', 'test'],
    LOG_LEVEL: ['trace', 'INFO', 'warn'],
    HOST: ['not a host', '999.1.1.1', '1.2.3', '203.0.113.99'],
    PORT: ['99999', '-1', 'http', '80a', '1.5', '0x50', ' 80 80'],
    THREADS: ['-1', 'many', '100000'],
    ALLOWED_ORIGINS: ['app.example', 'https://app.example/path', 'ftp://x', 'https://', '*,https://a.example/'],
    TRUSTED_PROXIES: ['10.0.0.0/33', 'proxy.example', '10.0.0', '::1/129', '10.0.0.0/'],
    TURN_TTL_S: ['59', '604801', '1h', '-1'],
    RESUME_WINDOW_S: ['-1', 'x', '15s'],
    HEARTBEAT_S: ['-1', 'x', '0'],
    DRAIN_SECONDS: ['-1', 'x', '1e9'],
    MAX_MESSAGE_BYTES: ['-1', '64k', '0', '99999999999999999999'],
    MAX_BODY_BYTES: ['-1', '1MiB', '0'],
    MAX_PEERS_PER_ROOM: ['0', '-1', 'x'],
    MAX_CONNECTIONS: ['0', '-1', 'x'],
    MAX_CONNECTIONS_PER_IP: ['-1', 'x'],
    MESSAGE_RATE: ['-1', '200/s'],
    REQUEST_RATE: ['-1', 'x'],
  }
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      it(`${name}=${value}`, async () => {
        const line = assertStopped(await serve({ [name]: value }), name, value)
        assert.ok(line.length > `${name}=${value}`.length + 10, `what is allowed is missing: ${line}`)
      })
    }
    it(`${flagOf(name)} ${values[0]}`, async () => {
      assertStopped(await serve({}, [`${flagOf(name)}=${values[0]}`]), name, values[0])
    })
  }

  it('a value with control characters cannot write a second line', async () => {
    const result = await serve({ LOG_LEVEL: 'x\nLOG_LEVEL=info is fine' })
    assert.equal(result.lines.length, 1, result.lines.join('\n'))
  })

  it('a secret is not shown, though it is wrong', async () => {
    for (const [name, value] of [['ADMIN_TOKEN', 'no spaces allowed secret77'], ['ITEMS_TOKEN', 'ñandú secret77']]) {
      const result = await serve({ [name]: value })
      if (result.signal) continue
      assert.ok(!result.lines.join('\n').includes('secret77'), result.lines.join('\n'))
      assertStopped(result, name)
    }
    const result = await serve({ DATABASE_URL: 'mysql://user:secret77@db/x' })
    assertStopped(result, 'DATABASE_URL')
    assert.ok(!result.lines.join('\n').includes('secret77'))
  })

  it('an unknown flag, a flag without value and a stray word', async () => {
    const unknown = await serve({}, ['--colour', 'red'])
    assert.notEqual(unknown.code, 0)
    assert.equal(unknown.signal, null)
    assert.equal(unknown.lines.length, 1, unknown.lines.join('\n'))
    assert.ok(unknown.lines[0].includes('colour'), unknown.lines[0])
    const bare = await serve({}, ['--port'])
    assert.equal(bare.signal, null)
    assert.notEqual(bare.code, 0)
    const stray = await serve({}, ['now'])
    assert.equal(stray.signal, null)
    assert.notEqual(stray.code, 0)
    assert.equal(stray.lines.length, 1, stray.lines.join('\n'))
  })

  it('a port in use', async (t) => {
    const server = await startServer(t)
    const result = await serve({ PORT: String(server.port) })
    assertStopped(result, 'PORT', String(server.port))
  })
})

describe('Settings', { concurrency: true }, () => {
  it('grtc serve --help lists every variable and flag with its default', async () => {
    const help = await run(['serve', '--help'])
    assert.equal(help.code, 0)
    for (const name of kVariables) {
      assert.ok(help.stdout.includes(name), name)
      assert.ok(help.stdout.includes(flagOf(name)), flagOf(name))
    }
    for (const [name, value] of Object.entries(kDefaults)) {
      const from = help.stdout.indexOf(flagOf(name))
      assert.ok(help.stdout.slice(from, from + 300).includes(value), `${name} with its default ${value}`)
    }
  })

  it('a flag beats the variable, as --flag value and --flag=value', async (t) => {
    const one = await startServer(t, { env: { HEARTBEAT_S: '7' }, args: ['--heartbeat-s', '9'] })
    assert.equal((await join(one, fresh())).welcome.heartbeat_s, 9)
    const two = await startServer(t, { args: ['--resume-window-s=3', '--max-message-bytes=1234'] })
    const { welcome } = await join(two, fresh())
    assert.equal(welcome.resume_window_s, 3)
    assert.equal(welcome.max_message_bytes, 1234)
  })

  it('an empty variable counts as unset, as compose files write it', async (t) => {
    const server = await startServer(t, { env: { ROOM_TOKEN_SECRET: '', ADMIN_TOKEN: '', STUN_URLS: '', HEARTBEAT_S: '' } })
    assert.equal((await join(server, fresh())).welcome.heartbeat_s, 20)
  })

  it('every command has --help, and grtc without a command says what there is', async () => {
    for (const args of [['--help'], ['serve', '--help'], ['health', '--help'], ['db', '--help'], ['db', 'backup', '--help'], ['db', 'restore', '--help'], ['db', 'check', '--help'],
      ['token', '--help'], ['version', '--help']]) {
      const help = await run(args)
      assert.equal(help.code, 0, args.join(' '))
      assert.ok(help.stdout.length > 50, args.join(' '))
    }
    const bare = await run([])
    assert.ok(bare.lines.join('\n').includes('serve'))
    assert.notEqual((await run(['nonsense'])).code, 0)
  })

  it('grtc version says the version that /health says', async (t) => {
    const server = await startServer(t)
    const { stdout, code } = await run(['version'])
    assert.equal(code, 0)
    assert.ok(stdout.includes((await get(server, '/health')).json.version), stdout)
  })

  it('grtc health tells by its exit code', async (t) => {
    const server = await startServer(t)
    const good = await run(['health', '--url', `${server.url}/health`])
    const base = await run(['health', '--url', server.url])
    assert.ok(good.code === 0 || base.code === 0, `${good.lines} ${base.lines}`)
    const own = await run(['health'], { env: { PORT: String(server.port) } })
    assert.equal(own.code, 0, own.lines.join('\n'))
    await server.stop()
    assert.notEqual((await run(['health', '--url', `${server.url}/health`])).code, 0)
  })

  it('grtc token says what is wrong: no secret, no room, a bad ttl, a bad room', async () => {
    const env = { ROOM_TOKEN_SECRET: 'a-long-enough-room-secret-0123456789' }
    assert.equal((await run(['token', '--room', 'r', '--ttl', '1h'], { env })).code, 0)
    for (const [args, settings] of [[['--room', 'r', '--ttl', '1h'], {}], [['--ttl', '1h'], env], [['--room', 'r', '--ttl', 'soon'], env], [['--room', 'r', '--ttl', '-1h'], env],
      [['--room', 'a/b', '--ttl', '1h'], env], [['--room', 'r', '--peer', ' x', '--ttl', '1h'], env]]) {
      const result = await run(['token', ...args], { env: settings })
      assert.notEqual(result.code, 0, args.join(' '))
      assert.ok(result.lines.length >= 1)
    }
  })
})

describe('Logs', { concurrency: true }, () => {
  const secrets = { ROOM_TOKEN_SECRET: 'room-secret-0123456789abcdef-77', ADMIN_TOKEN: 'admin-token-0123456789-77', ITEMS_TOKEN: 'items-token-0123456789-77',
    TURN_SECRET: 'turn-secret-0123456789-77', TURN_URLS: 'turn:turn.example:3478' }

  async function busy(server) {
    const room = fresh()
    const token = jwt({ room, exp: inSeconds(60) }, secrets.ROOM_TOKEN_SECRET)
    const peer = await join(server, room, { peer: 'alice', name: 'Ana "x" \\ {}', token })
    peer.send({ type: 'update', name: 'Renamed', meta: { a: 1 } }).send('not json').send({ type: 'offer', to: 'nobody', id: 1 })
    await peer.settled()
    await peer.cut()
    const again = await peer.resume()
    const bad = ['/ws/a%0D%0A%7B%22level%22%3A%22fatal%22%7D', `/ws/${room}?peer_id=x%0Ainjected-line&token=${token}`, `/ws/${room}?peer_id=alice&name=%0Ainjected-line`]
    for (const target of bad) await (await open(server, '', { path: target })).ws.closed
    await get(server, '/nowhere%0d%0ainjected-line', { headers: { 'User-Agent': 'a "b" \\ \t{}' } })
    await get(server, '/nowhere/%C3%A9%FF%00?q=%0Ainjected-line')
    await request(server, 'POST', '/api/items', { json: { name: 'x\ninjected-line' }, headers: { Authorization: `Bearer ${secrets.ITEMS_TOKEN}` } })
    await request(server, 'GET', '/api/rooms', { headers: { Authorization: `Bearer ${secrets.ADMIN_TOKEN}` } })
    await request(server, 'GET', `/api/ice-servers?room=${room}&token=${token}`)
    await again.leave()
    await server.stop('SIGTERM')
    return { token, session: peer.session }
  }

  it('are one JSON object a line in production, from the first to the last', async (t) => {
    const server = await startServer(t, { env: { ENVIRONMENT: 'production', LOG_LEVEL: 'debug', ...secrets } })
    await busy(server)
    const lines = server.output.split('\n').filter((line) => line !== '')
    assert.ok(lines.length > 3)
    for (const line of lines) {
      const entry = JSON.parse(line)
      assert.equal(typeof entry, 'object')
      assert.ok(Object.keys(entry).some((key) => /level|severity/.test(key)), line)
      assert.ok(Object.keys(entry).some((key) => /time|^ts$/.test(key)), line)
    }
  })

  for (const environment of ['production', 'development']) {
    it(`hold no secret and no line of a client, at debug in ${environment}`, async (t) => {
      const server = await startServer(t, { env: { ENVIRONMENT: environment, LOG_LEVEL: 'debug', ...secrets } })
      const { token, session } = await busy(server)
      for (const secret of [secrets.ROOM_TOKEN_SECRET, secrets.ADMIN_TOKEN, secrets.ITEMS_TOKEN, secrets.TURN_SECRET, token, token.split('.')[2], session]) {
        assert.ok(!server.output.includes(secret), `a secret in the log: ${server.output.split('\n').find((line) => line.includes(secret))}`)
      }
      for (const line of server.output.split('\n')) assert.ok(!/^(injected-line|\{"level":"fatal"\})/.test(line), line)
      assert.ok(!server.output.includes('\r'))
    })
  }

  it('name the request by the X-Request-Id of its answer', async (t) => {
    const server = await startServer(t, { env: { ENVIRONMENT: 'production', LOG_LEVEL: 'debug' } })
    const id = (await get(server, '/nowhere')).headers['x-request-id']
    await waitFor(() => server.output.includes(id), { timeoutMs: 3000, what: `request id ${id} in the log` })
  })
})
