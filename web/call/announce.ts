/** Says things to screen readers, through one polite live region, and aloud where the person asked for it. */

import { speak, stopSpeaking } from "./speech";

/** What comes within this time is said as one: a reader only hears what the region holds when it looks. */
const GATHER_MS = 100;
const LIVE = "[role=status], [role=alert], [aria-live=polite], [aria-live=assertive]";

interface News {
  sentence: string;
  aloud: boolean;
  /** Live regions that did not show it yet. */
  elsewhere: Element[];
}

/** A new screen: its title, and what it shows for who cannot read. */
export interface Arrival {
  title: string;
  content: readonly string[];
}

let region: HTMLElement | null = null;
let aloud = false;
let waiting: News[] = [];
let arrival: Arrival | null = null;

/** Called by the preferences. */
export function readAloud(on: boolean): void {
  aloud = on;
  if (!on) stopSpeaking();
}

/**
 * Sentences are heard in their order, all of them. Without `alsoAloud`, by screen readers alone: what somebody has just
 * said is not said again on top of what follows.
 */
export function announce(sentence: string, alsoAloud = true): void {
  gather();
  const elsewhere = [...document.querySelectorAll(LIVE)].filter((one) => !shows(one, sentence));
  waiting.push({ sentence, aloud: alsoAloud, elsewhere });
}

/**
 * Says a new screen before anything that is announced with it. A reader that sees the pressed button go away moves to the
 * title without a word, though it has the focus.
 */
export function arrived(screen: Arrival): void {
  gather();
  arrival = screen;
}

function gather(): void {
  if (waiting.length === 0 && arrival === null) setTimeout(tell, GATHER_MS);
}

function tell(): void {
  const [news, screen] = [waiting, arrival];
  [waiting, arrival] = [[], null];
  const said = news.filter((one) => !isSaidElsewhere(one)).map(({ sentence }) => sentence);
  show([...(screen ? [screen.title] : []), ...said].join(" "));
  if (!aloud) return;
  if (screen) {
    stopSpeaking(); // of the screen before
    for (const sentence of [screen.title, ...screen.content]) speak(sentence);
  }
  for (const { sentence } of news.filter((one) => one.aloud)) speak(sentence);
}

function show(words: string): void {
  if (words === "") return;
  region ??= makeRegion();
  // The same words twice are no change, and would not be said again.
  region.textContent = region.textContent === words ? `${words}\u00a0` : words;
}

/** A region that stood there before, and has come to show the same words, says them itself. */
function isSaidElsewhere({ sentence, elsewhere }: News): boolean {
  return elsewhere.some((one) => one !== region && one.isConnected && shows(one, sentence));
}

function shows(element: Element, sentence: string): boolean {
  return element.textContent.includes(sentence);
}

function makeRegion(): HTMLElement {
  const element = document.createElement("div");
  element.setAttribute("role", "status");
  element.className = "visually-hidden";
  element.dataset.announcer = "";
  document.body.append(element);
  return element;
}
