/** Keeps a phone's screen on during a call. The browser takes the lock back when the page is hidden.
 *  @param {import('../conversation.js').Conversation} conversation
 *  @param {import('./local-media.js').LocalMedia} local
 *  @param {() => boolean} inCall */
export function keepAwake(conversation, local, inCall) {
  /** @type {WakeLockSentinel | null} */
  let lock = null
  let asking = false
  const follow = async () => {
    const wanted = inCall() && conversation.store.state.phase === 'in' && !document.hidden
    if (asking || wanted === (lock !== null && !lock.released)) return
    asking = true
    try {
      if (wanted) lock = (await navigator.wakeLock?.request('screen')) ?? null
      else await lock?.release()
    } catch { /* battery saver: the screen goes dark as the person has set it */ } finally {
      asking = false
    }
    if (!wanted) lock = null
  }
  conversation.store.draw(() => void follow())
  local.store.draw((state, before) => { if (state.mic !== before.mic || state.camera !== before.camera) void follow() })
  document.addEventListener('visibilitychange', () => void follow())
}
