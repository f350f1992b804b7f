import { remembered } from '../prefs.js'

const kTones = Object.freeze({ joined: [523, 784], left: [523, 392], test: [392, 523, 659] })
const kToneS = 0.12

/** @type {AudioContext | null} */
let context = null

export const soundsOn = () => remembered('sounds') !== 'off'

/** A short chime, made here so that nothing has to be loaded.
 *  @param {keyof typeof kTones} name
 *  @param {{always?: boolean, speaker?: string}} [options]  always: also when sounds are off; speaker: device id */
export function playSound(name, { always = false, speaker = '' } = {}) {
  if (!always && !soundsOn()) return
  try {
    context ??= new AudioContext()
    const output = /** @type {AudioContext & {setSinkId?: (id: string) => Promise<void>}} */ (context)
    if (speaker) void output.setSinkId?.(speaker).catch(() => {})
    void context.resume()
    kTones[name].forEach((hertz, at) => tone(/** @type {AudioContext} */ (context), hertz, at * kToneS))
  } catch { /* no sound here */ }
}

/** @param {AudioContext} audio
 *  @param {number} hertz
 *  @param {number} afterS */
function tone(audio, hertz, afterS) {
  const from = audio.currentTime + afterS
  const oscillator = audio.createOscillator()
  const gain = audio.createGain()
  oscillator.frequency.value = hertz
  // A tone that begins or ends at once clicks.
  gain.gain.setValueAtTime(0, from)
  gain.gain.linearRampToValueAtTime(0.08, from + 0.02)
  gain.gain.linearRampToValueAtTime(0, from + kToneS)
  oscillator.connect(gain).connect(audio.destination)
  oscillator.start(from)
  oscillator.stop(from + kToneS)
}
