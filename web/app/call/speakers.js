// Who speaks, from how loud each is. Pure.

const kSpeech = 0.015
/** A pause between two words is no silence. */
const kHoldMs = 1_200

/** @param {ReadonlyMap<string, number>} before  when each was last heard, by peer id
 *  @param {ReadonlyMap<string, number>} levels  0 to 1
 *  @param {number} now  milliseconds
 *  @returns {{heard: Map<string, number>, ids: string[]}}  ids: who speaks, loudest first */
export function whoSpeaks(before, levels, now) {
  /** @type {Map<string, number>} */
  const heard = new Map()
  for (const [id, level] of levels) {
    const at = level >= kSpeech ? now : before.get(id)
    if (at !== undefined && now - at < kHoldMs) heard.set(id, at)
  }
  const ids = [...heard.keys()].sort((a, b) => (levels.get(b) ?? 0) - (levels.get(a) ?? 0) || (a < b ? -1 : 1))
  return { heard, ids }
}
