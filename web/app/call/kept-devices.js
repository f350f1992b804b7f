import { isReload } from '../kept-room.js'

const kKey = 'grtc.call'

/** A reload of the page comes back with the devices that were on. What was only looked at is not opened unasked.
 *  @param {import('./local-media.js').LocalMedia} local
 *  @param {boolean} inRoom  a reload has joined again already */
export function keepDevices(local, inRoom) {
  window.addEventListener('pagehide', () => {
    const { mic, camera } = local.store.state
    try {
      sessionStorage.setItem(kKey, JSON.stringify({ mic, camera }))
    } catch { /* forbidden: then they are off after a reload */ }
  })
  if (isReload() && inRoom) void restore(local)
}

/** @param {import('./local-media.js').LocalMedia} local */
async function restore(local) {
  try {
    const { mic, camera } = JSON.parse(sessionStorage.getItem(kKey) ?? '{}')
    if (mic === 'on' || mic === 'muted') await local.toggleMic()
    if (mic === 'muted' && local.store.state.mic === 'on') await local.toggleMic()
    if (camera === 'on') await local.toggleCamera()
  } catch { /* not what was kept */ }
}
