// node tests/support/with_postgres.mjs COMMAND...: runs a command beside a real PostgreSQL, whose URI (without a database)
// stands in GRTC_TEST_POSTGRES; ends with the command's code.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Postgres } from './postgres.mjs'

const [program, ...words] = process.argv.slice(2)
const postgres = await Postgres.start()
try {
  const env = { ...process.env, GRTC_TEST_POSTGRES: postgres.url('').replace(/\/$/, '') }
  const child = spawn(program, words, { stdio: 'inherit', env })
  const [code] = await once(child, 'exit')
  process.exitCode = code ?? 1
} finally {
  await postgres.stop()
}
