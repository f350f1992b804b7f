// The library as a package: packed by npm, unpacked elsewhere, used with its types and without.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const kRepository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..')
const kLibrary = path.join(kRepository, 'web', 'grtc-client')

const kConsumer = `
import { join, GrtcError, type Delivery } from '@grtc/client'
import { Signalling } from '@grtc/client/signalling'
import { Items } from '@grtc/client/items'

const room = await join('room', { url: 'https://rtc.example', name: 'Ana', token: async () => 'jwt', signal: AbortSignal.timeout(1000) })
room.addEventListener('peerleft', ({ detail: { peer, reason } }) => { const line: string = peer.name + reason; void line })
room.addEventListener('file', async ({ detail }) => { const size: number = detail.size; if (size < 1e6) await detail.accept() })
const delivery: Delivery = await room.send({ type: 'move', x: 1 }, { to: [...room.peers.keys()] })
delivery.addEventListener('change', ({ detail }) => { const n: number = detail.delivered; void n })
for await (const message of room.messages()) { const text: string = message.text; void text }
const [item] = (await new Items({ url: 'https://rtc.example' }).list({ q: 'x' })).items
const version: number = item!.version
new Signalling('room').addEventListener('welcome', ({ detail }) => { const id: string = detail.welcome.peer_id; void id })
// @ts-expect-error a room has no such thing
room.nonsense()
export { version, GrtcError }
`

test('npm pack gives a package with types, which a strict TypeScript project can use', { timeout: 120_000 }, async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'grtc-package-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: kLibrary })
  const [{ filename, files }] = JSON.parse(stdout.slice(stdout.indexOf('[')))
  const names = files.map((file) => file.path)
  for (const wanted of ['index.js', 'types/index.d.ts', 'files/sending.js', 'types/files/transfer.d.ts', 'examples/chat.js', 'README.md', 'package.json']) {
    assert.ok(names.includes(wanted), `${wanted} is in the package`)
  }
  assert.deepEqual(names.filter((name) => /test|tsconfig|node_modules/.test(name)), [])

  const home = path.join(folder, 'node_modules', '@grtc', 'client')
  await mkdir(home, { recursive: true })
  await run('tar', ['-xzf', path.join(folder, filename), '-C', home, '--strip-components=1'])
  await writeFile(path.join(folder, 'package.json'), '{"type": "module"}')
  await writeFile(path.join(folder, 'use.ts'), kConsumer)
  await writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify({
    compilerOptions: { strict: true, noEmit: true, noUncheckedIndexedAccess: true, target: 'ES2022', module: 'NodeNext', lib: ['ES2022', 'DOM', 'DOM.AsyncIterable'], types: [] },
    files: ['use.ts'],
  }))
  const tsc = path.join(kRepository, 'node_modules', '.bin', 'tsc')
  const checked = await run(tsc, ['-p', folder]).catch((error) => error)
  assert.equal(checked.stdout, '')

  const script = "import { join, Room } from '@grtc/client'; import { Signalling } from '@grtc/client/signalling'; console.log(typeof join, typeof Room, typeof Signalling)"
  const used = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: folder })
  assert.equal(used.stdout.trim(), 'function function function')
})
