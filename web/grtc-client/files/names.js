const kNameChars = 120
const kTypeChars = 100
const kThumbnailChars = 16_384
/** Names that Windows keeps for devices, with any ending. */
const kDevices = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i
/** Control characters, and those that turn the direction of writing: `exe.gpj` must not read as `jpg.exe`. */
const kInvisible = /[\p{Cc}\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/gu

/** A file name that is one on every system, and no path: the ending is kept, `file` stands for nothing.
 *  @param {unknown} name  as a peer gave it */
export function cleanName(name) {
  let clean = typeof name === 'string' ? name.slice(0, 4096).normalize('NFC') : ''
  clean = clean.replace(kInvisible, '').replace(/[/\\]/g, '_').replace(/[<>:"|?*]/g, '_').trim().replace(/^\.+|[. ]+$/g, '')
  if (clean === '') return 'file'
  if (kDevices.test(clean)) clean = `_${clean}`
  const letters = [...clean]
  if (letters.length <= kNameChars) return clean
  const dot = letters.lastIndexOf('.')
  const ending = dot > 0 && letters.length - dot <= 12 ? letters.slice(dot) : []
  return [...letters.slice(0, kNameChars - ending.length), ...ending].join('')
}

/** What a peer says about a file, checked; null when it makes no sense.
 *  @param {import('../types.js').Json} wire
 *  @returns {{id: string, name: string, size: number, type: string, thumbnail: string} | null} */
export function readOffer({ transfer, name, size, mime, thumbnail }) {
  if (!isTransferId(transfer) || typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return null
  const type = typeof mime === 'string' && mime.length <= kTypeChars && /^[\w.+-]+\/[\w.+-]+$/.test(mime) ? mime : ''
  return { id: transfer, name: cleanName(name), size, type, thumbnail: isThumbnail(thumbnail) ? thumbnail : '' }
}

/** @param {unknown} id
 *  @returns {id is string} */
export const isTransferId = (id) => typeof id === 'string' && /^[\w-]{12,64}$/.test(id)

/** A small picture as a data: address of a type that can hold no script.
 *  @param {unknown} text
 *  @returns {text is string} */
export const isThumbnail = (text) => typeof text === 'string' && text.length <= kThumbnailChars
  && /^data:image\/(?:jpeg|png|webp);base64,[A-Za-z0-9+/]+=*$/.test(text)
