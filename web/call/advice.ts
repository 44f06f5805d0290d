/** Says to those who do not look what is wrong with how they come across: when it changes, and seldom the same again. */

import type { Trouble } from "./messages";

const REST_MS = 30_000;

export class Advice {
  #now: Trouble | null = null;
  #said: Trouble | null = null;
  #saidAt = Number.NEGATIVE_INFINITY;

  /** What is to be said now that this is wrong, at `now` (milliseconds): the trouble, `over`, or null for nothing. */
  news(trouble: Trouble | null, now: number): Trouble | "over" | null {
    if (trouble === this.#now) return null;
    const before = this.#now;
    this.#now = trouble;
    if (trouble === null) return before === this.#said ? "over" : null;
    if (trouble === this.#said && now - this.#saidAt < REST_MS) return null;
    this.#said = trouble;
    this.#saidAt = now;
    return trouble;
  }
}
