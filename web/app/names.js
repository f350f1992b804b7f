import { t } from './i18n.js'

const kColours = 8

/** What to call a peer; without an id it is the server. @param {{id: string, name: string}} peer */
export const displayName = (peer) => peer.id === '' ? t('server') : peer.name || t('guest', { id: peer.id.slice(0, 4) })

/** One or two letters for the round badge. @param {string} name */
export function initials(name) {
  const words = name.trim().split(/\s+/u).filter(Boolean)
  const first = [...(words[0] ?? '?')][0]
  const last = words.length > 1 ? [...words[words.length - 1]][0] : ''
  return (first + last).toLocaleUpperCase()
}

/** The class of a peer's colour, the same on every page. @param {string} id */
export function colourClass(id) {
  let sum = 0
  for (const unit of id) sum = (sum * 31 + (unit.codePointAt(0) ?? 0)) >>> 0
  return `colour-${sum % kColours}`
}

const kWords = {
  en: [
    ['quiet', 'sunny', 'green', 'little', 'brave', 'early', 'silver', 'warm', 'round', 'happy', 'clear', 'swift'],
    ['river', 'garden', 'harbour', 'meadow', 'window', 'island', 'forest', 'bridge', 'kitchen', 'market', 'tower', 'valley'],
    ['table', 'lamp', 'boat', 'cloud', 'apple', 'piano', 'kite', 'stone', 'owl', 'train', 'letter', 'lemon'],
  ],
  es: [
    ['sala', 'mesa', 'casa', 'plaza', 'isla', 'torre', 'huerta', 'playa', 'calle', 'barca', 'cocina', 'fuente'],
    ['clara', 'verde', 'alegre', 'tranquila', 'grande', 'blanca', 'valiente', 'dulce', 'nueva', 'libre', 'amable', 'serena'],
    ['limón', 'nube', 'piano', 'faro', 'tren', 'lluvia', 'luna', 'pan', 'viento', 'jazmín', 'olivo', 'gato'],
  ],
}

/** Three easy words. @param {string} language
 *  @param {() => number} [random] */
export function suggestRoom(language, random = Math.random) {
  const lists = language === 'es' ? kWords.es : kWords.en
  return lists.map((words) => words[Math.floor(random() * words.length)]).join('-')
}
