/** Says to those who do not look what is wrong with how they come across: seldom, whatever else it turns into. */

import type { Trouble } from "./messages";

const REST_MS = 30_000;

export class Advice {
  /** Not over yet. */
  #said: Trouble | null = null;
  #saidAt = Number.NEGATIVE_INFINITY;

  /** What is to be said now that this is wrong, at `now` (milliseconds): the trouble, `over`, or null for nothing. */
  news(trouble: Trouble | null, now: number): Trouble | "over" | null {
    if (trouble === this.#said) return null;
    if (trouble === null) {
      this.#said = null;
      return "over";
    }
    if (now - this.#saidAt < REST_MS) return null;
    this.#said = trouble;
    this.#saidAt = now;
    return trouble;
  }
}
