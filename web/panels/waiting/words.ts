/** A place in line as whole sentences, for the eye and for the ear. */

import type { WaitView, Why } from "../../call/messages";
import { minutes, minutesRange, t, tn } from "../../call/words";

export function placeSentence(wait: WaitView): string {
  // Nobody could be called next.
  if (wait.position <= 1) return wait.why === "nobody_signed_in" ? t("You are the first in line.") : t("You are next.");
  return tn("%(n)s person is ahead of you.", "%(n)s people are ahead of you.", wait.position - 1);
}

export function estimateSentence(wait: WaitView): string {
  if (wait.estimate === null) return t("We can't tell yet how long it will take.");
  return t("The wait will probably be %(range)s.", { range: minutesRange(wait.estimate.low, wait.estimate.high) });
}

/** A page that is closed, or behind a locked screen, rings nobody: she may go only where she is reached otherwise. */
export function absenceSentence({ callback, kept }: Pick<WaitView, "callback" | "kept">): string {
  if (callback) return t("You may lock the screen or close this page: we ring you as agreed.");
  return t("Please leave this page open and the screen on, or it cannot ring. If it closes, we keep your place for %(time)s.", { time: minutes(kept) });
}

export function reason(why: Why): string {
  switch (why) {
    case "agents_busy":
      return t("All employees are with other people now.");
    case "nobody_signed_in":
      return t("No employee for this service is at the desk now. You keep your place.");
    case "waiting_for_signer":
      return t("We are looking for someone who signs your language, or an interpreter.");
    case "on_break":
      return t("The employees for this service are on a short break.");
    case "wish":
      return t("We are waiting a little for the employee you wished for. If it takes too long, another one calls you.");
  }
}

/** While the colleague is being rung. */
export function onwardSentence(): string {
  return t("We are calling a colleague of the employee. Nothing of what you said is lost. Please stay here.");
}

export function putThroughSentence(): string {
  return t("The employee has put you through to a colleague who can help you further. You are at the front of the line, and nothing of what you said is lost.");
}
