/** An EventTarget that knows its events: `Events` has the type of `detail` for each.
 *  @template {object} Events */
export class TypedTarget extends EventTarget {
  /** @template {keyof Events & string} Type
   *  @overload
   *  @param {Type} type
   *  @param {(event: import('./errors.js').DetailEvent<Events[Type]>) => void} listener
   *  @param {boolean | AddEventListenerOptions} [options]
   *  @returns {void} */
  /** @overload
   *  @param {string} type
   *  @param {EventListenerOrEventListenerObject | null} listener
   *  @param {boolean | AddEventListenerOptions} [options]
   *  @returns {void} */
  /** @param {string} type
   *  @param {any} listener
   *  @param {boolean | AddEventListenerOptions} [options]
   *  @override */
  addEventListener(type, listener, options) { super.addEventListener(type, listener, options) }
}
