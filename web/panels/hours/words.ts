/** Opening hours as sentences. */

import { opensSentence } from "../../call/days";
import { t } from "../../call/words";
import type { Opening } from "../../citizen/catalogue";

/** Why it is closed and when it opens, as short as that: "Closed now. Ramadan. It opens tomorrow, Sunday, at 8:00." */
export function closedSentences(opening: Opening, now: number): string[] {
  const why = opening.reason === null ? [] : [opening.reason];
  const when = opening.opens_at === null ? t("We do not know yet when it opens again.") : opensSentence(opening.opens_at, now);
  return [...why, when];
}
