// Several gRTC servers that share their rooms through a real Redis, for a test: each client meets any of them.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { kStore, sharedPostgres } from './postgres.mjs'
import { Redis } from './redis.mjs'
import { Server, startServer } from './server.mjs'

/** Like a Server, but `port` and `url` are another replica's each time. */
export class Replicas {
  /** @param {string} folder  @param {{env?: Record<string, string>, count?: number, redis?: Redis}} options */
  constructor(folder, options = {}) {
    this.folder = folder
    this.options = options
    this.redis = options.redis ?? new Redis()
    this.turn = Math.floor(Math.random() * 97)
    this.all = []
  }

  get scheme() { return 'http' }
  get host() { return '127.0.0.1' }
  get running() { return this.all.some((server) => server.running) }
  /** One after the other, so that two connections in a row are never on the same. */
  get any() {
    const running = this.all.filter((server) => server.running)
    return (running.length > 0 ? running : this.all)[this.turn++ % (running.length || this.all.length)]
  }
  get port() { return this.any.port }
  /** The port of another replica than the one at `port`. */
  portBut(port) {
    const first = this.any
    return (first.port === port ? this.any : first).port
  }
  get url() { return this.any.url }
  get wsUrl() { return this.any.wsUrl }
  get output() { return this.all.map((server) => server.output).join('\n') }

  async start() {
    if (!this.options.redis) await this.redis.start()
    const { count = 3, env: given = {}, ...rest } = this.options
    const env = { ...given }
    if (kStore === 'postgres') env.DATABASE_URL ??= (await sharedPostgres()).createDatabase()
    for (let i = 0; i < count; i++) {
      const folder = path.join(this.folder, `replica-${i}`)
      mkdirSync(folder, { recursive: true })
      this.all.push(new Server(folder, { ...rest, env: { ...env, REDIS_URL: this.redis.url } }))
    }
    await Promise.all(this.all.map((server) => server.start()))
    return this
  }

  async stop(signal) {
    await Promise.all(this.all.map((server) => server.stop(signal)))
    if (!this.options.redis) await this.redis.remove()
  }

  /** All end and begin again: what the rooms were is in Redis alone. */
  async restart(signal) {
    await Promise.all(this.all.map((server) => server.restart(signal)))
  }
}

/** Replicas that end with the test. */
export async function startReplicas(t, options = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'grtc-replicas-'))
  const replicas = new Replicas(folder, options)
  t?.after(async () => {
    await replicas.stop('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  return replicas.start()
}

/** What a test of grtc.v1 is run against that needs settings of its own. */
export const startServerOrReplicas = (t, options) => (kReplicas > 1 ? startReplicas(t, { ...options, count: kReplicas }) : startServer(t, options))

/** How many replicas the tests of grtc.v1 are run against; 1: a server alone. */
export const kReplicas = Number(process.env.GRTC_REPLICAS ?? 1)
