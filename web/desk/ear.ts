/** Captions that the agent's own browser makes of what she says (Web Speech API), where it can. */

import type { MakeCaption } from "../call/messages";

export type Made = Omit<MakeCaption, "call">;

/** What we use of `SpeechRecognition`, which TypeScript's library does not know. */
export interface Recognition {
  continuous: boolean;
  interimResults: boolean;
  lang: string;
  onresult: ((event: { resultIndex: number; results: ArrayLike<Result> }) => void) | null;
  onerror: ((event: { error: string }) => void) | null;
  onend: (() => void) | null;
  start: () => void;
  abort: () => void;
}
type Result = ArrayLike<{ transcript: string; confidence: number }> & { isFinal: boolean };
type Maker = new () => Recognition;

const AGAIN_MS = 300;
const FORBIDDEN = ["not-allowed", "service-not-allowed", "language-not-supported"];

/** How this browser calls it; null where it has none. */
export function recognitionOf(place: object = window): Maker | null {
  const names = place as { SpeechRecognition?: Maker; webkitSpeechRecognition?: Maker };
  return names.SpeechRecognition ?? names.webkitSpeechRecognition ?? null;
}

export class Ear {
  readonly #maker: Maker | null;
  readonly #make: (made: Made) => void;
  readonly #failed: () => void;
  #running: Recognition | null = null;
  /** Utterances are numbered by the time at which they were begun, so that no two sessions share a number. */
  #base = 0;
  #revision = 0;
  #again: ReturnType<typeof setTimeout> | undefined;

  /** `failed`: the browser will not do it. */
  constructor(make: (made: Made) => void, failed: () => void, maker = recognitionOf()) {
    this.#make = make;
    this.#failed = failed;
    this.#maker = maker;
  }

  get able(): boolean {
    return this.#maker !== null;
  }

  /** Listen in this language (BCP 47), or not. */
  want(lang: string | null): void {
    if (lang === (this.#running?.lang ?? null)) return;
    clearTimeout(this.#again);
    const former = this.#running;
    this.#running = null;
    former?.abort();
    if (lang !== null && this.#maker) this.#start(new this.#maker(), lang);
  }

  #start(recognition: Recognition, lang: string): void {
    this.#running = Object.assign(recognition, { continuous: true, interimResults: true, lang });
    recognition.onresult = ({ resultIndex, results }) => {
      if (this.#running !== recognition) return;
      for (let at = resultIndex; at < results.length; at += 1) this.#tell(this.#base + at, results[at]);
    };
    recognition.onerror = ({ error }) => {
      if (this.#running === recognition && FORBIDDEN.includes(error)) {
        this.#running = null;
        this.#failed();
      }
    };
    // Browsers end by themselves after some seconds of silence.
    recognition.onend = () => {
      if (this.#running !== recognition) return;
      this.#again = setTimeout(() => { this.#begin(recognition); }, AGAIN_MS);
    };
    this.#begin(recognition);
  }

  #begin(recognition: Recognition): void {
    this.#base = Date.now();
    recognition.start();
  }

  #tell(utterance: number, result: Result | undefined): void {
    const best = result?.[0];
    if (!result || !best || best.transcript.trim() === "") return;
    this.#revision += 1;
    const { transcript, confidence } = best;
    // Chrome says 0 of what is not final, which means that it does not say.
    this.#make({ utterance, revision: this.#revision, text: transcript.trim().slice(0, 1_000), confidence: confidence > 0 ? Math.min(1, confidence) : null, final: result.isFinal });
  }
}
