// The options that all programs of bench/ take, and their --help.

import path from 'node:path'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'

export const kRepository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..')
/** Fewer would tell nothing about the noise. */
const kLeastRuns = 3

const kCommon = {
  references: { type: 'string', help: 'DIR of the reference programs (GRTC_REFERENCES, ../shared/bench beside the repository)' },
  grtc: { type: 'string', help: 'the binary that is measured (GRTC_BIN, build/release/grtc)' },
  runs: { type: 'string', help: 'interleaved runs of each server, 3 or more (3)' },
  against: { type: 'string', help: 'only these references, comma-separated' },
  json: { type: 'boolean', help: 'one JSON object instead of the table' },
  help: { type: 'boolean', help: 'this page' },
}

/** Reads the command line. `own` adds `{name: {type, help, default?}}`; numbers come as text and are checked by `number`.
 *  Prints the help or what is wrong and ends the process by itself. */
export function readOptions(usage, own = {}) {
  const all = { ...own, ...kCommon }
  let values
  try {
    values = parseArgs({ options: Object.fromEntries(Object.entries(all).map(([name, { type }]) => [name, { type }])) }).values
  } catch (error) {
    fail(error.message)
  }
  if (values.help) {
    console.log(`${usage}\n`)
    for (const [name, { help }] of Object.entries(all)) console.log(`  --${name.padEnd(12)} ${help}`)
    process.exit(0)
  }
  for (const [name, { fallback }] of Object.entries(all)) values[name] ??= fallback
  return {
    ...values,
    runs: number('runs', values.runs ?? '3', kLeastRuns),
    references: path.resolve(values.references ?? process.env.GRTC_REFERENCES ?? path.join(kRepository, '..', 'shared', 'bench')),
    grtc: path.resolve(values.grtc ?? process.env.GRTC_BIN ?? path.join(kRepository, 'build', 'release', 'grtc')),
    against: values.against?.split(',').filter(Boolean),
  }
}

/** A whole number of at least `least`. */
export function number(name, text, least = 1) {
  if (!/^\d+$/.test(text) || Number(text) < least) fail(`--${name}: a whole number from ${least}, not "${text}"`)
  return Number(text)
}

/** Ends the program with one line. */
export function fail(why) {
  console.error(`bench: ${why}`)
  process.exit(2)
}
