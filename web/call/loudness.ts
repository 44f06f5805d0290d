/** How loud the others are here: up to four times what comes, through a limiter, so that loud words do not crackle. */

export const VOLUMES = [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4] as const;
/** Index of what comes, unchanged. */
export const USUAL_VOLUME = 3;

interface Boost {
  context: AudioContext;
  gain: GainNode;
}

export class Loudness {
  #volume = 1;
  #boost: Boost | null = null;
  readonly #sources = new Map<HTMLMediaElement, { stream: MediaProvider; node: MediaStreamAudioSourceNode }>();

  /** As a factor. Call it from a tap the first time, or the browser may hold the boost back until the next one. */
  set(volume: number): void {
    this.#volume = volume;
    if (volume !== 1) this.#boost ??= this.#make();
    if (this.#boost) this.#boost.gain.gain.value = volume;
    void this.#boost?.context.resume();
    this.#apply();
  }

  /** These are the elements that sound now. */
  follow(elements: Iterable<HTMLMediaElement>): void {
    const present = new Set(elements);
    for (const element of this.#sources.keys()) if (!present.has(element)) this.#leave(element);
    for (const element of present) this.#join(element);
    this.#apply();
  }

  #make(): Boost {
    const context = new AudioContext();
    const gain = new GainNode(context);
    const limiter = new DynamicsCompressorNode(context, { threshold: -6, knee: 0, ratio: 20, attack: 0.003, release: 0.25 });
    gain.connect(limiter).connect(context.destination);
    // Until a tap has allowed it, the elements sound as they are.
    context.addEventListener("statechange", () => {
      this.#apply();
    });
    return { context, gain };
  }

  #join(element: HTMLMediaElement): void {
    const stream = element.srcObject;
    if (this.#sources.get(element)?.stream === stream) return;
    this.#leave(element);
    if (!this.#boost || !(stream instanceof MediaStream) || stream.getAudioTracks().length === 0) return;
    const node = this.#boost.context.createMediaStreamSource(stream);
    node.connect(this.#boost.gain);
    this.#sources.set(element, { stream, node });
  }

  #leave(element: HTMLMediaElement): void {
    this.#sources.get(element)?.node.disconnect();
    this.#sources.delete(element);
    element.muted = false;
  }

  /** The elements go on playing, silently: without that, Chromium gives the boost nothing to work on. */
  #apply(): void {
    const boosted = this.#volume !== 1 && this.#boost?.context.state === "running";
    if (this.#boost) this.#boost.gain.gain.value = boosted ? this.#volume : 0;
    for (const element of this.#sources.keys()) element.muted = boosted;
  }
}
