// A database of N items, made through the server that will use it: once, then copied for each run.

import { copyFileSync, existsSync } from 'node:fs'
import http from 'node:http'
import { fail } from './options.mjs'
import { progress } from './progress.mjs'
import { start } from './servers.mjs'

const kAtOnce = 64

function post(agent, port, body) {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }
    const request = http.request({ host: '127.0.0.1', port, path: '/api/items', method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode))
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** Fills `database` with `items` items by `server` and leaves it closed. */
export async function makeDatabase(server, options, database, items) {
  progress(`${server.name}: a database of ${items} items`)
  const up = await start(server, options, { database })
  const agent = new http.Agent({ keepAlive: true, maxSockets: kAtOnce })
  let next = 0
  await Promise.all(Array.from({ length: kAtOnce }, async () => {
    while (next < items) {
      const i = ++next
      const status = await post(agent, up.port, JSON.stringify({ name: `item ${i}`, description: `the description of item ${i}, of some length` }))
      if (status !== 201) fail(`${server.name} answered ${status} to an item`)
    }
  }))
  agent.destroy()
  await up.stop()
  progress()
  return database
}

/** A copy of a closed database, with what SQLite may have left beside it. */
export function copyDatabase(from, to) {
  for (const suffix of ['', '-wal']) if (existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix)
  return to
}
