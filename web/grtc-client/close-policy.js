// What to do about a closed socket. One table, no I/O.

/** @typedef {object} CloseDecision
 *  @property {'stop' | 'reconnect' | 'new-token' | 'new-peer-id'} action
 *  @property {string} reason   an error code of the server, or one of this library's
 *  @property {'backoff' | 'spread' | 'slow'} pace  how soon to come back: as the backoff says, spread over a second, or not before 5 s */

/** @type {ReadonlyMap<number, {reason: string, action?: CloseDecision['action'], pace?: CloseDecision['pace']}>} */
const kCloseCodes = new Map([
  [1002, { reason: 'protocol-error' }],
  [1007, { reason: 'protocol-error' }],
  [1009, { reason: 'too-large' }],
  [1011, { reason: 'server-error' }],
  // Everyone in every room comes back at once after a restart: spread out.
  [1012, { reason: 'server-restart', pace: 'spread' }],
  [1013, { reason: 'server-busy', pace: 'slow' }],
  [4400, { reason: 'bad-request', action: 'stop' }],
  [4401, { reason: 'unauthorized', action: 'new-token' }],
  [4403, { reason: 'forbidden', action: 'stop' }],
  [4408, { reason: 'too-slow' }],
  [4409, { reason: 'peer-id-taken', action: 'new-peer-id' }],
  [4410, { reason: 'session-replaced', action: 'stop' }],
  [4413, { reason: 'room-full', action: 'stop' }],
  [4429, { reason: 'rate-limited', pace: 'slow' }],
])

/** @param {number} closeCode
 *  @param {{canAskToken: boolean, fixedPeerId: boolean}} may  canAskToken: there is a token() and it was not asked since the last
 *         welcome; fixedPeerId: the peer id is the application's own choice
 *  @returns {CloseDecision} */
export function decideOnClose(closeCode, may) {
  const row = kCloseCodes.get(closeCode) ?? { reason: 'connection-lost' }
  let action = row.action ?? 'reconnect'
  if (action === 'new-token' && !may.canAskToken) action = 'stop'
  if (action === 'new-peer-id' && may.fixedPeerId) action = 'stop'
  return { action, reason: row.reason, pace: row.pace ?? 'backoff' }
}

/** Every reason that a state or an error of this library can carry, for pages that have a sentence for each. */
export const kReasons = Object.freeze([
  ...new Set([...kCloseCodes.values()].map((row) => row.reason)),
  'connection-lost', 'left', 'aborted', 'no-answer', 'server-unreachable',
])
