/** Where a citizen is rung, in words for her. */

import type { CallbackView } from "../../call/messages";
import { minutes, t } from "../../call/words";

/** Telephone numbers as the desk masked them; a push service is, to her, this device. */
export function waysOf({ contact }: CallbackView): { phones: string[]; device: boolean } {
  const ways = contact.split(",").map((way) => way.trim()).filter((way) => way !== "");
  const phones = ways.filter((way) => way.startsWith("+"));
  return { phones, device: phones.length < ways.length };
}

export function keptSentence(kept: number): string {
  return t("You may close this page. We ring you when your turn is near; then you have %(time)s to open it.", { time: minutes(kept) });
}
