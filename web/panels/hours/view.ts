/** The service is closed: why, until when, and the two things that can be done all the same. */

import { type TemplateResult, html } from "lit-html";
import { t } from "../../call/words";
import type { Opening } from "../../citizen/catalogue";
import { icon } from "../icon/view";
import { closedSentences } from "./words";
import "./style.css";

export interface HoursData {
  /** Empty when it is not known. */
  serviceName: string;
  opening: Opening;
  /** Milliseconds since the epoch. */
  now: number;
}

export interface AheadActions {
  message: () => void;
  booking: () => void;
}

export function hours({ serviceName, opening, now }: HoursData, on: AheadActions): TemplateResult {
  return html`<h1 tabindex="-1">${t("Closed now")}</h1>
    <div class="card hours">
      <p class="hours-service" dir="auto">${serviceName}</p>
      ${closedSentences(opening, now).map((sentence) => html`<p dir="auto">${sentence}</p>`)}
    </div>
    ${ahead(on)}`;
}

/** What can be done while nobody is at the desk. */
export function ahead(on: AheadActions): TemplateResult {
  return html`<h2>${t("What you can do now")}</h2>
    <button class="button main wide hours-choice" type="button" data-act="booking" @click=${on.booking}>
      ${icon("calendar-check")}<span><strong>${t("Book a time")}</strong><span>${t("You choose a day and an hour. Then we talk to you first.")}</span></span>
    </button>
    <button class="button wide hours-choice" type="button" data-act="message" @click=${on.message}>
      ${icon("mail")}<span><strong>${t("Leave a message")}</strong><span>${t("You write, and an employee answers when we are open.")}</span></span>
    </button>`;
}
