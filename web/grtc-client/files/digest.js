import { toHex } from './blocks.js'
import { sha256 } from './sha256.js'

/** SHA-256 in hex, in this thread: by the browser where it has it, else by our own. @param {BufferSource & {byteLength: number}} bytes */
export async function digestHere(bytes) {
  const subtle = globalThis.crypto?.subtle
  if (subtle) return toHex(await subtle.digest('SHA-256', bytes))
  const view = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return toHex(sha256(view).buffer)
}

/** @type {Promise<import('./worker-calls.js').WorkerCalls | null> | undefined} */
let worker

/** SHA-256 in hex, without holding up the page: on plain http a worker computes it. `bytes` stay the caller's.
 *  @param {ArrayBuffer} bytes */
export async function digest(bytes) {
  if (globalThis.crypto?.subtle || typeof Worker === 'undefined') return digestHere(bytes)
  worker ??= import('./worker-calls.js').then(({ WorkerCalls }) => new WorkerCalls()).catch(() => null)
  const calls = await worker
  if (!calls) return digestHere(bytes)
  return calls.call('digest', { buffer: bytes }).catch(() => digestHere(bytes))
}
