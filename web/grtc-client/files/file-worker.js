// The worker of a transfer: verifies blocks and writes them to this origin's private disk space (OPFS).
// Besides the file there is a map: 32 bytes a block, its digest, zeros while it is missing. So a reload finds what is there.

import { blockCount, blockLength, fromHex, kBlockBytes, toHex } from './blocks.js'
import { digestHere } from './digest.js'

/** The DOM's types do not know a worker's handles. @typedef {{read(buffer: Uint8Array, at: {at: number}): number,
 *    write(buffer: Uint8Array, at: {at: number}): number, truncate(size: number): void, flush(): void, close(): void, getSize(): number}} Handle */

const kDigestBytes = 32
const kOpenTries = 20

/** @type {{size: number, file: Handle, map: Handle} | null} */
let open = null

/** @type {Record<string, (message: any) => unknown>} */
const kOps = {
  digest: ({ buffer }) => digestHere(buffer),
  open: ({ folder, id, size }) => openFiles(folder, id, size),
  put: ({ block, length, buffer, sha }) => put(block, length, buffer, sha),
  close: () => close(),
}

self.onmessage = async ({ data }) => {
  try {
    const value = await kOps[data.op](data)
    // The buffer goes back to be filled again: a new one for each block would be garbage by the gigabyte.
    const buffers = data.op === 'put' ? [data.buffer] : []
    postMessage({ call: data.call, value }, { transfer: buffers })
  } catch (error) {
    const { name, message } = /** @type {Error} */ (error)
    postMessage({ call: data.call, error: { name, message } })
  }
}

/** Opens or makes both files; gives the digests of the blocks that are there and intact.
 *  @param {FileSystemDirectoryHandle} folder
 *  @param {string} id
 *  @param {number} size */
async function openFiles(folder, id, size) {
  const file = await handleOf(folder, `${id}.part`)
  const map = await handleOf(folder, `${id}.map`)
  open = { size, file, map }
  const total = blockCount(size)
  const digests = new Uint8Array(total * kDigestBytes)
  map.read(digests, { at: 0 })
  /** @type {[number, string][]} */
  const there = []
  const bytes = new Uint8Array(kBlockBytes)
  for (let block = 0; block < total; block += 1) {
    const wanted = toHex(digests.slice(block * kDigestBytes, (block + 1) * kDigestBytes).buffer)
    if (/^0*$/.test(wanted)) continue
    const part = bytes.subarray(0, blockLength(size, block))
    // Read again: after a crash of the machine a map may know more than the disk.
    if (file.read(part, { at: block * kBlockBytes }) === part.length && (await digestHere(part)) === wanted) there.push([block, wanted])
  }
  return there
}

/** A page that was just reloaded may still hold the file for a moment.
 *  @param {FileSystemDirectoryHandle} folder
 *  @param {string} name
 *  @returns {Promise<Handle>} */
async function handleOf(folder, name) {
  const handle = /** @type {any} */ (await folder.getFileHandle(name, { create: true }))
  for (let tries = 1; ; tries += 1) {
    try {
      return await handle.createSyncAccessHandle()
    } catch (error) {
      if (tries >= kOpenTries) throw error
      await new Promise((resolve) => { setTimeout(resolve, 100) })
    }
  }
}

/** @param {number} block
 *  @param {number} length
 *  @param {ArrayBuffer} buffer
 *  @param {string} sha */
async function put(block, length, buffer, sha) {
  const bytes = new Uint8Array(buffer, 0, length)
  if ((await digestHere(bytes)) !== sha) return { good: false, buffer }
  if (!open) throw new Error('not open')
  if (open.file.write(bytes, { at: block * kBlockBytes }) !== length) throw new DOMException('The disk is full.', 'QuotaExceededError')
  open.map.write(fromHex(sha), { at: block * kDigestBytes })
  return { good: true, buffer }
}

function close() {
  open?.file.truncate(open.size)
  for (const handle of open ? [open.file, open.map] : []) {
    handle.flush()
    handle.close()
  }
  open = null
}
