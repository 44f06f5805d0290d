/** Says things to screen readers, through one polite live region, and aloud where the person asked for it. */

import { language } from "./words";

let region: HTMLElement | null = null;
let aloud = false;

/** Called by the preferences. */
export function readAloud(on: boolean): void {
  aloud = on;
  if (!on && "speechSynthesis" in window) speechSynthesis.cancel();
}

/** Without `aloud`, to screen readers alone: what somebody has just said is not said again on top of what follows. */
export function announce(sentence: string, alsoAloud = true): void {
  region ??= makeRegion();
  // The same words twice are no change, and would not be said again.
  region.textContent = region.textContent === sentence ? `${sentence}\u00a0` : sentence;
  if (aloud && alsoAloud) speak(sentence);
}

export function speak(sentence: string): void {
  if (!("speechSynthesis" in window)) return;
  const utterance = new SpeechSynthesisUtterance(sentence);
  utterance.lang = language() === "ar" ? "ar-KW" : "en-GB";
  utterance.rate = 0.9;
  speechSynthesis.speak(utterance);
}

function makeRegion(): HTMLElement {
  const element = document.createElement("div");
  element.setAttribute("role", "status");
  element.className = "visually-hidden";
  element.dataset.announcer = "";
  document.body.append(element);
  return element;
}
