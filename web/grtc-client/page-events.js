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
  // Only the Navigation API tells a reload from a closed tab. Where it is missing a reload joins anew.
  const navigation = /** @type {{navigation?: EventTarget}} */ (/** @type {unknown} */ (window)).navigation
  navigation?.addEventListener('navigate', (event) => {
    const { navigationType } = /** @type {Event & {navigationType?: string}} */ (event)
    reloadAt = navigationType === 'reload' ? performance.now() : -Infinity
  }, { signal })
  window.addEventListener('pagehide', () => listener.end(performance.now() - reloadAt < 5000), { signal })
  return () => stop.abort()
}
