const kNamespace = 'http://www.w3.org/2000/svg'

/** Outlines on a 16 by 16 grid. */
const kPaths = Object.freeze({
  direct: 'M3 8h10M9.500 4.500 13 8l-3.500 3.500M6.500 4.500 3 8l3.500 3.500',
  server: 'M4.500 12.500h7a3 3 0 0 0 .4-5.970A4 4 0 0 0 4.200 7.100a2.750 2.750 0 0 0 .3 5.400Z',
  waiting: 'M8 4.500V8l2.300 1.500M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Z',
  sent: 'm3.500 8.500 3 3 6-7',
  delivered: 'm1.500 8.500 3 3 6-7M8 11l.5.500 6-7',
  file: 'M4 1.500h5l3.500 3.500v9.500H4zM9 1.500V5h3.500',
  failed: 'M8 4.500v4.200M8 11.300v.1M8 14.500a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13Z',
})

/** A decorative icon: the words beside it carry the meaning.
 *  @param {keyof typeof kPaths} name */
export const icon = (name) => drawIcon(kPaths[name])

/** The same of an outline of one's own. @param {string} outline */
export function drawIcon(outline) {
  const svg = document.createElementNS(kNamespace, 'svg')
  svg.setAttribute('viewBox', '0 0 16 16')
  svg.setAttribute('class', 'icon')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(kNamespace, 'path')
  path.setAttribute('d', outline)
  svg.append(path)
  return svg
}
