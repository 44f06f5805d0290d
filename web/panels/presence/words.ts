/** An agent's presence in words. */

import type { BreakReason, PresenceView } from "../../call/messages";
import { t } from "../../call/words";

export function reasonName(reason: BreakReason): string {
  switch (reason) {
    case "prayer":
      return t("Prayer");
    case "meal":
      return t("Meal");
    case "rest":
      return t("Rest");
    case "training":
      return t("Training");
    case "other":
      return t("Other");
    case "signed_in":
      return t("Not ready yet");
    case "missed_offers":
      return t("Two calls not answered");
  }
}

/** "On a break: prayer", in a cell of a table or in a heading. */
export function presenceName({ state, reason }: Pick<PresenceView, "state" | "reason">): string {
  switch (state) {
    case "offline":
      return t("Not taking calls");
    case "available":
      return t("Available");
    case "offered":
      return t("A call is ringing");
    case "busy":
      return t("In a call");
    case "wrap_up":
      return t("Finishing notes");
    case "break":
      if (reason === "signed_in") return t("Not taking calls");
      return reason ? t("On a break: %(reason)s", { reason: reasonName(reason) }) : t("On a break");
  }
}
