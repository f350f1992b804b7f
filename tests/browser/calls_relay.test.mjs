// Everything over a real coturn, with the credentials that gRTC hands out.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startBrowser } from '../support/browser.mjs'
import { allTogether, decodes, hears, joinWithCamera, kAllowed, newCaller, tile } from '../support/call.mjs'
import { startServer } from '../support/server.mjs'
import { hasTurn, kTurnSecret, startTurn } from '../support/turn.mjs'

const skip = hasTurn() ? false : 'coturn is not installed (Debian package coturn)'
const relay = { rtc: { iceTransportPolicy: 'relay' } }

// Both mostly wait, so they do it together.
describe('calls over TURN', { concurrency: true, skip }, () => {
  test('relay only: a call goes over TURN, says so, and outlives its credential', async (t) => {
    const turn = await startTurn(t)
    const server = await startServer(t, { env: { TURN_URLS: turn.url, TURN_SECRET: kTurnSecret, TURN_TTL_S: '60' } })
    const began = Date.now()
    const browser = await startBrowser(t, kAllowed)
    const [ana, ben] = [await newCaller(browser, 'Ana', relay), await newCaller(browser, 'Ben', relay)]
    const asked = ana.page.waitForResponse((response) => response.url().includes('/api/ice-servers'), { timeout: 120_000 })
    for (const person of [ana, ben]) await joinWithCamera(person, server.url)
    assert.equal(await allTogether([ana, ben]), 2)
    const connections = () => ana.page.evaluate(() => globalThis.connections.length)
    const before = await connections()
    await ana.page.locator(`${tile('Ben')} [data-testid=bars]`).click()
    await ana.page.locator('[data-testid=quality] [data-fact="quality.route"]:has-text("relayed")').waitFor()
    await ana.page.click('[data-testid=dialog-close]')
    // At 80 % of its 60 s the credential is replaced, and the relayed path made anew with it.
    const answer = await asked
    assert.equal(answer.status(), 200)
    const { ice_servers: [{ username: fresh }] } = await answer.json()
    await ana.page.waitForFunction((name) => globalThis.connections.some((pc) => {
      return pc.connectionState === 'connected' && pc.getConfiguration().iceServers.some(({ username }) => username === name)
    }), fresh)
    // waits: the first credential has to have expired for its successor to be what carries the call
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, 66_000 - (Date.now() - began))))
    await decodes(ana)
    await decodes(ben)
    await hears(ben, 1)
    assert.equal(await connections(), before, 'the connection that there was at first went on')
  })

  test('no relay to be reached: the tile says why there is no picture within 20 s, and chat goes on', async (t) => {
    const server = await startServer(t, { env: { TURN_URLS: 'turn:127.0.0.1:9?transport=udp', TURN_SECRET: kTurnSecret } })
    const browser = await startBrowser(t, kAllowed)
    const [ana, ben] = [await newCaller(browser, 'Ana', relay), await newCaller(browser, 'Ben', relay)]
    for (const person of [ana, ben]) await joinWithCamera(person, server.url)
    await ana.page.locator(`${tile('Ben')} .tile-words:has-text("No direct connection")`).waitFor({ timeout: 20_000 })
    await ana.say('can you read me?')
    await ben.receives(['can you read me?'])
    assert.equal(await ben.wayOf('can you read me?'), 'server')
  })
})
