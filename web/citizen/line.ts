/** What the page knows of its own line. */

import type { CheckView } from "../call/messages";

/** What a line check of this page is doing and has found. */
export interface LineState {
  checking: boolean;
  found: CheckView | null;
  /** It was good on this device before, so that good is no news. */
  usual: boolean;
  /** The last check found nothing out. */
  untried: boolean;
  /** What the running check uses, in the line too; null: none runs. */
  using: { microphone: boolean; camera: boolean } | null;
}

export const NO_LINE: LineState = { checking: false, found: null, usual: false, untried: false, using: null };
