/** A citizen rings: the whole screen, and nothing else, until the agent answers or the offer goes on. */

import { type TemplateResult, html } from "lit-html";
import type { OfferView } from "../../call/messages";
import { minutes, t, tn } from "../../call/words";
import { needsText, needsView } from "../needs/view";
import "./style.css";

export interface Offer {
  offer: OfferView;
  /** Milliseconds since the epoch. */
  now: number;
  /** How long the offer rings in all, in seconds, as far as this page saw it. */
  rings: number;
  asking: boolean;
}

export interface OfferEvents {
  accept: () => void;
  decline: () => void;
  /** Every key on the Accept button, so that one pressed by accident can be stopped. */
  key: (event: KeyboardEvent) => void;
}

export function offerView(state: Offer, on: OfferEvents): TemplateResult {
  const { offer } = state;
  return html`
    <section class="offer" role="alertdialog" aria-labelledby="offer-title" aria-describedby="offer-what offer-waited">
      <h1 id="offer-title" tabindex="-1">${t("A citizen is calling")}</h1>
      <div id="offer-what">
        <p class="offer-service"><bdi>${offer.service.name}</bdi></p>
        <p><bdi>${offer.service.body_name}</bdi></p>
        ${needsView(offer)}
      </div>
      <p id="offer-waited">${waited(offer, state.now)}</p>
      ${countdown(state)} ${buttons(state, on)}
    </section>
  `;
}

/** "Title deed: has waited 3 minutes", for the notice of the system. */
export function offerText(offer: OfferView, now: number): string {
  return [offer.service.name, needsText(offer), waited(offer, now)].join("\n");
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
      <p>${tn("The call goes on to another agent in %(n)s second.", "The call goes on to another agent in %(n)s seconds.", left)}</p>
    </div>
  `;
}

function buttons({ asking }: Offer, on: OfferEvents): TemplateResult {
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
        ${t("Accept the call")} <kbd aria-hidden="true" dir="ltr">Enter</kbd> <kbd aria-hidden="true" dir="ltr">Alt+A</kbd>
      </button>
      <button class="button" aria-keyshortcuts="Alt+X" ?disabled=${asking} @click=${on.decline}>
        ${t("Decline")} <kbd aria-hidden="true" dir="ltr">Alt+X</kbd>
      </button>
    </div>
    <p class="hint">${t("If you decline, the citizen keeps their place and another agent is rung.")}</p>
  `;
}
