/** Keeps the screen awake while it is wanted: phones that sleep drop calls. */

export class WakeLock {
  #wanted = false;
  #lock: WakeLockSentinel | null = null;

  constructor() {
    // The browser takes the lock away with every look at another page.
    document.addEventListener("visibilitychange", () => void this.#settle());
  }

  want(wanted: boolean): void {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    void this.#settle();
  }

  async #settle(): Promise<void> {
    if (!("wakeLock" in navigator)) return;
    try {
      if (!this.#wanted) {
        await this.#lock?.release();
        this.#lock = null;
      } else if (document.visibilityState === "visible" && (this.#lock?.released ?? true)) {
        this.#lock = await navigator.wakeLock.request("screen");
      }
    } catch {
      // A phone low on power refuses; the visit goes on and comes back after sleep.
    }
  }
}
