// Prints what was measured: a table for people, or one JSON object.

import { machine, warnings } from './machine.mjs'

/** Three significant digits, thousands apart from each other. */
export function figure(value) {
  if (value === undefined || Number.isNaN(value)) return ''
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  return value.toLocaleString('en-US', { minimumFractionDigits: Math.min(digits, 3), maximumFractionDigits: Math.min(digits, 3) })
}
const range = ({ min, max }) => `${figure(min)} to ${figure(max)}`

function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  return rows.map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ').trimEnd()).join('\n')
}

/** `rows` of interleave(). `goal`: `{against, most}` or `{against, least}` for a ratio, `{most}` for our own value. */
function printFigure({ title, unit, rows, goals = [] }) {
  const more = Object.keys(rows[0].more)
  const lines = [['', unit, 'least to most', 'ours / it', 'least to most', ...more]]
  for (const row of rows) {
    lines.push([row.name, figure(row.value.median), range(row.value), row.ratio ? figure(row.ratio.median) : '',
      row.ratio ? range(row.ratio) : '', ...more.map((key) => figure(row.more[key]))])
  }
  console.log(`${title} (median of ${rows[0].runs.length} interleaved runs)\n${table(lines)}`)
  for (const goal of goals) {
    const row = rows.find(({ name }) => name === (goal.against ?? rows[0].name))
    if (!row) continue
    const is = goal.against ? row.ratio.median : row.value.median
    const met = goal.most !== undefined ? is <= goal.most : is >= goal.least
    const bound = goal.most !== undefined ? `at most ${goal.most}` : `at least ${goal.least}`
    const what = goal.against ? `times ${goal.against}` : unit
    console.log(`goal: ${bound} ${what}: ${met ? 'met' : 'not met'} (${figure(is)})`)
  }
  console.log()
}

/** Prints all `figures` of one program: `[{title, unit, rows, goals}]`, with the versions and what makes them less sure.
 *  `load` is the load average before the program added its own. */
export function report(program, figures, { json, notes = [], load }) {
  const unsure = warnings(load)
  const seen = { ...machine(), load: load ?? machine().load }
  if (json) {
    console.log(JSON.stringify({ program, machine: seen, notes, warnings: unsure, figures }))
    return
  }
  for (const each of figures) printFigure(each)
  for (const { name, version } of figures[0].rows) console.log(`${name}: ${version}`)
  console.log(`machine: ${seen.cpu}, ${seen.cores} cores, Linux ${seen.kernel}`)
  for (const each of notes) console.log(`note: ${each}`)
  for (const each of unsure) console.log(`warning: ${each}`)
}
