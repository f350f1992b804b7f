// QR codes (ISO/IEC 18004) for text, bytes mode, error correction level M: what a link needs and no more.

/** Error correction bytes of a block, and the number of blocks, by version (table 9). */
const kCorrection = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26]
const kBlocks = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16]
/** The two bits of level M in the format information. */
const kLevel = 0
const kMasks = /** @type {((x: number, y: number) => boolean)[]} */ ([
  (x, y) => (x + y) % 2 === 0, (_, y) => y % 2 === 0, (x) => x % 3 === 0, (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0, (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0, (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
])

/** The code of a text: rows of true for dark. null: longer than 666 bytes, the most of version 20.
 *  @param {string} text
 *  @returns {boolean[][] | null} */
export function qrCode(text) {
  const bytes = new TextEncoder().encode(text)
  let version = 1
  while (version <= 20 && bytes.length > capacity(version)) version += 1
  if (version > 20) return null
  const words = interleaved(version, dataWords(version, bytes))
  const fixed = new Grid(version)
  fixed.drawPatterns()
  fixed.drawWords(words)
  /** @type {{rows: boolean[][], penalty: number} | null} */
  let best = null
  for (let mask = 0; mask < kMasks.length; mask += 1) {
    const rows = fixed.masked(mask)
    const value = penalty(rows)
    if (!best || value < best.penalty) best = { rows, penalty: value }
  }
  return best?.rows ?? null
}

/** All bytes of a version. @param {number} version */
function totalWords(version) {
  let modules = (16 * version + 128) * version + 64
  if (version >= 2) {
    const alignments = Math.floor(version / 7) + 2
    modules -= (25 * alignments - 10) * alignments - 55
    if (version >= 7) modules -= 36
  }
  return Math.floor(modules / 8)
}

/** @param {number} version */
const dataBytes = (version) => totalWords(version) - kCorrection[version - 1] * kBlocks[version - 1]
/** @param {number} version */
const countBits = (version) => (version < 10 ? 8 : 16)
/** Bytes of text. @param {number} version */
const capacity = (version) => Math.floor((8 * dataBytes(version) - 4 - countBits(version)) / 8)

/** @param {number} version
 *  @param {Uint8Array} bytes */
function dataWords(version, bytes) {
  /** @type {number[]} */
  const bits = []
  const put = (/** @type {number} */ value, /** @type {number} */ length) => {
    for (let bit = length - 1; bit >= 0; bit -= 1) bits.push((value >> bit) & 1)
  }
  put(4, 4)
  put(bytes.length, countBits(version))
  for (const byte of bytes) put(byte, 8)
  const whole = 8 * dataBytes(version)
  put(0, Math.min(4, whole - bits.length))
  while (bits.length % 8 > 0) bits.push(0)
  for (let pad = 0xec; bits.length < whole; pad ^= 0xec ^ 0x11) put(pad, 8)
  return Uint8Array.from({ length: whole / 8 }, (_, i) => bits.slice(8 * i, 8 * i + 8).reduce((word, bit) => 2 * word + bit, 0))
}

/** @param {number} a
 *  @param {number} b  in GF(2^8), modulo x^8 + x^4 + x^3 + x^2 + 1 */
function times(a, b) {
  let product = 0
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ ((product >> 7) * 0x11d)
    product ^= ((b >> bit) & 1) * a
  }
  return product
}

/** The Reed-Solomon remainder of a block. @param {Uint8Array} block
 *  @param {number} length */
function correction(block, length) {
  const divisor = new Uint8Array(length)
  divisor[length - 1] = 1
  for (let i = 0, root = 1; i < length; i += 1, root = times(root, 2)) {
    for (let j = 0; j < length; j += 1) divisor[j] = times(divisor[j], root) ^ (divisor[j + 1] ?? 0)
  }
  const rest = new Uint8Array(length)
  for (const byte of block) {
    const factor = byte ^ rest[0]
    rest.copyWithin(0, 1)
    rest[length - 1] = 0
    for (let i = 0; i < length; i += 1) rest[i] ^= times(divisor[i], factor)
  }
  return rest
}

/** @param {number} version
 *  @param {Uint8Array} data */
function interleaved(version, data) {
  const count = kBlocks[version - 1]
  const short = Math.floor(data.length / count)
  const longer = data.length % count
  /** @type {Uint8Array[]} */
  const blocks = []
  for (let at = 0, i = 0; i < count; i += 1) {
    const length = short + (i >= count - longer ? 1 : 0)
    blocks.push(data.subarray(at, at + length))
    at += length
  }
  const corrections = blocks.map((block) => correction(block, kCorrection[version - 1]))
  /** @type {number[]} */
  const words = []
  for (let i = 0; i <= short; i += 1) for (const block of blocks) if (i < block.length) words.push(block[i])
  for (let i = 0; i < kCorrection[version - 1]; i += 1) for (const block of corrections) words.push(block[i])
  return words
}

/** The square: patterns that hold no data, and the data around them. */
class Grid {
  /** @param {number} version */
  constructor(version) {
    this.version = version
    this.size = 17 + 4 * version
    this.dark = Array.from({ length: this.size }, () => new Array(this.size).fill(false))
    this.fixed = Array.from({ length: this.size }, () => new Array(this.size).fill(false))
  }

  /** @param {number} x
   *  @param {number} y
   *  @param {boolean} dark */
  set(x, y, dark) {
    if (x < 0 || y < 0 || x >= this.size || y >= this.size) return
    this.dark[y][x] = dark
    this.fixed[y][x] = true
  }

  drawPatterns() {
    for (let i = 0; i < this.size; i += 1) {
      this.set(6, i, i % 2 === 0)
      this.set(i, 6, i % 2 === 0)
    }
    const end = this.size - 4
    for (const [x, y] of [[3, 3], [end, 3], [3, end]]) this.#rings(x, y, 4, (ring) => ring !== 2 && ring !== 4)
    const places = this.#alignments()
    const last = places.length - 1
    places.forEach((x, i) => places.forEach((y, j) => {
      const corner = (i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0)
      if (!corner) this.#rings(x, y, 2, (ring) => ring !== 1)
    }))
    this.#drawFormat(0)
    this.#drawVersion()
  }

  /** @param {number} x
   *  @param {number} y
   *  @param {number} radius
   *  @param {(ring: number) => boolean} isDark */
  #rings(x, y, radius, isDark) {
    for (let dy = -radius; dy <= radius; dy += 1) {
      for (let dx = -radius; dx <= radius; dx += 1) this.set(x + dx, y + dy, isDark(Math.max(Math.abs(dx), Math.abs(dy))))
    }
  }

  #alignments() {
    if (this.version === 1) return []
    const count = Math.floor(this.version / 7) + 2
    const step = Math.ceil((4 * this.version + 4) / (2 * count - 2)) * 2
    const places = Array.from({ length: count - 1 }, (_, i) => this.size - 7 - i * step)
    return [6, ...places.reverse()]
  }

  /** @param {number} mask */
  #drawFormat(mask) {
    const data = (kLevel << 3) | mask
    let rest = data
    for (let i = 0; i < 10; i += 1) rest = (rest << 1) ^ ((rest >> 9) * 0x537)
    const bits = ((data << 10) | rest) ^ 0x5412
    const bit = (/** @type {number} */ i) => ((bits >> i) & 1) === 1
    for (let i = 0; i <= 5; i += 1) this.set(8, i, bit(i))
    this.set(8, 7, bit(6))
    this.set(8, 8, bit(7))
    this.set(7, 8, bit(8))
    for (let i = 9; i < 15; i += 1) this.set(14 - i, 8, bit(i))
    for (let i = 0; i < 8; i += 1) this.set(this.size - 1 - i, 8, bit(i))
    for (let i = 8; i < 15; i += 1) this.set(8, this.size - 15 + i, bit(i))
    this.set(8, this.size - 8, true)
  }

  #drawVersion() {
    if (this.version < 7) return
    let rest = this.version
    for (let i = 0; i < 12; i += 1) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25)
    const bits = (this.version << 12) | rest
    for (let i = 0; i < 18; i += 1) {
      const dark = ((bits >> i) & 1) === 1
      const far = this.size - 11 + (i % 3)
      this.set(far, Math.floor(i / 3), dark)
      this.set(Math.floor(i / 3), far, dark)
    }
  }

  /** In pairs of columns from the right, up and down, around the patterns. @param {readonly number[]} words */
  drawWords(words) {
    let bit = 0
    for (let right = this.size - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5
      const up = ((right + 1) & 2) === 0
      for (let step = 0; step < this.size; step += 1) {
        const y = up ? this.size - 1 - step : step
        for (const x of [right, right - 1]) {
          if (this.fixed[y][x] || bit >= 8 * words.length) continue
          this.dark[y][x] = ((words[bit >> 3] >> (7 - (bit & 7))) & 1) === 1
          bit += 1
        }
      }
    }
  }

  /** @param {number} mask */
  masked(mask) {
    this.#drawFormat(mask)
    return this.dark.map((row, y) => row.map((dark, x) => (this.fixed[y][x] ? dark : dark !== kMasks[mask](x, y))))
  }
}

/** How hard a code is to read: the four rules of §7.8.3. @param {boolean[][]} rows */
function penalty(rows) {
  const size = rows.length
  let sum = 0
  let dark = 0
  const columns = rows.map((_, x) => rows.map((row) => row[x]))
  for (const line of [...rows, ...columns]) {
    for (let at = 0; at < size;) {
      let run = 1
      while (at + run < size && line[at + run] === line[at]) run += 1
      if (run >= 5) sum += run - 2
      at += run
    }
    // What looks like a finder, with four light modules before or after it.
    const text = line.map((on) => (on ? '1' : '0')).join('')
    for (const like of ['10111010000', '00001011101']) {
      for (let at = text.indexOf(like); at >= 0; at = text.indexOf(like, at + 1)) sum += 40
    }
  }
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      if (rows[y][x]) dark += 1
      if (x > 0 && y > 0 && rows[y][x] === rows[y - 1][x] && rows[y][x] === rows[y][x - 1] && rows[y][x] === rows[y - 1][x - 1]) sum += 3
    }
  }
  return sum + 10 * Math.floor(Math.abs((dark * 20) / (size * size) - 10))
}
