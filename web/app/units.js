import { currentLanguage } from './i18n.js'

const kUnits = /** @type {const} */ (['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'])

/** Bytes as people read them. @param {number} bytes */
export function sizeWords(bytes) {
  let unit = 0
  while (bytes >= 999.5 && unit < kUnits.length - 1) {
    bytes /= 1000
    unit += 1
  }
  const digits = unit === 0 || bytes >= 100 ? 0 : 1
  return new Intl.NumberFormat(currentLanguage(), {
    style: 'unit', unit: kUnits[unit], unitDisplay: unit === 0 ? 'long' : 'short', maximumFractionDigits: digits,
  }).format(bytes)
}

/** A time that is left, in its largest unit. @param {number} seconds  finite */
export function timeWords(seconds) {
  const [unit, value] = seconds >= 5400 ? ['hour', seconds / 3600] : seconds >= 90 ? ['minute', seconds / 60] : ['second', seconds]
  return new Intl.NumberFormat(currentLanguage(), { style: 'unit', unit: String(unit), unitDisplay: 'long', maximumFractionDigits: 0 })
    .format(Math.max(1, Math.round(Number(value))))
}
