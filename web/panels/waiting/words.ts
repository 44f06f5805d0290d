/** A place in line as whole sentences, for the eye and for the ear. */

import type { WaitView } from "../../call/messages";
import { minutesRange, t, tn } from "../../call/words";

export function placeSentence(wait: WaitView): string {
  if (wait.position <= 1) return t("You are next.");
  return tn("%(n)s person is ahead of you.", "%(n)s people are ahead of you.", wait.position - 1);
}

export function estimateSentence(wait: WaitView): string {
  if (wait.estimate === null) return t("We can't tell yet how long it will take.");
  return t("The wait will probably be %(range)s.", { range: minutesRange(wait.estimate.low, wait.estimate.high) });
}
