// The commands of docs/deploy.md, as the page has them: the tests type what a reader types.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { kRepository } from '../support/docker.mjs'

/** @typedef {{where: string, lines: string[]}} Block  where: `sh`, on the host, or `backend`, inside the container */
/** @typedef {{title: string, blocks: Block[]}} Section */

/** The page's sections with their commands, in its order. @returns {Section[]} */
export function sectionsOf(file) {
  const sections = []
  let block = null
  for (const line of readFileSync(path.join(kRepository, file), 'utf8').split('\n')) {
    const fence = /^```(.*)$/.exec(line)
    if (fence && block) block = null
    else if (fence) {
      block = { where: fence[1] === 'sh backend' ? 'backend' : fence[1], lines: [] }
      sections.at(-1).blocks.push(block)
    } else if (block) block.lines.push(line)
    else if (/^##+ /.test(line)) sections.push({ title: line.replace(/^#+ /, ''), blocks: [] })
  }
  return sections
}

/** Every command of the page, to compare two languages. */
export const commandsOf = (file) => sectionsOf(file).map(({ blocks }) => blocks.map(({ where, lines }) => ({ where, lines })))
