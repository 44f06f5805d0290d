/** Tells the desk where a script of ours failed, so that whoever runs it sees it: the place in the file, nothing of the page. */

export type PageName = "citizen" | "desk" | "supervise";

/** A page that fails again and again says no more after these. */
const MOST = 5;
const OURS = /\/static\/([\w./-]+\.js):(\d+):(\d+)/;

/** From now on, for as long as the page lives. */
export function tellMishaps(page: PageName): void {
  let left = MOST;
  const tell = (place: string | null): void => {
    if (left-- <= 0) return;
    const body = JSON.stringify({ page, place: place ?? "unknown" });
    fetch("/api/v1/page-errors", { method: "POST", body, keepalive: true }).catch(() => undefined);
  };
  addEventListener("error", ({ filename, lineno, colno }) => { tell(placeIn(`${filename}:${lineno}:${colno}`)); });
  addEventListener("unhandledrejection", ({ reason }) => { tell(placeIn(reason instanceof Error ? reason.stack : undefined)); });
}

/** The first place in a file of ours that a stack names, as `assets/citizen-Bx.js:1:3042`. */
export function placeIn(stack: string | undefined): string | null {
  const [, file, line, column] = OURS.exec(stack ?? "") ?? [];
  return file ? `${file}:${line}:${column}` : null;
}
