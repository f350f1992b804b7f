/** What this library rejects and reports with. `code` is stable; `message` is one English sentence. */
export class GrtcError extends Error {
  /** @param {string} code  as the server's error codes (`room-full`), or this library's own (`too-large`, `backlog-full`, `closed`, `aborted`)
   *  @param {string} message
   *  @param {ErrorOptions} [options] */
  constructor(code, message, options) {
    super(message, options)
    this.name = 'GrtcError'
    this.code = code
  }
}

/** An event with a value. (CustomEvent is missing in Node 18.)
 *  @template T */
export class DetailEvent extends Event {
  /** @param {string} type
   *  @param {T} detail */
  constructor(type, detail) {
    super(type)
    this.detail = detail
  }
}
