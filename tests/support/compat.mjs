// Clients of the other protocols on the bare socket: they send what they are told and hide nothing.

import assert from 'node:assert/strict'
import { RawWs } from './raw_ws.mjs'

class Client {
  constructor(ws) { this.ws = ws }

  send(message) {
    this.ws.text(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message))
    return this
  }

  /** The next frame's text. */
  async raw(timeout) { return this.ws.nextText(timeout) }
  async next(timeout) { return JSON.parse(await this.raw(timeout)) }

  async expect(expected, timeout) { assert.deepEqual(await this.next(timeout), expected) }

  /** Everything that came so far, once the server has answered a ping: it handles frames in order. */
  async settled() {
    this.ws.ping('settled')
    await this.ws.pongs.next()
    return this.ws.messages.drain().map((message) => JSON.parse(message.data.toString('utf8')))
  }

  close(code = 1000) {
    this.ws.close(code)
    return this.ws.closed
  }
}

const query = (members) => Object.entries(members).filter(([, value]) => value !== undefined)
  .map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&')

export const peerjsPath = ({ key = 'peerjs', id, token, base = '/', raw } = {}) => `${base}peerjs?${raw ?? query({ key, id, token, version: '1.5.5' })}`

/** Opens a PeerJS socket without waiting for its first frame. */
export async function knock(server, options = {}) {
  const { headers, autoPong, localAddress, path = peerjsPath(options) } = options
  return new Client(await RawWs.open({ port: server.port, path, headers, autoPong, localAddress }))
}

/** Opens a PeerJS socket that must be accepted. */
export async function peer(server, id, options = {}) {
  const client = await knock(server, { id, token: `token-of-${id}`, ...options })
  await client.expect({ type: 'OPEN' }, options.timeout)
  return client
}

/** A PeerJS socket that must be refused with one frame; returns it and the close code. */
export async function turnedAway(server, options) {
  const client = await knock(server, options)
  const frame = await client.next(6000)
  const { code } = await client.ws.closed
  return { frame, code }
}

const kProbe = 'in force'
const isProbe = (frame) => (frame.payload ?? frame.data) === kProbe

/** A client of a topic hub. It does not tell of the probes of those who subscribe beside it: another replica may bring them late. */
class TopicClient extends Client {
  async raw(timeout) {
    for (;;) {
      const text = await super.raw(timeout)
      if (!isProbe(JSON.parse(text))) return text
    }
  }

  async settled() { return (await super.settled()).filter((frame) => !isProbe(frame)) }

  /** A round trip tells that the subscription is in force: of two topics one could live elsewhere, so each is published to. */
  async subscribed(names) {
    for (const topic of names) {
      this.send({ type: 'publish', topic, payload: kProbe, data: kProbe })
      for (;;) {
        const frame = JSON.parse(await super.raw())
        if (frame.topic === topic && isProbe(frame)) break
      }
    }
  }
}

/** A socket to a topic hub, at `/y-webrtc` or `/trystero`; upstream's own server takes any path. */
export async function topics(server, path, { token, headers, autoPong } = {}) {
  return new TopicClient(await RawWs.open({ port: server.port, path: token === undefined ? path : `${path}?token=${encodeURIComponent(token)}`, headers, autoPong }))
}

/** The same, subscribed. */
export async function subscriber(server, path, names, options) {
  const client = await topics(server, path, options)
  if (path === '/trystero') for (const topic of names) client.send({ type: 'subscribe', topic })
  else client.send({ type: 'subscribe', topics: names })
  await client.subscribed(names)
  return client
}

/** Says `frame` again and again until `client` hears that it reached `clients` subscribers: over replicas nobody can wait for another's end. */
export async function reaches(client, frame, clients) {
  for (;;) {
    client.send(frame)
    const heard = await client.next()
    assert.deepEqual({ ...heard, clients }, { ...frame, clients })
    if (heard.clients === clients) return
  }
}
