// docs/deploy.md, command by command, in its order; after each section, whether what it promises is so.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { kFast } from '../support/docker.mjs'
import { checks } from './checks.mjs'
import { commandsOf, sectionsOf } from './page.mjs'

const kPage = 'docs/deploy.md'
const kOtherLanguages = ['docs/deploy.es.md']
/** What needs more than the backend and nginx, or minutes, is for the whole test. */
const kInFast = ['Start', 'Inside the container', 'Backup and restore', 'nginx', 'When something is wrong']
/** They don't end by themselves: what they have to show first. */
const kFollowed = /logs -f/

async function type(site, { where, lines }) {
  if (where === 'backend') {
    // A page's block inside the container is one session of its shell.
    const output = await site.sh('docker-compose exec -T backend bash -e', { input: `${lines.join('\n')}\n` })
    return output
  }
  assert.equal(where, 'sh', 'a block of commands is `sh`, or `sh backend`')
  let output = ''
  for (const line of lines) output += await typeLine(site, line)
  return output
}

async function typeLine(site, line) {
  if (kFollowed.test(line)) return site.follow(line, 'listening')
  // Who types it is left in a shell; here it ends at once.
  const interactive = /exec backend bash$/.test(line)
  const done = await site.type(line, interactive ? { input: 'exit\n' } : {})
  // A server that is up is not at once ready, neither for the reader nor here.
  for (let n = 0; /^curl/.test(line) && done.code !== 0 && n < 50; n++) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    Object.assign(done, await site.type(line))
  }
  if (/grtc doctor$/.test(line) && done.code === 1) assert.doesNotMatch(done.output, /^FAIL/m, done.output)
  assert.equal(done.code, 0, `${line}\n${done.output}`)
  return done.output
}

export function guide(world) {
  describe(kPage, () => {
    it('has the same commands in each language', () => {
      for (const page of kOtherLanguages) assert.deepEqual(commandsOf(page), commandsOf(kPage), page)
    })

    for (const section of sectionsOf(kPage)) {
      if (section.blocks.length === 0 || (kFast && !kInFast.includes(section.title))) continue
      const check = checks[section.title]
      it(`${section.title}: its commands work${check ? ', and what it promises is so' : ''}`, async (t) => {
        // What has to go on while the commands are typed.
        const meanwhile = await check?.meanwhile?.(world.site, t)
        let output = ''
        for (const block of section.blocks) output += await type(world.site, block)
        await check?.(world.site, t, output, meanwhile)
      })
    }
  })
}
