/** In line: where, how long, why; that it is safe to wait; and the way out, which asks once. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { WaitView, Why } from "../../call/messages";
import { minutes, num, t } from "../../call/words";
import { icon } from "../icon/view";
import { notices } from "../notices/view";
import { estimateSentence, placeSentence } from "./words";
import "./style.css";

export interface WaitingData {
  wait: WaitView | null;
  serviceName: string;
  /** The page has lost the server; the place is kept. */
  lost: boolean;
  draining: boolean;
  leaving: boolean;
  asking: boolean;
}

export interface LeaveActions {
  leaving: (leaving: boolean) => void;
  leave: () => void;
}

export function waiting(data: WaitingData, on: LeaveActions): TemplateResult {
  const kept = minutes(data.wait?.kept ?? 0);
  return html`<h1 tabindex="-1">${t("You are in line")}</h1>
    <p class="waiting-service" dir="auto">${data.serviceName}</p>
    ${data.lost
      ? notices([{ tone: "wait", text: t("The connection dropped. We keep your place for %(time)s and come back by ourselves.", { time: kept }) }])
      : nothing}
    ${data.draining ? notices([{ tone: "info", text: t("The service restarts shortly. You keep your place.") }]) : nothing}
    ${data.wait ? place(data.wait) : nothing}
    <ul class="waiting-facts">
      <li>${t("Your camera and microphone are off. We turn them on when it is your turn.")}</li>
      <li>${t("The page rings when it is your turn.")}</li>
      <li>${t("You may lock the screen or close this page: we keep your place for %(time)s.", { time: kept })}</li>
    </ul>
    ${leaveButton(t("Leave the line"), data, on)}`;
}

function place(wait: WaitView): TemplateResult {
  return html`<div class="card waiting-place">
    <p class="waiting-number"><span class="waiting-label">${t("Your number in line")}</span> <strong>${num(wait.position)}</strong></p>
    <p>${placeSentence(wait)}</p>
    <p>${estimateSentence(wait)}</p>
    <p class="hint">${reason(wait.why)}</p>
  </div>`;
}

function reason(why: Why): string {
  const sentences: Record<Why, () => string> = {
    agents_busy: () => t("All employees are with other people now."),
    nobody_signed_in: () => t("No employee for this service is at the desk now. You keep your place."),
    waiting_for_signer: () => t("We are waiting for an employee who signs."),
    on_break: () => t("The employees for this service are on a short break."),
  };
  return sentences[why]();
}

/** Leaving asks once. */
export function leaveButton(label: string, state: { leaving: boolean; asking: boolean }, on: LeaveActions): TemplateResult {
  if (!state.leaving) {
    return html`<button class="button wide" type="button" data-act="leave" @click=${() => { on.leaving(true); }}>
      ${icon("log-out")}<span>${label}</span>
    </button>`;
  }
  return html`<div class="card leave" role="group" aria-labelledby="leave-question">
    <p id="leave-question" role="alert"><strong>${t("Do you really want to leave?")}</strong></p>
    <div class="buttons">
      <button class="button main" type="button" @click=${() => { on.leaving(false); }}>${t("No, stay")}</button>
      <button class="button danger" type="button" data-act="leave-yes" ?disabled=${state.asking} @click=${on.leave}>${t("Yes, leave")}</button>
    </div>
  </div>`;
}
