// One client that tries several replicas: the connection that came last has the session, whichever replica hears of it last.

import { once } from 'node:events'
import net from 'node:net'
import { describe, it } from 'node:test'
import { peer, peerjsPath } from '../support/compat.mjs'
import { join, joinPath } from '../support/peer.mjs'
import { noRedis } from '../support/redis.mjs'
import { startReplicas } from '../support/replicas.mjs'
import { fresh } from '../support/suite.mjs'

/** Asks to upgrade, and hangs up without the answer. */
async function tryAndGiveUp(server, path) {
  const socket = net.connect(server.port, '127.0.0.1')
  socket.end(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n`
    + 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: grtc.v1\r\n\r\n')
  await once(socket, 'finish')
  socket.destroy()
}

describe('One client at several replicas', { skip: noRedis }, () => {
  it('a replica that hung gives no session to a connection that was given up meanwhile', async (t) => {
    const { all: [one, two] } = await startReplicas(t, { count: 2 })
    const room = fresh()
    const ben = await join(one, room, { peer: 'ben' })
    const ana = await join(two, room, { peer: 'ana' })
    await ben.expect('peer-joined')
    await ana.cut()
    process.kill(one.pid, 'SIGSTOP')
    await tryAndGiveUp(one, joinPath(room, { peer: 'ana', session: ana.session, seq: ana.seq }))
    const again = await ana.resume()
    process.kill(one.pid, 'SIGCONT')
    for (let n = 1; n <= 20; n++) {
      ben.send({ type: 'message', to: 'ana', n })
      await again.until('message', (event) => event.n === n)
    }
  })

  it('nor a PeerJS id', async (t) => {
    const { all: [one, two] } = await startReplicas(t, { count: 2 })
    const ben = await peer(one, 'ben')
    process.kill(one.pid, 'SIGSTOP')
    await tryAndGiveUp(one, peerjsPath({ id: 'ana', token: 'token-of-ana' }))
    const ana = await peer(two, 'ana')
    process.kill(one.pid, 'SIGCONT')
    for (let n = 1; n <= 20; n++) {
      ben.send({ type: 'OFFER', dst: 'ana', payload: n })
      await ana.expect({ type: 'OFFER', src: 'ben', dst: 'ana', payload: n })
    }
  })
})
