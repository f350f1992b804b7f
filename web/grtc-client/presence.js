// Who is in the room, as pure functions: (peers, what came) → {peers, changes}.

/** @typedef {import('./types.js').WirePeer} WirePeer */
/** @typedef {import('./types.js').Frame} Frame */

/** What presence knows of a peer; the link's part is added by the room.
 *  @typedef {object} Member
 *  @property {string} id
 *  @property {string} name
 *  @property {import('./types.js').Json} meta
 *  @property {boolean} connected
 *  @property {boolean} missing
 *  @property {string} joinedAt */

/** @typedef {ReadonlyMap<string, Member>} Members */
/** @typedef {{type: 'joined' | 'updated' | 'left', member: Member, reason: string}} Change */
/** @typedef {{members: Members, changes: Change[]}} Step */

const kNameChars = 128

/** @param {unknown} wire
 *  @returns {Member | null} */
export function toMember(wire) {
  const peer = /** @type {Partial<WirePeer> | null} */ (wire)
  if (peer === null || typeof peer !== 'object' || typeof peer.peer_id !== 'string') return null
  const meta = peer.meta
  return Object.freeze({
    id: peer.peer_id,
    name: typeof peer.name === 'string' ? peer.name.slice(0, kNameChars) : '',
    meta: meta !== null && typeof meta === 'object' && !Array.isArray(meta) ? meta : {},
    connected: peer.connected !== false,
    missing: false,
    joinedAt: typeof peer.joined_at === 'string' ? peer.joined_at : '',
  })
}

/** After a welcome. Resumed: the events that follow tell all, so nobody is taken out. Not resumed: whoever was here and is not
 *  yet again is `missing`: after a server's restart the others come back one by one.
 *  @param {Members} members
 *  @param {readonly WirePeer[]} present
 *  @param {boolean} resumed
 *  @returns {Step} */
export function afterWelcome(members, present, resumed) {
  const next = new Map(members)
  /** @type {Change[]} */
  const changes = []
  for (const wire of present) changes.push(...put(next, wire))
  if (!resumed) {
    const here = new Set(present.map((wire) => wire.peer_id))
    for (const [id, member] of members) {
      if (here.has(id) || member.missing) continue
      const missing = Object.freeze({ ...member, connected: false, missing: true })
      next.set(id, missing)
      changes.push({ type: 'updated', member: missing, reason: '' })
    }
  }
  return { members: next, changes }
}

/** After a `peer-joined`, `peer-updated` or `peer-left`; other frames change nothing.
 *  @param {Members} members
 *  @param {Frame} frame
 *  @returns {Step} */
export function afterFrame(members, frame) {
  if (frame.type === 'peer-left') {
    return without(members, [String(frame.peer_id)], typeof frame.reason === 'string' ? frame.reason : 'left')
  }
  if (frame.type !== 'peer-joined' && frame.type !== 'peer-updated') return { members, changes: [] }
  const next = new Map(members)
  return { changes: put(next, frame.peer), members: next }
}

/** The server has given a peer up whose direct link still carries: it may join anew, as after a long break of its own.
 *  @param {Members} members
 *  @param {string} id
 *  @returns {Step} */
export function withMissing(members, id) {
  const member = members.get(id)
  if (!member) return { members, changes: [] }
  const missing = Object.freeze({ ...member, connected: false, missing: true })
  return { members: new Map(members).set(id, missing), changes: [{ type: 'updated', member: missing, reason: '' }] }
}

/** @param {Members} members
 *  @param {readonly string[]} ids
 *  @param {string} reason
 *  @returns {Step} */
export function without(members, ids, reason) {
  const next = new Map(members)
  /** @type {Change[]} */
  const changes = []
  for (const id of ids) {
    const member = next.get(id)
    if (!member) continue
    next.delete(id)
    changes.push({ type: 'left', member, reason })
  }
  return { members: next, changes }
}

/** @param {Map<string, Member>} members
 *  @param {unknown} wire
 *  @returns {Change[]} */
function put(members, wire) {
  const member = toMember(wire)
  if (!member) return []
  const before = members.get(member.id)
  if (before && JSON.stringify(before) === JSON.stringify(member)) return []
  members.set(member.id, member)
  return [{ type: before ? 'updated' : 'joined', member, reason: '' }]
}
