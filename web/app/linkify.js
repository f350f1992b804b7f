const kLink = /https?:\/\/[^\s<>"']+/giu
const kTail = /[.,;:!?)\]}»”’]+$/u

/** Cuts a text into plain parts and http(s) links; punctuation after a link stays outside of it.
 *  @param {string} text
 *  @returns {{text: string, href: string | null}[]} */
export function linkify(text) {
  /** @type {{text: string, href: string | null}[]} */
  const parts = []
  let at = 0
  for (const match of text.matchAll(kLink)) {
    const link = match[0].replace(kTail, '')
    const href = toHref(link)
    if (!href) continue
    if (match.index > at) parts.push({ text: text.slice(at, match.index), href: null })
    parts.push({ text: link, href })
    at = match.index + link.length
  }
  if (at < text.length) parts.push({ text: text.slice(at), href: null })
  return parts
}

/** @param {string} link */
function toHref(link) {
  try {
    const url = new URL(link)
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null
  } catch {
    return null
  }
}
