import { Buffer } from 'node:buffer'
import { createHash, randomBytes } from 'node:crypto'
import net from 'node:net'
import tls from 'node:tls'
import { Inbox, within } from './inbox.mjs'

export const OP = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 }

/**
 * The bytes of one client frame, right or wrong as asked (RFC 6455 §5.2).
 * @param {object} [how]
 * @param {boolean} [how.fin]
 * @param {number} [how.rsv] the three reserved bits, 0 to 7
 * @param {Buffer|null} [how.mask] four bytes, or null for an unmasked frame
 * @param {7|16|64} [how.length] width of the length field; the shortest by default
 * @param {number|bigint} [how.claim] a length other than the payload's
 */
export function frame(opcode, payload = '', { fin = true, rsv = 0, mask = randomBytes(4), length, claim } = {}) {
  const body = Buffer.isBuffer(payload) ? payload : Buffer.from(payload, 'utf8')
  const size = claim ?? body.length
  const width = length ?? (size < 126 ? 7 : size < 65536 ? 16 : 64)
  const masked = mask ? 0x80 : 0
  const head = Buffer.alloc(width === 7 ? 2 : width === 16 ? 4 : 10)
  head[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode
  if (width === 7) head[1] = masked | Number(size)
  if (width === 16) {
    head[1] = masked | 126
    head.writeUInt16BE(Number(size), 2)
  }
  if (width === 64) {
    head[1] = masked | 127
    head.writeBigUInt64BE(BigInt(size), 2)
  }
  if (!mask) return Buffer.concat([head, body])
  const hidden = Buffer.from(body)
  for (let i = 0; i < hidden.length; i++) hidden[i] ^= mask[i & 3]
  return Buffer.concat([head, mask, hidden])
}

/** The payload of a close frame. */
export function closePayload(code, reason = '') {
  const head = Buffer.alloc(2)
  head.writeUInt16BE(code)
  return Buffer.concat([head, Buffer.from(reason)])
}

/** The upgrade was answered by something other than 101. */
export class UpgradeRefused extends Error {
  constructor(status, headers, body) {
    super(`upgrade refused with ${status}: ${body}`)
    Object.assign(this, { status, headers, body })
  }
}

/**
 * A WebSocket client on the bare socket. It holds the server to RFC 6455 (a frame of the server that is masked, has a
 * reserved bit or a length that is not the shortest is an error) and itself to nothing.
 */
export class RawWs {
  #socket
  #bytes = Buffer.alloc(0)
  #parts = []
  #first = null
  #closed
  #tellClosed

  /** Every frame as it came. */
  frames = new Inbox('frames')
  /** Whole messages: `{opcode, data}`. */
  messages = new Inbox('messages')
  /** Payloads of pings that came. */
  pings = new Inbox('pings')
  /** Payloads of pongs that came. */
  pongs = new Inbox('pongs')
  /** What of the server's framing broke RFC 6455. */
  violations = []
  /** Answer pings; false makes a dead peer. */
  autoPong = true
  /** Echo a close frame. */
  autoClose = true
  closeFrame = null

  /** Use RawWs.open(). */
  constructor(socket, rest, response) {
    this.#socket = socket
    this.response = response
    this.#closed = new Promise((resolve) => (this.#tellClosed = resolve))
    socket.on('data', (data) => this.#take(data))
    socket.on('error', (error) => (this.socketError = error))
    socket.on('close', () => this.#end())
    if (rest.length > 0) this.#take(rest)
  }

  /**
   * Connects and upgrades.
   * @param {object} to
   * @param {number} to.port
   * @param {string} to.path with its query, percent-encoded
   * @param {Record<string, string|undefined>} [to.headers] replaces the usual ones; undefined leaves one out
   * @returns {Promise<RawWs>} rejects with UpgradeRefused when the answer is not 101
   */
  static async open({ port, path, host = '127.0.0.1', headers = {}, tls: secure, localAddress, early, autoPong = true,
    autoClose = true, method = 'GET', version = 'HTTP/1.1', timeout = 10000 }) {
    const socket = await connect({ port, host, localAddress, tls: secure })
    const key = randomBytes(16).toString('base64')
    const all = { Host: `${host}:${port}`, Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': key, ...headers }
    const lines = Object.entries(all).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}: ${value}`)
    const head = Buffer.from(`${method} ${path} ${version}\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1')
    socket.write(early ? Buffer.concat([head, early]) : head)
    const response = await within(timeout, readHead(socket), `answer to ${path}`)
    if (response.status !== 101) {
      const body = await within(timeout, readBody(socket, response), `body of the refusal of ${path}`)
      socket.destroy()
      throw new UpgradeRefused(response.status, response.headers, body)
    }
    const expected = createHash('sha1').update(`${all['Sec-WebSocket-Key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64')
    if (response.headers['sec-websocket-accept'] !== expected) throw new Error('wrong Sec-WebSocket-Accept')
    const ws = new RawWs(socket, response.rest, response)
    ws.autoPong = autoPong
    ws.autoClose = autoClose
    socket.resume()
    return ws
  }

  get socket() {
    return this.#socket
  }

  /** Resolves when the connection ended: `{code, reason, error}`; code 1006 without a close frame. */
  get closed() {
    return this.#closed
  }

  /** Sends bytes as they are. */
  raw(bytes) {
    return this.#socket.write(bytes)
  }
  frame(opcode, payload, how) {
    return this.raw(frame(opcode, payload, how))
  }
  text(payload, how) {
    return this.frame(OP.text, payload, how)
  }
  binary(payload, how) {
    return this.frame(OP.binary, payload, how)
  }
  ping(payload = '', how) {
    return this.frame(OP.ping, payload, how)
  }
  pong(payload = '', how) {
    return this.frame(OP.pong, payload, how)
  }
  close(code, reason) {
    return this.frame(OP.close, code === undefined ? '' : closePayload(code, reason))
  }

  /** The next whole message as text. */
  async nextText(timeout) {
    const message = await this.messages.next(timeout)
    if (message.opcode !== OP.text) throw new Error(`not a text message: opcode ${message.opcode}`)
    return message.data.toString('utf8')
  }

  /** Stops reading, as a slow client. */
  pause() {
    this.#socket.pause()
  }
  resume() {
    this.#socket.resume()
  }
  /** Ends with a TCP reset (over TLS: without a word) and no close frame, as a network that died. */
  cut() {
    if (this.#socket.encrypted) this.#socket.destroy()
    else this.#socket.resetAndDestroy()
    return this.#closed
  }
  /** Ends with FIN and no close frame. */
  end() {
    this.#socket.end()
    return this.#closed
  }
  /** Waits for the end, whose code must be `code`; returns the frame's reason. */
  async expectClose(code, timeout = 5000) {
    const end = await within(timeout, this.#closed, `close ${code}`)
    if (end.code !== code) {
      const left = this.messages.drain().map((message) => message.data.toString('utf8'))
      throw new Error(`closed with ${end.code} "${end.reason}" instead of ${code}; unread: ${left.join(' ').slice(0, 600)}`)
    }
    return end.reason
  }

  #end() {
    const code = this.closeFrame ? this.closeFrame.code : 1006
    const reason = this.closeFrame ? this.closeFrame.reason : ''
    this.#tellClosed({ code, reason, error: this.socketError })
    const why = new Error(`the socket was closed: ${code} ${reason}`)
    for (const inbox of [this.frames, this.messages, this.pings, this.pongs]) inbox.end(why)
  }

  #take(data) {
    this.#bytes = this.#bytes.length > 0 ? Buffer.concat([this.#bytes, data]) : data
    for (;;) {
      const next = this.#decode()
      if (!next) return
      this.#handle(next)
    }
  }

  #decode() {
    const bytes = this.#bytes
    if (bytes.length < 2) return null
    const masked = (bytes[1] & 0x80) !== 0
    let size = bytes[1] & 0x7f
    let at = 2
    if (size === 126) {
      if (bytes.length < 4) return null
      size = bytes.readUInt16BE(2)
      at = 4
      if (size < 126) this.violations.push('16 bit length for a short payload')
    } else if (size === 127) {
      if (bytes.length < 10) return null
      size = Number(bytes.readBigUInt64BE(2))
      at = 10
      if (size < 65536) this.violations.push('64 bit length for a short payload')
    }
    if (masked) this.violations.push('masked frame from the server')
    if (bytes.length < at + size) return null
    this.#bytes = bytes.subarray(at + size)
    return { opcode: bytes[0] & 0x0f, fin: (bytes[0] & 0x80) !== 0, rsv: (bytes[0] >> 4) & 7,
      payload: Buffer.from(bytes.subarray(at, at + size)) }
  }

  #handle(next) {
    if (next.rsv !== 0) this.violations.push('reserved bit set by the server')
    if (next.opcode >= 8 && (!next.fin || next.payload.length > 125)) this.violations.push('control frame fragmented or long')
    if (this.closeFrame) this.violations.push(`frame ${next.opcode} after the close frame`)
    this.frames.push(next)
    if (next.opcode === OP.ping) {
      this.pings.push(next.payload)
      if (this.autoPong) this.pong(next.payload)
    } else if (next.opcode === OP.pong) {
      this.pongs.push(next.payload)
    } else if (next.opcode === OP.close) {
      this.#handleClose(next.payload)
    } else {
      this.#assemble(next)
    }
  }

  #handleClose(payload) {
    if (payload.length === 1) this.violations.push('close payload of one byte')
    this.closeFrame = payload.length < 2 ? { code: 1005, reason: '' }
      : { code: payload.readUInt16BE(0), reason: payload.subarray(2).toString('utf8') }
    if (this.autoClose && this.#socket.writable) this.raw(frame(OP.close, payload))
  }

  #assemble({ opcode, fin, payload }) {
    if (opcode !== OP.continuation) this.#first = opcode
    this.#parts.push(payload)
    if (!fin) return
    this.messages.push({ opcode: this.#first, data: Buffer.concat(this.#parts) })
    this.#parts = []
  }
}

/** A connected TCP or TLS socket. */
export function connect({ port, host = '127.0.0.1', localAddress, tls: secure }) {
  return new Promise((resolve, reject) => {
    const socket = secure ? tls.connect({ port, host, localAddress, ...secure }) : net.connect({ port, host, localAddress })
    socket.setNoDelay(true)
    socket.once('error', reject)
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      socket.removeListener('error', reject)
      socket.on('error', () => {})
      resolve(socket)
    })
  })
}

/** Reads one response head: `{status, headers, rest}`; names in lower case, repeated ones joined by ", ". */
export function readHead(socket) {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0)
    const done = (action) => {
      socket.removeListener('data', take)
      socket.removeListener('close', lost)
      socket.removeListener('error', lost)
      action()
    }
    const lost = () => done(() => reject(new Error(`closed before a whole head; got ${JSON.stringify(bytes.toString('latin1'))}`)))
    const take = (data) => {
      bytes = Buffer.concat([bytes, data])
      const end = bytes.indexOf('\r\n\r\n')
      if (end < 0) return
      done(() => {
        socket.pause()
        resolve({ ...parseHead(bytes.subarray(0, end).toString('latin1')), rest: bytes.subarray(end + 4) })
      })
    }
    socket.on('data', take)
    socket.once('close', lost)
    socket.once('error', lost)
    socket.resume()
  })
}

/** `{status, headers}` of a response head without its empty line. */
export function parseHead(text) {
  const [first, ...lines] = text.split('\r\n')
  const headers = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value
  }
  return { status: Number(first.split(' ')[1]), headers }
}

function readBody(socket, { headers, rest }) {
  const size = Number(headers['content-length'] ?? Number.NaN)
  return new Promise((resolve) => {
    let bytes = rest
    const finish = () => resolve(bytes.toString('utf8'))
    if (bytes.length >= size) return finish()
    socket.on('data', (data) => {
      bytes = Buffer.concat([bytes, data])
      if (bytes.length >= size) finish()
    })
    socket.once('close', finish)
    socket.resume()
  })
}
