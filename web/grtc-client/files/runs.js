import { GrtcError } from '../errors.js'

/** @typedef {import('./transfer.js').Transfer} Transfer */
/** @typedef {import('./sinks.js').Sink} Sink */
/** @typedef {import('../types.js').Json} Json */

/** Transfers that run at once to one peer: they share one connection. */
const kAtOnce = 4
/** A channel that ended while the way was there: try again after this time. */
const kAgainMs = 1_000

/** What one transfer has besides its facts.
 *  @typedef {object} Run
 *  @property {Transfer} transfer
 *  @property {boolean} agreed        accepted by the receiver
 *  @property {boolean} pausedHere
 *  @property {boolean} pausedThere
 *  @property {boolean} senderGone
 *  @property {boolean} starting
 *  @property {File | null} file      sent
 *  @property {import('./blocks.js').BlockMap | null} map  its digests
 *  @property {Sink | null} sink      received into
 *  @property {RTCDataChannel | null} channel
 *  @property {{pause(paused: boolean): void, end(): void} | null} engine
 *  @property {ReturnType<typeof setTimeout> | undefined} timer */

/** Brings each agreed transfer onto a data channel, again after each break, and keeps its state true. */
export class Runs {
  /** @type {Map<string, Run>} */
  #runs = new Map()
  #cleaned = false
  #ports

  /** @param {Pick<import('./files.js').FilesPorts, 'openChannel' | 'way' | 'maxMessageBytes'> & {
   *    tell: (transfer: Transfer, op: string, more?: Json) => void, over: (transfer: Transfer) => void,
   *    note: (transfer: Transfer, place: string) => void}} ports */
  constructor(ports) { this.#ports = ports }

  /** @param {Transfer} transfer
   *  @param {File} file */
  setFile(transfer, file) { this.#of(transfer).file = file }

  /** The receiver accepted, or asks again after a break. @param {Transfer} transfer */
  accepted(transfer) {
    const run = this.#of(transfer)
    if (transfer.over || transfer.direction !== 'send') return
    if (!run.file) return this.#ports.tell(transfer, 'gone')
    run.agreed = true
    this.#try(run)
  }

  /** Opens the place to receive into. @param {Transfer} transfer
   *  @param {import('./transfer.js').AcceptOptions} options
   *  @throws {GrtcError} too-large, storage */
  async accept(transfer, options) {
    const run = this.#of(transfer)
    if (run.starting || run.agreed) return
    run.starting = true
    try {
      const { openSink, automaticPlace, removeStale } = await import('./sinks.js')
      if (!this.#cleaned) void removeStale(new Set(this.#runs.keys())).catch(() => {})
      this.#cleaned = true
      run.sink = await openSink(transfer, options)
      run.agreed = true
      transfer.reached(run.sink.map.bytes)
      if (!options.handle && options.place !== 'memory' && (await automaticPlace()) === 'disk') this.#ports.note(transfer, 'auto')
    } catch (error) {
      if (transfer.state === 'offered' && error instanceof GrtcError) transfer.become('offered', error.code)
      throw error
    } finally {
      run.starting = false
    }
    if (transfer.over) await this.discard(transfer)
  }

  /** @param {Transfer} transfer */
  offeredAgain(transfer) {
    const run = this.#of(transfer)
    run.senderGone = false
    if (transfer.state === 'complete' || run.agreed) this.#ports.tell(transfer, 'accept')
  }

  /** @param {Transfer} transfer */
  senderGone(transfer) {
    this.#of(transfer).senderGone = true
    this.#try(this.#of(transfer))
  }

  /** False: it was not agreed about. @param {Transfer} transfer
   *  @param {RTCDataChannel} channel */
  receive(transfer, channel) {
    const run = this.#of(transfer)
    if (transfer.state === 'complete') {
      // The confirmation got lost with its channel.
      const say = () => channel.send('{"verified":true}')
      if (channel.readyState === 'open') say()
      else channel.onopen = say
      return true
    }
    if (!run.agreed || !run.sink || transfer.over) return false
    this.#drop(run)
    run.senderGone = false
    this.#start(run, channel)
    return true
  }

  /** @param {Transfer} transfer
   *  @param {'here' | 'there'} where
   *  @param {boolean} paused */
  paused(transfer, where, paused) {
    const run = this.#of(transfer)
    if (where === 'here') run.pausedHere = paused
    else run.pausedThere = paused
    // Whoever resumes lifts both: two people who both pressed pause would otherwise wait for each other.
    if (!paused) run.pausedHere = run.pausedThere = false
    run.engine?.pause(run.pausedHere || run.pausedThere)
    this.#try(run)
  }

  /** @param {Transfer} transfer
   *  @param {boolean} [anew] */
  wayChanged(transfer, anew = false) {
    const run = this.#of(transfer)
    if (run.channel && run.channel.readyState !== 'open' && run.channel.readyState !== 'connecting') this.#drop(run)
    if (anew && run.agreed && transfer.direction === 'receive') this.#ports.tell(transfer, 'accept')
    this.#try(run)
  }

  /** Takes it off its channel. @param {Transfer} transfer */
  stop(transfer) {
    const run = this.#of(transfer)
    run.agreed = false
    this.#drop(run)
    this.#next(transfer.peerId)
  }

  /** @param {Transfer} transfer */
  async discard(transfer) {
    const run = this.#runs.get(transfer.id)
    this.#runs.delete(transfer.id)
    await run?.sink?.discard().catch(() => {})
  }

  closeAll() {
    for (const run of this.#runs.values()) {
      this.#drop(run)
      if (run.transfer.over) continue
      run.transfer.become('cancelled', 'left')
      this.#ports.over(run.transfer)
      void run.sink?.discard().catch(() => {})
    }
  }

  /** @param {Transfer} transfer
   *  @returns {Run} */
  #of(transfer) {
    let run = this.#runs.get(transfer.id)
    if (!run) {
      run = {
        transfer, agreed: false, pausedHere: false, pausedThere: false, senderGone: false, starting: false, file: null, map: null,
        sink: null, channel: null, engine: null, timer: undefined,
      }
      this.#runs.set(transfer.id, run)
    }
    return run
  }

  /** Says how it stands and, at the sender, opens a channel when it can. @param {Run} run */
  #try(run) {
    const { transfer } = run
    if (transfer.over || !run.agreed) return
    if (run.pausedHere || run.pausedThere) return transfer.become('paused', run.pausedHere ? 'here' : 'there')
    if (run.engine && transfer.state === 'checking') return
    if (run.channel) return transfer.become(run.engine ? 'running' : 'waiting', run.engine ? '' : 'connecting')
    const way = this.#ports.way(transfer.peerId)
    if (run.senderGone && way !== 'peer-left') return transfer.become('waiting', 'sender-gone')
    if (way !== 'direct') return transfer.become('waiting', way)
    if (transfer.direction === 'receive') return transfer.become('waiting', 'connecting')
    if (this.#running(transfer.peerId) >= kAtOnce) return transfer.become('queued')
    const channel = this.#ports.openChannel(transfer.peerId, transfer.id)
    if (!channel) return transfer.become('waiting', 'connecting')
    this.#start(run, channel)
  }

  /** @param {string} peerId */
  #running(peerId) {
    let count = 0
    for (const { transfer, channel } of this.#runs.values()) if (transfer.peerId === peerId && transfer.direction === 'send' && channel) count += 1
    return count
  }

  /** One is done: another may begin. @param {string} peerId */
  #next(peerId) {
    for (const run of this.#runs.values()) if (run.transfer.peerId === peerId && run.transfer.state === 'queued') this.#try(run)
  }

  /** @param {Run} run
   *  @param {RTCDataChannel} channel */
  #start(run, channel) {
    run.channel = channel
    channel.onclose = () => { if (run.channel === channel) this.#closed(run) }
    channel.onerror = () => {}
    // What comes before the engine is loaded waits here: the receiver's greeting is the first.
    /** @type {unknown[]} */
    const early = []
    channel.binaryType = 'arraybuffer'
    channel.onmessage = ({ data }) => { if (early.length < 64) early.push(data) }
    void this.#engine(run, channel).then((engine) => {
      if (run.channel !== channel || run.transfer.over) return engine.end()
      run.engine = engine
      engine.pause(run.pausedHere || run.pausedThere)
      this.#try(run)
      for (const data of early) channel.onmessage?.(new MessageEvent('message', { data }))
    }, () => this.#fail(run, 'storage'))
    this.#try(run)
  }

  /** @param {Run} run
   *  @param {RTCDataChannel} channel
   *  @returns {Promise<NonNullable<Run['engine']>>} */
  async #engine(run, channel) {
    const { transfer } = run
    const hooks = {
      channel,
      moved: (/** @type {number} */ bytes) => transfer.reached(bytes),
      checking: () => transfer.become('checking'),
      failed: (/** @type {string} */ cause) => this.#fail(run, cause),
      repaired: () => { transfer.repaired += 1 },
    }
    if (transfer.direction === 'receive') {
      const { Receiving } = await import('./receiving.js')
      const sink = /** @type {Sink} */ (run.sink)
      return new Receiving({ ...hooks, size: transfer.size, sink, done: (file) => this.#complete(run, file) })
    }
    const [{ Sending }, { BlockMap }] = await Promise.all([import('./sending.js'), import('./blocks.js')])
    run.map ??= new BlockMap(transfer.size)
    const maxMessageBytes = this.#ports.maxMessageBytes(transfer.peerId)
    return new Sending({ ...hooks, file: /** @type {File} */ (run.file), map: run.map, maxMessageBytes, done: () => this.#complete(run, null) })
  }

  /** @param {Run} run
   *  @param {File | null} file */
  #complete(run, file) {
    const { transfer } = run
    transfer.file = file
    transfer.reached(transfer.size)
    transfer.become('complete')
    this.#ports.over(transfer)
    // The receiver's last word is on its way in this channel: the sender closes it.
    if (transfer.direction === 'send') this.#drop(run)
    else run.engine?.end()
    this.#next(transfer.peerId)
  }

  /** @param {Run} run
   *  @param {string} cause */
  #fail(run, cause) {
    const { transfer } = run
    if (transfer.over) return
    transfer.become('failed', cause)
    this.#ports.tell(transfer, 'failed', { cause })
    this.#ports.over(transfer)
    this.#drop(run)
    void run.sink?.discard().catch(() => {})
    this.#next(transfer.peerId)
  }

  /** @param {Run} run */
  #closed(run) {
    this.#drop(run)
    if (run.transfer.over) return
    clearTimeout(run.timer)
    run.timer = setTimeout(() => this.#try(run), kAgainMs)
    run.transfer.become('waiting', 'connecting')
    this.#next(run.transfer.peerId)
  }

  /** @param {Run} run */
  #drop(run) {
    clearTimeout(run.timer)
    run.engine?.end()
    run.engine = null
    const channel = run.channel
    run.channel = null
    if (!channel) return
    channel.onclose = channel.onmessage = null
    channel.close()
  }
}
