// What the checks share: which files there are, and how a check ends.

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Files that git knows or would take, under the given folders or matching the given pathspecs. */
export function files(...pathspecs) {
  const output = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard', '--', ...pathspecs], { encoding: 'utf8' })
  return output.split('\0').filter((file) => file && existsSync(file))
}

/** The C++ sources under the given folders. */
export const sources = (...folders) => files(...folders.flatMap((folder) => [`${folder}/*.cpp`, `${folder}/*.hpp`]))

/** Prints each complaint, and ends with 1 if there is one. */
export function report(complaints) {
  for (const complaint of complaints) console.log(complaint)
  process.exitCode = complaints.length === 0 ? 0 : 1
}
