/** After a call: one clock, the notes, and the way to the next citizen. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { PresenceView, TakeBreak } from "../../call/messages";
import { clock, t } from "../../call/words";
import { reasonName } from "./words";
import "./style.css";

export interface WrapUp {
  presence: PresenceView;
  /** Milliseconds since the epoch. */
  now: number;
  asking: boolean;
  /** The outcome of the visit is given. */
  closed: boolean;
  /** She interpreted: there is nothing to write and nothing to decide. */
  interpreted: boolean;
}

export interface WrapUpEvents {
  available: () => void;
  takeBreak: (reason: TakeBreak["reason"]) => void;
}

export function wrapUpView(state: WrapUp, on: WrapUpEvents): TemplateResult {
  return html`
    <section class="wrapup">
      <h1 tabindex="-1">${t("The call has ended")}</h1>
      <p>${wrapUpSentence(state)}</p>
      ${wrapUpClock(state)}
      <button class="button main" type="button" aria-keyshortcuts="Alt+A" ?disabled=${state.asking} @click=${on.available}>
        ${t("I am ready for the next citizen")} <kbd aria-hidden="true" dir="ltr">Alt+A</kbd>
      </button>
      <button class="button" type="button" ?disabled=${state.asking} @click=${() => { on.takeBreak("rest"); }}>
        ${t("Take a break: %(reason)s", { reason: reasonName("rest") })}
      </button>
    </section>
  `;
}

function wrapUpSentence({ closed, interpreted }: WrapUp): string {
  if (interpreted) return t("Your colleague writes the visit up. You have nothing to do.");
  return closed ? t("The visit is closed. You can still write notes.") : t("Say what came of the visit, and finish your notes.");
}

function wrapUpClock({ presence, now }: WrapUp): TemplateResult | typeof nothing {
  if (presence.until === null) return nothing;
  const left = clock((presence.until - now) / 1000);
  return html`
    <p class="wrapup-clock" role="timer">${t("The next citizen can be sent to you in %(time)s.", { time: left })}</p>
  `;
}
