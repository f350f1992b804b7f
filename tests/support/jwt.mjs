import { createHmac } from 'node:crypto'

const part = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** A JWT (RFC 7519), HS256 unless `header` says otherwise; `signature` replaces the right one. */
export function jwt(claims, secret, { header = { alg: 'HS256', typ: 'JWT' }, signature } = {}) {
  const head = `${part(header)}.${part(claims)}`
  const digest = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' }[header.alg] ?? 'sha256'
  return `${head}.${signature ?? createHmac(digest, secret).update(head).digest('base64url')}`
}

/** Seconds since 1970, `offset` seconds from now. */
export const inSeconds = (offset) => Math.floor(Date.now() / 1000) + offset
