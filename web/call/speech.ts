/** The browser's own voice. */

import { language } from "./words";

const LOCALES = { ar: "ar-KW", en: "en-GB" } as const;
const RATE = 0.9;
/** A voice says fewer than ten letters a second; one that takes far longer has swallowed the end of the sentence. */
const LETTER_MS = 200;
const LEAST_MS = 5_000;

let busyUntil = 0;

/** Whether there is a voice for the language of the page; null while the browser has not told yet. */
export function hasVoice(): boolean | null {
  if (!("speechSynthesis" in window)) return false;
  const voices = speechSynthesis.getVoices();
  return voices.length === 0 ? null : voices.some(({ lang }) => lang.slice(0, 2).toLowerCase() === language());
}

/** Says a sentence after those before it; instead of them where the engine is stuck in one. */
export function speak(sentence: string): void {
  if (!("speechSynthesis" in window)) return;
  const now = performance.now();
  if (now > busyUntil) speechSynthesis.cancel();
  const before = speechSynthesis.speaking ? busyUntil : now;
  busyUntil = before + LEAST_MS + LETTER_MS * sentence.length;
  const utterance = new SpeechSynthesisUtterance(sentence);
  utterance.lang = LOCALES[language()];
  utterance.rate = RATE;
  speechSynthesis.speak(utterance);
}

export function stopSpeaking(): void {
  busyUntil = 0;
  if ("speechSynthesis" in window) speechSynthesis.cancel();
}
