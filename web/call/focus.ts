/** Where the focus goes when what had it is gone: never to the page's body, where a keyboard and a reader begin anew. */

/**
 * Draws, and finds the focus a place if it was on something that is drawn no more: whatever asks for it
 * (`data-takes-focus`, an element that can be focused), else the button that opened what is closed now (its `data-act`
 * is the value of that attribute), else the heading.
 */
export function keepFocus(root: HTMLElement, draw: () => void): void {
  const had = document.activeElement;
  const within = had?.closest<HTMLElement>("[data-takes-focus]");
  draw();
  if (!had || had.isConnected) return;
  const opener = within ? `[data-act="${within.dataset.takesFocus ?? ""}"]` : "h1";
  const next = ["[data-takes-focus]", opener, "h1"].map((selector) => root.querySelector<HTMLElement>(selector)).find(Boolean);
  next?.focus({ preventScroll: true });
}
