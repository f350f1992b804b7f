// PeerJS's own server, the `peer` package of node_modules/, as a reference.

import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { kRepository } from './options.mjs'

const kPackage = path.join(kRepository, 'node_modules', 'peer')
const kProgram = `import { PeerServer } from ${JSON.stringify(path.join(kPackage, 'dist', 'module.mjs'))}
PeerServer({ host: '127.0.0.1', port: Number(process.argv[1]), path: '/', concurrent_limit: 100000 })`

export const peerPackage = {
  name: 'peer',
  ready: '/peerjs/id',
  prepare() {
    const manifest = path.join(kPackage, 'package.json')
    if (!existsSync(manifest)) return { version: null, why: 'npm ci' }
    return { version: `peer ${JSON.parse(readFileSync(manifest, 'utf8')).version}, Node ${process.version}` }
  },
  command: ({ port }) => [process.execPath, '--input-type=module', '-e', kProgram, String(port)],
}
