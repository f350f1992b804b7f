/**
 * A real PostgreSQL 15 for tests: a cluster in a folder of its own on a free loopback port, one for a test file, with a
 * database for each test. It runs as the user `postgres`, for it refuses to run as root.
 */
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { freePort } from './coturn.mjs'

const kPrograms = '/usr/lib/postgresql/15/bin'
const kUser = 'postgres'

/** Why PostgreSQL cannot be started here; or false. */
export const noPostgres = existsSync(`${kPrograms}/postgres`) ? false : `${kPrograms}/postgres is not installed (./dev setup)`

/**
 * A command line that runs `words` as the user `postgres`, or as we are when that is not root.
 * @param {string[]} words
 */
function asPostgres(words) {
  return process.getuid?.() === 0 ? ['setpriv', `--reuid=${kUser}`, `--regid=${kUser}`, '--init-groups', ...words] : words
}

export class Postgres {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #process
  #databases = 0

  /**
   * @param {string} folder
   * @param {number} port
   * @param {boolean} durable
   */
  constructor(folder, port, durable) {
    this.folder = folder
    this.port = port
    this.durable = durable
  }

  /**
   * A new cluster, started.
   * @param {{durable?: boolean}} [options]  durable: with fsync, for tests of what survives
   */
  static async start({ durable = false } = {}) {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'grtc-postgres-'))
    chmodSync(folder, 0o700)
    if (process.getuid?.() === 0) {
      const id = Number(execFileSync('id', ['-u', kUser], { encoding: 'utf8' }))
      const group = Number(execFileSync('id', ['-g', kUser], { encoding: 'utf8' }))
      chownSync(folder, id, group)
    }
    const words = [`${kPrograms}/initdb`, '-D', folder, '-U', kUser, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
    const [program, ...rest] = asPostgres(words)
    execFileSync(program, rest, { stdio: 'ignore', cwd: '/' })
    const made = new Postgres(folder, await freePort(), durable)
    await made.resume()
    return made
  }

  /** Starts the cluster that was stopped, on the same port and data; returns when it takes connections. */
  async resume() {
    const set = [`port=${this.port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'shared_buffers=32MB', 'max_connections=300']
    if (!this.durable) set.push('fsync=off', 'full_page_writes=off')
    const words = [`${kPrograms}/postgres`, '-D', this.folder, ...set.flatMap((one) => ['-c', one])]
    const [program, ...rest] = asPostgres(words)
    const child = spawn(program, rest, { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' })
    this.#process = child
    await new Promise((resolve, reject) => {
      let told = ''
      child.stderr.on('data', (chunk) => {
        told = (told + chunk).slice(-4000)
        if (told.includes('ready to accept connections')) resolve(undefined)
      })
      child.once('exit', (code) => reject(new Error(`postgres ended with ${code}: ${told}`)))
    })
  }

  /** The server's own process, for signals. */
  get pid() {
    return /** @type {number} */ (this.#process?.pid)
  }

  /**
   * Ends the server and waits for its end. SIGINT (fast) cuts connections, SIGQUIT (immediate) is as a crash.
   * @param {NodeJS.Signals} [signal]
   */
  async halt(signal = 'SIGINT') {
    const child = this.#process
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await ended
  }

  /**
   * To the server and all its processes.
   * @param {NodeJS.Signals} signal
   */
  signal(signal) {
    const own = this.pid
    const children = execFileSync('pgrep', ['-P', String(own)], { encoding: 'utf8' }).split('\n').filter(Boolean)
    for (const pid of [own, ...children.map(Number)]) {
      try {
        process.kill(pid, signal)
      } catch {
        // It has ended meanwhile.
      }
    }
  }

  /** Ends the server for good, and takes its folder away. */
  async stop() {
    await this.halt('SIGQUIT')
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** Keeps no process alive, and goes when this one does. */
  endWithProcess() {
    const child = this.#process
    child?.unref()
    const told = /** @type {import('node:net').Socket | null | undefined} */ (child?.stderr)
    told?.unref()
    process.once('exit', () => {
      child?.kill('SIGQUIT')
      rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
    })
  }

  /** @param {string} name */
  url(name) {
    return `postgresql://${kUser}@127.0.0.1:${this.port}/${name}`
  }

  /** A new empty database; its URL. */
  createDatabase() {
    const name = `test${++this.#databases}`
    this.query('postgres', `CREATE DATABASE ${name}`)
    return this.url(name)
  }

  /**
   * Keeps a transaction open after `sql`: `held` resolves once that is done, release() ends it.
   * @param {string} url
   * @param {string} sql
   */
  hold(url, sql) {
    const child = spawn('psql', ['-XqAt', '-d', url], { stdio: ['pipe', 'pipe', 'inherit'] })
    const held = new Promise((resolve) => child.stdout.on('data', (chunk) => String(chunk).includes('held') && resolve(undefined)))
    child.stdin.write(`BEGIN; ${sql}; SELECT 'held';\n`)
    return {
      held,
      release: async () => {
        const ended = new Promise((resolve) => child.once('exit', resolve))
        child.stdin.end('COMMIT;\n')
        await ended
      },
    }
  }

  /**
   * What psql prints for `sql`: a line a row, columns by `|`.
   * @param {string} database  name or URL
   * @param {string} sql
   */
  query(database, sql) {
    const url = database.includes('://') ? database : this.url(database)
    return execFileSync('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', url, '-c', sql], { encoding: 'utf8' }).trim()
  }
}

/** @type {Promise<Postgres> | undefined} */
let shared

/**
 * The cluster of this test file, started by the first who asks; it ends with the process.
 * @returns {Promise<Postgres>}
 */
export function sharedPostgres() {
  shared ??= Postgres.start().then((postgres) => {
    postgres.endWithProcess()
    return postgres
  })
  return shared
}

/** Where the items of the tests are kept: `sqlite`, or `postgres` (GRTC_STORE). */
export const kStore = process.env.GRTC_STORE ?? 'sqlite'
