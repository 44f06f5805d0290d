/** The desk's clock. The device's own may be wrong by minutes, and what rings for 12 seconds must not depend on it. */

let ahead = 0;

/** A state has come: its version is the desk's time in microseconds. */
export function keepTime(version: number): void {
  ahead = version / 1000 - Date.now();
}

/** Milliseconds since the Unix epoch, as the desk counts them. */
export function deskTime(): number {
  return Date.now() + ahead;
}
