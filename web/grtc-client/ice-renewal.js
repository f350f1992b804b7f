import { GrtcError } from './errors.js'

/** Asked again when this part of the time has passed, so that there is time for a second try. */
const kPart = 0.8
const kSpread = 0.05
const kAgainMs = 10_000
const kLeastMs = 5_000
/** A timer takes no more than this. */
const kMostMs = 2_000_000_000
/** Used when the expiry in a credential makes no sense, as where this machine's clock is wrong: the shortest that a server gives. */
const kShortestTtlS = 60

/** Keeps the ICE servers' credentials fresh: a path over TURN dies with the credential it was made with. */
export class IceRenewal {
  /** @type {RTCIceServer[]} */
  servers = []
  #ask
  #renewed
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer

  /** @param {{ask: () => Promise<{ice_servers: RTCIceServer[], ttl_s: number}>, renewed: () => void}} hooks */
  constructor({ ask, renewed }) {
    this.#ask = ask
    this.#renewed = renewed
  }

  /** The list of a welcome. @param {RTCIceServer[]} servers */
  take(servers) {
    const again = this.servers.length > 0
    this.servers = servers
    this.#schedule(ttlOf(servers, Date.now()))
    if (again && hasCredential(servers)) this.#renewed()
  }

  stop() { clearTimeout(this.#timer) }

  async #renew() {
    try {
      const { ice_servers: servers, ttl_s: ttlS } = await this.#ask()
      if (!Array.isArray(servers)) throw new TypeError('no list')
      this.servers = servers
      this.#schedule(Number(ttlS) || kShortestTtlS)
      this.#renewed()
    } catch {
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => void this.#renew(), kAgainMs)
    }
  }

  /** @param {number} ttlS */
  #schedule(ttlS) {
    clearTimeout(this.#timer)
    if (!hasCredential(this.servers)) return
    const part = kPart + (Math.random() * 2 - 1) * kSpread
    const ms = Math.min(kMostMs, Math.max(kLeastMs, ttlS * part * 1000))
    this.#timer = setTimeout(() => void this.#renew(), ms)
  }
}

/** @param {import('./signalling.js').Signalling} signalling
 *  @param {string} room
 *  @param {import('./types.js').JoinOptions['token']} token
 *  @returns {Promise<{ice_servers: RTCIceServer[], ttl_s: number}>} */
export async function askIceServers({ url, welcome, peerId }, room, token) {
  const proof = (await token?.()) || welcome?.session
  const answer = await fetch(`${url}/api/ice-servers?${new URLSearchParams({ room, peer_id: peerId })}`, {
    headers: { authorization: `Bearer ${proof}` },
  })
  if (!answer.ok) throw new GrtcError('ice-servers', `The ICE servers could not be asked for: ${answer.status}.`)
  return answer.json()
}

/** @param {readonly RTCIceServer[]} servers */
const hasCredential = (servers) => servers.some(({ credential }) => Boolean(credential))

/** Seconds that the list is good for, by the expiry in a user name (`1893456000:alice`); Infinity for one that doesn't expire.
 *  @param {readonly RTCIceServer[]} servers
 *  @param {number} now  milliseconds */
export function ttlOf(servers, now) {
  const expiries = servers.map(({ username }) => /^(\d{9,11}):/.exec(username ?? '')?.[1]).filter((found) => found !== undefined)
  if (expiries.length === 0) return Infinity
  const ttlS = Math.min(...expiries.map(Number)) - now / 1000
  return ttlS > 0 ? ttlS : kShortestTtlS
}
