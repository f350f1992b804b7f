// `docker-compose restart backend` while two people chat: nobody loses a message.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { newPerson, startBrowser } from '../support/browser.mjs'
import { inspect } from '../support/docker.mjs'
import { waitFor } from '../support/server.mjs'

const kUrl = 'http://localhost:8001'

export const healthy = () => waitFor(() => inspect('grtc-backend').State.Health.Status === 'healthy', { timeoutMs: 60_000, everyMs: 200, what: 'a healthy backend' })

export function restartInMidChat(world) {
  it('a restart in mid-chat loses no message, by the server\'s way', async (t) => {
    await world.site.compose('up -d')
    await healthy()
    const browser = await startBrowser(t)
    // Without WebRTC every message goes by the server.
    const ana = await newPerson(browser, 'Ana', { webrtc: false })
    const ben = await newPerson(browser, 'Ben', { webrtc: false })
    await ana.join(kUrl, 'restart')
    await ben.join(kUrl, 'restart')
    await ana.sees('Ben')
    await ben.sees('Ana')
    const [fromAna, fromBen] = [[], []]
    const say = async (person, said, text) => {
      said.push(text)
      await person.say(text)
    }
    let over = false
    const restarted = world.site.compose('restart backend').finally(() => { over = true })
    for (let n = 0; !over || n < 40; n++) {
      await say(ana, fromAna, `a${n}`)
      await say(ben, fromBen, `b${n}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    await restarted
    await Promise.all([ana.connected(), ben.connected()])
    await say(ana, fromAna, 'a-last')
    await say(ben, fromBen, 'b-last')
    assert.deepEqual(await ben.receives(fromAna, 60_000), fromAna)
    assert.deepEqual(await ana.receives(fromBen, 60_000), fromBen)
    await ana.sent('a-last')
  })
}
