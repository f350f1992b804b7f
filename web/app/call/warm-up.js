let warm = false

/** Has the browser start what its first connection needs (threads, codecs) while nobody waits for it. Nothing is sent: without
 *  a local description no candidate is looked for. */
export function warmUp() {
  if (warm || !globalThis.RTCPeerConnection) return
  warm = true
  try {
    const pc = new RTCPeerConnection()
    pc.createDataChannel('')
    for (const kind of ['audio', 'video']) pc.addTransceiver(kind)
    void pc.createOffer().catch(() => {}).then(() => pc.close())
  } catch { /* there is no WebRTC: each link tells */ }
}
