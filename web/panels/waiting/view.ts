/** In line: where, how long, why; that it is safe to wait; and the way out, which asks once. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { Modality, WaitView } from "../../call/messages";
import { minutes, num, t } from "../../call/words";
import { type CallbackActions, type CallbackData, callback } from "../callback/view";
import { type ClipActions, type ClipData, clip } from "../clip/view";
import { icon } from "../icon/view";
import { type LineData, lineInLine } from "../line/view";
import { notices } from "../notices/view";
import { absenceSentence, estimateSentence, placeSentence, putThroughSentence, reason } from "./words";
import "./style.css";

export interface WaitingData {
  wait: WaitView | null;
  serviceName: string;
  modality: Modality;
  /** An employee sent her on to a colleague. */
  putThrough: boolean;
  /** The page has lost the server; the place is kept. */
  lost: boolean;
  draining: boolean;
  /** Null where the citizen cannot be rung. */
  callback: Omit<CallbackData, "agreed" | "kept" | "asking"> | null;
  /** What she can watch meanwhile. */
  clip: ClipData | null;
  line: LineData;
  /** What a check of the line uses now; null: none runs. */
  using: { microphone: boolean; camera: boolean } | null;
  leaving: boolean;
  asking: boolean;
}

export interface LeaveActions {
  leaving: (leaving: boolean) => void;
  leave: () => void;
}

const NOT_ASKED = { form: { open: "no", phone: "", refused: false }, push: "missing", texts: false } as const;

export interface WaitingActions extends LeaveActions {
  callback: CallbackActions;
  clip: ClipActions;
  booking: () => void;
  /** The connection once more. */
  checkLine: () => void;
}

export function waiting(data: WaitingData, on: WaitingActions): TemplateResult {
  const kept = minutes(data.wait?.kept ?? 0);
  const { wait } = data;
  return html`<h1 tabindex="-1">${t("You are in line")}</h1>
    <p class="waiting-service" dir="auto">${data.serviceName}</p>
    ${data.lost
      ? notices([{ tone: "wait", text: t("The connection dropped. We keep your place for %(time)s and come back by ourselves.", { time: kept }) }])
      : nothing}
    ${data.draining ? notices([{ tone: "info", text: t("The service restarts shortly. You keep your place.") }]) : nothing}
    ${data.putThrough ? notices([{ tone: "info", text: putThroughSentence() }]) : nothing}
    ${wait?.callback?.rung_at ? ringing(data, wait, on) : nothing} ${wait ? place(wait) : nothing}
    ${data.clip ? clip(data.clip, on.clip) : nothing} ${facts(data)}
    ${wait && !wait.callback?.rung_at ? ringing(data, wait, on) : nothing} ${wait && isScarce(wait) ? bookingButton(on) : nothing}
    ${leaveButton(t("Leave the line"), data, on)} ${data.lost ? nothing : lineInLine(data.line, { again: on.checkLine })}`;
}

function place(wait: WaitView): TemplateResult {
  return html`<div class="card waiting-place">
    <p class="waiting-number"><span class="waiting-label">${t("Your number in line")}</span> <strong>${num(wait.position)}</strong></p>
    <p>${placeSentence(wait)}</p>
    <p>${estimateSentence(wait)}</p>
    <p class="hint">${reason(wait.why)}</p>
  </div>`;
}

function facts({ wait, modality, using }: WaitingData): TemplateResult {
  return html`<ul class="waiting-facts">
    <li>${devices(modality, using)}</li>
    <li>${t("The page rings when it is your turn.")}</li>
    ${wait && !wait.callback?.rung_at ? html`<li>${absenceSentence(wait)}</li>` : nothing}
  </ul>`;
}

function devices(modality: Modality, using: WaitingData["using"]): string {
  if (using?.camera || using?.microphone) return t("We check your connection. In a few seconds your camera and microphone are off.");
  if (modality === "text") return t("You write with the employee. Your camera and microphone stay off.");
  return t("Your camera and microphone are off. We turn them on when it is your turn.");
}

function ringing(data: WaitingData, wait: WaitView, on: WaitingActions): TemplateResult | typeof nothing {
  if (!data.callback && !wait.callback) return nothing;
  const form = data.callback ?? NOT_ASKED;
  return callback({ ...form, agreed: wait.callback, kept: wait.kept, asking: data.asking }, on.callback);
}

/** It may take long, so a time of her own is worth more than a place. */
function isScarce({ why }: WaitView): boolean {
  return why === "nobody_signed_in" || why === "waiting_for_signer";
}

function bookingButton(on: WaitingActions): TemplateResult {
  return html`<button class="button wide" type="button" data-act="booking" @click=${on.booking}>
    ${icon("calendar-check")}<span>${t("Book a time instead of waiting")}</span>
  </button>`;
}

/** Leaving asks once. */
export function leaveButton(label: string, state: { leaving: boolean; asking: boolean }, on: LeaveActions): TemplateResult {
  if (!state.leaving) {
    return html`<button class="button wide" type="button" data-act="leave" @click=${() => { on.leaving(true); }}>
      ${icon("log-out")}<span>${label}</span>
    </button>`;
  }
  return html`<div class="card leave" role="group" tabindex="-1" data-takes-focus="leave" aria-labelledby="leave-question">
    <p id="leave-question" role="alert"><strong>${t("Do you really want to leave?")}</strong></p>
    <div class="buttons">
      <button class="button main" type="button" @click=${() => { on.leaving(false); }}>${t("No, stay")}</button>
      <button class="button danger" type="button" data-act="leave-yes" ?disabled=${state.asking} @click=${on.leave}>${t("Yes, leave")}</button>
    </div>
  </div>`;
}
