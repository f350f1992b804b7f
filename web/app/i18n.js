import en from './strings/en.js'
import { remember, remembered } from './prefs.js'

/** @typedef {Record<string, string>} Strings */
/** Gives the sentences of one part of the page in one language. @typedef {(tag: string) => Promise<{default: Strings}>} Part */

/** @type {Record<string, Strings>} */
const kStrings = { en: { ...en }, es: {} }
/** Another language than the one shown is not loaded. @type {Part[]} */
const parts = [async (tag) => (tag === 'es' ? import('./strings/es.js') : { default: en })]

/** @type {Set<() => void>} */
const listeners = new Set()
let language = pick(remembered('language'), globalThis.navigator?.languages ?? [])

/** The language to start with: the one chosen before, else the first of the browser's that there is.
 *  @param {string | null} chosen
 *  @param {readonly string[]} wanted */
export function pick(chosen, wanted) {
  const all = [chosen ?? '', ...wanted.map((tag) => tag.slice(0, 2).toLowerCase())]
  return all.find((tag) => Object.hasOwn(kStrings, tag)) ?? 'en'
}

export const currentLanguage = () => language

/** The sentence of a key; `{name}` is filled from `values`.
 *  @param {string} key
 *  @param {Record<string, string | number>} [values] */
export function t(key, values = {}) {
  const sentence = kStrings[language][key] ?? kStrings.en[key] ?? key
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole))
}

/** @param {string} key */
export const hasKey = (key) => Object.hasOwn(kStrings.en, key)

/** The sentences of a part that is loaded later. @param {Part} part */
export async function addStrings(part) {
  parts.push(part)
  await Promise.all(['en', language].map(async (tag) => Object.assign(kStrings[tag], (await part(tag)).default)))
  tell()
}

/** @param {string} chosen */
export async function setLanguage(chosen) {
  const tag = pick(chosen, [])
  remember('language', tag)
  await load(tag)
  language = tag
  tell()
}

/** @param {string} tag */
async function load(tag) {
  for (const { default: strings } of await Promise.all(parts.map((part) => part(tag)))) Object.assign(kStrings[tag], strings)
}

function tell() { for (const listener of listeners) listener() }

/** Runs now and at each change of language. @param {() => void} listener */
export function onLanguage(listener) {
  listeners.add(listener)
  listener()
}

/** Fills the page's fixed texts. @param {Document} page */
export function translatePage(page) {
  page.documentElement.lang = language
  for (const node of page.querySelectorAll('[data-i18n]')) node.textContent = t(node.getAttribute('data-i18n') ?? '')
  for (const node of page.querySelectorAll('[data-i18n-placeholder]')) {
    node.setAttribute('placeholder', t(node.getAttribute('data-i18n-placeholder') ?? ''))
  }
  for (const node of page.querySelectorAll('[data-i18n-label]')) {
    node.setAttribute('aria-label', t(node.getAttribute('data-i18n-label') ?? ''))
  }
}

/** @param {number} at  milliseconds */
export const clockTime = (at) => new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' }).format(at)

/** The time, with the day when it is not today. @param {string} iso */
export function dateAndTime(iso) {
  const date = new Date(iso)
  const today = date.toDateString() === new Date().toDateString()
  return new Intl.DateTimeFormat(language, { ...(today ? {} : { dateStyle: 'medium' }), timeStyle: 'short' }).format(date)
}

if (language !== 'en') await load(language)
