// Starts the real gRTC binary for a test, on a free port with a database of its own, and ends it.
//
//   const server = await startServer(t, { env: { RESUME_WINDOW_S: '2' } })
//   await fetch(server.url + '/health')
//   await server.restart('SIGKILL')        // same port, same database
//
// With a test context as first argument (node:test's `t`, or anything with `after`) the server is stopped and its folder
// removed when the test ends. The binary is $GRTC_BIN, else build/release/grtc. With GRTC_STORE=postgres the items are in
// a PostgreSQL database of the server's own.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { kStore, sharedPostgres } from './postgres.mjs'

const kRepository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..')
const kStartMs = 15_000
const kStopMs = 20_000
/** Characters of output kept for messages; the tail is what tells why a server ended. */
const kKeptOutput = 1_000_000

export const grtcBinary = () => path.resolve(process.env.GRTC_BIN ?? path.join(kRepository, 'build', 'release', 'grtc'))

/** The address in a start line, of the text or the JSON log; `null` while it has not been printed whole. */
export function findAddress(output) {
  for (const line of output.split('\n').slice(0, -1)) {
    if (!/listening/i.test(line)) continue
    const found = /(https?):\/\/(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):(\d+)/.exec(line.replaceAll('\\/', '/'))
    if (found && Number(found[3]) > 0) return { scheme: found[1], host: found[2], port: Number(found[3]) }
  }
  return null
}

/** Starts a server and waits until /ready says 200. `env` is added to a small clean environment; `args` follow `serve`. */
export async function startServer(t, options = {}) {
  const ownFolder = options.folder === undefined
  const folder = options.folder ?? (await mkdtemp(path.join(tmpdir(), 'grtc-test-')))
  const server = new Server(folder, options)
  t?.after(async () => {
    await server.stop('SIGKILL')
    if (ownFolder) await rm(folder, { recursive: true, force: true })
  })
  await server.start()
  return server
}

export class Server {
  /** @param {string} folder  where the database lives
   *  @param {{env?: Record<string, string>, args?: string[], port?: number, waitReady?: boolean}} options */
  constructor(folder, options = {}) {
    this.folder = folder
    this.options = options
    this.port = options.port ?? 0
    this.scheme = 'http'
    this.process = null
    /** stdout and stderr of the running process, or of the last one. */
    this.output = ''
    /** `{code, signal}` once ended. */
    this.exit = null
  }

  get pid() { return this.process?.pid }
  get running() { return this.process !== null && this.exit === null }
  get host() { return '127.0.0.1' }
  get databasePath() { return this.options.env?.DATABASE_PATH ?? path.join(this.folder, 'items.db') }
  get url() { return `${this.scheme}://${this.host}:${this.port}` }
  get wsUrl() { return this.url.replace(/^http/, 'ws') }

  environment() {
    const { PATH, HOME, TMPDIR, LD_LIBRARY_PATH, ASAN_OPTIONS, UBSAN_OPTIONS, TSAN_OPTIONS, LSAN_OPTIONS } = process.env
    const kept = { PATH, HOME, TMPDIR, LD_LIBRARY_PATH, ASAN_OPTIONS, UBSAN_OPTIONS, TSAN_OPTIONS, LSAN_OPTIONS }
    return {
      ...Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)),
      HOST: this.host,
      DATABASE_PATH: this.databasePath,
      ...(this.databaseUrl && { DATABASE_URL: this.databaseUrl }),
      DRAIN_SECONDS: '1',
      ...this.options.env,
      PORT: String(this.port),
    }
  }

  /** Spawns the process and resolves when it serves; rejects with its output when it ends first. */
  async start() {
    if (this.running) throw new Error('the server already runs')
    this.databaseUrl ??= await this.#ownDatabase()
    this.output = ''
    this.exit = null
    const child = spawn(grtcBinary(), ['serve', ...(this.options.args ?? [])], {
      cwd: this.folder, env: this.environment(), stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.process = child
    const ended = new Promise((_, reject) => {
      child.once('error', (error) => { this.exit = { code: null, signal: null }; reject(error) })
      child.once('exit', (code, signal) => {
        this.exit = { code, signal }
        reject(new Error(`grtc ended early (code ${code}, signal ${signal}):\n${this.output}`))
      })
    })
    ended.catch(() => {})
    const address = this.#address(child)
    const found = await withTimeout(Promise.race([address, ended]), kStartMs, () => `no listening line:\n${this.output}`)
    this.port = found.port
    this.scheme = found.scheme
    if (this.options.waitReady !== false) await Promise.race([this.ready(), ended])
    return this
  }

  /** With GRTC_STORE=postgres: an empty database, where the test doesn't name one. */
  async #ownDatabase() {
    const { DATABASE_URL } = this.options.env ?? {}
    if (DATABASE_URL !== undefined || kStore !== 'postgres') return DATABASE_URL
    return (await sharedPostgres()).createDatabase()
  }

  #address(child) {
    return new Promise((resolve) => {
      const take = (chunk) => {
        this.output = (this.output + chunk).slice(-kKeptOutput)
        const found = findAddress(this.output)
        if (found) resolve(found)
      }
      child.stdout.setEncoding('utf8').on('data', take)
      child.stderr.setEncoding('utf8').on('data', take)
    })
  }

  /** Waits until /ready answers 200. */
  async ready() {
    await waitFor(async () => {
      const answer = await fetch(`${this.url}/ready`).catch(() => null)
      await answer?.arrayBuffer()
      return answer?.status === 200
    }, { timeoutMs: kStartMs, what: () => `/ready to say 200:\n${this.output}` })
  }

  /** Sends `signal` and waits for the end; `SIGKILL` follows when it takes too long. Harmless when not running. */
  async stop(signal = 'SIGTERM') {
    const child = this.process
    if (!child || this.exit) return this.exit
    const ended = once(child, 'exit')
    child.kill(signal)
    try {
      await withTimeout(ended, kStopMs, () => `the server did not end after ${signal}:\n${this.output}`)
    } catch (error) {
      child.kill('SIGKILL')
      await ended
      throw error
    }
    return this.exit
  }

  kill() { return this.stop('SIGKILL') }

  /** Ends the process by `signal` and starts it again on the same port and database. */
  async restart(signal = 'SIGTERM') {
    await this.stop(signal)
    await this.start()
  }
}

/** Calls `probe` until it returns something truthy, and returns that. */
export async function waitFor(probe, { timeoutMs = 10_000, everyMs = 20, what = 'a condition' } = {}) {
  const end = Date.now() + timeoutMs
  for (;;) {
    const value = await probe()
    if (value) return value
    if (Date.now() > end) throw new Error(`waited ${timeoutMs} ms for ${typeof what === 'function' ? what() : what}`)
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}

async function withTimeout(promise, ms, what) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms} ms: ${what()}`)), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Stops a process where it stands, all its threads, until SIGCONT. */
export async function freeze(pid) {
  process.kill(pid, 'SIGSTOP')
  const stands = (thread) => / T /.test(readFileSync(`/proc/${pid}/task/${thread}/stat`, 'latin1').replace(/^.*\)/, ''))
  await waitFor(() => readdirSync(`/proc/${pid}/task`).every(stands), { everyMs: 1, what: `process ${pid} to stand still` })
}
