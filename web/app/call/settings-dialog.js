import { byId, el } from '../dom.js'
import { currentLanguage, setLanguage, t } from '../i18n.js'
import { remember } from '../prefs.js'
import { chosenTheme, useTheme } from '../theme.js'
import { showDialog } from './dialog.js'
import { devicePickers } from './pickers.js'
import { soundsOn } from './sounds.js'

const kKeys = Object.freeze([
  ['M', 'keys.mic'], ['V', 'keys.camera'], ['S', 'keys.screen'], ['H', 'keys.hand'], ['C', 'keys.chat'], ['L', 'keys.layout'],
  ['␣', 'keys.talk'], ['Esc Esc', 'keys.leave'],
])

/** @param {import('./local-media.js').LocalMedia} local
 *  @param {{useSpeaker: () => void}} stage */
export function openSettingsDialog(local, stage) {
  const pickers = devicePickers(local, stage)
  const language = choice('settings-language', [['en', 'English'], ['es', 'Español']], currentLanguage(), async (value) => {
    byId('language', HTMLSelectElement).value = value
    await setLanguage(value)
    dialog.close()
    openSettingsDialog(local, stage)
  })
  const theme = choice('settings-theme', ['system', 'light', 'dark'].map((name) => [name, t(`theme.${name}`)]), chosenTheme(), useTheme)
  const sounds = el('input', {
    type: 'checkbox', 'data-testid': 'settings-sounds', checked: soundsOn(), onchange: () => remember('sounds', sounds.checked ? 'on' : 'off'),
  })
  const dialog = showDialog('settings', t('bar.settings'), [
    pickers.node,
    el('div', { class: 'pickers' }, field('language', language), field('settings.theme', theme),
      el('label', { class: 'check' }, sounds, t('settings.sounds'))),
    el('h3', {}, t('keys.title')),
    el('dl', { class: 'keys' }, ...kKeys.flatMap(([key, words]) => [el('dt', {}, el('kbd', {}, key)), el('dd', {}, t(words))])),
  ], () => pickers.stop())
}

/** @param {string} key
 *  @param {HTMLElement} control */
const field = (key, control) => el('label', { class: 'field' }, el('span', {}, t(key)), control)

/** @param {string} id
 *  @param {readonly (readonly string[])[]} options  value and words
 *  @param {string} now
 *  @param {(value: string) => void} changed */
function choice(id, options, now, changed) {
  const select = el('select', { 'data-testid': id, onchange: () => changed(select.value) },
    ...options.map(([value, words]) => el('option', { value }, words)))
  select.value = now
  return select
}
