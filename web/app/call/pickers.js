import { el } from '../dom.js'
import { t } from '../i18n.js'
import { canChooseSpeaker, chooseDevice, chosenDevice, devicesOf } from './devices.js'
import { showLevel } from './meter.js'
import { playSound } from './sounds.js'

/** @typedef {import('./local-media.js').LocalMedia} LocalMedia */

/** Camera, microphone with its meter, and speaker with a test. They follow what is plugged in.
 *  @param {LocalMedia} local
 *  @param {{useSpeaker: () => void}} stage
 *  @returns {{node: HTMLElement, stop: () => void}} */
export function devicePickers(local, stage) {
  const camera = picker('videoinput', 'pick.camera', () => void local.change('camera'))
  const mic = picker('audioinput', 'pick.mic', () => void local.change('mic'))
  const speaker = picker('audiooutput', 'pick.speaker', () => stage.useSpeaker())
  const meter = el('meter', { min: '0', max: '1', low: '0.15', class: 'level', 'data-testid': 'mic-level', 'aria-label': t('pick.level') })
  const test = el('button', {
    type: 'button', class: 'button quiet', onclick: () => playSound('test', { always: true, speaker: chosenDevice('audiooutput') }),
  }, t('pick.test'))
  let stopMeter = () => {}
  /** @type {MediaStreamTrack | undefined} */
  let metered
  const fill = async () => {
    await Promise.all([camera, mic, speaker].map((one) => one.fill()))
    const [track] = local.streams.camera.getAudioTracks()
    if (track === metered) return
    metered = track
    stopMeter()
    stopMeter = track ? showLevel(new MediaStream([track]), meter) : () => {}
  }
  const stop = new AbortController()
  navigator.mediaDevices?.addEventListener?.('devicechange', () => void fill(), { signal: stop.signal })
  local.store.subscribe((state, before) => {
    if (!stop.signal.aborted && (state === before || state.mic !== before.mic || state.camera !== before.camera)) void fill()
  })
  return {
    node: el('div', { class: 'pickers' }, camera.node, mic.node, meter, canChooseSpeaker() ? speaker.node : null, test),
    stop: () => {
      stop.abort()
      stopMeter()
    },
  }
}

/** @param {import('./devices.js').Kind} kind
 *  @param {string} key
 *  @param {() => void} changed */
function picker(kind, key, changed) {
  const select = el('select', { 'data-testid': `pick-${kind}`, onchange: () => { chooseDevice(kind, select.value); changed() } })
  const fill = async () => {
    const devices = await devicesOf(kind)
    // Labels are the browser's secret until something was allowed.
    select.replaceChildren(el('option', { value: '' }, t('pick.default')),
      ...devices.filter(({ deviceId }) => deviceId !== 'default').map(({ deviceId, label }, at) =>
        el('option', { value: deviceId }, label || t('pick.unnamed', { n: at + 1 }))))
    select.value = devices.some(({ deviceId }) => deviceId === chosenDevice(kind)) ? chosenDevice(kind) : ''
    select.disabled = devices.length === 0
  }
  return { node: el('label', { class: 'field' }, el('span', {}, t(key)), select), fill }
}
