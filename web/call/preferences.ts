/** How the person wants the page: kept on the device, applied to the root element at once. */

import { readAloud } from "./announce";
import { USUAL_VOLUME } from "./loudness";
import { type Numbering, numbering, setNumbering } from "./words";

export const TEXT_SIZES = [1, 1.15, 1.3, 1.6, 2] as const;
/** How many sizes captions have; the style knows them. */
export const CAPTION_SIZES = 4;
export type Contrast = "normal" | "high";

export interface Preferences {
  /** Index into TEXT_SIZES. */
  size: number;
  contrast: Contrast;
  /** Null: the digits of the language. */
  numbering: Numbering | null;
  readAloud: boolean;
  /** Show what others type letter by letter (true) or in whole lines; null: whole lines where they are read aloud. */
  letters: boolean | null;
  /** How loud others are: an index into VOLUMES. */
  volume: number;
  /** How much larger the first of two pictures is (`StageData.balance`). */
  balance: number;
  /** Show captions of what others say, where the desk can make them. */
  captions: boolean;
  /** From 0 to below CAPTION_SIZES. */
  captionSize: number;
  /** White on black, whatever the page's colours are. */
  captionsDark: boolean;
  /** Above the picture, not below it. */
  captionsAbove: boolean;
}

const KEY = "wasl.preferences";
export const DEFAULTS: Preferences = {
  size: 0,
  contrast: "normal",
  numbering: null,
  readAloud: false,
  letters: null,
  volume: USUAL_VOLUME,
  balance: 0,
  captions: false,
  captionSize: 0,
  captionsDark: false,
  captionsAbove: false,
};

export function loadPreferences(): Preferences {
  return { ...DEFAULTS, ...(remembered(KEY) as Partial<Preferences> | null) };
}

/** Whether this reader wants letters: they are no words yet when they are spoken. */
export function wantsLetters({ letters, readAloud }: Preferences): boolean {
  return letters ?? !readAloud;
}

/** Applies to the root element, to the digits and to speech, and remembers. Render anew afterwards. */
export function applyPreferences(preferences: Preferences): void {
  const root = document.documentElement;
  root.style.setProperty("--text-scale", String(TEXT_SIZES[preferences.size] ?? 1));
  root.dataset.size = String(preferences.size);
  root.dataset.contrast = preferences.contrast;
  setNumbering(preferences.numbering);
  root.dataset.numbering = numbering();
  readAloud(preferences.readAloud);
  remember(KEY, preferences);
}

/** As JSON, what the device would not keep, because storage is forbidden or full: it lasts as long as the page does. */
const unkept = new Map<string, string>();

/** What is remembered under `key`; null when nothing is. */
export function remembered(key: string): unknown {
  const own = unkept.get(key);
  if (own !== undefined) return JSON.parse(own);
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

export function remember(key: string, value: unknown): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
    unkept.delete(key);
  } catch {
    unkept.set(key, JSON.stringify(value));
  }
}
