// What each receiver gets of this page's media, as pure functions. Everyone sends to everyone, so the upload grows with the people.

/** One track's ceiling. `off`: it is not sent at all.
 *  @typedef {{bps: number, height: number, fps: number, off: boolean}} Limit */

/** Up to how many people in the room, and what each of them gets then. */
const kTable = Object.freeze([
  { people: 2, bps: 1_700_000, height: 720, fps: 30 },
  { people: 4, bps: 700_000, height: 480, fps: 30 },
  { people: 6, bps: 350_000, height: 360, fps: 20 },
  { people: 8, bps: 200_000, height: 240, fps: 15 },
  { people: 16, bps: 150_000, height: 180, fps: 15 },
])
const kManyPeople = 9
const kAudioBps = 40_000
const kAudioOfManyBps = 24_000
const kScreen = Object.freeze({ bps: 1_200_000, height: 1080, fps: 15 })
/** What is left of a limit after each step down. */
const kSteps = Object.freeze([1, 0.6, 0.35, 0.15])
/** Until it was measured. */
export const kFirstUploadBps = 2_500_000
/** Below this a picture shows nothing any more. */
const kLeastVideoBps = 30_000

/** @param {object} now
 *  @param {number} now.people     in the room, oneself too
 *  @param {number} now.step       steps down, 0 for none
 *  @param {number} now.uploadBps  for all receivers together
 *  @param {boolean} now.screen    a screen is sent too; it comes before the camera
 *  @param {boolean} now.wanted    this receiver shows the picture
 *  @param {boolean} now.speaking  this page's person speaks, or the receiver has pinned them
 *  @returns {{audio: Limit, camera: Limit, screen: Limit}} */
export function limitsFor({ people, step, uploadBps, screen, wanted, speaking }) {
  const receivers = Math.max(1, people - 1)
  const many = people >= kManyPeople
  const factor = kSteps[Math.min(step, kSteps.length - 1)]
  const row = kTable.find((one) => people <= one.people)
  const audioBps = many ? kAudioOfManyBps : kAudioBps
  const share = Math.max(0, uploadBps / receivers - audioBps)
  const screenBps = screen ? Math.min(kScreen.bps * factor, Math.max(kLeastVideoBps, share)) : 0
  const cameraBps = Math.min((row?.bps ?? 0) * factor, share - screenBps)
  const short = cameraBps < kLeastVideoBps
  const shortOfMany = people >= 7 && (step > 0 || short)
  return {
    audio: { bps: audioBps, height: 0, fps: 0, off: false },
    camera: {
      bps: Math.max(kLeastVideoBps, Math.round(cameraBps)), height: Math.round((row?.height ?? 180) * Math.sqrt(factor)), fps: row?.fps ?? 15,
      off: !wanted || !row || ((many || shortOfMany) && !speaking),
    },
    screen: { bps: Math.round(screenBps), height: kScreen.height, fps: step > 1 ? 5 : kScreen.fps, off: false },
  }
}

/** How far one receiver's media was stepped down, and since when it has been bad or clean.
 *  @typedef {{step: number, badSince: number | null, cleanSince: number | null}} Steps */

const kBadMs = 5_000
const kCleanMs = 15_000
const kLossPct = 5

/** @type {Steps} */
export const kNoSteps = Object.freeze({ step: 0, badSince: null, cleanSince: null })

/** One look at the stats: 5 s of loss or of a limited encoder is one step down, 15 s clean one up.
 *  @param {Steps} state
 *  @param {{at: number, lossPct: number, limited: boolean}} sample  at: milliseconds
 *  @returns {Steps} */
export function nextStep({ step, badSince, cleanSince }, { at, lossPct, limited }) {
  if (lossPct > kLossPct || limited) {
    const since = badSince ?? at
    if (at - since < kBadMs) return { step, badSince: since, cleanSince: null }
    // The next step has its own 5 s: what this one brings has to be seen first.
    return { step: Math.min(step + 1, kSteps.length - 1), badSince: at, cleanSince: null }
  }
  const since = cleanSince ?? at
  if (at - since < kCleanMs) return { step, badSince: null, cleanSince: since }
  return { step: Math.max(0, step - 1), badSince: null, cleanSince: at }
}
