/** It is her turn: an employee is being called. */

import { type TemplateResult, html, nothing } from "lit-html";
import { t } from "../../call/words";
import { icon } from "../icon/view";
import { selfView } from "../stage/view";
import { type LeaveActions, leaveButton } from "../waiting/view";
import { onwardSentence } from "../waiting/words";
import "./style.css";

export interface RingingData {
  /** Her own camera, for her own eyes only until the employee answers. */
  own: MediaStream | null;
  /** An employee sent her on to a colleague. */
  putThrough: boolean;
  leaving: boolean;
  asking: boolean;
}

export function ringing(data: RingingData, on: LeaveActions): TemplateResult {
  return html`<div class="ringing">${icon("bell-ring")}</div>
    <h1 tabindex="-1">${data.putThrough ? t("You are being put through") : t("It is your turn")}</h1>
    <p>${data.putThrough ? onwardSentence() : t("We are calling an employee for you. Please stay here.")}</p>
    ${data.own
      ? html`<div class="ringing-self">${selfView("citizen", data.own)}</div>
          <p class="hint">${t("Only you see this picture until the employee answers.")}</p>`
      : nothing}
    ${leaveButton(t("Leave"), data, on)}`;
}
