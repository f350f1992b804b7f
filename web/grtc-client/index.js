import { Room } from './room.js'

/** Joins a room: `const room = await join('reunión', { name: 'Ana' })`.
 *  To see the state while connecting, make a `Room`, listen, then `await room.open()`.
 *  @param {string} room
 *  @param {import('./types.js').JoinOptions} [options]
 *  @returns {Promise<Room>} rejects with a GrtcError whose `code` is the server's (`room-full`, `unauthorized`, …) */
export const join = (room, options) => new Room(room, options).open()

export { Room } from './room.js'
export { Delivery } from './delivery.js'
export { Signalling } from './signalling.js'
export { Media } from './media.js'
export { PeerLink } from './peer-link.js'
export { Items, ItemFeed, ItemsError, etagOf } from './items.js'
export { GrtcError } from './errors.js'
export { randomId } from './ids.js'
export { kReasons } from './close-policy.js'
