/** How loud a track is, for the eye. */

const EVERY_MS = 100;
/** What speech at arm's length gives, taken as full. */
const FULL = 0.15;

/** Calls `show` ten times a second with 0…1. Returns how to stop. */
export function meter(track: MediaStreamTrack, show: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 1024 });
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    show(Math.min(1, Math.sqrt(power) / FULL));
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}
