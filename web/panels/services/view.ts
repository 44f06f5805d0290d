/** What can be done here, with pictures and few words; one tap chooses. */

import { type TemplateResult, html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import { type GovernmentBody, type Service, search } from "../../citizen/catalogue";
import { t, tn } from "../../call/words";
import { closedSentences } from "../hours/words";
import { icon } from "../icon/view";
import "./style.css";

export interface ServicesData {
  /** Null while it is being fetched. */
  bodies: readonly GovernmentBody[] | null;
  failed: boolean;
  query: string;
  /** Milliseconds since the epoch. */
  now: number;
}

export interface ServicesActions {
  query: (query: string) => void;
  choose: (service: string) => void;
  again: () => void;
}

export function services(data: ServicesData, on: ServicesActions): TemplateResult {
  return html`<h1 tabindex="-1">${t("What do you need?")}</h1>
    ${data.bodies ? list(data.bodies, data, on) : data.failed ? failed(on) : html`<p role="status">${t("One moment…")}</p>`}`;
}

function failed(on: ServicesActions): TemplateResult {
  return html`<p role="alert">${t("We cannot reach the service just now. Please try again in a moment.")}</p>
    <button class="button main wide" type="button" @click=${on.again}>${t("Try again")}</button>`;
}

function list(bodies: readonly GovernmentBody[], { query, now }: ServicesData, on: ServicesActions): TemplateResult {
  const found = search(bodies, query);
  const count = found.reduce((sum, body) => sum + body.services.length, 0);
  return html`<div class="field" role="search">
      <label for="service-query">${t("Search")}</label>
      <input id="service-query" type="search" dir="auto" autocomplete="off" .value=${query}
        @input=${(event: Event) => { on.query((event.target as HTMLInputElement).value); }} />
    </div>
    <p class=${query === "" ? "visually-hidden" : "hint"} role="status">
      ${query === "" ? nothing : count === 0 ? t("Nothing found. Try another word.") : tn("%(n)s service found", "%(n)s services found", count)}
    </p>
    ${repeat(found, (body) => body.id, (body) => bodyView(body, now, on))}`;
}

function bodyView(body: GovernmentBody, now: number, on: ServicesActions): TemplateResult {
  return html`<section class="body" aria-labelledby="body-${body.id}">
    <h2 id="body-${body.id}">${icon(body.icon)}<span>${body.name}</span></h2>
    <ul class="services" role="list">
      ${repeat(body.services, (service) => service.id, (service) => html`<li>${serviceButton(service, now, on)}</li>`)}
    </ul>
  </section>`;
}

function serviceButton(service: Service, now: number, on: ServicesActions): TemplateResult {
  return html`<button class="button service" type="button" data-service=${service.id} @click=${() => { on.choose(service.id); }}>
    ${icon(service.icon)}<span class="service-words"><span>${service.name}</span>${service.opening.open ? nothing : closedLine(service, now)}</span>
  </button>`;
}

function closedLine({ opening }: Service, now: number): TemplateResult {
  const sentences = closedSentences(opening, now);
  return html`<strong class="service-closed">${t("Closed now.")}</strong>
    ${sentences.map((sentence) => html`<span class="service-opens" dir="auto">${sentence}</span>`)}`;
}
