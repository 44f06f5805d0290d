/** A message left for the desk: writing it, and what becomes of it. */

import { type TemplateResult, html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { digits, t, tn } from "../../call/words";
import { icon } from "../icon/view";
import { isPhone, phoneField } from "../phone/view";
import "./style.css";

export interface MessageForm {
  text: string;
  phone: string;
  refused: "text" | "phone" | null;
}

export interface MessageData extends MessageForm {
  serviceName: string;
  asking: boolean;
}

export interface MessageActions {
  change: (change: Partial<MessageForm>) => void;
  send: (text: string, phone: string) => void;
}

const MOST_LETTERS = 4_000;

export function message(data: MessageData, on: MessageActions): TemplateResult {
  const label = t("Your mobile number, if we may call you (optional)");
  const phone = { id: "message-number", label, value: data.phone, refused: data.refused === "phone" };
  return html`<h1 tabindex="-1">${t("Leave a message")}</h1>
    <p class="message-service" dir="auto">${data.serviceName}</p>
    <form class="message" novalidate @submit=${submit(data, on)}>
      ${textField(data, on)} ${phoneField(phone, (value) => { on.change({ phone: value, refused: null }); })}
      <button class="button main wide" type="submit" data-act="send-message" ?disabled=${data.asking}>${icon("send")}<span>${t("Send the message")}</span></button>
    </form>`;
}

// The letters that are left are not announced: a reader would hear a number at every key.
function textField({ text, refused }: MessageData, on: MessageActions): TemplateResult {
  const left = MOST_LETTERS - text.length;
  return html`<div class="field">
    <label for="message-text">${t("What do you want to tell us or to ask?")}</label>
    <textarea id="message-text" dir="auto" rows="7" maxlength=${MOST_LETTERS} aria-invalid=${refused === "text"}
      aria-describedby="message-problem message-left" .value=${live(text)}
      @input=${(event: Event) => { on.change({ text: (event.target as HTMLTextAreaElement).value, refused: null }); }}></textarea>
    <p id="message-problem" role="alert" class="problem">${refused === "text" ? t("Please write your message first.") : nothing}</p>
    <p id="message-left" class="hint">${tn("You can write %(n)s more letter.", "You can write %(n)s more letters.", left)}</p>
  </div>`;
}

function submit(data: MessageData, on: MessageActions): (event: Event) => void {
  return (event) => {
    event.preventDefault();
    const text = data.text.trim();
    if (text === "") refuse("text", on);
    else if (data.phone !== "" && !isPhone(data.phone)) refuse("phone", on);
    else on.send(text, data.phone);
  };
}

function refuse(what: "text" | "phone", on: MessageActions): void {
  on.change({ refused: what });
  document.getElementById(what === "text" ? "message-text" : "message-number")?.focus();
}

export interface SentData {
  /** The number of the message. */
  ticket: number;
  serviceName: string;
  asking: boolean;
}

export function sent({ ticket, serviceName, asking }: SentData, on: { again: () => void }): TemplateResult {
  return html`<h1 tabindex="-1">${t("We have your message")}</h1>
    <section class="card message">
      <h2>${t("The number of your message")}</h2>
      <p class="message-ticket"><bdi dir="ltr">${digits(String(ticket))}</bdi></p>
      <p class="message-service" dir="auto">${serviceName}</p>
    </section>
    <section class="card message">
      <h2>${t("What next")}</h2>
      <ol>
        <li>${t("An employee reads your message when we are open.")}</li>
        <li>${t("The answer appears on this page. Open it again on this device to read it.")}</li>
        <li>${t("If you gave us your number, we may also call you.")}</li>
      </ol>
    </section>
    <button class="button wide" type="button" data-act="again" ?disabled=${asking} @click=${on.again}>${t("Start a new visit")}</button>
    <p class="hint">${t("Your message stays with us when you start a new visit. The first screen brings you back to it.")}</p>`;
}
