import { el } from './dom.js'
import { dateAndTime, t } from './i18n.js'

/** @typedef {import('../grtc-client/items.js').Item} Item */

/** What a card is doing. `seen` is the version that the person began with; `theirs` what a conflict brought.
 *  @typedef {{mode: 'show'} | {mode: 'sure'}
 *   | {mode: 'edit', seen: Item, name: string, description: string, theirs: Item | null}} CardMode */

/** @typedef {object} CardActions
 *  @property {(item: Item) => void} edit
 *  @property {(item: Item, sure: boolean) => void} remove
 *  @property {(item: Item, name: string, description: string) => void} save   over `seen`
 *  @property {(item: Item) => void} cancel */

/** @param {Item} item
 *  @param {CardMode} mode
 *  @param {boolean} fresh
 *  @param {CardActions} actions */
export function itemCard(item, mode, fresh, actions) {
  const card = el('li', { class: `item${fresh ? ' fresh' : ''}`, 'data-testid': 'item', 'data-id': String(item.id) })
  card.append(...(mode.mode === 'edit' ? editing(item, mode, actions) : showing(item, mode.mode === 'sure', actions)))
  return card
}

/** @param {Item} item
 *  @param {boolean} sure
 *  @param {CardActions} actions */
function showing(item, sure, actions) {
  const remove = sure
    ? el('button', { class: 'link danger', type: 'button', 'data-focus': 'sure', onclick: () => actions.remove(item, true) }, t('items.deleteSure'))
    : el('button', {
      class: 'link', type: 'button', 'aria-label': t('items.deleteNamed', { name: item.name }), onclick: () => actions.remove(item, false),
    }, t('items.delete'))
  return [
    el('h3', { dir: 'auto' }, item.name),
    item.description ? el('p', { class: 'item-text', dir: 'auto' }, item.description) : null,
    el('p', { class: 'item-foot' },
      el('time', { datetime: item.updated_at }, t('items.changed', { when: dateAndTime(item.updated_at) })),
      el('span', { class: 'item-actions' },
        sure
          ? el('button', { class: 'link', type: 'button', onclick: () => actions.cancel(item) }, t('items.cancel'))
          : el('button', {
            class: 'link', type: 'button', 'aria-label': t('items.editNamed', { name: item.name }), onclick: () => actions.edit(item),
          }, t('items.edit')),
        remove)),
  ].filter((node) => node !== null)
}

/** @param {Item} item
 *  @param {Extract<CardMode, {mode: 'edit'}>} mode
 *  @param {CardActions} actions */
function editing(item, mode, actions) {
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
