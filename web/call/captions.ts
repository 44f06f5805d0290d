/** Captions of a call: which of them are shown, which are to be read out, and that the desk knows who reads them. */

import type { CallView, CaptionEvent, CaptionLine } from "./messages";
import { merge } from "./text";

/** A word that the machine is less sure of than this is marked. */
export const UNSURE = 0.6;

export function textOf(line: CaptionLine): string {
  return line.words.map((word) => word.text).join(" ");
}

/** A call with a line of captions that is new or has changed. */
export function withCaption(call: CallView, event: CaptionEvent): CallView {
  if (call.id !== event.call || !call.captions) return call;
  return { ...call, captions: { ...call.captions, lines: merge(call.captions.lines, [event.line]) } };
}

/** The lines of others that have become final between two states; those that a page comes back to are old news. */
export function finalLines(before: CallView | null | undefined, after: CallView): CaptionLine[] {
  if (!after.captions?.on || before?.id !== after.id || !before.captions) return [];
  const known = new Map(before.captions.lines.map((line) => [line.id, line]));
  const newest = Math.max(0, ...known.keys());
  return after.captions.lines.filter(
    (line) => line.final && !line.you && !line.missed && (line.id > newest || known.get(line.id)?.final === false),
  );
}

/** Sees to it that the desk knows whether this person reads captions. */
export class CaptionWish {
  #told = "";

  /** `wanted`: as she has chosen on this device. `tell` may be called when it is not what the desk knows. */
  follow(call: CallView | null | undefined, wanted: boolean, tell: (call: number, on: boolean) => Promise<unknown>): void {
    if (!call?.captions) return;
    const wish = `${String(call.id)} ${String(wanted)}`;
    if (call.captions.on === wanted) {
      this.#told = wish;
    } else if (this.#told !== wish) {
      this.#told = wish;
      tell(call.id, wanted).catch(() => { this.#told = ""; });
    }
  }

  /** The connection is a new one, and the desk perhaps, too. */
  forget(): void {
    this.#told = "";
  }
}
