import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before } from 'node:test'
import { Replicas, kReplicas } from './replicas.mjs'
import { Server, grtcBinary } from './server.mjs'

/** Whether the binary under test is an instrumented one, which is several times slower. */
export const kSlow = /\/(asan|tsan|debug)\//.test(grtcBinary())

/**
 * One server for all tests of a `describe`: started before the first, ended after the last. A test that needs settings
 * of its own uses startServer(). With GRTC_REPLICAS=3 it is three replicas that share a Redis.
 */
export function sharedServer(options = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'grtc-test-'))
  const server = kReplicas > 1 ? new Replicas(folder, { ...options, count: kReplicas }) : new Server(folder, options)
  before(() => server.start())
  after(async () => {
    await server.stop('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  return server
}

let names = 0
/** A room or peer name that no other test of this process uses. */
export const fresh = (what = 'room') => `${what}-${process.pid}-${++names}`

/** Repeatable random numbers in [0, 1) (mulberry32), for tests that print their seed. */
export function seeded(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** The seed of a random test: $GRTC_SEED, else a new one; printed so that a failure can be run again. */
export function seedOf(t) {
  const seed = Number(process.env.GRTC_SEED ?? Math.floor(Math.random() * 2 ** 31))
  t.diagnostic(`seed ${seed}: run again with GRTC_SEED=${seed}`)
  return seed
}

export const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
