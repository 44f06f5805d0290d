/** When something that lasts is to be said again. */

const EVERY_MS = 60_000;

export class Reminder {
  #saidAt: number | null = null;

  /** Whether it is due at `now` (milliseconds): a minute after it began, and each minute from then on. */
  due(lasts: boolean, now: number): boolean {
    if (!lasts) this.#saidAt = null;
    else this.#saidAt ??= now;
    if (this.#saidAt === null || now - this.#saidAt < EVERY_MS) return false;
    this.#saidAt = now;
    return true;
  }
}
