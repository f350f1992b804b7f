// Starts Debian's real redis-server for a test, on a free port, and ends it.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort } from './coturn.mjs'
import { waitFor } from './server.mjs'

const kProgram = '/usr/bin/redis-server'
/** Why there is no Redis here, or nothing. */
export const noRedis = existsSync(kProgram) ? false : `${kProgram} is not installed (./dev setup)`

/** A redis-server that ends with the test. `args` are added to its command line. */
export async function startRedis(t, options = {}) {
  const redis = new Redis(options)
  t?.after(() => redis.remove())
  await redis.start()
  return redis
}

/** One master, two that follow it, and three Sentinels that watch them. */
export async function startSentinels(t, { master = 'mymaster', password } = {}) {
  const secret = ['--repl-diskless-sync-delay', '0', ...(password ? ['--requirepass', password, '--masterauth', password] : [])]
  const servers = [await startRedis(t, { password, args: secret })]
  for (let i = 0; i < 2; i++) servers.push(await startRedis(t, { password, args: ['--replicaof', '127.0.0.1', String(servers[0].port), ...secret] }))
  const sentinels = []
  for (let i = 0; i < 3; i++) {
    const lines = [`sentinel monitor ${master} 127.0.0.1 ${servers[0].port} 2`, `sentinel down-after-milliseconds ${master} 500`, `sentinel failover-timeout ${master} 4000`]
    if (password) lines.push(`sentinel auth-pass ${master} ${password}`, `requirepass ${password}`)
    sentinels.push(await startRedis(t, { password, sentinel: lines }))
  }
  await waitFor(async () => Promise.all(sentinels.map((one) => one.command('SENTINEL', 'CKQUORUM', master))).then((answers) => answers.every((answer) => answer.startsWith('OK 3')), () => false),
    { what: 'the Sentinels to know each other' })
  await waitFor(async () => (await sentinels[0].commandText('SENTINEL', 'REPLICAS', master)).split('slave-repl-offset').length > 2, { what: 'the Sentinels to know who follows' })
  for (const server of servers.slice(1)) {
    await waitFor(async () => (await server.commandText('INFO', 'replication')).includes('master_link_status:up'), { timeoutMs: 20_000, what: 'a follower to have what the master has' })
  }
  return { servers, sentinels, url: `redis+sentinel://${password ? `:${password}@` : ''}${sentinels.map((one) => `127.0.0.1:${one.port}`).join(',')}/${master}` }
}

/** A Cluster of three, without copies. `args` are added to each node's command line. */
export async function startCluster(t, { args = [] } = {}) {
  const nodes = []
  for (let i = 0; i < 3; i++) {
    const bus = await freePort()
    nodes.push(Object.assign(await startRedis(t, { args: ['--cluster-enabled', 'yes', '--cluster-port', String(bus), '--cluster-node-timeout', '2000', ...args] }), { bus }))
  }
  const slots = [[0, 5460], [5461, 10922], [10923, 16383]]
  for (const [i, node] of nodes.entries()) await node.command('CLUSTER', 'ADDSLOTSRANGE', ...slots[i].map(String))
  for (const node of nodes.slice(1)) await nodes[0].command('CLUSTER', 'MEET', '127.0.0.1', String(node.port), String(node.bus))
  await waitFor(async () => (await Promise.all(nodes.map((node) => node.command('CLUSTER', 'INFO')))).every((line) => line === 'cluster_state:ok'), { what: 'the Cluster to be well' })
  return { nodes, url: `redis+cluster://${nodes.map((one) => `127.0.0.1:${one.port}`).join(',')}` }
}

/** Moves the slot of `key` and all that is in it to another node while everybody goes on, as an operator's resharding does; gives that node. */
export async function moveSlotOf(key, { nodes }) {
  const slot = await nodes[0].command('CLUSTER', 'KEYSLOT', key)
  const ids = await Promise.all(nodes.map((node) => node.command('CLUSTER', 'MYID')))
  const owned = async (node) => Number(await node.command('CLUSTER', 'COUNTKEYSINSLOT', slot)) > 0
  const from = (await Promise.all(nodes.map(owned))).indexOf(true)
  const to = (from + 1) % nodes.length
  await nodes[to].command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', ids[from])
  await nodes[from].command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', ids[to])
  while (await owned(nodes[from])) {
    const keys = (await nodes[from].commandText('CLUSTER', 'GETKEYSINSLOT', slot, '1')).split('\r\n').filter((line) => line.startsWith('grtc:'))
    if (keys.length > 0) await nodes[from].command('MIGRATE', '127.0.0.1', String(nodes[to].port), '', '0', '5000', 'KEYS', ...keys)
  }
  for (const node of [nodes[to], nodes[from], ...nodes]) await node.command('CLUSTER', 'SETSLOT', slot, 'NODE', ids[to])
  return nodes[to]
}

export class Redis {
  /** @param {{port?: number, args?: string[], persistent?: boolean, password?: string}} options  persistent: every write is on the disk */
  constructor(options = {}) {
    this.options = options
    this.folder = mkdtempSync(path.join(tmpdir(), 'grtc-redis-'))
    this.process = null
    this.output = ''
  }

  get url() { return `redis://127.0.0.1:${this.port}` }

  async start() {
    if (this.port ?? this.options.port) return this.#startAt(this.port ??= this.options.port)
    // Between asking for a port and listening at it, anybody may have taken it.
    for (let tries = 1; ; tries++) {
      this.port = await freePort()
      try {
        return await this.#startAt(this.port)
      } catch (error) {
        if (tries === 5 || !/Address already in use/.test(error.message)) throw error
      }
    }
  }

  async #startAt(port) {
    const files = []
    if (this.options.sentinel) {
      const file = path.join(this.folder, 'sentinel.conf')
      writeFileSync(file, `${this.options.sentinel.join('\n')}\n`)
      files.push(file, '--sentinel')
    }
    const child = spawn(kProgram, [...files, '--port', String(port), '--bind', '127.0.0.1', '--dir', this.folder, ...(this.options.sentinel ? [] : ['--save', '',
      '--appendonly', this.options.persistent ? 'yes' : 'no', '--appendfsync', 'always']), ...(this.options.args ?? [])],
    { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] })
    this.process = child
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk) => { this.output = (this.output + chunk).slice(-100_000) })
    await waitFor(async () => child.exitCode !== null || (await this.command('PING').catch(() => '')) === 'PONG', { what: () => `redis-server:\n${this.output}` })
    if (child.exitCode !== null) throw new Error(`redis-server ended:\n${this.output}`)
  }

  /** SIGTERM saves what there is to save; SIGKILL is a crash. */
  async stop(signal = 'SIGTERM') {
    const child = this.process
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGCONT')
    child.kill(signal)
    await ended
  }

  async restart(signal) {
    await this.stop(signal)
    await this.start()
  }

  /** As if the machine hung: it holds its connections and answers nothing. */
  pause() { this.process.kill('SIGSTOP') }
  resume() { this.process.kill('SIGCONT') }

  async remove() {
    await this.stop('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** All that comes within a moment, as it stands: for answers of many lines. */
  commandText(...words) {
    return new Promise((resolve, reject) => {
      const socket = net.connect(this.port, '127.0.0.1')
      let text = ''
      let quiet
      socket.setEncoding('utf8').once('error', reject).once('close', () => resolve(this.#answer(text))).on('data', (chunk) => {
        text += chunk
        clearTimeout(quiet)
        quiet = setTimeout(() => socket.destroy(), 50)
      })
      socket.write(this.#lines(words))
    })
  }

  /** One command of plain words on a connection of its own; resolves to the first line of the answer, without its mark. */
  command(...words) {
    return new Promise((resolve, reject) => {
      const socket = net.connect(this.port, '127.0.0.1')
      let text = ''
      socket.setEncoding('utf8').once('error', reject).on('data', (chunk) => {
        text += chunk
        const said = this.#answer(text)
        const first = said.split('\r\n')
        const isBulk = first[0].startsWith('$') && first[0] !== '$-1'
        if (first.length < (isBulk ? 3 : 2)) return
        socket.destroy()
        const answer = isBulk ? first[1] : first[0].slice(1)
        if (said.startsWith('-')) reject(new Error(answer))
        else resolve(answer)
      })
      socket.once('close', () => reject(new Error('redis-server closed the connection')))
      socket.write(this.#lines(words))
    })
  }

  #lines(words) {
    const { password } = this.options
    const all = password ? [['AUTH', password], words] : [words]
    return all.map((each) => `*${each.length}\r\n${each.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`).join('')
  }

  /** What was answered, but for the password. */
  #answer(text) { return this.options.password ? text.replace(/^\+OK\r\n/, '') : text }
}
