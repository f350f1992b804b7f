// Shows /openapi.json as a page: a viewer of our own, so that it needs no CDN and runs under the strict policy.

import { byId, el } from './dom.js'
import { describeType, operationsOf, resolve } from './openapi.js'

/** @typedef {import('./openapi.js').Operation} Operation */
/** @typedef {import('../grtc-client/types.js').Json} Json */

void load()

async function load() {
  const description = byId('description', HTMLElement)
  try {
    const answer = await fetch('/openapi.json')
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`)
    show(await answer.json())
  } catch (error) {
    description.textContent = `The description could not be loaded: ${error instanceof Error ? error.message : error}.`
  }
}

/** @param {any} api */
function show(api) {
  byId('title', HTMLElement).textContent = `${api.info?.title ?? 'HTTP API'} ${api.info?.version ?? ''}`.trim()
  byId('description', HTMLElement).textContent = api.info?.description ?? ''
  const place = byId('operations', HTMLElement)
  /** @type {Map<string, HTMLElement>} */
  const groups = new Map()
  for (const operation of operationsOf(api)) {
    let group = groups.get(operation.tag)
    if (!group) {
      group = el('section', {}, el('h2', {}, operation.tag))
      groups.set(operation.tag, group)
      place.append(group)
    }
    group.append(operationCard(api, operation))
  }
  showSchemas(api)
  const filter = byId('filter', HTMLInputElement)
  filter.addEventListener('input', () => applyFilter(place, filter.value.trim().toLowerCase()))
  openByAddress()
  addEventListener('hashchange', openByAddress)
}

/** @param {any} api
 *  @param {Operation} operation */
function operationCard(api, { method, path, id, value }) {
  const parts = [
    value.description ? el('p', {}, String(value.description)) : null,
    ...parameters(api, value),
    ...body(api, value),
    ...responses(api, value),
  ]
  return el('details', { class: 'operation', id, 'data-words': `${method} ${path} ${value.summary ?? ''}`.toLowerCase() },
    el('summary', {},
      el('span', { class: `method ${method}` }, method.toUpperCase()),
      el('span', { class: 'path' }, path),
      el('span', { class: 'summary' }, String(value.summary ?? ''))),
    el('div', {}, ...parts))
}

/** @param {any} api
 *  @param {any} value */
function parameters(api, value) {
  const all = (value.parameters ?? []).map((/** @type {Json} */ parameter) => resolve(api, parameter))
  if (all.length === 0) return []
  return [el('h3', {}, 'Parameters'), table(['Name', 'In', 'Type', 'Meaning'], all.map((/** @type {any} */ one) => [
    `${one.name}${one.required ? ' *' : ''}`, one.in, describeType(api, one.schema), one.description ?? '',
  ]))]
}

/** @param {any} api
 *  @param {any} value */
function body(api, value) {
  const request = resolve(api, value.requestBody)
  return request ? [el('h3', {}, 'Body'), ...contents(api, request.content)] : []
}

/** @param {any} api
 *  @param {any} value */
function responses(api, value) {
  const rows = Object.entries(value.responses ?? {}).map(([status, answer]) => {
    const response = resolve(api, answer)
    const types = Object.entries(response.content ?? {}).map(([type, { schema }]) => `${type}: ${describeType(api, schema)}`)
    const headers = Object.keys(response.headers ?? {})
    return [status, response.description ?? '', types.join('\n'), headers.join(', ')]
  })
  return rows.length === 0 ? [] : [el('h3', {}, 'Answers'), table(['Status', 'Meaning', 'Body', 'Headers'], rows)]
}

/** @param {any} api
 *  @param {Record<string, {schema?: Json, example?: unknown}>} content */
function contents(api, content = {}) {
  return Object.entries(content).map(([type, { schema, example }]) => el('div', {},
    el('p', {}, el('code', {}, type), ` ${describeType(api, schema)}`),
    el('pre', { tabindex: '0' }, JSON.stringify(example ?? resolve(api, schema), null, 2))))
}

/** @param {any} api */
function showSchemas(api) {
  const schemas = Object.entries(api.components?.schemas ?? {})
  const place = byId('schemas', HTMLElement)
  place.hidden = schemas.length === 0
  for (const [name, schema] of schemas) {
    place.append(el('details', { class: 'operation', id: `schema-${name}`, 'data-words': name.toLowerCase() },
      el('summary', {}, el('span', { class: 'path' }, name), el('span', { class: 'summary' }, describeType(api, schema, true))),
      el('div', {}, el('pre', { tabindex: '0' }, JSON.stringify(schema, null, 2)))))
  }
}

/** @param {string[]} heads
 *  @param {string[][]} rows */
function table(heads, rows) {
  return el('table', {},
    el('thead', {}, el('tr', {}, ...heads.map((head) => el('th', { scope: 'col' }, head)))),
    el('tbody', {}, ...rows.map((row) => el('tr', {}, ...row.map((cell, at) =>
      el('td', {}, at === 0 ? el('code', {}, String(cell)) : String(cell)))))))
}

/** @param {HTMLElement} place
 *  @param {string} words */
function applyFilter(place, words) {
  for (const card of place.querySelectorAll('details')) card.hidden = !card.dataset.words?.includes(words)
  for (const group of place.children) {
    if (group instanceof HTMLElement) group.hidden = !group.querySelector('details:not([hidden])')
  }
}

function openByAddress() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (target instanceof HTMLDetailsElement) target.open = true
}
