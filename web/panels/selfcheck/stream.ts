const streams = new WeakMap<MediaStreamTrack, MediaStream>();

/** The same stream for the same track, or its picture would start anew with every render. */
export function streamOf(track: MediaStreamTrack): MediaStream;
export function streamOf(track: MediaStreamTrack | null): MediaStream | null;
export function streamOf(track: MediaStreamTrack | null): MediaStream | null {
  if (!track) return null;
  const stream = streams.get(track) ?? new MediaStream([track]);
  streams.set(track, stream);
  return stream;
}
