/** @typedef {import('./room.js').Message} Message */

const kWaiting = 1000

/** The messages of a room from now on, until it is closed. For a slow reader 1,000 wait; older ones are dropped.
 *  @param {EventTarget & {state: string}} room
 *  @returns {AsyncGenerator<Message, void, void>} */
export async function* readMessages(room) {
  /** @type {Message[]} */
  const waiting = []
  let wake = () => {}
  const take = (/** @type {Event} */ event) => {
    waiting.push(/** @type {any} */ (event).detail)
    if (waiting.length > kWaiting) waiting.shift()
    wake()
  }
  const closed = () => { if (room.state === 'closed') wake() }
  room.addEventListener('message', take)
  room.addEventListener('state', closed)
  try {
    for (;;) {
      const message = waiting.shift()
      if (message) yield message
      else if (room.state === 'closed') return
      else await new Promise((/** @type {(value?: unknown) => void} */ resolve) => { wake = resolve })
    }
  } finally {
    room.removeEventListener('message', take)
    room.removeEventListener('state', closed)
  }
}
