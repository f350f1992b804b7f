import { el } from './dom.js'
import { t } from './i18n.js'

/** @typedef {import('../grtc-client/items.js').Item} Item */
/** @typedef {import('./item-card.js').CardMode} CardMode */
/** @typedef {import('./item-card.js').CardActions} CardActions */

/** The form in the place of a card; after a conflict with both versions in it.
 *  @param {Item} item
 *  @param {Extract<CardMode, {mode: 'edit'}>} mode
 *  @param {CardActions} actions */
export function editing(item, mode, actions) {
  const name = el('input', { type: 'text', maxlength: '200', required: true, 'aria-label': t('items.name'), 'data-focus': 'edit' })
  name.value = mode.name
  const description = el('textarea', { rows: '3', maxlength: '10000', 'aria-label': t('items.description') })
  description.value = mode.description
  // The draft lives in the mode, so that a repaint by somebody's change keeps it.
  name.addEventListener('input', () => { mode.name = name.value })
  description.addEventListener('input', () => { mode.description = description.value })
  const { theirs } = mode
  const save = () => actions.save(theirs ?? mode.seen, name.value.trim(), description.value)
  const form = el('form', {
    class: 'item-edit',
    onsubmit: (event) => { event.preventDefault(); save() },
    onkeydown: (event) => { if (event.key === 'Escape') actions.cancel(item) },
  }, name, description, theirs ? conflict(theirs) : null,
  el('span', { class: 'item-actions' },
    el('button', { class: 'button quiet', type: 'button', onclick: () => actions.cancel(item) }, t(theirs ? 'items.theirs' : 'items.cancel')),
    el('button', { class: 'button primary', type: 'submit' }, t(theirs ? 'items.mine' : 'items.save'))))
  return [form]
}

/** @param {Item} theirs */
function conflict(theirs) {
  return el('div', { class: 'conflict', role: 'alert', 'data-testid': 'conflict' },
    el('p', {}, t('items.conflict')),
    el('blockquote', { dir: 'auto' }, el('strong', {}, theirs.name), theirs.description ? `\n${theirs.description}` : null))
}
