import { BlockMap, blockCount, blockLength, kBlockBytes, kChunkBytes, kWindowBlocks, missingOf, rootInput } from './blocks.js'
import { digest } from './digest.js'

/** Never more than this waits in the channel. */
const kBufferedBytes = 1 << 20
const kAgain = 5

/** One run of sending a file over one channel. The receiver says what it has; then for each block: `{block}`, its bytes as chunks,
 *  `{end, sha}`. It answers `{ok}`, or `{again}` for one that came wrong. At last `{done: root}` and `{verified}`. */
export class Sending {
  #file
  #channel
  #hooks
  #map
  #chunkBytes
  /** @type {number[]} */
  #todo = []
  #inFlight = new Set()
  /** Bytes that the receiver has stored. */
  #stored = 0
  /** @type {Map<number, number>} */
  #tries = new Map()
  /** @type {Map<number, Promise<{buffer: ArrayBuffer, sha: string}>>} */
  #read = new Map()
  #begun = false
  #paused = false
  #pumping = false
  #doneSent = false
  #ended = false
  /** @type {(() => void) | null} */
  #wake = null

  /** @param {{file: Blob, map: BlockMap, channel: RTCDataChannel, maxMessageBytes: number,
   *          moved: (bytes: number) => void, checking: () => void, done: () => void, failed: (cause: string) => void,
   *          repaired: () => void}} options  map: digests known from earlier runs; it is added to */
  constructor({ file, map, channel, maxMessageBytes, ...hooks }) {
    this.#file = file
    this.#map = map
    this.#channel = channel
    this.#hooks = hooks
    this.#chunkBytes = Math.max(1024, Math.min(kChunkBytes, maxMessageBytes || kChunkBytes))
    channel.bufferedAmountLowThreshold = kBufferedBytes / 2
    channel.onbufferedamountlow = () => this.#wake?.()
    channel.onmessage = ({ data }) => void this.#take(data).catch(() => this.#fail('unreadable'))
  }

  pause(paused = true) {
    this.#paused = paused
    if (!paused) void this.#pump()
  }

  /** The channel is gone, or the transfer is over. */
  end() {
    this.#ended = true
    this.#wake?.()
    this.#channel.onmessage = null
    this.#channel.onbufferedamountlow = null
  }

  /** @param {unknown} data */
  async #take(data) {
    const frame = readFrame(data)
    if (!frame || this.#ended) return
    if (Array.isArray(frame.have) && !this.#begun) return this.#begin(frame)
    if (this.#inFlight.has(frame.ok)) {
      this.#inFlight.delete(frame.ok)
      this.#stored += blockLength(this.#file.size, frame.ok)
      this.#hooks.moved(this.#stored)
    } else if (this.#inFlight.has(frame.again)) {
      this.#inFlight.delete(frame.again)
      const tries = (this.#tries.get(frame.again) ?? 0) + 1
      this.#tries.set(frame.again, tries)
      if (tries > kAgain) return this.#fail('corrupt')
      this.#todo.unshift(frame.again)
      this.#hooks.repaired()
    } else if (frame.verified === true) {
      return this.#hooks.done()
    } else if (frame.verified === false) {
      return this.#fail('corrupt')
    }
    this.#wake?.()
    await this.#pump()
  }

  /** @param {import('../types.js').Json} frame */
  async #begin({ have, check }) {
    this.#begun = true
    const total = blockCount(this.#file.size)
    this.#todo = missingOf(have, total)
    // A file that was chosen again must be the one that was begun: one block of it tells.
    if (check && typeof check === 'object') {
      const { block, sha } = /** @type {import('../types.js').Json} */ (check)
      if (typeof block === 'number' && block < total && (await this.#load(block)).sha !== sha) return this.#fail('other-file')
    }
    this.#stored = this.#todo.reduce((bytes, block) => bytes - blockLength(this.#file.size, block), this.#file.size)
    this.#hooks.moved(this.#stored)
    await this.#pump()
  }

  /** Sends what may be sent; one runs at a time. */
  async #pump() {
    if (this.#pumping || !this.#begun) return
    this.#pumping = true
    try {
      while (!this.#ended && !this.#paused && this.#todo.length > 0 && this.#inFlight.size < kWindowBlocks) {
        const block = /** @type {number} */ (this.#todo.shift())
        this.#inFlight.add(block)
        await this.#sendBlock(block)
      }
      if (!this.#ended && this.#todo.length === 0 && this.#inFlight.size === 0 && !this.#doneSent) await this.#finish()
    } catch (error) {
      if (!this.#ended && this.#channel.readyState === 'open') this.#fail(/** @type {Error} */ (error).name === 'GrtcError' ? 'protocol' : 'unreadable')
    } finally {
      this.#pumping = false
    }
  }

  /** @param {number} block */
  async #sendBlock(block) {
    const loading = this.#load(block)
    // The next one is read and digested while this one is on its way.
    for (const next of this.#todo.slice(0, 2)) void this.#load(next).catch(() => {})
    const { buffer, sha } = await loading
    this.#read.delete(block)
    if (this.#ended) return
    this.#channel.send(JSON.stringify({ block }))
    for (let at = 0; at < buffer.byteLength; at += this.#chunkBytes) {
      if (this.#channel.bufferedAmount + this.#chunkBytes > kBufferedBytes) await this.#drained()
      if (this.#ended) return
      this.#channel.send(new Uint8Array(buffer, at, Math.min(this.#chunkBytes, buffer.byteLength - at)))
    }
    this.#channel.send(JSON.stringify({ end: block, sha }))
  }

  async #drained() {
    while (!this.#ended && this.#channel.bufferedAmount > kBufferedBytes / 2) {
      await new Promise((resolve) => { this.#wake = () => resolve(undefined) })
      this.#wake = null
    }
  }

  /** @param {number} block */
  #load(block) {
    let loading = this.#read.get(block)
    if (!loading) {
      const from = block * kBlockBytes
      loading = this.#file.slice(from, from + blockLength(this.#file.size, block)).arrayBuffer().then(async (buffer) => {
        const sha = await digest(buffer)
        this.#map.add(block, sha)
        return { buffer, sha }
      })
      this.#read.set(block, loading)
    }
    return loading
  }

  /** Blocks of which this page never knew a digest went before a reload: they are read once more, for the whole. */
  async #finish() {
    this.#read.clear()
    this.#hooks.checking()
    for (let block = 0; block < this.#map.total && !this.#ended; block += 1) {
      if (this.#map.has(block)) continue
      await this.#load(block)
      this.#read.delete(block)
    }
    if (this.#ended) return
    const root = await digest(rootInput((block) => this.#map.digest(block), this.#map.total).buffer)
    if (this.#ended) return
    this.#doneSent = true
    this.#channel.send(JSON.stringify({ done: root }))
  }

  /** @param {string} cause */
  #fail(cause) { if (!this.#ended) this.#hooks.failed(cause) }
}

/** A control frame; null for anything else.
 *  @param {unknown} data
 *  @returns {any} */
export function readFrame(data) {
  if (typeof data !== 'string' || data.length > 262_144) return null
  try {
    const frame = JSON.parse(data)
    return frame !== null && typeof frame === 'object' ? frame : null
  } catch {
    return null
  }
}
