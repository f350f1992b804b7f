// What the page of the binary costs a browser that comes for the first time, and for the second.

import assert from 'node:assert/strict'
import test from 'node:test'
import { startServer } from '../support/server.mjs'
import { newPerson, startBrowser } from '../support/browser.mjs'

const kRequests = 8
const kScriptBytes = 60 * 1024
const kStyleBytes = 12 * 1024
const kAllBytes = 100 * 1024
const isOurs = (name) => /\/(main|style)\.[0-9a-f]{16}\.(js|css)$/.test(name)

/** Opens the page and gives the paths that were asked of the network. */
async function load(person, url) {
  const session = await person.context.newCDPSession(person.page)
  await session.send('Network.enable')
  const paths = new Map()
  session.on('Network.requestWillBeSent', ({ requestId, request }) => paths.set(requestId, new URL(request.url).pathname))
  session.on('Network.requestServedFromCache', ({ requestId }) => paths.delete(requestId))
  session.on('Network.responseReceived', ({ requestId, response }) => { if (response.fromDiskCache) paths.delete(requestId) })
  await person.open(url)
  await person.page.waitForSelector('#itemsLive:not(:empty)')
  await session.detach()
  return [...paths.values()]
}

test('a first load is few requests, and a second has scripts and styles already', async (t) => {
  const server = await startServer(t)
  const ana = await newPerson(await startBrowser(t), 'Ana', { origin: server.url, locale: 'es-ES' })
  const first = await load(ana, `${server.url}/r/jard%C3%ADn`)
  t.diagnostic(`first: ${first.join(' ')}`)
  assert.ok(first.length <= kRequests, first.join('\n'))
  assert.equal(first.filter(isOurs).length, 2, 'one script and one style sheet')

  const second = await load(ana, `${server.url}/r/huerto`)
  t.diagnostic(`second: ${second.join(' ')}`)
  assert.deepEqual(second.filter(isOurs), [])
  assert.deepEqual(ana.faults, [])
})

test('what a first load brings stays within its budget, and is kept for good only under names that hold a hash', async (t) => {
  const server = await startServer(t)
  const ask = (path, headers) => fetch(server.url + path, { headers: { 'Accept-Encoding': 'gzip', ...headers } })
  const page = await (await ask('/')).text()
  const names = [...page.matchAll(/(?:src|href)="(\/static\/[^"]+)"/g)].map(([, name]) => name)
  let all = 0
  for (const name of new Set(['/', ...names])) {
    const answer = await ask(name)
    const bytes = Number(answer.headers.get('content-length'))
    assert.equal(answer.status, 200, name)
    t.diagnostic(`${name}: ${bytes} bytes`)
    all += bytes
    if (/main\..*js$/.test(name)) assert.ok(bytes <= kScriptBytes, `${name}: ${bytes} bytes`)
    if (/\.css$/.test(name)) assert.ok(bytes <= kStyleBytes, `${name}: ${bytes} bytes`)
    assert.equal(answer.headers.get('cache-control'), isOurs(name) ? 'public, max-age=31536000, immutable' : 'no-cache', name)
    const again = await ask(name, { 'If-None-Match': answer.headers.get('etag') })
    assert.equal(again.status, 304, name)
  }
  assert.ok(all <= kAllBytes, `${all} bytes`)
  assert.equal(names.filter(isOurs).length, 2)
})

/** Makes the line and the processor of a person's page slow, and counts how far what is painted jumps. */
async function onASlowPhone(person) {
  const session = await person.context.newCDPSession(person.page)
  await session.send('Network.enable')
  await session.send('Network.emulateNetworkConditions', { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 94_000 })
  await session.send('Emulation.setCPUThrottlingRate', { rate: 4 })
  await person.page.addInitScript(() => {
    window.jumps = []
    const from = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(' ')
    new PerformanceObserver((list) => {
      for (const { value, sources } of list.getEntries())
        window.jumps.push(...sources.map((s) => `${value.toFixed(5)} ${s.node?.id || s.node?.nodeName} ${from(s.previousRect)} → ${from(s.currentRect)}`))
    }).observe({ type: 'layout-shift', buffered: true })
  })
}

for (const [what, options] of Object.entries({
  'in English': { locale: 'en-US' },
  'in Spanish': { locale: 'es-ES' },
  'on a small phone': { locale: 'es-ES', viewport: { width: 360, height: 640 } },
})) {
  test(`nothing jumps while the page loads over a slow line, ${what}`, async (t) => {
    const server = await startServer(t)
    const body = JSON.stringify({ name: 'Agenda', description: 'Lunes, a las diez' })
    await fetch(`${server.url}/api/items`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })
    const ana = await newPerson(await startBrowser(t), 'Ana', { origin: server.url, ...options })
    await onASlowPhone(ana)
    await ana.open(`${server.url}/r/jard%C3%ADn`)
    await ana.page.waitForSelector('#itemsLive[data-live=true]', { state: 'attached' })
    await ana.page.waitForSelector('[data-testid=item]', { state: 'attached' })
    const { jumps, painted } = await ana.page.evaluate(async () => {
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
      return { jumps: window.jumps, painted: performance.getEntriesByName('first-contentful-paint')[0].startTime }
    })
    t.diagnostic(`first paint after ${Math.round(painted)} ms`)
    assert.deepEqual(jumps, [])
    assert.deepEqual(ana.faults, [])
  })
}
