// What the tests of calls share: a browser with made-up devices, and questions to ask of the tiles.

import { startBrowser, newPerson } from './browser.mjs'
import { waitFor } from './server.mjs'

/** A camera that shows a clock and a microphone that beeps, allowed without asking. */
export const kDevices = ['--use-fake-device-for-media-stream']
export const kAllowed = [...kDevices, '--use-fake-ui-for-media-stream']

/** Encoders of four people share two cores here, with whatever else the machine does: two busy processes beside them treble the time. */
export const kPatienceMs = 90_000

/** Several people in one browser, each in a context of their own, all in `room` with camera and microphone on. */
export async function startCall(t, server, names, { room = 'call', url = server.url, browser, ...options } = {}) {
  const chromium = browser ?? (await startBrowser(t, kAllowed))
  const people = []
  for (const name of names) people.push(await newCaller(chromium, name, { origin: new URL(url).origin, ...options }))
  await Promise.all(people.map((person) => joinWithCamera(person, url, room)))
  return people
}

/** A person whose connections can be asked: they are in the page's `globalThis.connections`. `rtc` is added to their configuration. */
export async function newCaller(browser, name, { rtc = {}, ...options } = {}) {
  const person = await newPerson(browser, name, options)
  await person.context.addInitScript((more) => {
    globalThis.connections = []
    const Real = globalThis.RTCPeerConnection
    globalThis.RTCPeerConnection = class extends Real {
      constructor(wanted) { super({ ...wanted, ...more }) }

      createDataChannel(label, ...options) {
        // A link's connection is known by its channel; the page has another that it makes only to be quick later.
        if (label === 'grtc') globalThis.connections.push(this)
        return super.createDataChannel(label, ...options)
      }
    }
  }, rtc)
  return person
}

/** Through the preview: the way that most people take. */
export async function joinWithCamera(person, url, room = 'call') {
  await person.open(`${url}/?room=${encodeURIComponent(room)}`)
  await person.page.fill('[data-testid=name]', person.name)
  await person.page.click('[data-testid=preview-open]')
  await person.page.waitForFunction(() => document.querySelector('[data-testid=preview-video]')?.srcObject?.getTracks().length === 2)
  await person.page.click('[data-testid=preview-join]')
  await person.connected()
}

export const tile = (name, kind = 'camera') => `[data-testid=tile][data-kind=${kind}]:has(.tile-name:text-is("${kind === 'screen' ? `Screen: ${name}` : name}"))`

/** Frames shown so far of that person's tile, null when there is no such tile. */
export async function frames(person, name, kind) {
  return person.page.locator(tile(name, kind)).first().locator('video').evaluate((video) => video.getVideoPlaybackQuality().totalVideoFrames, null, { timeout: 5_000 })
    .catch(() => null)
}

/** Waits until `more` further frames of `name` were shown to `person`. */
export async function plays(person, name, { kind = 'camera', more = 10, timeoutMs = kPatienceMs } = {}) {
  let first = null
  let last = null
  await waitFor(async () => {
    last = await frames(person, name, kind)
    first ??= last
    // A new stream in the same tile counts from the start.
    if (last !== null && last < first) first = last
    return last !== null && last - first >= more
  }, { timeoutMs, everyMs: 100, what: () => `${person.name} to see ${name} (${kind}): ${first} → ${last} frames` })
    .catch(withLinksOf(person))
}

const withLinksOf = (person) => async (error) => { throw new Error(`${error.message}\n${await linksOf(person)}`, { cause: error }) }

/** How that person's connections are, for when a picture stands still or a voice is not heard: which part of the way it got to. */
async function linksOf(person) {
  return person.page.evaluate(async () => {
    const heard = ['kind', 'bytesReceived', 'totalAudioEnergy', 'totalSamplesReceived', 'concealedSamples']
    const wanted = { 'inbound-rtp': ['bytesReceived', 'framesReceived', 'framesDecoded'], 'outbound-rtp': ['bytesSent', 'framesEncoded', 'framesSent', 'active'], transport: ['dtlsState', 'iceState'] }
    const lines = [`page ${document.visibilityState}`]
    for (const pc of globalThis.connections) {
      lines.push(`connection ${pc.connectionState}, ICE ${pc.iceConnectionState}, ${pc.signalingState}`)
      for (const stat of (await pc.getStats()).values()) {
        const facts = stat.kind === 'audio' ? (stat.type === 'inbound-rtp' ? heard : undefined) : wanted[stat.type]
        if (facts) lines.push(`  ${stat.type} ${facts.map((fact) => `${fact} ${stat[fact]}`).join(', ')}`)
      }
    }
    for (const video of document.querySelectorAll('video')) {
      const [track] = video.srcObject?.getVideoTracks() ?? []
      lines.push(`video ${video.closest('[data-kind]')?.textContent.trim().slice(0, 20)}: paused ${video.paused}, ready ${video.readyState}, track ${track?.readyState}, muted ${track?.muted}`)
    }
    return lines.join('\n')
  }).catch((error) => `${person.name}'s page does not answer: ${error.message}`)
}

/** Of each living connection's streams of that kind that come in: `fact` since its start. */
const incoming = (person, wanted, fact) => person.page.evaluate(async ([wanted, fact]) => {
  const found = []
  for (const pc of globalThis.connections ?? []) {
    if (pc.connectionState !== 'connected') continue
    for (const stat of (await pc.getStats()).values()) {
      if (stat.type === 'inbound-rtp' && stat.kind === wanted) found.push([stat.ssrc, stat[fact] ?? 0])
    }
  }
  return found
}, [wanted, fact])
const energies = (person) => incoming(person, 'audio', 'totalAudioEnergy')

/** Waits until `more` further frames came to `person` whole, from whomever: a busy machine's browser may not get to show them. */
export async function decodes(person, more = 10) {
  const before = new Map(await incoming(person, 'video', 'framesDecoded'))
  let got = 0
  await waitFor(async () => {
    got = (await incoming(person, 'video', 'framesDecoded')).reduce((sum, [ssrc, frames]) => sum + frames - (before.get(ssrc) ?? 0), 0)
    return got >= more
  }, { timeoutMs: kPatienceMs, everyMs: 100, what: () => `${person.name} to decode ${more} frames more, not ${got}` })
    .catch(withLinksOf(person))
}

/** Waits until sound of `count` others comes to `person`: what was decoded is louder than silence. */
export async function hears(person, count, timeoutMs = kPatienceMs) {
  const before = new Map(await energies(person))
  let loud = 0
  await waitFor(async () => {
    loud = (await energies(person)).filter(([ssrc, energy]) => energy > (before.get(ssrc) ?? 0) + 1e-6).length
    return loud >= count
  }, { timeoutMs, everyMs: 200, what: () => `${person.name} to hear ${count}; hears ${loud}` })
    .catch(withLinksOf(person))
}

/** Each of them sees and hears each other: for four people, twelve directions. Returns how many. */
export async function allTogether(people) {
  const pairs = people.flatMap((to) => people.filter((from) => from !== to).map((from) => [to, from]))
  await Promise.all([...pairs.map(([to, from]) => plays(to, from.name)), ...people.map((one) => hears(one, people.length - 1))])
  return pairs.length
}

/** Looks at the picture of `name` every 100 ms until stopped; tells the longest time without a new frame. */
export async function watchFreeze(person, name) {
  const peer = await person.page.locator(tile(name)).getAttribute('data-peer')
  await person.page.evaluate((id) => {
    const watch = { last: performance.now(), frames: -1, longest: 0 }
    globalThis.freeze = watch
    watch.timer = setInterval(() => {
      const video = document.querySelector(`[data-testid=tile][data-peer="${id}"][data-kind=camera] video`)
      const now = video?.getVideoPlaybackQuality().totalVideoFrames ?? -1
      if (now !== watch.frames) Object.assign(watch, { frames: now, last: performance.now() })
      watch.longest = Math.max(watch.longest, performance.now() - watch.last)
    }, 100)
  }, peer)
  return () => person.page.evaluate(() => {
    clearInterval(globalThis.freeze.timer)
    return Math.round(globalThis.freeze.longest)
  })
}

/** Longer than a busy machine holds frames back, shorter than any connection takes to be made anew. */
export const kFreezeMs = 3_000
