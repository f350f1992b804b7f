const kAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** `length` random URL-safe characters, 6 bits each. For names that must not meet by chance, not for secrets:
 *  crypto.randomUUID is missing on plain http, and Node 18 may have no crypto at all. */
export function randomId(length = 12) {
  const bytes = new Uint8Array(length)
  if (globalThis.crypto?.getRandomValues) globalThis.crypto.getRandomValues(bytes)
  else for (let i = 0; i < length; i += 1) bytes[i] = Math.floor(Math.random() * 256)
  let id = ''
  for (const byte of bytes) id += kAlphabet[byte & 63]
  return id
}
