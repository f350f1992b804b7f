// WebSocket clients for loads that are small enough for Node: what is measured is the server.

import { once } from 'node:events'
import { WebSocket } from 'ws'

/** Opens `count` sockets, some at a time; `url(n)` is the n-th one's, `ready(socket, n)` resolves when it may be used. */
export async function openAll(count, url, ready = (socket) => once(socket, 'open')) {
  const kAtOnce = 50
  const sockets = new Array(count)
  let next = 0
  await Promise.all(Array.from({ length: kAtOnce }, async () => {
    while (next < count) {
      const n = next++
      const socket = new WebSocket(url(n), { perMessageDeflate: false, skipUTF8Validation: true })
      sockets[n] = socket
      const failed = once(socket, 'error').then(([error]) => { throw error })
      failed.catch(() => {})
      await Promise.race([ready(socket, n), failed])
    }
  }))
  return sockets
}

export const closeAll = (sockets) => { for (const socket of sockets) socket.terminate() }
