/** What is said of a call on hold, on the page and aloud. */

import type { CallView, LegView } from "../../call/messages";
import { t } from "../../call/words";

/** An empty name: it is not known. */
export function backSentence(agent: string): string {
  return agent === ""
    ? t("The employee comes back. You do not have to do anything.")
    : t("%(name)s comes back. You do not have to do anything.", { name: agent });
}

export function aloneSentence(): string {
  return t("Until then the desk neither sees nor hears you. You can still write.");
}

export function agentName({ legs }: { legs: readonly LegView[] }): string {
  return legs.find((leg) => leg.role === "agent")?.name ?? "";
}

/** What to say to the citizen now that `before` became `after`; nothing most of the time. */
export function holdNews(before: CallView | undefined | null, after: CallView): string | null {
  const held = (before?.id === after.id ? before.hold : null) !== null;
  if (after.hold !== null && !held) return [t("Your call is on hold."), backSentence(agentName(after)), aloneSentence()].join(" ");
  if (after.hold === null && held) return t("The call goes on. You can be seen and heard again.");
  return null;
}
