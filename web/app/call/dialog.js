import { el } from '../dom.js'
import { t } from '../i18n.js'

/** Shows a modal dialog; the browser gives the focus back to where it was. Only one is open at a time.
 *  @param {string} id
 *  @param {string} title
 *  @param {(Node | null)[]} content
 *  @param {() => void} [closed]
 *  @returns {HTMLDialogElement} */
export function showDialog(id, title, content, closed) {
  const before = /** @type {HTMLElement | null} */ (document.activeElement)
  for (const open of document.querySelectorAll('dialog[open]')) /** @type {HTMLDialogElement} */ (open).close()
  const dialog = el('dialog', { class: 'dialog', 'data-testid': id, 'aria-labelledby': `${id}Title` },
    el('header', { class: 'dialog-head' },
      el('h2', { id: `${id}Title` }, title),
      el('button', { type: 'button', class: 'tile-button', 'data-testid': 'dialog-close', 'aria-label': t('close'), onclick: () => dialog.close() }, '✕')),
    el('div', { class: 'dialog-body' }, ...content))
  dialog.addEventListener('close', () => {
    closed?.()
    dialog.remove()
    before?.focus()
  })
  document.body.append(dialog)
  dialog.showModal()
  return dialog
}
