// Docker for the deployment's tests: whether it is there, a copy of the checkout to run it in, and the end of all that was started.

import { execFile, execFileSync, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { grtcBinary, waitFor } from './server.mjs'

export const kRepository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..')
/** Not the whole of it: for CI. */
export const kFast = process.env.GRTC_DEPLOY === 'fast'
/** The image gets the binary of build/release instead of compiling one: for CI, and while one works on these tests. */
export const kPrebuilt = kFast || process.env.GRTC_DEPLOY === 'prebuilt'
export const kProfiles = ['with-nginx', 'with-clients', 'with-turn', 'with-redis', 'with-postgres']

/** Debian's own programs come first: python3-selenium belongs to its Python. */
const kShell = { SHELL: '/bin/bash', COMPOSE_ANSI: 'never', PATH: `/usr/bin:/bin:${process.env.PATH}` }

const kImages = ['debian:bookworm-slim', 'nginx:stable-alpine',
  ...(kFast ? [] : ['coturn/coturn:latest', 'selenium/standalone-chromium:latest', 'redis:7-alpine', 'postgres:15-alpine'])]
/** The slowest command compiles all of gRTC, and the machine may have more to do. */
const kPatienceMs = 2_400_000
const kTurn = path.join(tmpdir(), 'grtc-deploy.turn')
const kPorts = kFast ? [8001, 80, 443] : [8001, 8002, 80, 443, 3478, 4444, 4445, 7900, 7901]

const ask = (file, ...args) => execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
const works = (file, ...args) => {
  try {
    ask(file, ...args)
    return true
  } catch {
    return false
  }
}

/** Why the deployment can't be tested on this machine, or `false`. With $GRTC_BASE_IMAGES, a program that makes the base images and
 *  may start the daemon, that one is run first; a daemon that it says to have started (`started: dockerd … (pid N,`) is ended by `end`. */
export async function prepareDocker() {
  await takeTurn()
  let end = giveTurn
  const provider = process.env.GRTC_BASE_IMAGES
  if (provider) {
    const { code, output } = await run(provider, [])
    if (code !== 0) return { reason: `${provider} failed: ${output.slice(-300)}`, end }
    const pid = Number(/started: dockerd.*\(pid (\d+),/.exec(output)?.[1])
    if (pid) {
      end = () => {
        process.kill(pid, 'SIGTERM')
        giveTurn()
      }
    }
  }
  const stop = (reason) => ({ reason, end })
  if (!works('docker', 'version')) return stop('no Docker daemon answers')
  if (!works('docker-compose', 'version')) return stop('docker-compose is not installed')
  for (const image of kImages) {
    if (works('docker', 'image', 'inspect', image)) continue
    if ((await run('timeout', ['120', 'docker', 'pull', '-q', image])).code !== 0) return stop(`the image ${image} is not there and can't be pulled`)
  }
  for (const port of kPorts) {
    if (!(await isFree(port))) return stop(`port ${port} is taken`)
  }
  if (ask('docker', 'ps', '-aq', '--filter', 'name=^grtc-')) return stop('there are containers of gRTC already')
  return { reason: false, end }
}

/** Two checkouts that test at once would be in each other's way: names, ports and the daemon are the machine's. */
async function takeTurn() {
  await waitFor(() => {
    try {
      writeFileSync(kTurn, String(process.pid), { flag: 'wx' })
      return true
    } catch {
      const holder = existsSync(kTurn) ? readFileSync(kTurn, 'utf8') : ''
      // Just made, it may not hold its number yet.
      const ended = holder ? !existsSync(`/proc/${holder}`) : existsSync(kTurn) && Date.now() - statSync(kTurn).mtimeMs > 5000
      if (ended) rmSync(kTurn, { force: true })
      return false
    }
  }, { timeoutMs: kPatienceMs, everyMs: 500, what: `the test that holds ${kTurn} to end` })
}
const giveTurn = () => rmSync(kTurn, { force: true })

const isFree = (port) => new Promise((resolve) => {
  const server = createServer().once('error', () => resolve(false)).listen(port, () => server.close(() => resolve(true)))
})

/** Runs a program to its end: `{code, output}` of both its outputs. */
export function run(file, args, { cwd, env = {}, input, timeoutMs = kPatienceMs } = {}) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, env: { ...process.env, ...env }, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => { output += text })
    if (input !== undefined) child.stdin.on('error', () => {}).end(input)
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
    child.on('error', (error) => { output += error.message })
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code, output })
    })
  })
}

/** A clean copy of the checkout in a folder named `grtc`, as someone has it who cloned it; what the commands of docs/ run in. */
export class Site {
  constructor() {
    this.root = mkdtempSync(path.join(tmpdir(), 'grtc-deploy-'))
    this.folder = path.join(this.root, 'grtc')
    const files = ask('git', '-C', kRepository, 'ls-files', '-co', '--exclude-standard', '-z').split('\0')
    for (const file of files.filter((name) => name && !name.startsWith('node_modules') && existsSync(path.join(kRepository, name)))) {
      cpSync(path.join(kRepository, file), path.join(this.folder, file))
    }
    if (kPrebuilt) this.#takeBinary()
  }

  /** Replaces the stage that compiles by one that has the binary: all else of the image stays what it is. */
  #takeBinary() {
    cpSync(grtcBinary(), path.join(this.folder, 'grtc-binary'))
    const file = path.join(this.folder, 'Dockerfile')
    const text = readFileSync(file, 'utf8')
    const stages = text.indexOf('FROM debian:bookworm-slim AS slim')
    writeFileSync(file, `FROM debian:bookworm-slim AS build\nCOPY grtc-binary /src/build/release/grtc\n\n${text.slice(stages)}`)
    writeFileSync(path.join(this.folder, '.dockerignore'), '*\n!grtc-binary\n!deploy/docker\n')
  }

  /** One command line of the guide, in a terminal as its reader has one. */
  type(line, options = {}) {
    return this.#run('script', ['-qec', `set -eo pipefail; ${line}`, '/dev/null'], options)
  }

  /** Without a terminal; rejects when it fails. Returns what it printed. */
  async sh(line, options = {}) {
    // --norc: with a socket as its input bash believes in a login from afar, and would read the machine's bashrc.
    const { code, output } = await this.#run('bash', ['--norc', '-euo', 'pipefail', '-c', line], options)
    if (code !== 0) throw new Error(`${line}: exit code ${code}\n${output}`)
    return output
  }

  #run(file, args, options) {
    return run(file, args, { cwd: this.folder, ...options, env: { ...kShell, ...options.env } })
  }

  /** Reads `line`'s output until `text` comes, then ends it. */
  follow(line, text, timeoutMs = 20_000) {
    const child = spawn('bash', ['-c', `exec ${line}`], { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] })
    return new Promise((resolve, reject) => {
      let output = ''
      const timer = setTimeout(() => reject(new Error(`waited for ${text}:\n${output}`)), timeoutMs)
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (part) => {
          output += part
          if (output.includes(text)) resolve(output)
        })
      }
      child.on('close', () => reject(new Error(`${line} ended:\n${output}`)))
      child.once('exit', () => clearTimeout(timer))
    }).finally(() => child.kill('SIGTERM'))
  }

  compose(args, options) { return this.sh(`docker-compose ${args}`, options) }
  /** Inside the backend's container. */
  exec(command, options) { return this.compose(`exec -T backend ${command}`, options) }

  /** Removes every container, network, volume and file that came of it. */
  async end() {
    const profiles = kProfiles.map((name) => `--profile ${name}`).join(' ')
    await this.sh(`docker-compose ${profiles} down -v --remove-orphans --timeout 20`)
    // It belongs to the server's user.
    await this.sh('docker run --rm --user root --entrypoint rm -v "$PWD:/here" grtc -rf /here/data')
    rmSync(this.root, { recursive: true, force: true })
  }
}

/** `docker inspect` of one thing. */
export const inspect = (name) => JSON.parse(ask('docker', 'inspect', name))[0]
/** What of Docker is there: to compare before and after. */
export const inventory = () => ({
  containers: ask('docker', 'ps', '-a', '--format', '{{.Names}}').split('\n').sort(),
  networks: ask('docker', 'network', 'ls', '--format', '{{.Name}}').split('\n').sort(),
  volumes: ask('docker', 'volume', 'ls', '--format', '{{.Name}}').split('\n').sort(),
})
