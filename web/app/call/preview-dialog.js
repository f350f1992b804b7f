import { byId, el, setText } from '../dom.js'
import { t } from '../i18n.js'
import { wordsOf } from './call-bar.js'
import { showDialog } from './dialog.js'
import { devicePickers } from './pickers.js'
import { warmUp } from './warm-up.js'

/** @typedef {import('./local-media.js').LocalMedia} LocalMedia */

/** One's own picture and sound before anybody else has them. Joining is always possible, also with nothing.
 *  @param {LocalMedia} local
 *  @param {{useSpeaker: () => void}} stage
 *  @param {() => Promise<void>} drawn  resolves when the page shows that one joins */
export function openPreview(local, stage, drawn) {
  const video = el('video', { autoplay: true, playsinline: true, class: 'preview-video', 'data-testid': 'preview-video' })
  video.muted = true
  video.srcObject = local.streams.camera
  const problem = el('p', { class: 'problem', role: 'alert', 'data-testid': 'preview-problem' })
  const camera = el('button', { type: 'button', class: 'button quiet', 'data-testid': 'preview-camera', onclick: () => void local.toggleCamera() })
  const mic = el('button', { type: 'button', class: 'button quiet', 'data-testid': 'preview-mic', onclick: () => void local.toggleMic() })
  const pickers = devicePickers(local, stage)
  const join = el('button', {
    type: 'button', class: 'button primary', 'data-testid': 'preview-join', onclick: () => {
      byId('joinForm', HTMLFormElement).requestSubmit()
      join.disabled = true
      setText(join, t('lobby.joining'))
      // It is gone in a moment, and each of its frames would take time from joining.
      video.pause()
      const room = byId('roomId', HTMLInputElement)
      if (!room.hasAttribute('aria-invalid')) return void drawn().then(away)
      away()
      room.focus()
    },
  }, t('lobby.join'))
  let open = true
  const end = () => {
    if (!open) return // by Escape, while the room was being drawn
    open = false
    pickers.stop()
    video.srcObject = null
  }
  // Closed, it would have the page laid out for the button that it came from, in the middle of joining.
  const away = () => {
    end()
    dialog.remove()
  }
  const dialog = showDialog('preview', t('preview.title'), [
    el('div', { class: 'preview-box' }, video, el('p', { class: 'preview-off' }, t('preview.off'))),
    problem, el('div', { class: 'preview-buttons' }, camera, mic, join), pickers.node,
  ], () => {
    end()
    // Whoever turns back wants no light to stay on.
    if (!join.disabled) local.leave()
  })
  local.store.subscribe((state) => {
    if (!open) return
    setText(problem, wordsOf({ ...state, notice: '', screen: 'off' }))
    setText(camera, t(state.camera === 'on' ? 'bar.cameraOff' : 'bar.cameraOn'))
    setText(mic, t(state.mic === 'on' ? 'bar.mute' : state.mic === 'muted' ? 'bar.unmute' : 'bar.micOn'))
    dialog.dataset.camera = state.camera
  })
  join.focus()
  void start(local).then(() => warmUp())
}

/** The microphone's question only after the camera's was answered. @param {LocalMedia} local */
async function start(local) {
  const { camera, mic } = local.store.state
  if (camera === 'off') await local.toggleCamera()
  if (mic === 'off') await local.toggleMic()
}
