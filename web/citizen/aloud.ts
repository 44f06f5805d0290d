/** A screen in sentences, for who is read to. */

import type { Arrival } from "../call/announce";
import { digits } from "../call/words";
import type { Screen } from "./visit";

const SENTENCES = "h2, p, li";
/** Live regions speak for themselves, and what can be pressed is found by who presses. */
const APART = "[role=status], [role=alert], details, button, form";
/** What happens there is announced. */
const EVENTFUL: ReadonlySet<Screen> = new Set(["waiting", "ringing", "call", "dropped"]);

/** What is said when `screen` has come. */
export function arrivalAt(screen: Screen, main: Element): Arrival {
  const title = main.querySelector("h1")?.textContent.trim() ?? "";
  return { title, content: EVENTFUL.has(screen) ? [] : sentencesOf(main) };
}

function sentencesOf(main: Element): string[] {
  return [...main.querySelectorAll<HTMLElement>(SENTENCES)]
    .filter((element) => element.closest(APART) === null && element.querySelector(`${SENTENCES}, button`) === null)
    .map(words)
    .filter((sentence) => sentence !== "");
}

/** A reference is no quantity: its digits are said one by one. */
function words({ dataset, textContent }: HTMLElement): string {
  return dataset.reference ? digits(dataset.reference.replace(/(?=.)/g, " ").trim()) : textContent.replace(/\s+/g, " ").trim();
}
