// The least that two pages need to see each other: a socket that hands on what one says to the other, and the W3C's own example of a call.

import { once } from 'node:events'
import http from 'node:http'
import { WebSocketServer } from 'ws'

/** `#late` begins when the button is pressed, the other waits for it. */
const kPage = `<!doctype html><meta charset="utf-8"><title>bare</title><button id="join">Join</button><video autoplay playsinline muted></video>
<script type="module">
const camera = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 1280, height: 720 } })
const video = document.querySelector('video')
const start = (calls) => {
  const socket = new WebSocket('ws://' + location.host + '/')
  const pc = new RTCPeerConnection()
  const say = (what) => socket.send(JSON.stringify(what))
  for (const track of camera.getTracks()) pc.addTrack(track, camera)
  pc.ontrack = ({ streams: [stream] }) => { video.srcObject = stream }
  pc.onicecandidate = ({ candidate }) => { if (candidate) say({ candidate }) }
  pc.createDataChannel('grtc', { negotiated: true, id: 0 })
  let work = Promise.resolve()
  socket.onmessage = ({ data }) => { work = work.then(() => take(JSON.parse(data))) }
  const take = async ({ description, candidate }) => {
    if (candidate) return pc.addIceCandidate(candidate)
    await pc.setRemoteDescription(description)
    if (description.type !== 'offer') return
    await pc.setLocalDescription()
    say({ description: pc.localDescription })
  }
  socket.onopen = async () => {
    if (!calls) return
    await pc.setLocalDescription()
    say({ description: pc.localDescription })
  }
}
if (location.hash === '#late') document.querySelector('#join').onclick = () => start(true)
else start(false)
document.documentElement.dataset.ready = 'true'
</script>`

/** Serves it on a free loopback port. */
export async function startBareCall() {
  const server = http.createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(kPage)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) => {
    socket.on('message', (data) => { for (const other of sockets.clients) if (other !== socket) other.send(String(data)) })
  })
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () => {
      for (const socket of sockets.clients) socket.terminate()
      server.closeAllConnections()
      server.close()
    },
  }
}
