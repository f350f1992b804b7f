// What is not said in this project: work left for later, paths of one machine, tests narrowed for a moment, waits in tests.

import { readFileSync } from 'node:fs'
import { files, report } from './files.mjs'

/** A wait that is longer than this where a test could wait for the event. */
const kLongestWaitMs = 100

const kWaitInstead = 'wait for the event instead'
const kRules = [
  { where: /./, what: /\b(TOD[O]|FIXM[E]|XX[X]|HAC[K])\b/, why: 'do it, or open an issue' },
  { where: /./, what: /(^|[\s"'`(=])\/(wor[k]|hom[e]|farm)\//, why: 'a path of one machine' },
  { where: /./, what: /^(<{7}|>{7}|={7})( |$)/, why: 'left over from a merge' },
  { where: /\.(cpp|hpp|m?js|css|html|sh|json|cmake)$/, what: /[ \t]+$/, why: 'white space at the end of a line' },
  { where: /\.(cpp|hpp|m?js|css|html|json|cmake)$/, what: /\t/, why: 'a tab' },
  { where: /^web\//, what: /\bconsole\.(log|debug)\b|\bdebugger\b/, why: 'left over from looking' },
  { where: /^src\//, what: /std::c(out|err)\b|\b(f?printf|puts)\(/, why: 'src/ logs, it does not print' },
  { where: /^src\//, what: /\.detach\(\)/, why: 'a thread that nobody joins' },
  { where: /^tests\//, what: /\b(test|it|describe|suite)\.only\b|\bDISABLED_/, why: 'a narrowed test' },
  { where: /^tests\//, what: /sleep_(for|until)\b|\bu?sleep\([0-9]|waitForTimeout\(/, why: kWaitInstead },
]
/** `setTimeout(resolve, 200)` and `await sleep(200)`; a deadline that rejects is no wait. Where time itself is what is tested,
 *  `// waits: why` stands at the end of the line or above it. */
const kWaits = /setTimeout\(\s*(?:res|resolve|r|done|ok)\s*,\s*([0-9_]+)|\b(?:sleep|delay|pause|setTimeout)\(\s*([0-9_]+)\s*[,)]/g

const complaints = []
for (const file of files('.').filter((name) => !/\.(png|ico|woff2?|db|bin)$|package-lock\.json$|^LICENSE$|^tests\/fuzz\/corpus\//.test(name))) {
  const text = readFileSync(file, 'utf8')
  if (text && !text.endsWith('\n')) complaints.push(`${file}: no line end at the end of the file`)
  if (text.includes('\r')) complaints.push(`${file}: carriage returns`)
  const lines = text.split('\n')
  lines.forEach((line, index) => {
    const at = `${file}:${index + 1}`
    const excused = /\/\/ waits: \S/.test(line) || /\/\/ waits: \S/.test(lines[index - 1] ?? '')
    for (const { where, what, why } of kRules) {
      if (excused && why === kWaitInstead) continue
      if (where.test(file) && what.test(line)) complaints.push(`${at}: ${line.trim().slice(0, 100)}: ${why}`)
    }
    if (!file.startsWith('tests/') || excused) return
    for (const [, first, second] of line.matchAll(kWaits)) {
      const ms = Number((first ?? second).replaceAll('_', ''))
      if (ms > kLongestWaitMs) complaints.push(`${at}: waits ${ms} ms: ${kWaitInstead}`)
    }
  })
}
report(complaints)
