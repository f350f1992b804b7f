// Reads an OpenAPI 3.1 description. Pure; shows nothing.

/** @typedef {{method: string, path: string, id: string, tag: string, value: any}} Operation */

const kMethods = ['get', 'post', 'put', 'patch', 'delete']

/** All operations, in the order of the description.
 *  @param {any} api
 *  @returns {Operation[]} */
export function operationsOf(api) {
  return Object.entries(api.paths ?? {}).flatMap(([path, rawItem]) => {
    const item = resolve(api, rawItem)
    return kMethods.filter((method) => item[method]).map((method) => {
      const value = { ...item[method], parameters: [...(item.parameters ?? []), ...(item[method].parameters ?? [])] }
      return { method, path, id: value.operationId ?? `${method}-${path}`, tag: value.tags?.[0] ?? 'other', value }
    })
  })
}

/** Follows a local `$ref`; what can't be found is an empty object.
 *  @param {any} api
 *  @param {any} value
 *  @returns {any} */
export function resolve(api, value) {
  const reference = value?.$ref
  if (typeof reference !== 'string') return value
  if (!reference.startsWith('#/')) return {}
  const steps = reference.slice(2).split('/').map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  return steps.reduce((/** @type {any} */ at, step) => at?.[step], api) ?? {}
}

/** A schema in a few words: `integer, 1 to 500, default 50`.
 *  @param {any} api
 *  @param {any} schema
 *  @param {boolean} [open]  do not stop at its name
 *  @returns {string} */
export function describeType(api, schema, open = false) {
  if (!schema) return ''
  if (schema.$ref && !open) return schema.$ref.split('/').pop()
  const value = resolve(api, schema)
  const parts = [value.enum ? value.enum.join(' | ') : typeName(api, value)]
  if (value.minimum !== undefined || value.maximum !== undefined) parts.push(`${value.minimum ?? '…'} to ${value.maximum ?? '…'}`)
  if (value.minLength || value.maxLength) parts.push(`${value.minLength ?? 0} to ${value.maxLength ?? '…'} characters`)
  if (value.default !== undefined) parts.push(`default ${JSON.stringify(value.default)}`)
  return parts.join(', ')
}

/** @param {any} api
 *  @param {any} schema */
function typeName(api, schema) {
  if (schema.type === 'array') return `array of ${describeType(api, schema.items) || 'anything'}`
  if (Array.isArray(schema.type)) return schema.type.join(' or ')
  const choices = schema.oneOf ?? schema.anyOf
  if (choices) return choices.map((/** @type {any} */ one) => describeType(api, one)).join(' or ')
  return schema.type ?? 'anything'
}
