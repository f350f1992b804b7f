// What this browser lets a page have of cameras, microphones and speakers.

import { remember, remembered } from '../prefs.js'

/** @typedef {import('./call-state.js').Why} Why */
/** @typedef {'audioinput' | 'videoinput' | 'audiooutput'} Kind */

const kChoice = Object.freeze({ audioinput: 'mic', videoinput: 'camera', audiooutput: 'speaker' })

/** Plain http denies all devices, and has none of these members. */
export const canUseMedia = () => typeof navigator.mediaDevices?.getUserMedia === 'function'
export const canShareScreen = () => typeof navigator.mediaDevices?.getDisplayMedia === 'function'
export const canChooseSpeaker = () => 'setSinkId' in HTMLMediaElement.prototype

/** The device chosen before, '' for the system's. @param {Kind} kind */
export const chosenDevice = (kind) => remembered(kChoice[kind]) ?? ''

/** @param {Kind} kind
 *  @param {string} id */
export const chooseDevice = (kind, id) => remember(kChoice[kind], id)

/** One track of the chosen microphone or camera; of another when that one is gone.
 *  @param {'mic' | 'camera'} device
 *  @param {'user' | 'environment'} [facing]  of a phone's two cameras
 *  @throws what getUserMedia throws: ask `whyOf` */
export async function openDevice(device, facing) {
  const kind = device === 'mic' ? 'audioinput' : 'videoinput'
  const id = chosenDevice(kind)
  const wish = device === 'mic'
    ? { echoCancellation: true, noiseSuppression: true, autoGainControl: true }
    : { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } }
  const which = facing ? { facingMode: facing } : id ? { deviceId: { exact: id } } : {}
  const get = async (/** @type {MediaTrackConstraints} */ constraints) => {
    const stream = await navigator.mediaDevices.getUserMedia(device === 'mic' ? { audio: constraints } : { video: constraints })
    return stream.getTracks()[0]
  }
  try {
    return await get({ ...wish, ...which })
  } catch (error) {
    const { name } = /** @type {Error} */ (error)
    if (id === '' || (name !== 'OverconstrainedError' && name !== 'NotFoundError')) throw error
    return get(wish)
  }
}

/** @returns {Promise<MediaStream>} */
export function openScreen() {
  return navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { ideal: 15, max: 30 } }, audio: true })
}

/** The cause behind a refusal. @param {unknown} error
 *  @returns {Why} */
export function whyOf(error) {
  switch (/** @type {Error} */ (error)?.name) {
    case 'NotAllowedError':
    case 'SecurityError': return 'denied'
    case 'NotFoundError':
    case 'OverconstrainedError': return 'none'
    case 'NotReadableError':
    case 'AbortError': return 'busy'
    default: return 'failed'
  }
}

/** What there is of a kind. Without a permission the browser gives no labels.
 *  @param {Kind} kind */
export async function devicesOf(kind) {
  const all = await navigator.mediaDevices?.enumerateDevices?.().catch(() => []) ?? []
  return all.filter((device) => device.kind === kind && device.deviceId !== '')
}
