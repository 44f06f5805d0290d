/** Rings so that nobody misses it: a tone, a vibration and a flashing title, until stopped. */

const PERIOD_MS = 2_000;
const TITLE_MS = 700;
const VIBRATION_MS = [400, 200, 400];
/** Two low notes: hearing loss takes the high ones first. */
const NOTES_HZ = [440, 554];
const NOTE_S = 0.35;
const LOUDNESS = 0.4;

export class Ring {
  #context: AudioContext | null = null;
  #timers: ReturnType<typeof setInterval>[] = [];
  #title: string | null = null;

  /** Browsers let a page sound only after a tap: call this from one, as early in the visit as there is one. */
  unlock(): void {
    this.#context ??= new AudioContext();
    void this.#context.resume().catch(() => undefined);
  }

  /** Rings with `title` flashing in the tab. Does nothing when it rings already. */
  start(title: string): void {
    if (this.#timers.length > 0) return;
    this.#title = document.title;
    const usual = this.#title;
    this.#timers = [
      setInterval(() => void this.#peal(), PERIOD_MS),
      setInterval(() => {
        document.title = document.title === usual ? title : usual;
      }, TITLE_MS),
    ];
    document.title = title;
    void this.#peal();
  }

  /** Safe to call at any time. */
  stop(): void {
    if (this.#timers.length === 0) return;
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers = [];
    if (this.#title !== null) document.title = this.#title;
    this.#title = null;
    // Absent on desktops and on iPhones, where the compiler does not know it.
    if ("vibrate" in navigator) navigator.vibrate(0);
  }

  async #peal(): Promise<void> {
    if ("vibrate" in navigator) navigator.vibrate(VIBRATION_MS);
    const context = this.#context;
    if (context === null) return;
    // The system suspends or interrupts it while nothing sounds: a telephone call, a locked screen.
    if (context.state !== "running") await context.resume().catch(() => undefined);
    if (context.state !== "running" || this.#timers.length === 0) return;
    NOTES_HZ.forEach((pitch, index) => {
      note(context, pitch, context.currentTime + index * NOTE_S);
    });
  }
}

function note(context: AudioContext, pitch: number, at: number): void {
  const oscillator = new OscillatorNode(context, { frequency: pitch, type: "triangle" });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(LOUDNESS, at + 0.03);
  volume.gain.exponentialRampToValueAtTime(0.001, at + NOTE_S);
  oscillator.connect(volume).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + NOTE_S);
}
