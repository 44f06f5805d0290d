/** Keep my place and ring me: the offer, the choice of how, what was agreed with its way back, and "nearly your turn". */

import { type TemplateResult, html, nothing } from "lit-html";
import type { CallbackView } from "../../call/messages";
import { minutes, t } from "../../call/words";
import type { PushAbility } from "../../citizen/push";
import { icon } from "../icon/view";
import { notices } from "../notices/view";
import { isPhone, phoneField } from "../phone/view";
import { keptSentence, waysOf } from "./words";
import "./style.css";

export interface CallbackForm {
  /** `ways`: how shall we ring? `phone`: on which number? */
  open: "no" | "ways" | "phone";
  phone: string;
  refused: boolean;
}

export interface CallbackData {
  form: CallbackForm;
  /** What is agreed already. */
  agreed: CallbackView | null;
  /** How many seconds she has to come once she is rung. */
  kept: number;
  push: PushAbility;
  /** The desk can send text messages. */
  texts: boolean;
  asking: boolean;
}

export interface CallbackActions {
  change: (change: Partial<CallbackForm>) => void;
  onDevice: () => void;
  onPhone: (phone: string) => void;
  undo: () => void;
}

export function callback(data: CallbackData, on: CallbackActions): TemplateResult {
  if (data.agreed) return data.agreed.rung_at === null ? agreed(data, data.agreed, on) : rung(data);
  if (data.form.open === "no") return opener(on);
  return html`<section class="card callback" aria-labelledby="callback">
    <h2 id="callback" tabindex="-1">${t("How shall we ring you?")}</h2>
    <p>${t("You need not wait here. You keep your place in line, and we ring you when your turn is near. Then you open this page again.")}</p>
    ${data.form.open === "ways" ? ways(data, on) : phoneForm(data, on)}
  </section>`;
}

function opener(on: CallbackActions): TemplateResult {
  return html`<button class="button wide" type="button" data-act="callback" @click=${() => { on.change({ open: "ways" }); }}>
    ${icon("bell-ring")}<span>${t("Keep my place and ring me")}</span>
  </button>`;
}

function ways(data: CallbackData, on: CallbackActions): TemplateResult {
  return html`${deviceWay(data, on)}
    ${data.texts
      ? html`<button class="button wide" type="button" data-act="callback-phone" @click=${() => { on.change({ open: "phone" }); }}>
          ${icon("message-square-text")}<span>${t("Send a text message (SMS) to my phone")}</span>
        </button>`
      : nothing}
    ${backButton(t("I would rather wait here"), () => { on.change({ open: "no" }); })}`;
}

/** The browser is asked only after the tap, and only where it can say yes. */
function deviceWay({ push, texts, asking }: CallbackData, on: CallbackActions): TemplateResult | typeof nothing {
  if (push === "missing") return nothing;
  if (push === "blocked" || push === "failed") return html`<div role="status">${notices([{ tone: "problem", ...pushProblem(push, texts) }])}</div>`;
  return html`<button class="button wide" type="button" data-act="callback-push" ?disabled=${asking} @click=${on.onDevice}>
      ${icon("bell")}<span>${t("Show a notice on this device")}</span>
    </button>
    <p class="hint">${t("If the browser asks whether it may show notices, please press Allow.")}</p>`;
}

function pushProblem(push: "blocked" | "failed", texts: boolean): { text: string; steps?: string[] } {
  if (push === "failed") {
    return { text: texts ? t("This browser could not set up the notice. A text message works all the same.") : t("This browser could not set up the notice. Please wait on this page.") };
  }
  return {
    text: texts ? t("This browser does not let the page show notices. A text message works all the same.") : t("This browser does not let the page show notices."),
    steps: [
      t("To allow notices, touch the sign beside the address at the top of the screen."),
      t("Open the settings of this page, and choose Allow beside Notifications."),
      t("Load the page again. Your place is kept."),
    ],
  };
}

function phoneForm({ form, asking }: CallbackData, on: CallbackActions): TemplateResult {
  const send = (event: Event): void => {
    event.preventDefault();
    if (isPhone(form.phone)) on.onPhone(form.phone);
    else refuse(on);
  };
  const field = { id: "callback-number", label: t("Your mobile number"), value: form.phone, refused: form.refused };
  return html`<form class="callback" novalidate @submit=${send}>
      ${phoneField(field, (phone) => { on.change({ phone, refused: false }); })}
      <button class="button main wide" type="submit" data-act="callback-send" ?disabled=${asking}>${t("Ring me on this number")}</button>
    </form>
    <p class="hint">${t("We use the number for this alone, and delete it afterwards.")}</p>
    ${backButton(t("Another way"), () => { on.change({ open: "ways", refused: false }); })}`;
}

function refuse(on: CallbackActions): void {
  on.change({ refused: true });
  document.getElementById("callback-number")?.focus();
}

function backButton(label: string, act: () => void): TemplateResult {
  return html`<button class="button quiet" type="button" @click=${act}>${label}</button>`;
}

function agreed({ kept, asking }: CallbackData, view: CallbackView, on: CallbackActions): TemplateResult {
  const { phones, device } = waysOf(view);
  return html`<section class="card callback callback-agreed" aria-labelledby="callback">
    <h2 id="callback" tabindex="-1">${icon("bell-ring")}<span>${t("We keep your place and ring you")}</span></h2>
    <p class="callback-kept">${keptSentence(kept)}</p>
    <ul>
      ${phones.map((phone) => html`<li>${t("By text message to this number:")} <bdi dir="ltr" data-contact>${phone}</bdi></li>`)}
      ${device ? html`<li>${t("By a notice on this device")}</li>` : nothing}
    </ul>
    <button class="button wide" type="button" data-act="callback-undo" ?disabled=${asking} @click=${on.undo}>
      ${t("Do not ring me; I wait here")}
    </button>
  </section>`;
}

function rung({ kept }: CallbackData): TemplateResult {
  return html`<section class="callback-rung" role="status">
    ${icon("bell-ring")}
    <p class="callback-near">${t("It is nearly your turn")}</p>
    <p>${t("Please stay on this page now. If you go away, we keep your place for %(time)s.", { time: minutes(kept) })}</p>
  </section>`;
}
