import { blockLength, kBlockBytes, kWindowBlocks, rootInput } from './blocks.js'
import { digest } from './digest.js'
import { readFrame } from './sending.js'

/** @typedef {import('./sinks.js').Sink} Sink */

/** Chromium (156) loses what comes to a channel of the other side within a millisecond or two of its opening, as the answer to our
 *  first words does when there is nothing to read: the end of an empty file. */
const kSettleMs = 100

/** One run of receiving a file over one channel: see Sending for the frames. */
export class Receiving {
  #size
  #sink
  #channel
  #hooks
  #block = -1
  #at = 0
  /** @type {ArrayBuffer | null} */
  #buffer = null
  /** Filled again and again. @type {ArrayBuffer[]} */
  #spare = []
  #writing = 0
  #ended = false
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #greeting

  /** @param {{size: number, sink: Sink, channel: RTCDataChannel, moved: (bytes: number) => void, checking: () => void,
   *          done: (file: File | null) => void, failed: (cause: string) => void, repaired: () => void}} options */
  constructor({ size, sink, channel, ...hooks }) {
    this.#size = size
    this.#sink = sink
    this.#channel = channel
    this.#hooks = hooks
    channel.binaryType = 'arraybuffer'
    channel.onmessage = ({ data }) => this.#take(data)
    const open = () => { this.#greeting = setTimeout(() => this.#hello(), kSettleMs) }
    if (channel.readyState === 'open') open()
    else channel.onopen = open
  }

  /** The receiver's side of a pause is the sender's to keep. */
  pause() {}

  end() {
    this.#ended = true
    clearTimeout(this.#greeting)
    this.#channel.onmessage = null
    this.#channel.onopen = null
  }

  #hello() {
    const { map } = this.#sink
    const have = map.ranges()
    const last = have.at(-1)
    const check = last ? { check: { block: last[1] - 1, sha: map.digest(last[1] - 1) } } : {}
    this.#send({ have, ...check })
    this.#hooks.moved(map.bytes)
  }

  /** @param {unknown} data */
  #take(data) {
    if (this.#ended) return
    if (data instanceof ArrayBuffer) return this.#chunk(data)
    const frame = readFrame(data)
    if (!frame) return
    if (typeof frame.block === 'number') this.#start(frame.block)
    else if (typeof frame.end === 'number') this.#finishBlock(frame.end, frame.sha)
    else if (typeof frame.done === 'string') void this.#finish(frame.done).catch(() => this.#fail('storage'))
  }

  /** @param {number} block */
  #start(block) {
    const known = Number.isSafeInteger(block) && block >= 0 && block < this.#sink.map.total
    if (!known || this.#writing > kWindowBlocks) return this.#fail('protocol')
    this.#block = block
    this.#at = 0
    this.#buffer ??= this.#spare.pop() ?? new ArrayBuffer(kBlockBytes)
  }

  /** @param {ArrayBuffer} chunk */
  #chunk(chunk) {
    if (!this.#buffer || this.#at + chunk.byteLength > kBlockBytes) return this.#fail('protocol')
    new Uint8Array(this.#buffer).set(new Uint8Array(chunk), this.#at)
    this.#at += chunk.byteLength
  }

  /** @param {number} block
   *  @param {unknown} sha */
  #finishBlock(block, sha) {
    const buffer = this.#buffer
    if (!buffer || block !== this.#block || typeof sha !== 'string') return this.#fail('protocol')
    this.#block = -1
    if (this.#at !== blockLength(this.#size, block)) return this.#again(block)
    this.#buffer = null
    void this.#put(block, buffer, sha)
  }

  /** @param {number} block
   *  @param {ArrayBuffer} buffer
   *  @param {string} sha */
  async #put(block, buffer, sha) {
    this.#writing += 1
    try {
      const answer = await this.#sink.put(block, buffer, sha)
      if (answer.buffer && this.#spare.length < kWindowBlocks) this.#spare.push(answer.buffer)
      if (this.#ended) return
      if (!answer.good) return this.#again(block)
      this.#send({ ok: block })
      this.#hooks.moved(this.#sink.map.bytes)
    } catch {
      this.#fail('storage')
    } finally {
      this.#writing -= 1
    }
  }

  /** @param {number} block */
  #again(block) {
    this.#hooks.repaired()
    this.#send({ again: block })
  }

  /** @param {string} root */
  async #finish(root) {
    const { map } = this.#sink
    this.#hooks.checking()
    const same = map.complete && (await digest(rootInput((block) => map.digest(block), map.total).buffer)) === root
    const file = same ? await this.#sink.finish() : null
    this.#send({ verified: same })
    if (same) this.#hooks.done(file)
    else this.#fail('corrupt')
  }

  /** @param {object} frame */
  #send(frame) { if (!this.#ended && this.#channel.readyState === 'open') this.#channel.send(JSON.stringify(frame)) }

  /** @param {string} cause */
  #fail(cause) { if (!this.#ended) this.#hooks.failed(cause) }
}
