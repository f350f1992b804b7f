const kPrefix = 'grtc.'

/** What was kept under `key` in this browser, or null. @param {string} key */
export function remembered(key) {
  try {
    return globalThis.localStorage?.getItem(kPrefix + key) ?? null
  } catch {
    return null // storage is forbidden: nothing is remembered
  }
}

/** @param {string} key
 *  @param {string} value */
export function remember(key, value) {
  try {
    globalThis.localStorage?.setItem(kPrefix + key, value)
  } catch { /* full or forbidden: then it is asked again next time */ }
}

/** Recent rooms, newest first, at most 4. */
export function recentRooms() {
  try {
    const rooms = JSON.parse(remembered('rooms') ?? '[]')
    return Array.isArray(rooms) ? rooms.filter((room) => typeof room === 'string').slice(0, 4) : []
  } catch {
    return []
  }
}

/** @param {string} room */
export function rememberRoom(room) {
  remember('rooms', JSON.stringify([room, ...recentRooms().filter((other) => other !== room)].slice(0, 4)))
}
