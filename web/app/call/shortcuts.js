/** How long a second Esc counts as meant. */
const kTwiceMs = 1_500

/** @typedef {{mic: () => void, camera: () => void, screen: () => void, hand: () => void, chat: () => void, layout: () => void,
 *            escape: (twice: boolean) => void, talk: (on: boolean) => void}} Actions */

/** Keys of a call: M, V, S, H, C, L, Esc twice, and the space bar held to talk. They are the page's only while a call is on
 *  and nothing is being written.
 *  @param {() => boolean} active
 *  @param {Actions} actions */
export function setUpShortcuts(active, actions) {
  /** @type {Readonly<Record<string, () => void>>} */
  const keys = { m: actions.mic, v: actions.camera, s: actions.screen, h: actions.hand, c: actions.chat, l: actions.layout }
  let escapeAt = -Infinity
  document.addEventListener('keydown', (event) => {
    const { key, ctrlKey, metaKey, altKey, repeat, target } = event
    if (!active() || ctrlKey || metaKey || altKey || event.defaultPrevented || document.querySelector('dialog[open]')) return
    if (key === 'Escape') {
      if (repeat) return
      const twice = event.timeStamp - escapeAt < kTwiceMs
      escapeAt = event.timeStamp
      return actions.escape(twice)
    }
    if (isTyping(target)) return
    if (key === ' ') {
      // On a button the space bar presses it.
      if (target instanceof Element && target.closest('button, a, summary, [role=log]')) return
      event.preventDefault()
      if (!repeat) actions.talk(true)
      return
    }
    const act = repeat ? undefined : keys[key.toLowerCase()]
    if (!act) return
    event.preventDefault()
    act()
  })
  document.addEventListener('keyup', ({ key }) => { if (key === ' ') actions.talk(false) })
  // The key-up of a window that lost the focus goes elsewhere.
  window.addEventListener('blur', () => actions.talk(false))
}

/** @param {EventTarget | null} target */
const isTyping = (target) => target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null
