/** Starts every media element on the page, and tells when the browser wants a tap first. */

import { Loudness } from "./loudness";

export class Playback {
  blocked = false;
  readonly loudness = new Loudness();
  readonly #changed: () => void;

  /** `changed` is called when `blocked` has changed. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Call after each render. */
  start(root: ParentNode = document): void {
    for (const element of root.querySelectorAll<HTMLMediaElement>("[data-leg]")) {
      if (element.paused && element.srcObject !== null) void this.#play(element);
    }
    this.loudness.follow(root.querySelectorAll<HTMLMediaElement>("audio[data-leg]"));
  }

  /** Call from the tap that the browser waits for. */
  unblock(): void {
    this.#become(false);
    this.start();
  }

  async #play(element: HTMLMediaElement): Promise<void> {
    try {
      await element.play();
    } catch (error) {
      // AbortError only says that something newer took its place.
      if (error instanceof DOMException && error.name === "NotAllowedError") this.#become(true);
    }
  }

  #become(blocked: boolean): void {
    if (blocked === this.blocked) return;
    this.blocked = blocked;
    this.#changed();
  }
}
