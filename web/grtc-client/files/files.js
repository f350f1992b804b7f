import { GrtcError } from '../errors.js'
import { randomId } from '../ids.js'
import { isTransferId, readOffer, isThumbnail, cleanName } from './names.js'
import { Runs } from './runs.js'
import { Offer } from './offer.js'
import { Transfer } from './transfer.js'
import { Unfinished } from './unfinished.js'

/** @typedef {import('../types.js').Json} Json */
/** @typedef {import('./transfer.js').TransferFacts} TransferFacts */

/** The type of the messages in which two peers agree about a transfer. Its bytes go by a data channel of their own, only. */
const kFileMessage = 'grtc-file'
/** Unanswered offers of one peer; more are declined. */
const kOffersPerPeer = 64
/** Transfers that are not over; more are refused. */
const kTransfers = 512

/** What the room gives.
 *  @typedef {object} FilesPorts
 *  @property {(peerId: string, payload: Json & {type: string}) => Promise<import('../delivery.js').Delivery>} send
 *  @property {() => string[]} peers  everybody else
 *  @property {(peerId: string, label: string) => RTCDataChannel | null} openChannel  null: there is no direct way now
 *  @property {(peerId: string) => 'direct' | 'connecting' | 'no-direct' | 'peer-left'} way
 *  @property {(peerId: string) => number} maxMessageBytes
 *  @property {(transfer: Transfer) => void} announce  a file is offered, or goes on after a reload
 *  @property {Storage | null} storage   where unfinished ones are noted
 *  @property {string} storageKey */

/** The files of a room: offered, accepted, on their way, and gone on with after a break. Bytes go directly between the peers;
 *  where there is no direct way a transfer waits and says so. */
export class Files {
  /** All of this page, by id, newest last. @type {Map<string, Transfer>} */
  transfers = new Map()

  #ports
  #runs
  /** Peers with a direct way. @type {Set<string>} */
  #direct = new Set()
  #unfinished
  #actions = {
    pause: (/** @type {Transfer} */ transfer, /** @type {boolean} */ paused) => this.#pause(transfer, paused),
    cancel: (/** @type {Transfer} */ transfer) => this.#over(transfer, 'cancel', 'cancelled'),
    accept: (/** @type {Transfer} */ transfer, /** @type {import('./transfer.js').AcceptOptions} */ options) => this.#accept(transfer, options),
    decline: (/** @type {Transfer} */ transfer) => this.#over(transfer, 'decline', 'declined'),
  }

  /** @param {FilesPorts} ports */
  constructor(ports) {
    this.#ports = ports
    this.#unfinished = new Unfinished(ports.storage, ports.storageKey)
    this.#runs = new Runs({
      ...ports,
      tell: (transfer, op, more) => this.#tell(transfer.peerId, transfer.id, op, more),
      over: (transfer) => this.#unfinished.remove(transfer.id),
      note: (transfer, place) => this.#unfinished.note(transfer, place),
    })
  }

  /** Offers a file to all peers, or to `to`. Each of them decides; the Offer has a Transfer for each.
   *  @param {File} file
   *  @param {{to?: string | readonly string[], thumbnail?: string}} [options]  thumbnail: a small picture as a `data:` address
   *  @throws {GrtcError} too-many, nobody */
  offer(file, { to, thumbnail = '' } = {}) {
    const peers = to === undefined ? this.#ports.peers() : typeof to === 'string' ? [to] : [...to]
    if (peers.length === 0) throw new GrtcError('nobody', 'There is nobody to send a file to.')
    if (this.#open() + peers.length > kTransfers) throw new GrtcError('too-many', 'Too many files are on their way.')
    const facts = {
      direction: /** @type {const} */ ('send'), name: cleanName(file.name), size: file.size, type: file.type,
      thumbnail: isThumbnail(thumbnail) ? thumbnail : '',
    }
    return new Offer(peers.map((peerId) => {
      const transfer = this.#add({ ...facts, id: randomId(16), peerId })
      this.#runs.setFile(transfer, file)
      this.#unfinished.note(transfer, '')
      this.#sendOffer(transfer)
      return transfer
    }))
  }

  /** Goes on with what this page had begun to send before it was reloaded.
   *  @param {Transfer} transfer  one that waits for `choose-again`
   *  @param {File} file  the same file, chosen again
   *  @throws {GrtcError} other-file */
  chooseAgain(transfer, file) {
    if (file.size !== transfer.size || cleanName(file.name) !== transfer.name) {
      throw new GrtcError('other-file', 'This is another file: its name or size differs.')
    }
    this.#runs.setFile(transfer, file)
    transfer.become('offered')
    this.#sendOffer(transfer)
  }

  /** Where `accept()` would keep a file of `size` bytes, to be said before: `disk` (goes on after a reload) or `memory` (which is
   *  bounded), and whether it fits. @param {number} size */
  async placeFor(size) {
    const { automaticPlace, memoryLeft } = await import('./sinks.js')
    const place = await automaticPlace()
    return { place, fits: place === 'disk' || size <= memoryLeft() }
  }

  /** Takes one that is over out of the list, and what arrived of it off the disk. @param {Transfer} transfer */
  async forget(transfer) {
    if (!transfer.over) return
    this.transfers.delete(transfer.id)
    await this.#runs.discard(transfer)
  }

  /** Used by the room: joined, for the first time. What the page before a reload had begun goes on. */
  restore() {
    for (const { facts, place } of this.#unfinished.all()) {
      if (this.transfers.has(facts.id)) continue
      const transfer = this.#add(facts)
      if (facts.direction === 'send') transfer.become('waiting', 'choose-again')
      else void this.#accept(transfer, { place }).catch(() => {})
      this.#ports.announce(transfer)
    }
  }

  /** Used by the room. @param {string} from
   *  @param {Json} payload */
  message(from, payload) {
    if (payload.op === 'offer') return this.#offered(from, payload)
    if (!isTransferId(payload.transfer)) return
    const transfer = this.transfers.get(payload.transfer)
    if (!transfer || transfer.peerId !== from) {
      // A receiver that asks for a file which this page no longer knows has to wait for it.
      if (payload.op === 'accept') this.#tell(from, payload.transfer, 'gone')
      return
    }
    switch (payload.op) {
      case 'accept': return this.#runs.accepted(transfer)
      case 'decline': return this.#ended(transfer, 'declined', payload.cause === 'too-many' ? 'too-many' : 'there')
      case 'cancel': return this.#ended(transfer, 'cancelled', 'there')
      case 'pause': return this.#runs.paused(transfer, 'there', true)
      case 'resume': return this.#runs.paused(transfer, 'there', false)
      case 'failed': return this.#ended(transfer, 'failed', typeof payload.cause === 'string' ? payload.cause.slice(0, 32) : '')
      case 'gone': return this.#gone(transfer)
      default:
    }
  }

  /** Used by the room. @param {string} from
   *  @param {RTCDataChannel} channel */
  channel(from, channel) {
    const transfer = this.transfers.get(channel.label)
    if (transfer?.peerId === from && transfer.direction === 'receive' && this.#runs.receive(transfer, channel)) return
    if (channel.readyState === 'open') channel.close()
    else channel.onopen = () => channel.close()
    if (isTransferId(channel.label)) this.#tell(from, channel.label, 'gone')
  }

  /** Used by the room: the way to a peer changed, or it came or left. @param {string} peerId
   *  @param {boolean} [joined]  it has just come */
  wayChanged(peerId, joined = false) {
    const way = this.#ports.way(peerId)
    // It may be another page of the same peer, which has forgotten what was agreed.
    const anew = joined || (way === 'direct' && !this.#direct.has(peerId))
    if (way === 'direct') this.#direct.add(peerId)
    else this.#direct.delete(peerId)
    for (const transfer of this.transfers.values()) {
      if (transfer.peerId !== peerId || transfer.over) continue
      if (transfer.state === 'offered' && (way === 'peer-left' || transfer.cause === 'peer-left')) {
        transfer.become('offered', way === 'peer-left' ? way : '')
      }
      if (anew && transfer.direction === 'send' && transfer.state === 'offered') this.#sendOffer(transfer)
      this.#runs.wayChanged(transfer, anew)
    }
  }

  /** Used by the room: it was left. */
  close() { this.#runs.closeAll() }

  /** @param {TransferFacts} facts */
  #add(facts) {
    const transfer = new Transfer(facts, this.#actions)
    this.transfers.set(facts.id, transfer)
    return transfer
  }

  #open() {
    let count = 0
    for (const { over } of this.transfers.values()) if (!over) count += 1
    return count
  }

  /** @param {Transfer} transfer */
  #sendOffer({ id, peerId, name, size, type, thumbnail }) {
    this.#tell(peerId, id, 'offer', { name, size, mime: type, ...(thumbnail ? { thumbnail } : {}) })
  }

  /** @param {string} from
   *  @param {Json} payload */
  #offered(from, payload) {
    const facts = readOffer(payload)
    if (!facts) return
    const known = this.transfers.get(facts.id)
    if (known) {
      // Offered again after a reload over there: what was accepted stays so.
      if (known.peerId === from && known.direction === 'receive' && known.size === facts.size) this.#runs.offeredAgain(known)
      return
    }
    let unanswered = 0
    for (const { peerId, direction, state } of this.transfers.values()) {
      if (peerId === from && direction === 'receive' && state === 'offered') unanswered += 1
    }
    if (unanswered >= kOffersPerPeer || this.#open() >= kTransfers) return this.#tell(from, facts.id, 'decline', { cause: 'too-many' })
    this.#ports.announce(this.#add({ ...facts, direction: 'receive', peerId: from }))
  }

  /** @param {Transfer} transfer
   *  @param {import('./transfer.js').AcceptOptions} options */
  async #accept(transfer, options) {
    await this.#runs.accept(transfer, options)
    if (transfer.over) return
    this.#tell(transfer.peerId, transfer.id, 'accept')
    this.#runs.wayChanged(transfer)
  }

  /** The other page doesn't know the transfer any more. @param {Transfer} transfer */
  #gone(transfer) {
    if (transfer.over) return
    if (transfer.direction === 'receive') return this.#runs.senderGone(transfer)
    this.#runs.stop(transfer)
    transfer.become('offered')
    this.#sendOffer(transfer)
  }

  /** @param {Transfer} transfer
   *  @param {boolean} paused */
  #pause(transfer, paused) {
    this.#runs.paused(transfer, 'here', paused)
    this.#tell(transfer.peerId, transfer.id, paused ? 'pause' : 'resume')
  }

  /** @param {Transfer} transfer
   *  @param {string} op
   *  @param {'cancelled' | 'declined'} state */
  #over(transfer, op, state) {
    this.#tell(transfer.peerId, transfer.id, op)
    this.#ended(transfer, state, 'here')
  }

  /** @param {Transfer} transfer
   *  @param {'cancelled' | 'declined' | 'failed'} state
   *  @param {string} cause */
  #ended(transfer, state, cause) {
    transfer.become(state, cause)
    this.#runs.stop(transfer)
    this.#unfinished.remove(transfer.id)
    void this.#runs.discard(transfer)
  }

  /** @param {string} peerId
   *  @param {string} id
   *  @param {string} op
   *  @param {Json} [more] */
  #tell(peerId, id, op, more = {}) {
    this.#ports.send(peerId, { type: kFileMessage, op, transfer: id, ...more }).then((delivery) => {
      if (op !== 'offer') return
      delivery.addEventListener('change', () => {
        const transfer = this.transfers.get(id)
        if (delivery.state === 'failed' && transfer?.state === 'offered') transfer.become('offered', 'unreachable')
      })
    }, () => {})
  }
}
