/** A page that is hidden has no frames, but plays what the others say. */
const kHiddenMs = 100

/** Runs it once: at the first frame after `ms`. @param {() => void} act
 *  @param {number} ms
 *  @returns {() => void} takes it back */
export function drawSoon(act, ms) {
  let done = false
  const once = () => {
    if (done) return
    done = true
    act()
  }
  const frame = () => globalThis.requestAnimationFrame?.(once)
  if (ms > 0) setTimeout(frame, ms)
  else frame()
  setTimeout(once, ms + kHiddenMs)
  return () => { done = true }
}
