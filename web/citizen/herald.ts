/** What the page says by itself, to be spoken: changes in the line, at most once a minute, and that it still waits. */

import { Advice } from "../call/advice";
import { ownTrouble } from "../call/insight";
import type { CallView } from "../call/messages";
import { Reminder } from "../call/reminder";
import { t } from "../call/words";
import { doneLines } from "../panels/conversation/view";
import { keptSentence } from "../panels/callback/words";
import { agentName, backSentence, holdNews } from "../panels/hold/words";
import { recordingNews } from "../panels/recording/words";
import { troubleNews } from "../panels/trouble/view";
import { estimateSentence, onwardSentence, placeSentence, putThroughSentence } from "../panels/waiting/words";
import { type Visit, screenOf } from "./visit";

const EVERY_MS = 60_000;

export class Herald {
  #saidAt = 0;
  #said = "";
  readonly #held = new Reminder();
  #advice = new Advice();

  /** What to announce now that `before` became `after`, at `now` (milliseconds); nothing most of the time. */
  news(before: Visit, after: Visit, now: number): string[] {
    const screen = screenOf(after);
    if (screen !== "call") this.#advice = new Advice();
    const news = screen === "waiting" ? arranged(before, after) : null;
    if (news !== null) return [news];
    if (screen === "waiting") return this.#waiting(after, screenOf(before) !== "waiting", now);
    if (screen === "ringing" && screenOf(before) !== "ringing") return [turnSentence(after)];
    if (screen === "call") return this.#inCall(before, after, now);
    return [];
  }

  #waiting(visit: Visit, entered: boolean, now: number): string[] {
    const wait = visit.server?.wait;
    if (!wait) return [];
    const place = placeSentence(wait);
    const urgent = wait.position <= 1 && place !== this.#said;
    if (!entered && !urgent && now - this.#saidAt < EVERY_MS) return [];
    const opening = place === this.#said ? [t("You are still in line.")] : [];
    this.#said = place;
    this.#saidAt = now;
    return [...opening, place, estimateSentence(wait)];
  }

  #inCall(before: Visit, after: Visit, now: number): string[] {
    const call = after.server?.call;
    const former = before.server?.call;
    if (!call) return [];
    const lines = former?.id === call.id ? doneLines(former.text, call.text) : [];
    const changes = call.legs
      .filter((leg) => !leg.you)
      .flatMap((leg) => {
        const was = former?.legs.find((one) => one.id === leg.id);
        if (!was || was.connected === leg.connected) return [];
        return [leg.connected ? t("The employee is back.") : t("The employee's line dropped. Please wait; they are being reconnected.")];
      });
    const trouble = this.#advice.news(ownTrouble(call.legs), now);
    const advice = trouble === null ? [] : [troubleNews(trouble)];
    const held = this.#onHold(former, call, now);
    const recorded = recordingNews(former?.id === call.id ? former.recording : null, call.recording);
    return [...changes, held, recorded, ...advice, ...lines].filter((one) => one !== null);
  }

  /** Silence frightens: who waits in it is told now and then that all is well. */
  #onHold(former: CallView | null | undefined, call: CallView, now: number): string | null {
    const due = this.#held.due(call.hold !== null, now);
    return holdNews(former, call) ?? (due ? [t("Your call is still on hold."), backSentence(agentName(call))].join(" ") : null);
  }
}

function turnSentence(visit: Visit): string {
  return isPutThrough(visit) ? onwardSentence() : t("It is your turn. We are calling an employee for you.");
}

function isPutThrough({ server }: Visit): boolean {
  return server?.ticket?.put_through ?? false;
}

/** What has just become true of her place, and is said at once. */
function arranged(before: Visit, after: Visit): string | null {
  const was = before.server?.wait;
  const wait = after.server?.wait;
  if (!wait) return null;
  if (isPutThrough(after) && !isPutThrough(before)) return `${putThroughSentence()} ${placeSentence(wait)}`;
  if (wait.callback?.rung_at && !was?.callback?.rung_at) return t("It is nearly your turn. Please stay on this page now.");
  if (wait.callback && !was?.callback) return `${t("We keep your place and ring you.")} ${keptSentence(wait.kept)}`;
  if (was?.callback && !wait.callback) return t("We do not ring you elsewhere any more. Please wait on this page.");
  return null;
}
