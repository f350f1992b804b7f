/** @typedef {{[name: string]: string | boolean | null | ((event: any) => void)}} Props */

/** Makes an element. Strings are attributes, true an empty one, false and null none; `onclick` and the like take a function.
 *  Children that are strings become text, never markup.
 *  @template {keyof HTMLElementTagNameMap} T
 *  @param {T} tag
 *  @param {Props} [props]
 *  @param {(Node | string | null)[]} children
 *  @returns {HTMLElementTagNameMap[T]} */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') node.addEventListener(name.slice(2), value)
    else if (value === true) node.setAttribute(name, '')
    else if (typeof value === 'string') node.setAttribute(name, value)
  }
  for (const child of children) if (child !== null) node.append(child)
  return node
}

/** An element that the page has from the start.
 *  @template {Element} T
 *  @param {string} id
 *  @param {new () => T} type
 *  @returns {T} */
export function byId(id, type) {
  const node = document.getElementById(id)
  if (!(node instanceof type)) throw new Error(`#${id} is missing`)
  return node
}

/** Makes the children of `parent` follow `values`: made once a key, changed in place, moved and removed.
 *  `update` gives the node to show (the same, or another).
 *  @template V
 *  @param {Element} parent
 *  @param {Iterable<V>} values
 *  @param {(value: V) => string} keyOf
 *  @param {(value: V, old: HTMLElement | null) => HTMLElement} update */
export function follow(parent, values, keyOf, update) {
  /** @type {Map<string, HTMLElement>} */
  const old = new Map()
  for (const node of parent.children) if (node instanceof HTMLElement) old.set(node.dataset.key ?? '', node)
  let place = parent.firstElementChild
  for (const value of values) {
    const key = keyOf(value)
    const before = old.get(key) ?? null
    old.delete(key)
    const node = update(value, before)
    node.dataset.key = key
    if (before && node !== before) {
      if (before === place) place = node
      before.replaceWith(node)
    }
    if (node === place) place = place.nextElementSibling
    else parent.insertBefore(node, place)
  }
  for (const node of old.values()) node.remove()
}

/** Sets the text only when it differs, so that screen readers and selections are left alone.
 *  @param {Element} node
 *  @param {string} text */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text
}
