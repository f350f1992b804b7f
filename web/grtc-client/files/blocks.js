// How a file is cut: into blocks that are verified, each sent as chunks. No I/O.

export const kBlockBytes = 1 << 20
export const kChunkBytes = 1 << 16
/** Blocks that may be on their way or being written: what a receiver holds in memory for one transfer. */
export const kWindowBlocks = 16
/** Ranges of blocks that one frame may name. */
const kRanges = 4096

/** @param {number} size */
export const blockCount = (size) => Math.ceil(size / kBlockBytes)

/** @param {number} size
 *  @param {number} block */
export const blockLength = (size, block) => Math.min(kBlockBytes, size - block * kBlockBytes)

/** Which blocks of a file are there, with their digests. */
export class BlockMap {
  /** @type {(string | undefined)[]} */
  #digests
  #bytes = 0
  #count = 0

  /** @param {number} size  of the file */
  constructor(size) {
    this.size = size
    this.#digests = new Array(blockCount(size))
  }

  get total() { return this.#digests.length }
  get bytes() { return this.#bytes }
  get complete() { return this.#count === this.#digests.length }

  /** @param {number} block */
  has(block) { return this.#digests[block] !== undefined }

  /** @param {number} block
   *  @returns {string} hex, '' when it isn't there */
  digest(block) { return this.#digests[block] ?? '' }

  /** @param {number} block
   *  @param {string} digest  hex */
  add(block, digest) {
    if (this.#digests[block] === undefined) {
      this.#bytes += blockLength(this.size, block)
      this.#count += 1
    }
    this.#digests[block] = digest
  }

  /** As `[from, to)` pairs. @returns {[number, number][]} */
  ranges() {
    /** @type {[number, number][]} */
    const ranges = []
    for (let block = 0; block < this.total; block += 1) {
      if (!this.has(block)) continue
      const last = ranges.at(-1)
      if (last && last[1] === block) last[1] = block + 1
      else if (ranges.length < kRanges) ranges.push([block, block + 1])
    }
    return ranges
  }
}

/** The blocks in what a peer says that it has: the rest is to be sent, in order.
 *  @param {unknown} ranges
 *  @param {number} total
 *  @returns {number[]} the missing ones */
export function missingOf(ranges, total) {
  const has = new Uint8Array(total)
  for (const range of Array.isArray(ranges) ? ranges.slice(0, kRanges) : []) {
    const [from, to] = Array.isArray(range) ? range : []
    if (Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 0 && to <= total && from < to) has.fill(1, from, to)
  }
  /** @type {number[]} */
  const missing = []
  for (let block = 0; block < total; block += 1) if (has[block] === 0) missing.push(block)
  return missing
}

/** @param {ArrayBuffer} buffer */
export const toHex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** @param {string} hex */
export const fromHex = (hex) => Uint8Array.from({ length: hex.length >> 1 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16))

/** The bytes whose digest stands for the whole: the digests of all blocks, in order.
 *  @param {(block: number) => string} digest
 *  @param {number} total */
export function rootInput(digest, total) {
  const bytes = new Uint8Array(total * 32)
  for (let block = 0; block < total; block += 1) bytes.set(fromHex(digest(block)), block * 32)
  return bytes
}
