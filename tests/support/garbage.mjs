// Frames that are wrong in many ways, from a seed: half sense reaches deeper than noise.

import { OP, frame } from './raw_ws.mjs'

export class Garbage {
  /** @param random  see seeded()  @param texts  sensible messages of the protocol, to be spoilt */
  constructor(random, texts) { Object.assign(this, { random, texts }) }

  below(n) { return Math.floor(this.random() * n) }
  pick(list) { return list[this.below(list.length)] }
  bytes(n) { return Buffer.from(Array.from({ length: n }, () => this.below(256))) }

  /** Text with some bytes changed, doubled, cut or put in. */
  mutate(text) {
    let bytes = Buffer.from(text)
    for (let n = this.below(4); n > 0 && bytes.length > 0; n--) {
      const at = this.below(bytes.length)
      const how = this.below(4)
      if (how === 0) bytes[at] = this.below(256)
      if (how === 1) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + this.below(5))])
      if (how === 2) bytes = Buffer.concat([bytes.subarray(0, at), this.bytes(1 + this.below(4)), bytes.subarray(at)])
      if (how === 3) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - this.below(20)))])
    }
    return bytes
  }

  /** One frame: mostly well-formed around spoilt content, sometimes spoilt itself, sometimes noise. */
  frame() {
    const pick = this.random()
    if (pick < 0.02) return this.bytes(1 + this.below(30))
    const payload = this.random() < 0.8 ? this.mutate(this.pick(this.texts)) : this.bytes(this.below(200))
    if (pick < 0.85) return frame(this.pick([OP.text, OP.text, OP.text, OP.binary]), payload)
    if (pick < 0.95) return frame(this.pick([OP.text, OP.continuation]), payload, { fin: this.random() < 0.5 })
    return frame(this.below(16), payload, { rsv: this.below(8), mask: this.random() < 0.9 ? this.bytes(4) : null })
  }
}
