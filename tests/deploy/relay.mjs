// Two people in networks that cannot reach each other: only the server and the TURN server are in both. They talk, see and hear each
// other by the relay, and the relay takes no wrong credential and leads nobody to the inside.

import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { inspect, kRepository } from '../support/docker.mjs'
import { WebDriver } from '../support/webdriver.mjs'
import { waitFor } from '../support/server.mjs'
import { healthy } from './restart.mjs'

const kSecret = 'north-north-north-north'
const kUrl = 'http://backend:8001'
const kThere = 'grtc-there'
const kArguments = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', `--unsafely-treat-insecure-origin-as-secure=${kUrl}`]
/** The library renews credentials by this module. */
const kRenewal = 'web/grtc-client/ice-renewal.js'

const addressIn = (container, network) => inspect(container).NetworkSettings.Networks[network].IPAddress
const env = (ttlS) => ({
  ENVIRONMENT: 'development', TURN_SECRET: kSecret, TURN_URLS: 'turn:coturn:3478?transport=udp', TURN_TTL_S: String(ttlS),
})

/** client-a stays in the compose file's network, client-b alone is moved into another one. */
async function separate(site, ttlS) {
  await site.compose('--profile with-turn --profile with-clients up -d', { env: env(ttlS) })
  await site.sh(`docker network create ${kThere}`)
  for (const service of ['backend', 'coturn']) await site.sh(`docker network connect --alias ${service} ${kThere} grtc-${service}`)
  await site.sh(`docker network connect ${kThere} grtc-client-b; docker network disconnect grtc_grtc-network grtc-client-b`)
  // coturn looks for its addresses at the start.
  await site.sh('docker restart -t 1 grtc-coturn')
  await healthy()
}

async function together(site) {
  await site.compose('--profile with-turn --profile with-clients down')
  await site.sh(`docker network rm ${kThere}`)
}

async function openPages(t) {
  const pages = []
  for (const [container, network] of [['grtc-client-a', 'grtc_grtc-network'], ['grtc-client-b', kThere]]) {
    const page = await WebDriver.open(`http://${addressIn(container, network)}:4444`, kArguments)
    t.after(() => page.quit())
    await page.goto(kUrl)
    // The page's connections, to ask them for the way that they found.
    await page.run(`
      const Native = globalThis.RTCPeerConnection
      globalThis.connections = []
      globalThis.RTCPeerConnection = class extends Native { constructor(...args) { super(...args); globalThis.connections.push(this) } }`)
    pages.push(page)
  }
  return pages
}

async function joinRoom(page, name) {
  await page.type('#nameInput', name)
  await page.type('#roomId', 'relay')
  await page.click('#connectBtn')
}

async function say(page, text) {
  await page.type('#messageInput', text)
  await page.click('#sendBtn')
}
const received = (page, text) => page.see(`[data-testid=message][data-mine=false][data-via=direct] [data-testid=text]`)
  .then(() => waitFor(() => page.run('return document.getElementById("messages").innerText').then((all) => all.includes(text)), { timeoutMs: 20_000, what: text }))

/** Kinds of the two candidates that the page's link goes by: `relay` is the TURN server. */
const way = (page) => page.run(`
  for (const connection of globalThis.connections.filter((one) => one.connectionState === 'connected')) {
    const report = await connection.getStats()
    for (const transport of report.values()) {
      const pair = transport.type === 'transport' && report.get(transport.selectedCandidatePairId)
      if (pair) return [report.get(pair.localCandidateId).candidateType, report.get(pair.remoteCandidateId).candidateType]
    }
  }
  return []`)

/** One end of a call with camera and microphone, by the relay alone. Takes an offer, or makes one. */
const kCall = `
  const [offer] = arguments
  const { ice_servers } = await (await fetch('/api/ice-servers?room=relay&peer_id=media')).json()
  const call = globalThis.call = new RTCPeerConnection({ iceServers: ice_servers, iceTransportPolicy: 'relay' })
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true })
  for (const track of stream.getTracks()) call.addTrack(track, stream)
  if (offer) await call.setRemoteDescription({ type: 'offer', sdp: offer })
  await call.setLocalDescription()
  if (call.iceGatheringState !== 'complete') await new Promise((resolve) => { call.onicegatheringstatechange = () => call.iceGatheringState === 'complete' && resolve() })
  return call.localDescription.sdp`
/** All ends of a call of eight: seven connections of each. How many of them the relay has taken in. */
const kCallOfEight = `
  const relayed = async (iceServers) => {
    const link = new RTCPeerConnection({ iceServers, iceTransportPolicy: 'relay' })
    link.createDataChannel('grtc')
    await link.setLocalDescription()
    if (link.iceGatheringState !== 'complete') await new Promise((resolve) => { link.onicegatheringstatechange = () => link.iceGatheringState === 'complete' && resolve() })
    return link
  }
  const links = []
  for (let peer = 1; peer <= 8; peer++) {
    const { ice_servers } = await (await fetch('/api/ice-servers?room=relay&peer_id=one-of-eight-' + peer)).json()
    links.push(...await Promise.all(Array.from({ length: 7 }, () => relayed(ice_servers))))
  }
  const taken = links.filter((link) => link.localDescription.sdp.includes('typ relay')).length
  for (const link of links) link.close()
  return taken`
const mediaOf = (page) => page.run(`
  const found = {}
  for (const one of (await globalThis.call.getStats()).values()) if (one.type === 'inbound-rtp') found[one.kind] = one.kind === 'video' ? one.framesDecoded : one.packetsReceived
  return found`)

function refusals(world) {
  const check = (given) => world.site.sh(`docker exec ${Object.entries(given).map(([name, value]) => `-e '${name}=${value}'`).join(' ')} grtc-backend grtc turn check --url turn:coturn:3478 || true`)
  it('refuses a wrong secret', async () => assert.match(await check({ TURN_SECRET: 'south-south-south-south' }), /^FAIL .*401: TURN_SECRET/))
  it('refuses a credential that has expired', async () => {
    const credential = (expiry) => {
      const TURN_USERNAME = `${Math.floor(Date.now() / 1000) + expiry}:ana`
      return { TURN_SECRET: '', TURN_USERNAME, TURN_PASSWORD: createHmac('sha1', kSecret).update(TURN_USERNAME).digest('base64') }
    }
    assert.match(await check(credential(60)), /^ok /)
    assert.match(await check(credential(-60)), /^FAIL .*401/)
  })
  it('relays to no private address', async () => {
    const to = (peer) => world.site.sh(`timeout 20 docker exec grtc-coturn turnutils_uclient -c -v -n 1 -m 1 -u ana -W ${kSecret} -e ${peer} 127.0.0.1 2>&1 || true`)
    for (const peer of ['10.0.0.5', addressIn('grtc-backend', 'grtc_grtc-network')]) assert.match(await to(peer), /403.*Forbidden IP/, peer)
  })
}

export function relay(world) {
  describe('the relay', () => {
    it('is all that connects two networks', async () => {
      await separate(world.site, 60)
      await world.site.sh(`docker exec grtc-client-a curl -sf -m 5 ${kUrl}/health`)
      await world.site.sh(`docker exec grtc-client-b curl -sf -m 5 ${kUrl}/health`)
      const b = `http://${addressIn('grtc-client-b', kThere)}:4444/status`
      await assert.rejects(world.site.sh(`docker exec grtc-client-a curl -sf -m 3 ${b}`), 'there is no direct way')
    })

    it('carries messages, camera and microphone', async (t) => {
      const [a, b] = await openPages(t)
      await joinRoom(a, 'Ana')
      await joinRoom(b, 'Ben')
      for (const page of [a, b]) await page.see('[data-testid=person][data-route=direct]')
      await say(a, 'by the relay')
      await received(b, 'by the relay')
      assert.ok((await way(a)).includes('relay'), 'the link is relayed')
      const offer = await a.run(kCall)
      assert.match(offer, /typ relay/, offer)
      const answer = await b.run(kCall, offer)
      assert.equal(await a.run('await globalThis.call.setRemoteDescription({ type: "answer", sdp: arguments[0] }); return true', answer), true)
      for (const page of [a, b]) {
        await waitFor(async () => {
          const { audio = 0, video = 0 } = await mediaOf(page)
          return audio > 20 && video > 5
        }, { timeoutMs: 30_000, everyMs: 200, what: 'sound and pictures' })
      }
    })

    it('has a place for each connection of a call of eight', async (t) => {
      const [a] = await openPages(t)
      assert.equal(await a.run(kCallOfEight), 56)
    })

    it('is used on past the life of a credential', { skip: existsSync(path.join(kRepository, kRenewal)) ? false : `there is no ${kRenewal}` }, async (t) => {
      const [a, b] = await openPages(t)
      await joinRoom(a, 'Ana')
      await joinRoom(b, 'Ben')
      for (const page of [a, b]) await page.see('[data-testid=person][data-route=direct]')
      const first = (await way(a)).join()
      const end = Date.now() + 100_000
      for (let n = 0; Date.now() < end; n++) {
        await say(a, `alive ${n}`)
        await received(b, `alive ${n}`)
        await new Promise((resolve) => setTimeout(resolve, 5000)) // waits: a credential lives 60 s
      }
      assert.match(first, /relay/)
      assert.match((await way(a)).join(), /relay/)
    })

    refusals(world)

    it('is taken down', () => together(world.site))
  })
}
