import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { grtcBinary } from './server.mjs'

/** Runs the program to its end in a folder of its own: `{code, signal, stdout, stderr, lines}`; lines are of both outputs. */
export async function run(args, { env = {}, cwd, input, timeout = 20_000 } = {}) {
  const folder = cwd ?? (await mkdtemp(path.join(tmpdir(), 'grtc-run-')))
  const { PATH, LD_LIBRARY_PATH, ASAN_OPTIONS, UBSAN_OPTIONS, TSAN_OPTIONS } = process.env
  const kept = Object.entries({ PATH, LD_LIBRARY_PATH, ASAN_OPTIONS, UBSAN_OPTIONS, TSAN_OPTIONS }).filter(([, value]) => value !== undefined)
  try {
    return await new Promise((resolve, reject) => {
      const child = spawn(grtcBinary(), args, { cwd: folder, env: { ...Object.fromEntries(kept), ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
      const output = { stdout: [], stderr: [] }
      for (const name of ['stdout', 'stderr']) child[name].on('data', (data) => output[name].push(data))
      const timer = setTimeout(() => child.kill('SIGKILL'), timeout)
      child.on('error', reject)
      child.on('close', (code, signal) => {
        clearTimeout(timer)
        const bytes = Buffer.concat(output.stdout)
        const [stdout, stderr] = [bytes.toString('utf8'), Buffer.concat(output.stderr).toString('utf8')]
        const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '')
        resolve({ code, signal, bytes, stdout, stderr, lines })
      })
      child.stdin.on('error', () => {})
      child.stdin.end(input)
    })
  } finally {
    if (cwd === undefined) await rm(folder, { recursive: true, force: true })
  }
}

/** `grtc serve` that is expected to end by itself. It listens on no port of note should it start after all. */
export function serve(env = {}, args = [], options = {}) {
  return run(['serve', ...args], { env: { HOST: '127.0.0.1', PORT: '0', DATABASE_PATH: 'items.db', ...env }, timeout: 5000, ...options })
}

/** A program of the system; rejects when it fails. */
export function tool(file, args, options = {}) {
  return new Promise((resolve, reject) => {
    execFile(file, args, { encoding: 'utf8', ...options }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${file} ${args.join(' ')}: ${stderr || error.message}`))
      else resolve(stdout)
    })
  })
}
