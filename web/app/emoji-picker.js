import { el } from './dom.js'
import { currentLanguage, t } from './i18n.js'

/** Each with its name in English and Spanish: a screen reader's own names differ from system to system. */
const kEmoji = /** @type {const} */ ([
  ['👍', 'thumbs up', 'pulgar arriba'], ['👎', 'thumbs down', 'pulgar abajo'], ['👏', 'applause', 'aplauso'], ['🙏', 'thank you', 'gracias'],
  ['👋', 'hello', 'hola'], ['🙌', 'hooray', 'hurra'], ['💪', 'strong', 'fuerza'], ['🤝', 'deal', 'trato hecho'],
  ['😀', 'smile', 'sonrisa'], ['😂', 'tears of joy', 'risa'], ['🙂', 'slight smile', 'leve sonrisa'], ['😉', 'wink', 'guiño'],
  ['😍', 'in love', 'enamorado'], ['🤔', 'thinking', 'pensando'], ['😅', 'phew', 'uf'], ['😮', 'surprised', 'sorpresa'],
  ['😢', 'sad', 'tristeza'], ['😡', 'angry', 'enfado'], ['😴', 'asleep', 'sueño'], ['🤯', 'mind blown', 'alucinando'],
  ['❤️', 'heart', 'corazón'], ['🎉', 'party', 'fiesta'], ['🔥', 'fire', 'fuego'], ['✨', 'sparkles', 'brillos'],
  ['✅', 'done', 'hecho'], ['❌', 'no', 'no'], ['❓', 'question', 'pregunta'], ['⏰', 'time', 'hora'],
  ['☕', 'coffee', 'café'], ['🍕', 'pizza', 'pizza'], ['🌞', 'sun', 'sol'], ['🚀', 'rocket', 'cohete'],
])
const kColumns = 8

/** Opens the picker above `opener`; the chosen one goes into the field where the cursor is. Escape and a click elsewhere close it.
 *  @param {HTMLButtonElement} opener
 *  @param {HTMLTextAreaElement} field */
export function openEmojiPicker(opener, field) {
  const es = currentLanguage() === 'es'
  const close = (/** @type {HTMLElement} */ focus) => {
    picker.remove()
    document.removeEventListener('pointerdown', outside)
    opener.setAttribute('aria-expanded', 'false')
    focus.focus()
  }
  const outside = (/** @type {Event} */ event) => {
    if (event.target instanceof Node && !picker.contains(event.target) && !opener.contains(event.target)) close(field)
  }
  const buttons = kEmoji.map(([emoji, english, spanish], at) => el('button', {
    type: 'button', class: 'emoji', 'aria-label': es ? spanish : english, tabindex: at === 0 ? '0' : '-1', 'data-testid': 'emoji',
    onclick: () => {
      field.setRangeText(emoji, field.selectionStart, field.selectionEnd, 'end')
      close(field)
    },
  }, emoji))
  const picker = el('div', { class: 'emoji-picker', role: 'group', 'aria-label': t('chat.emoji'), 'data-testid': 'emoji-picker', onkeydown: (event) => {
    if (event.key === 'Escape') return close(opener)
    const step = /** @type {Record<string, number>} */ ({ ArrowRight: 1, ArrowLeft: -1, ArrowDown: kColumns, ArrowUp: -kColumns })[event.key]
    if (!step) return
    event.preventDefault()
    const next = buttons[buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement)) + step]
    next?.focus()
  } }, ...buttons)
  opener.after(picker)
  opener.setAttribute('aria-expanded', 'true')
  document.addEventListener('pointerdown', outside)
  buttons[0].focus()
  return () => close(field)
}
