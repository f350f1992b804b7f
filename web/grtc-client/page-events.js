/** How long after a sign of a reload the page's end is taken for it. */
const kReloadMs = 2_000

/** @typedef {object} PageListener
 *  @property {() => void} wake    the network or the page came back
 *  @property {() => void} hidden  the page may be ended without another word
 *  @property {(reload: boolean) => void} end  the page goes away; reload: it comes back at once
 */

/** Tells of what happens to the page; does nothing where there is none (Node). Returns how to stop.
 *  @param {PageListener} listener
 *  @returns {() => void} */
export function watchPage(listener) {
  if (typeof window === 'undefined' || typeof document === 'undefined') return () => {}
  const stop = new AbortController()
  const { signal } = stop
  let reloadAt = -Infinity
  const visible = () => (document.visibilityState === 'visible' ? listener.wake() : listener.hidden())
  window.addEventListener('online', () => listener.wake(), { signal })
  // Offline: a probe finds out whether the socket still lives; on one machine it does.
  window.addEventListener('offline', () => listener.wake(), { signal })
  window.addEventListener('pageshow', (event) => { if (event.persisted) listener.wake() }, { signal })
  document.addEventListener('visibilitychange', visible, { signal })
  // A page can't tell a reload from a closed tab but by these signs. A reload without one (the browser's button) joins anew.
  window.addEventListener('keydown', ({ key, ctrlKey, metaKey }) => {
    if (key === 'F5' || ((ctrlKey || metaKey) && key.toLowerCase() === 'r')) reloadAt = performance.now()
  }, { signal, capture: true })
  const navigation = /** @type {{navigation?: EventTarget}} */ (/** @type {unknown} */ (window)).navigation
  navigation?.addEventListener('navigate', (event) => {
    const { navigationType } = /** @type {Event & {navigationType?: string}} */ (event)
    reloadAt = navigationType === 'reload' ? performance.now() : -Infinity
  }, { signal })
  window.addEventListener('pagehide', () => listener.end(performance.now() - reloadAt < kReloadMs), { signal })
  return () => stop.abort()
}
