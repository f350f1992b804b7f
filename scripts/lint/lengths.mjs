// A file has one idea: one that passes 300 lines is named, one that passes 400 is refused. Functions are clang-tidy's.

import { readFileSync } from 'node:fs'
import { files, report } from './files.mjs'

const kNamed = 300
const kRefused = 400

const complaints = []
const lengths = files('*.cpp', '*.hpp', '*.js', '*.mjs', '*.css', '*.html', '*.sh', 'dev', '*.cmake')
  .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
  .sort((a, b) => b.lines - a.lines)
for (const { file, lines } of lengths) {
  if (lines > kRefused) complaints.push(`${file}: ${lines} lines, over ${kRefused}: look for the second idea in it`)
  else if (lines > kNamed) console.log(`${file}: ${lines} lines`)
}
const median = lengths[Math.floor(lengths.length / 2)]?.lines ?? 0
console.log(`${lengths.length} files, median ${median} lines, longest ${lengths[0]?.lines ?? 0}`)
report(complaints)
