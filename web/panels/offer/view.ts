/** A citizen rings: the whole screen, and nothing else, until the agent answers or the offer goes on. */

import { type TemplateResult, html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import type { DeclineReason, OfferView } from "../../call/messages";
import { minutes, t, tn } from "../../call/words";
import { icon } from "../icon/view";
import { lineForStaff } from "../line/words";
import { languageName, needsText, needsView, signLanguageName } from "../needs/view";
import "./style.css";

export interface Offer {
  offer: OfferView;
  /** Milliseconds since the epoch. */
  now: number;
  /** How long the offer rings in all, in seconds, as far as this page saw it. */
  rings: number;
  /** Why she would decline, if she says. */
  reason: DeclineReason | null;
  asking: boolean;
}

export interface OfferEvents {
  accept: () => void;
  decline: () => void;
  reason: (reason: DeclineReason | null) => void;
  /** Every key on the Accept button, so that one pressed by accident can be stopped. */
  key: (event: KeyboardEvent) => void;
}

export function offerView(state: Offer, on: OfferEvents): TemplateResult {
  const { offer } = state;
  if (offer.held) return heldView(state);
  return html`
    <section class="offer" role="alertdialog" aria-labelledby="offer-title" aria-describedby="offer-what offer-waited">
      <h1 id="offer-title" tabindex="-1">${offerTitle(offer)}</h1>
      <div id="offer-what">${what(offer)}</div>
      <p id="offer-waited">${waited(offer, state.now)}</p>
      ${countdown(state)} ${buttons(state, on)} ${background(offer)}
    </section>
  `;
}

export function offerTitle({ seat, message }: OfferView): string {
  if (seat === "interpreter") return t("You are asked to interpret");
  return message === null ? t("A citizen is calling") : t("A message waits for an answer");
}

function what(offer: OfferView): TemplateResult {
  return html`
    <p class="offer-service"><bdi>${offer.service.name}</bdi></p>
    <p><bdi>${offer.service.body_name}</bdi></p>
    ${offer.seat === "interpreter" ? html`<p class="offer-languages">${languagesSentence(offer)}</p>` : nothing}
    ${offer.with_interpreter && offer.seat === "agent" ? html`<p class="offer-languages">${t("With an interpreter: the call begins when both of you have accepted.")}</p>` : nothing}
    ${needsView(offer)} ${lineNote(offer)}
  `;
}

/** Before she answers: how to speak to somebody whose line is weak. */
function lineNote(offer: OfferView): TemplateResult | typeof nothing {
  const note = noteOf(offer);
  return note === null ? nothing : html`<p class="offer-line">${icon("triangle-alert")} ${note}</p>`;
}

function noteOf({ check, modality, sign_language }: OfferView): string | null {
  return check ? lineForStaff(check, { modality, signs: sign_language !== null }) : null;
}

function languagesSentence({ language, sign_language }: OfferView): string {
  const signed = sign_language === null ? t("sign language") : signLanguageName(sign_language);
  return t("Between %(spoken)s and %(signed)s", { spoken: languageName(language), signed });
}

/** What the agent should know of the visit before she answers: who sent it, what was written. */
function background({ sent_by, notes, message }: OfferView): TemplateResult | typeof nothing {
  if (sent_by === null && notes === "" && message === null) return nothing;
  return html`
    <div class="offer-background">
      ${sent_by === null ? nothing : html`<p><strong>${t("%(name)s has put this citizen through to you.", { name: sent_by })}</strong></p>`}
      ${message === null ? nothing : quoted(t("The citizen wrote"), message)}
      ${notes === "" ? nothing : quoted(t("Notes of your colleagues"), notes)}
    </div>
  `;
}

function quoted(title: string, text: string): TemplateResult {
  return html`<h2>${title}</h2>
    <p class="offer-quoted" dir="auto">${text}</p>`;
}

/** She has accepted, and the other seat still rings. Nothing is to be done; the seconds tell how long at most. */
function heldView({ offer, now }: Offer): TemplateResult {
  const left = Math.max(0, Math.ceil((offer.expires_at - now) / 1000));
  return html`
    <section class="offer offer-held" aria-labelledby="offer-title">
      <h1 id="offer-title" tabindex="-1">${heldTitle(offer)}</h1>
      <div>${what(offer)}</div>
      <p class="offer-left">${tn("The call begins within %(n)s second.", "The call begins within %(n)s seconds.", left)}</p>
      <p>${t("If nobody answers by then, you are free again, and the citizen keeps their place.")}</p>
      ${background(offer)}
    </section>
  `;
}

export function heldTitle({ seat }: OfferView): string {
  return seat === "interpreter"
    ? t("You have accepted. We are waiting for the employee.")
    : t("You have accepted. We are waiting for the interpreter.");
}

/** "Title deed: has waited 3 minutes", for the notice of the system. */
export function offerText(offer: OfferView, now: number): string {
  const note = noteOf(offer);
  return [offer.service.name, needsText(offer), ...(note === null ? [] : [note]), waited(offer, now)].join("\n");
}

function waited(offer: OfferView, now: number): string {
  const seconds = (now - offer.joined_at) / 1000;
  if (seconds < 60) return t("Has waited less than a minute.");
  return t("Has waited %(time)s.", { time: minutes(seconds) });
}

// The numbers change each second: the label stays, so that a screen reader is not made to count.
function countdown({ offer, now, rings }: Offer): TemplateResult {
  const left = Math.max(0, Math.ceil((offer.expires_at - now) / 1000));
  return html`
    <div class="offer-countdown">
      <progress aria-label=${t("Time left to answer")} max=${rings} .value=${Math.min(left, rings)}></progress>
      <p>${goesOn(offer, left)}</p>
    </div>
  `;
}

function goesOn({ seat, message }: OfferView, left: number): string {
  if (seat === "agent" && message === null) {
    return tn("The call goes on to another agent in %(n)s second.", "The call goes on to another agent in %(n)s seconds.", left);
  }
  return tn("A colleague is asked in %(n)s second.", "A colleague is asked in %(n)s seconds.", left);
}

function buttons(state: Offer, on: OfferEvents): TemplateResult {
  const { asking, offer } = state;
  return html`
    <div class="offer-buttons">
      <button
        id="accept"
        class="button main"
        aria-keyshortcuts="Alt+A"
        ?disabled=${asking}
        @keydown=${on.key}
        @click=${on.accept}
      >
        ${acceptName(offer)} <kbd aria-hidden="true" dir="ltr">Enter</kbd> <kbd aria-hidden="true" dir="ltr">Alt+A</kbd>
      </button>
      <button class="button" aria-keyshortcuts="Alt+X" ?disabled=${asking} @click=${on.decline}>
        ${t("Decline")} <kbd aria-hidden="true" dir="ltr">Alt+X</kbd>
      </button>
    </div>
    ${reasonMenu(state, on)}
    <p class="hint">${t("If you decline, the citizen keeps their place and another agent is rung.")}</p>
  `;
}

function acceptName({ seat, message }: OfferView): string {
  if (seat === "interpreter") return t("I interpret");
  return message === null ? t("Accept the call") : t("Answer the message");
}

const REASONS: readonly DeclineReason[] = ["not_my_field", "know_the_citizen", "technical", "other"];

function reasonMenu({ reason }: Offer, on: OfferEvents): TemplateResult {
  const choose = (event: Event): void => {
    const { value } = event.currentTarget as HTMLSelectElement;
    on.reason(REASONS.find((one) => one === value) ?? null);
  };
  return html`
    <div class="field offer-reason">
      <label for="decline-reason">${t("If you decline: why? (optional)")}</label>
      <select id="decline-reason" .value=${live(reason ?? "")} @change=${choose}>
        <option value="">${t("No reason given")}</option>
        ${REASONS.map((one) => html`<option value=${one}>${declineName(one)}</option>`)}
      </select>
    </div>
  `;
}

export function declineName(reason: DeclineReason): string {
  switch (reason) {
    case "not_my_field":
      return t("Not my field");
    case "know_the_citizen":
      return t("I know this citizen in person");
    case "technical":
      return t("A technical problem on my side");
    case "other":
      return t("Another reason");
  }
}
