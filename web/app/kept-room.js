// What a reload of this tab finds again: the room it was in, and what was said there.

/** @typedef {import('./room-state.js').Line} Line */

const kKey = 'grtc.page'
const kLines = 200
const kChars = 200_000

/** '' for no room: the tab was not in one.
 *  @param {string} room
 *  @param {readonly Line[]} lines */
export function keepRoom(room, lines) {
  try {
    if (room === '') return sessionStorage.removeItem(kKey)
    let kept = lines.slice(-kLines)
    while (JSON.stringify(kept).length > kChars) kept = kept.slice(Math.ceil(kept.length / 2))
    sessionStorage.setItem(kKey, JSON.stringify({ room, lines: kept }))
  } catch { /* forbidden or full: then a reload begins empty */ }
}

/** What was kept of `room`, or null.
 *  @param {string} room
 *  @returns {{lines: Line[]} | null} */
export function keptRoom(room) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(kKey) ?? 'null')
    if (kept?.room !== room || room === '' || !Array.isArray(kept.lines)) return null
    return { lines: kept.lines.map(afterReload) }
  } catch {
    return null
  }
}

/** A message that had not gone out went with the page. @param {Line} line
 *  @returns {Line} */
const afterReload = (line) => (line.state === 'waiting' ? { ...line, state: 'failed' } : line)

export function isReload() {
  const [entry] = performance.getEntriesByType('navigation')
  return /** @type {PerformanceNavigationTiming | undefined} */ (entry)?.type === 'reload'
}
