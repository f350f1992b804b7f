// What a PromQL expression asks for: names of metrics and of labels. Enough for what deploy/ has; not a parser of the whole language.

const kWords = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right', 'and', 'or', 'unless', 'offset', 'bool', 'inf', 'nan'])
/** Lists of labels in parentheses. */
const kGroupings = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g
const kSelector = /([a-zA-Z_:][\w:]*)?\s*\{([^}]*)\}/g

/**
 * @param {string} expression
 * @returns {{metrics: string[], labels: string[], selectors: {metric: string, labels: string[]}[]}}  `labels` are those of groupings
 */
export function askedFor(expression) {
  assertBalanced(expression)
  const text = expression.replace(/"(?:[^"\\]|\\.)*"/g, '""')
  const selectors = [...text.matchAll(kSelector)].map(([, metric, matchers]) =>
    ({ metric, labels: [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label) }))
  const labels = [...text.matchAll(kGroupings)].flatMap(([, list]) => list.split(',').map((one) => one.trim()).filter(Boolean))
  const rest = text.replace(kGroupings, ' ').replace(/\{[^}]*\}/g, ' ').replace(/\[[^\]]*\]/g, ' ')
  const metrics = [...rest.matchAll(/(?<![\w.])([a-zA-Z_:][\w:]*)(\s*\()?/g)]
    .filter(([, word, call]) => !call && !kWords.has(word.toLowerCase())).map(([, word]) => word)
  return { metrics: [...new Set(metrics)], labels: [...new Set(labels)], selectors }
}

function assertBalanced(expression) {
  const closing = { ')': '(', ']': '[', '}': '{' }
  const open = []
  for (const [token] of expression.matchAll(/"(?:[^"\\]|\\.)*"|[()[\]{}"]/g)) {
    if (token.length > 1) continue
    if (token === '"' || (closing[token] && open.pop() !== closing[token])) throw new Error(`${token} stands alone in ${expression}`)
    if (!closing[token]) open.push(token)
  }
  if (open.length > 0) throw new Error(`${open.join(' ')} stays open in ${expression}`)
}
