import assert from 'node:assert/strict'
import http from 'node:http'
import https from 'node:https'
import { Inbox, within } from './inbox.mjs'
import { connect, parseHead } from './raw_ws.mjs'

/**
 * One request on a connection of its own. `json` is sent as application/json; `body` as it is.
 * @returns {Promise<{status: number, headers: object, rawHeaders: string[], body: Buffer, text: string, json: any}>}
 */
export function request(server, method, path, { headers = {}, body, json, localAddress, agent = false, timeout = 15000 } = {}) {
  const payload = json === undefined ? body : JSON.stringify(json)
  const all = { ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(payload === undefined ? {} : { 'Content-Length': Buffer.byteLength(payload) }), ...headers }
  const made = new Promise((resolve, reject) => {
    const module = server.scheme === 'https' ? https : http
    const call = module.request({ host: '127.0.0.1', port: server.port, method, path, headers: all, localAddress, agent,
      ...server.tlsClient }, (answer) => {
      const chunks = []
      answer.on('data', (chunk) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () => resolve(new Answer(answer, Buffer.concat(chunks))))
    })
    call.on('error', reject)
    call.end(payload)
  })
  return within(timeout, made, `${method} ${path}`)
}

export const get = (server, path, options) => request(server, 'GET', path, options)

class Answer {
  constructor(answer, body) {
    this.status = answer.statusCode
    this.headers = answer.headers
    this.rawHeaders = answer.rawHeaders
    this.body = body
  }
  get text() {
    return this.body.toString('utf8')
  }
  get json() {
    return JSON.parse(this.text)
  }
}

/** Holds an answer to RFC 9457 and returns its body. `field` must be among `errors`. */
export function assertProblem(answer, status, { field } = {}) {
  assert.equal(answer.status, status, answer.text.slice(0, 500))
  assert.match(answer.headers['content-type'] ?? '', /^application\/problem\+json/)
  const problem = answer.json
  assert.equal(typeof problem.type, 'string')
  assert.equal(typeof problem.title, 'string')
  assert.notEqual(problem.title, '')
  assert.equal(problem.status, status)
  assert.equal(typeof problem.detail, 'string')
  assert.notEqual(problem.detail, '')
  if (field !== undefined) {
    assert.ok(Array.isArray(problem.errors), `errors in ${answer.text}`)
    assert.ok(problem.errors.some((error) => error.field === field), `field ${field} in ${answer.text}`)
    for (const error of problem.errors) assert.equal(typeof error.message, 'string')
  }
  return problem
}

/** Reads responses off one raw connection. */
export class RawHttp {
  #bytes = Buffer.alloc(0)
  #wake = null
  ended = false

  static async open(server, options = {}) {
    return new RawHttp(await connect({ port: server.port, tls: server.tlsClient, ...options }))
  }

  constructor(socket) {
    this.socket = socket
    socket.on('data', (data) => {
      this.#bytes = Buffer.concat([this.#bytes, data])
      this.#wake?.()
    })
    this.closed = new Promise((resolve) => {
      const end = () => {
        this.ended = true
        this.#wake?.()
        resolve()
      }
      socket.once('close', end)
      socket.once('end', end)
    })
  }

  send(bytes) {
    this.socket.write(bytes)
    return this
  }

  /** The next whole response; `head` for one that answers HEAD and has no body. */
  async response({ timeout = 5000, head = false } = {}) {
    const until = Date.now() + timeout
    for (;;) {
      const found = parseResponse(this.#bytes, head, this.ended)
      if (found) {
        this.#bytes = found.rest
        return found
      }
      if (this.ended) throw new Error(`closed; unparsed: ${JSON.stringify(this.#bytes.toString('latin1').slice(0, 300))}`)
      const left = until - Date.now()
      if (left <= 0) throw new Error(`no response in ${timeout} ms; got ${JSON.stringify(this.#bytes.toString('latin1').slice(0, 300))}`)
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  /** The server must close within `timeout` ms. */
  expectClosed(timeout = 5000) {
    return within(timeout, this.closed, 'close of the connection')
  }

  destroy() {
    this.socket.destroy()
  }
}

function parseResponse(bytes, head, ended) {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return null
  const parsed = parseHead(bytes.subarray(0, end).toString('latin1'))
  const rest = bytes.subarray(end + 4)
  const make = (body, left) => ({ ...parsed, body, rest: left, text: body.toString('utf8'),
    get json() { return JSON.parse(this.text) } })
  if (head || parsed.status === 204 || parsed.status === 304 || parsed.status < 200) return make(Buffer.alloc(0), rest)
  if ('content-length' in parsed.headers) {
    const size = Number(parsed.headers['content-length'])
    return rest.length < size ? null : make(rest.subarray(0, size), rest.subarray(size))
  }
  if (/chunked/i.test(parsed.headers['transfer-encoding'] ?? '')) {
    const body = unchunk(rest)
    return body && make(body.data, body.rest)
  }
  return ended ? make(rest, Buffer.alloc(0)) : null
}

function unchunk(bytes) {
  const parts = []
  for (;;) {
    const line = bytes.indexOf('\r\n')
    if (line < 0) return null
    const size = Number.parseInt(bytes.subarray(0, line).toString('latin1'), 16)
    if (bytes.length < line + 2 + size + 2) return null
    parts.push(bytes.subarray(line + 2, line + 2 + size))
    bytes = bytes.subarray(line + 2 + size + 2)
    if (size === 0) return { data: Buffer.concat(parts), rest: bytes }
  }
}

/** Sends raw bytes on a new connection and returns the first response, then whether the server closed. */
export async function exchange(server, bytes, { closes = false, timeout } = {}) {
  const connection = await RawHttp.open(server)
  try {
    const answer = await connection.send(bytes).response({ timeout })
    if (closes) await connection.expectClosed()
    return answer
  } finally {
    connection.destroy()
  }
}

/** An open `text/event-stream`: `events` has `{id, event, data}` with parsed data, `comments` the comment lines. */
export async function eventStream(server, path, { headers = {} } = {}) {
  const module = server.scheme === 'https' ? https : http
  const answer = await within(10000, new Promise((resolve, reject) => {
    const call = module.get({ host: '127.0.0.1', port: server.port, path, agent: false,
      headers: { Accept: 'text/event-stream', ...headers }, ...server.tlsClient }, resolve)
    call.on('error', reject)
  }), `stream ${path}`)
  const events = new Inbox('server-sent events')
  const comments = new Inbox('comment lines')
  let text = ''
  answer.setEncoding('utf8')
  answer.on('data', (chunk) => {
    text += chunk
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      parseEvent(text.slice(0, end), events, comments)
      text = text.slice(end + 2)
    }
  })
  const closed = new Promise((resolve) => answer.once('close', () => {
    events.end(new Error('the event stream was closed'))
    resolve()
  }))
  answer.on('error', () => {})
  return { status: answer.statusCode, headers: answer.headers, events, comments, closed, stream: answer,
    close: () => answer.destroy() }
}

function parseEvent(block, events, comments) {
  const event = { data: [] }
  for (const line of block.split('\n')) {
    if (line.startsWith(':')) {
      comments.push(line)
      continue
    }
    const [, field, value] = /^([a-z]+): ?(.*)$/.exec(line) ?? [null, line, '']
    if (field === 'data') event.data.push(value)
    else event[field] = value
  }
  if (event.data.length === 0 && event.event === undefined) return
  const data = event.data.join('\n')
  events.push({ ...event, data: data === '' ? null : JSON.parse(data) })
}

/** The samples of `/metrics`: `[{name, labels, value}]`. */
export async function metrics(server) {
  const answer = await get(server, '/metrics')
  assert.equal(answer.status, 200)
  return answer.text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => {
    const [, name, labels, value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line) ?? [null, line, '', 'NaN']
    return { name, labels: Object.fromEntries([...(labels ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key, text])),
      value: Number(value) }
  })
}

/** Sum of a metric over the samples whose labels include `labels`. */
export async function metric(server, name, labels = {}) {
  return (await metrics(server))
    .filter((sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value))
    .reduce((sum, sample) => sum + sample.value, 0)
}
