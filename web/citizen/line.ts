/** What the page knows of its own line. */

import type { CheckView } from "../call/messages";

/** What a line check of this page is doing and has found. */
export interface LineState {
  checking: boolean;
  found: CheckView | null;
  /** It was good on this device before, so that good is no news. */
  usual: boolean;
  /** In the line she asked for a check, which uses these; null: she did not. */
  again: { microphone: boolean; camera: boolean } | null;
}

export const NO_LINE: LineState = { checking: false, found: null, usual: false, again: null };
