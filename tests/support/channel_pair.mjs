// Two ends of a data channel without a network: ordered, with a bound of what waits, broken when the test says so.

const kPerTurn = 8

class End extends EventTarget {
  readyState = 'open'
  bufferedAmount = 0
  bufferedAmountLowThreshold = 0
  mostBuffered = 0
  onmessage = null
  onopen = null
  onclose = null
  onbufferedamountlow = null
  queue = []

  send(data) {
    if (this.readyState !== 'open') throw new Error('closed')
    const copy = typeof data === 'string' ? data : data.slice().buffer
    this.bufferedAmount += data.length ?? data.byteLength
    this.mostBuffered = Math.max(this.mostBuffered, this.bufferedAmount)
    this.queue.push(copy)
    this.pair.wake()
  }

  close() { this.pair.break() }
}

export class ChannelPair {
  /** @param {{mayChange?: (data: ArrayBuffer, at: number) => void, breakAfter?: number}} [how]  what happens to binary messages of
   *         the first end; after how many of all messages the channel breaks */
  constructor({ mayChange = () => {}, breakAfter = Infinity } = {}) {
    this.left = breakAfter
    this.ends = [new End(), new End()]
    for (const end of this.ends) end.pair = this
    this.mayChange = mayChange
    this.count = 0
    this.scheduled = false
    this.broken = new Promise((resolve) => { this.tellBroken = resolve })
  }

  wake() {
    if (this.scheduled) return
    this.scheduled = true
    setImmediate(() => {
      this.scheduled = false
      this.deliver()
    })
  }

  deliver() {
    this.ends.forEach((from, i) => {
      const to = this.ends[1 - i]
      for (let n = 0; n < kPerTurn && from.queue.length > 0 && from.readyState === 'open'; n += 1) {
        const data = from.queue.shift()
        if (typeof data !== 'string' && i === 0) this.mayChange(data, this.count += 1)
        const before = from.bufferedAmount
        from.bufferedAmount -= data.length ?? data.byteLength
        to.onmessage?.({ data })
        if (before > from.bufferedAmountLowThreshold && from.bufferedAmount <= from.bufferedAmountLowThreshold) from.onbufferedamountlow?.()
        if (--this.left <= 0) this.break()
      }
    })
    if (this.ends.some((end) => end.queue.length > 0 && end.readyState === 'open')) this.wake()
  }

  break() {
    for (const end of this.ends) end.readyState = 'closed'
    this.tellBroken()
  }
}
