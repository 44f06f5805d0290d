/** Tells the server whether anybody looks at this page: a page that is hidden is sent sound alone. */

export class Watching {
  readonly #tell: (pictures: boolean) => Promise<unknown>;
  #told = true;

  /** `tell` sends `watch`. */
  constructor(tell: (pictures: boolean) => Promise<unknown>) {
    this.#tell = tell;
    document.addEventListener("visibilitychange", () => { this.#look(); });
  }

  /** The server takes every page that connects for one that is looked at. */
  connected(): void {
    this.#told = true;
    this.#look();
  }

  #look(): void {
    const pictures = document.visibilityState === "visible";
    if (pictures === this.#told) return;
    this.#told = pictures;
    // Not told: the connection is gone, and the next one begins with `connected`.
    this.#tell(pictures).catch(() => undefined);
  }
}
