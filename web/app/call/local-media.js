import { presenceOf, reduceCall, kNoCall } from './call-state.js'
import { canShareScreen, canUseMedia, devicesOf, openDevice, openScreen, whyOf } from './devices.js'
import { Store } from '../store.js'

/** @typedef {import('./call-state.js').CallView} CallView */
/** @typedef {import('./call-state.js').CallAction} CallAction */
/** @typedef {import('../../grtc-client/room.js').Room} Room */

/** This page's own microphone, camera and screen, and what of them the room gets. Works before there is a room, for the preview. */
export class LocalMedia {
  /** @type {Store<CallView, CallAction>} */
  store = new Store(reduceCall, kNoCall)
  /** One's own tracks as they are shown here; the room has its own copies of the streams. */
  streams = { camera: new MediaStream(), screen: new MediaStream() }
  /** @type {Room | null} */
  #room = null
  #told = ''
  /** Devices that were there. @type {Set<string>} */
  #known = new Set()
  /** @type {'user' | 'environment' | undefined} */
  #facing

  constructor() {
    navigator.mediaDevices?.addEventListener?.('devicechange', () => void this.#devicesChanged())
    document.addEventListener('visibilitychange', () => { if (!document.hidden) void this.#revive() })
    this.store.subscribe(() => this.#tell())
  }

  /** The room to send to from now on, before it is opened: the first offer has the tracks then. @param {Room | null} room */
  enter(room) {
    this.#room = room
    this.#told = ''
    if (!room) return this.leave()
    if (this.streams.camera.getTracks().length > 0) room.media.publish(this.streams.camera, { kind: 'camera' })
    this.#tell()
  }

  /** All lights go out. */
  leave() {
    this.#room = null
    for (const stream of Object.values(this.streams)) this.#drop(stream, stream.getTracks())
    this.store.dispatch({ type: 'left' })
  }

  /** Mutes, unmutes, or opens the microphone. */
  async toggleMic() {
    const { mic } = this.store.state
    if (mic === 'off') return this.#open('mic')
    if (mic === 'asking') return
    this.#listen(mic === 'muted')
    this.store.dispatch({ type: 'device', device: 'mic', state: mic === 'muted' ? 'on' : 'muted' })
  }

  /** Opens the camera, or closes it: the light goes out. */
  async toggleCamera() {
    const { camera } = this.store.state
    if (camera === 'off') return this.#open('camera')
    if (camera === 'on') this.#close('camera')
  }

  async toggleScreen() {
    const { screen } = this.store.state
    if (screen === 'on') return this.#stopScreen()
    if (screen === 'asking') return
    if (!canShareScreen()) return this.#refuse('screen', canUseMedia() ? 'unsupported' : 'insecure')
    this.store.dispatch({ type: 'device', device: 'screen', state: 'asking' })
    try {
      const stream = await openScreen()
      const [picture] = stream.getVideoTracks()
      // Text has to stay readable: rather fewer frames than less detail.
      picture.contentHint = 'detail'
      // The browser's own bar has a button to stop.
      picture.addEventListener('ended', () => { if (this.streams.screen.getTracks().includes(picture)) this.#stopScreen() })
      this.#take(this.streams.screen, stream.getTracks())
      this.#room?.media.publish(this.streams.screen, { kind: 'screen' })
      this.store.dispatch({ type: 'device', device: 'screen', state: 'on' })
    } catch (error) {
      this.store.dispatch({ type: 'device', device: 'screen', state: 'off' })
      // Denied is also what closing the browser's chooser is called: whoever did that knows.
      if (whyOf(error) !== 'denied') this.#refuse('screen', whyOf(error))
    }
  }

  toggleHand() { this.store.dispatch({ type: 'hand', up: !this.store.state.hand }) }

  /** While muted: the microphone is heard for as long as `on`. @param {boolean} on */
  talk(on) {
    const { mic, talking } = this.store.state
    if (mic !== 'muted' || on === talking) return
    this.#listen(on)
    this.store.dispatch({ type: 'talking', on })
  }

  /** Another device was chosen: takes the place of the open one without a break.
   *  @param {'mic' | 'camera'} device */
  async change(device) { if (this.store.state[device] !== 'off') await this.#open(device) }

  /** A phone's other camera. */
  async flip() {
    this.#facing = this.#facing === 'environment' ? 'user' : 'environment'
    await this.change('camera')
  }

  /** @param {'mic' | 'camera'} device */
  async #open(device) {
    if (!canUseMedia()) return this.#refuse(device, 'insecure')
    const before = this.store.state[device]
    const own = this.streams.camera
    const old = device === 'mic' ? own.getAudioTracks() : own.getVideoTracks()
    // A phone opens one camera at a time.
    if (device === 'camera' && this.#facing) for (const track of old) track.stop()
    if (before === 'off') this.store.dispatch({ type: 'device', device, state: 'asking' })
    try {
      const track = await openDevice(device, device === 'camera' ? this.#facing : undefined)
      track.addEventListener('ended', () => void this.#lost(device, track))
      track.enabled = before !== 'muted'
      this.#drop(own, old)
      this.#take(own, [track])
      this.#room?.media.replace(track, { kind: 'camera' })
      this.store.dispatch({ type: 'device', device, state: before === 'muted' ? 'muted' : 'on' })
      if (this.#known.size === 0) void this.#devicesChanged()
    } catch (error) {
      this.#close(device)
      this.#refuse(device, whyOf(error))
    }
  }

  /** @param {'mic' | 'camera'} device */
  #close(device) {
    const own = this.streams.camera
    this.#drop(own, device === 'mic' ? own.getAudioTracks() : own.getVideoTracks())
    this.#room?.media.replace(null, { kind: 'camera', type: device === 'mic' ? 'audio' : 'video' })
    this.store.dispatch({ type: 'device', device, state: 'off' })
  }

  #stopScreen() {
    this.#room?.media.unpublish('screen')
    this.#drop(this.streams.screen, this.streams.screen.getTracks())
    this.store.dispatch({ type: 'device', device: 'screen', state: 'off' })
  }

  /** Pulled out: the next one takes its place. @param {'mic' | 'camera'} device
   *  @param {MediaStreamTrack} track */
  async #lost(device, track) {
    if (!this.streams.camera.getTracks().includes(track)) return
    await this.#open(device)
    if (this.store.state[device] !== 'off') {
      const now = this.streams.camera.getTracks().find(({ kind }) => kind === track.kind)
      this.store.dispatch({ type: 'notice', key: 'media.fellBack', name: now?.label ?? '' })
    }
  }

  async #devicesChanged() {
    // Firefox tells of a pulled device so, and not by `ended`.
    await this.#revive()
    const known = this.#known
    const all = [...await devicesOf('audioinput'), ...await devicesOf('videoinput')]
    this.#known = new Set(all.map(({ deviceId }) => deviceId))
    const fresh = all.find(({ deviceId, label }) => label !== '' && !known.has(deviceId))
    if (fresh && known.size > 0) this.store.dispatch({ type: 'notice', key: 'media.newDevice', name: fresh.label })
  }

  /** After a phone call or Siri an iPhone's track looks alive and is silent: a fresh one takes its place. */
  async #revive() {
    for (const [device, tracks] of /** @type {const} */ ([['mic', this.streams.camera.getAudioTracks()], ['camera', this.streams.camera.getVideoTracks()]])) {
      if (tracks.some((track) => track.muted || track.readyState === 'ended')) await this.change(device)
    }
  }

  /** @param {boolean} on */
  #listen(on) { for (const track of this.streams.camera.getAudioTracks()) track.enabled = on }

  /** @param {MediaStream} stream
   *  @param {MediaStreamTrack[]} tracks */
  #take(stream, tracks) { for (const track of tracks) stream.addTrack(track) }

  /** @param {MediaStream} stream
   *  @param {MediaStreamTrack[]} tracks */
  #drop(stream, tracks) {
    for (const track of tracks) {
      stream.removeTrack(track)
      track.stop()
    }
  }

  /** @param {import('./call-state.js').Device} device
   *  @param {import('./call-state.js').Why} why */
  #refuse(device, why) { this.store.dispatch({ type: 'problem', device, why }) }

  #tell() {
    const presence = presenceOf(this.store.state)
    const text = JSON.stringify(presence)
    if (!this.#room || text === this.#told || this.#room.state === 'closed') return
    this.#told = text
    this.#room.update({ meta: { ...this.#room.self.meta, ...presence } })
  }
}
