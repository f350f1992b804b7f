/** Shows how loud a microphone is, in a <meter>. Returns how to stop.
 *  @param {MediaStream} stream
 *  @param {HTMLMeterElement} meter
 *  @returns {() => void} */
export function showLevel(stream, meter) {
  if (stream.getAudioTracks().length === 0 || typeof AudioContext === 'undefined') return () => {}
  const audio = new AudioContext()
  const analyser = audio.createAnalyser()
  analyser.fftSize = 512
  audio.createMediaStreamSource(stream).connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples)
    const loudness = Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length)
    // Speech is around 0.05: a root makes the bar move where voices are.
    meter.value = Math.min(1, Math.sqrt(loudness) * 1.6)
  }, 80)
  return () => {
    clearInterval(timer)
    void audio.close()
    meter.value = 0
  }
}
