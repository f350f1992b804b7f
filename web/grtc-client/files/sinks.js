// Where an incoming file is kept while it arrives. A sink verifies a block before it keeps it.

import { GrtcError } from '../errors.js'
import { BlockMap, blockLength, kBlockBytes } from './blocks.js'
import { digest } from './digest.js'
import { WorkerCalls } from './worker-calls.js'

/** What a page without disk space may hold at once, over all of its transfers. */
export const kMemoryBytes = 512 * 2 ** 20
const kFolder = 'grtc-files'
/** Parts that nobody came back for are removed after this time; whole ones, which were saved elsewhere, after less. */
const kStaleMs = 3 * 24 * 3_600_000
const kDoneMs = 3_600_000

/** @typedef {object} Sink
 *  @property {BlockMap} map
 *  @property {(block: number, buffer: ArrayBuffer, sha: string) => Promise<{good: boolean, buffer: ArrayBuffer | null}>} put
 *           buffer: holds a block from its beginning; it comes back to be filled again where it can
 *  @property {() => Promise<File | null>} finish  null: it is in the file that the person chose
 *  @property {() => Promise<void>} discard */

let inMemory = 0

/** Opens a place for `size` bytes. With `id`, `auto` finds what an earlier page had received.
 *  @param {{id: string, name: string, type: string, size: number}} file
 *  @param {import('./transfer.js').AcceptOptions} options
 *  @returns {Promise<Sink>}
 *  @throws {GrtcError} too-large (for memory), storage */
export async function openSink(file, { place = 'auto', handle }) {
  if (handle) return HandleSink.open(file, handle)
  const folder = place === 'auto' ? await folderOf() : null
  if (!folder) return new MemorySink(file)
  const { quota = 0, usage = 0 } = await navigator.storage.estimate()
  const kept = await keptBytes(folder, file.id)
  if (kept === 0 && file.size > quota - usage) throw new GrtcError('storage', 'There is not enough disk space for this file.')
  return DiskSink.open(file, folder)
}

/** Which place `auto` is here: `disk` survives a reload. */
export async function automaticPlace() {
  return (await rootOf()) ? /** @type {const} */ ('disk') : /** @type {const} */ ('memory')
}

export const memoryLeft = () => kMemoryBytes - inMemory

async function rootOf() {
  try {
    // Missing on plain http; forbidden in some private windows.
    return typeof Worker === 'undefined' ? null : await navigator.storage.getDirectory()
  } catch {
    return null
  }
}

async function folderOf() {
  const root = await rootOf()
  return root ? root.getDirectoryHandle(kFolder, { create: true }) : null
}

/** @param {FileSystemDirectoryHandle} folder
 *  @param {string} id */
async function keptBytes(folder, id) {
  return folder.getFileHandle(`${id}.part`).then(async (handle) => (await handle.getFile()).size, () => 0)
}

/** Removes what earlier pages left and nobody wants. A file that a page has open can't be removed, so none is lost.
 *  @param {ReadonlySet<string>} wanted  ids */
export async function removeStale(wanted) {
  const folder = await folderOf()
  if (!folder) return
  /** @type {Map<string, FileSystemHandle>} */
  const handles = new Map()
  for await (const handle of folder.values()) if (handle.kind === 'file') handles.set(handle.name, handle)
  for (const [name, handle] of handles) {
    const id = name.replace(/\.\w+$/, '')
    if (wanted.has(id)) continue
    const { lastModified } = await /** @type {FileSystemFileHandle} */ (handle).getFile()
    const keptMs = handles.has(`${id}.map`) ? kStaleMs : kDoneMs
    if (Date.now() - lastModified > keptMs) await folder.removeEntry(name).catch(() => {})
  }
}

/** In the origin's private disk space, written by a worker. */
class DiskSink {
  map
  #worker = new WorkerCalls()
  #file
  #folder

  /** @param {{id: string, name: string, type: string, size: number}} file
   *  @param {FileSystemDirectoryHandle} folder */
  constructor(file, folder) {
    this.#file = file
    this.#folder = folder
    this.map = new BlockMap(file.size)
  }

  /** @param {{id: string, name: string, type: string, size: number}} file
   *  @param {FileSystemDirectoryHandle} folder */
  static async open(file, folder) {
    const sink = new DiskSink(file, folder)
    try {
      const there = await sink.#worker.call('open', { folder, id: file.id, size: file.size })
      for (const [block, sha] of there) sink.map.add(block, sha)
    } catch (error) {
      sink.#worker.end()
      throw new GrtcError('storage', String(/** @type {Error} */ (error).message))
    }
    return sink
  }

  /** @param {number} block
   *  @param {ArrayBuffer} buffer
   *  @param {string} sha */
  async put(block, buffer, sha) {
    const length = blockLength(this.#file.size, block)
    const answer = await this.#worker.call('put', { block, length, buffer, sha }, [buffer])
    if (answer.good) this.map.add(block, sha)
    return answer
  }

  async finish() {
    await this.#worker.call('close')
    this.#worker.end()
    // Without its map it is whole: nothing will go on with it.
    await removeSoon(this.#folder, `${this.#file.id}.map`)
    const handle = await this.#folder.getFileHandle(`${this.#file.id}.part`)
    return new File([await handle.getFile()], this.#file.name, { type: this.#file.type })
  }

  async discard() {
    this.#worker.end()
    for (const ending of ['part', 'map']) await removeSoon(this.#folder, `${this.#file.id}.${ending}`)
  }
}

/** The ended worker's lock goes a moment later.
 *  @param {FileSystemDirectoryHandle} folder
 *  @param {string} name */
async function removeSoon(folder, name) {
  for (let tries = 0; tries < 20; tries += 1) {
    try {
      return await folder.removeEntry(name)
    } catch (error) {
      if (/** @type {Error} */ (error).name === 'NotFoundError') return
      await new Promise((resolve) => { setTimeout(resolve, 100) })
    }
  }
}

/** In the tab's memory: bounded over all transfers. */
class MemorySink {
  map
  #file
  /** @type {Blob[]} */
  #parts = []
  #discarded = false

  /** @param {{name: string, type: string, size: number}} file */
  constructor(file) {
    if (inMemory + file.size > kMemoryBytes) throw new GrtcError('too-large', 'This page can hold 512 MiB in memory.')
    inMemory += file.size
    this.#file = file
    this.map = new BlockMap(file.size)
  }

  /** @param {number} block
   *  @param {ArrayBuffer} buffer
   *  @param {string} sha */
  async put(block, buffer, sha) {
    const bytes = buffer.slice(0, blockLength(this.#file.size, block))
    if ((await digest(bytes)) !== sha) return { good: false, buffer }
    this.#parts[block] = new Blob([bytes])
    this.map.add(block, sha)
    return { good: true, buffer }
  }

  async finish() { return new File(this.#parts, this.#file.name, { type: this.#file.type }) }

  async discard() {
    if (!this.#discarded) inMemory -= this.#file.size
    this.#discarded = true
    this.#parts = []
  }
}

/** In a file that the person chose. The browser writes to a copy and puts it in place at the end. */
class HandleSink {
  map
  #file
  #writable

  /** @param {{size: number}} file
   *  @param {FileSystemWritableFileStream} writable */
  constructor(file, writable) {
    this.#file = file
    this.#writable = writable
    this.map = new BlockMap(file.size)
  }

  /** @param {{size: number}} file
   *  @param {FileSystemFileHandle} handle */
  static async open(file, handle) {
    try {
      return new HandleSink(file, await handle.createWritable())
    } catch (error) {
      throw new GrtcError('storage', String(/** @type {Error} */ (error).message))
    }
  }

  /** @param {number} block
   *  @param {ArrayBuffer} buffer
   *  @param {string} sha */
  async put(block, buffer, sha) {
    const bytes = new Uint8Array(buffer, 0, blockLength(this.#file.size, block))
    if ((await digest(bytes.length === kBlockBytes ? buffer : buffer.slice(0, bytes.length))) !== sha) return { good: false, buffer }
    await this.#writable.write({ type: 'write', position: block * kBlockBytes, data: bytes })
    this.map.add(block, sha)
    return { good: true, buffer }
  }

  async finish() {
    await this.#writable.close()
    return null
  }

  async discard() { await this.#writable.abort().catch(() => {}) }
}
