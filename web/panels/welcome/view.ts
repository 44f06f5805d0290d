/** The first screen: one large button, and how to take part otherwise. */

import { type TemplateResult, html, nothing } from "lit-html";
import { t } from "../../call/words";
import { type BookedActions, type BookedData, appointment } from "../booking/view";
import { icon } from "../icon/view";

export interface WelcomeData {
  signs: boolean;
  /** A message was left from this device. */
  hasMessage: boolean;
  /** The time that was promised to her. */
  booked: BookedData | null;
}

export interface WelcomeActions {
  start: () => void;
  needs: () => void;
  message: () => void;
  booked: BookedActions;
}

export function welcome({ signs, hasMessage, booked }: WelcomeData, on: WelcomeActions): TemplateResult {
  return html`<h1 tabindex="-1">${t("Talk to a government employee, face to face, from where you are")}</h1>
    ${booked ? appointment(booked, on.booked) : nothing}
    ${hasMessage ? messageButton(on) : nothing}
    <p>${t("Choose what you need. Wait here. An employee will call you on this page. No account is needed.")}</p>
    <button class="button main wide" type="button" @click=${on.start}>
      ${icon("video")}<span>${t("Start")}</span>
    </button>
    <button class="button wide" type="button" @click=${on.needs}>
      ${icon("accessibility")}<span>${t("I use sign language, only voice, or only writing")}</span>
    </button>
    ${signs ? html`<p class="hint">${t("You told us that you use sign language.")}</p>` : nothing}`;
}

function messageButton(on: WelcomeActions): TemplateResult {
  return html`<button class="button wide" type="button" data-act="my-message" @click=${on.message}>
    ${icon("mail")}<span>${t("You left us a message. See whether it is answered")}</span>
  </button>`;
}
