import { el } from './dom.js'
import { dateAndTime, t } from './i18n.js'

/** @typedef {import('../grtc-client/items.js').Item} Item */

/** What a card is doing. `deleted`: for a moment it can be had back. `seen` is the version that the person began with; `theirs`
 *  what a conflict brought; `editor` what draws it, loaded with the first edit.
 *  @typedef {{mode: 'show'} | {mode: 'deleted'}
 *   | {mode: 'edit', seen: Item, name: string, description: string, theirs: Item | null,
 *      editor: typeof import('./item-editor.js').editing}} CardMode */

/** @typedef {object} CardActions
 *  @property {(item: Item) => void} edit
 *  @property {(item: Item) => void} remove
 *  @property {(item: Item) => void} undo
 *  @property {(item: Item, name: string, description: string) => void} save   over `seen`
 *  @property {(item: Item) => void} cancel */

/** @param {Item} item
 *  @param {CardMode} mode
 *  @param {boolean} fresh
 *  @param {CardActions} actions */
export function itemCard(item, mode, fresh, actions) {
  const card = el('li', { class: `item${fresh ? ' fresh' : ''}`, 'data-testid': 'item', 'data-id': String(item.id) })
  if (mode.mode === 'edit') card.append(...mode.editor(item, mode, actions))
  else card.append(...(mode.mode === 'deleted' ? deleted(item, actions) : showing(item, actions)))
  return card
}

/** @param {Item} item
 *  @param {CardActions} actions */
function deleted(item, actions) {
  return [el('p', { class: 'item-foot', 'data-testid': 'item-deleted' },
    el('span', { dir: 'auto' }, t('items.deleted', { name: item.name })),
    el('button', { class: 'link', type: 'button', 'data-focus': 'undo', onclick: () => actions.undo(item) }, t('items.undo')))]
}

/** @param {Item} item
 *  @param {CardActions} actions */
function showing(item, actions) {
  const button = (/** @type {string} */ key, /** @type {string} */ named, /** @type {() => void} */ onclick) =>
    el('button', { class: 'link', type: 'button', 'aria-label': t(named, { name: item.name }), onclick }, t(key))
  return [
    el('h3', { dir: 'auto' }, item.name),
    item.description ? el('p', { class: 'item-text', dir: 'auto' }, item.description) : null,
    el('p', { class: 'item-foot' },
      el('time', { datetime: item.updated_at }, t('items.changed', { when: dateAndTime(item.updated_at) })),
      el('span', { class: 'item-actions' },
        button('items.edit', 'items.editNamed', () => actions.edit(item)),
        button('items.delete', 'items.deleteNamed', () => actions.remove(item)))),
  ].filter((node) => node !== null)
}
