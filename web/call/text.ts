/** Real-time text as T.140: letters travel as they are typed. U+0008 erases one code point, U+2028 ends the line. */

import { WaslError } from "./failure";
import type { LegView, TextEvent, TextLine } from "./messages";

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

/** `lines` after `event`; lines that did not change are the same objects. */
export function apply(lines: readonly TextLine[], event: TextEvent, legs: readonly LegView[]): TextLine[] {
  const result = [...lines];
  for (const character of event.t140) {
    const open = result.findLastIndex((line) => line.leg === event.leg && !line.done);
    const line = result[open];
    if (line) result[open] = typed(line, character);
    else if (character !== ERASE && character !== LINE_END) result.push(begun(event, character, legs));
  }
  return result;
}

function typed(line: TextLine, character: string): TextLine {
  if (character === LINE_END) return { ...line, done: true };
  if (character === ERASE) return { ...line, text: Array.from(line.text).slice(0, -1).join("") };
  return { ...line, text: line.text + character };
}

function begun(event: TextEvent, text: string, legs: readonly LegView[]): TextLine {
  const leg = legs.find((one) => one.id === event.leg);
  const { role, name, you } = leg ?? { role: "citizen" as const, name: "", you: false };
  return { leg: event.leg, role, name, you, text, done: false, at: event.at };
}

/** Follows one input field and sends what changed, at most every 250 ms; keeps what could not be sent. */
export class TextSender {
  readonly #send: (t140: string) => Promise<unknown>;
  #value = "";
  #pending = "";
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(send: (t140: string) => Promise<unknown>) {
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
    this.#value = "";
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => void this.#flush(), BATCH_MS);
  }

  /** The timer stays set while a batch is under way, so that batches cannot overtake each other. */
  async #flush(): Promise<void> {
    const batch = this.#pending;
    this.#pending = "";
    const timer = this.#timer;
    const lost = batch !== "" && (await this.#isLost(batch));
    if (timer !== this.#timer) return;
    this.#timer = null;
    if (lost) this.#pending = batch + this.#pending;
    if (this.#pending !== "") this.#soon();
  }

  /** True when `batch` should be tried again; what the server refuses will be refused again. */
  async #isLost(batch: string): Promise<boolean> {
    try {
      await this.#send(batch);
      return false;
    } catch (error) {
      return error instanceof WaslError && error.kind === "retry";
    }
  }
}
