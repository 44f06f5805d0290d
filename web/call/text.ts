/** Real-time text as T.140: letters travel as they are typed. U+0008 erases one code point, U+2028 ends the line. */

import { WaslError } from "./failure";
import type { CallView, TextLine, Type } from "./messages";

const ERASE = "\u0008";
const LINE_END = "\u2028";
const BATCH_MS = 250;

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** What turns `before` into `after`. Cuts only between whole graphemes, so no half letter is ever shown. */
export function diff(before: string, after: string): string {
  const kept = commonStart(before, after);
  const erased = Array.from(before.slice(kept)).length;
  return ERASE.repeat(erased) + after.slice(kept).replace(/\r\n?|\n/g, LINE_END);
}

function commonStart(before: string, after: string): number {
  const others = graphemes.segment(after)[Symbol.iterator]();
  let length = 0;
  for (const { segment } of graphemes.segment(before)) {
    if (others.next().value?.segment !== segment) break;
    length += segment.length;
  }
  return length;
}

/** Both lists as one, in the order of the lines' ids; of a line that is in both, the higher revision. */
export function merge(known: readonly TextLine[], news: readonly TextLine[]): TextLine[] {
  const lines = new Map(known.map((line) => [line.id, line]));
  for (const line of news) if ((lines.get(line.id)?.revision ?? 0) < line.revision) lines.set(line.id, line);
  return [...lines.values()].sort((one, other) => one.id - other.id);
}

/** A state, with the lines that the page knows in a newer version than the state does. */
export function withKnownLines<S extends { call?: CallView | null }>(state: S, before: CallView | null | undefined): S {
  if (!state.call || state.call.id !== before?.id) return state;
  return { ...state, call: { ...state.call, text: merge(before.text, state.call.text) } };
}

/** What is sent at once, under a name of its own. */
export type Batch = Pick<Type, "batch" | "t140">;

/** Follows one input field and sends what changed, at most every 250 ms; keeps what could not be sent. */
export class TextSender {
  readonly #send: (batch: Batch) => Promise<unknown>;
  #value = "";
  #pending = "";
  /** Sent, and not acknowledged: it goes again under its own name, so that the server knows it if it has it. */
  #unsure: Batch | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(send: (batch: Batch) => Promise<unknown>) {
    this.#send = send;
  }

  /** The field holds `value` now. */
  typed(value: string): void {
    this.#pending += diff(this.#value, value);
    this.#value = value;
    this.#soon();
  }

  /** The line is finished; the field is empty from now on. */
  endLine(): void {
    this.#pending += LINE_END;
    this.#value = "";
    this.#soon();
  }

  /** A new call: nothing of the last one is carried over. */
  reset(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#pending = "";
    this.#unsure = null;
    this.#value = "";
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => void this.#flush(), BATCH_MS);
  }

  /** The timer stays set while a batch is under way, so that batches cannot overtake each other. */
  async #flush(): Promise<void> {
    const batch = this.#unsure ?? this.#next();
    const timer = this.#timer;
    const lost = batch !== null && (await this.#isLost(batch));
    if (timer !== this.#timer) return;
    this.#timer = null;
    this.#unsure = lost ? batch : null;
    if (this.#unsure || this.#pending !== "") this.#soon();
  }

  #next(): Batch | null {
    if (this.#pending === "") return null;
    const t140 = this.#pending;
    this.#pending = "";
    return { batch: randomName(), t140 };
  }

  /** True when `batch` should be tried again; what the server refuses will be refused again. */
  async #isLost(batch: Batch): Promise<boolean> {
    try {
      await this.#send(batch);
      return false;
    } catch (error) {
      return error instanceof WaslError && error.kind === "retry";
    }
  }
}

// Not crypto.randomUUID: that is missing on pages that did not come over HTTPS, where writing works all the same.
function randomName(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(36)).join("");
}
