/** The desk's keyboard: which keys do what on which screen, and when a key may accept. */

import type { Screen } from "./desk";

export type Command = "available" | "accept" | "decline" | "microphone" | "camera" | "hold" | "write" | "record" | "notes" | "finish" | "transfer";

/** Alt and a letter, by its place on the keyboard: the same key in an Arabic and an English layout. */
const LETTERS: Record<Command, { code: string; screens: readonly Screen[] }> = {
  available: { code: "KeyA", screens: ["idle", "wrapup"] },
  accept: { code: "KeyA", screens: ["offer"] },
  decline: { code: "KeyX", screens: ["offer"] },
  microphone: { code: "KeyM", screens: ["call"] },
  camera: { code: "KeyC", screens: ["call"] },
  hold: { code: "KeyH", screens: ["call"] },
  write: { code: "KeyT", screens: ["call"] },
  record: { code: "KeyR", screens: ["call"] },
  notes: { code: "KeyN", screens: ["call", "wrapup"] },
  finish: { code: "KeyO", screens: ["call", "wrapup"] },
  transfer: { code: "KeyP", screens: ["call"] },
};

const COMMANDS = Object.keys(LETTERS) as Command[];

export interface Key {
  code: string;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  repeat: boolean;
}

export function commandOf(key: Key, screen: Screen): Command | null {
  const plain = key.altKey && !key.ctrlKey && !key.metaKey && !key.shiftKey && !key.repeat;
  if (!plain) return null;
  return COMMANDS.find((one) => LETTERS[one].code === key.code && LETTERS[one].screens.includes(screen)) ?? null;
}

const QUIET_MS = 800;

/** Lets the Accept button take Enter and Space only from somebody who means it, not from one who is still typing. */
export class KeyGuard {
  #since = 0;

  /** The offer is on the screen since `now`, in milliseconds. */
  arm(now: number): void {
    this.#since = now;
  }

  /** True when this key must not press the button. */
  stops(key: { key: string; repeat: boolean }, now: number): boolean {
    const presses = key.key === "Enter" || key.key === " ";
    const early = now - this.#since < QUIET_MS;
    // Whoever goes on typing words has not seen the offer yet.
    if (early && !presses) this.#since = now;
    return presses && (key.repeat || early);
  }
}
