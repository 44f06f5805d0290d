/** The supervisor's wall: everybody who waits or talks, and every agent, oldest first. */

import { type TemplateResult, html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import type { WallAgent, WallState, WallTicket } from "../../call/messages";
import { clock, digits, num, t, tn } from "../../call/words";
import { lineName } from "../line/words";
import { needsView } from "../needs/view";
import { presenceName } from "../presence/words";
import { type Counts, type Mark, countsOf, marksOf, matchingAgents, matchingTickets, seatName, ticketStateName } from "./rows";
import "./style.css";

export interface WallPanel {
  server: WallState;
  filter: string;
  /** Milliseconds since the epoch. */
  now: number;
}

export interface WallEvents {
  filter: (text: string) => void;
}

export function wallView({ server, filter, now }: WallPanel, on: WallEvents): TemplateResult {
  const tickets = matchingTickets(server.tickets, filter);
  const agents = matchingAgents(server.agents, filter);
  return html`
    <h1 tabindex="-1">${t("The desk now")}</h1>
    ${countsView(countsOf(server))} ${filterField(filter, tickets.length + agents.length, on)}
    ${ticketTable(tickets, marksOf(server.tickets, now), now, filter)} ${agentTable(agents, now, filter)}
  `;
}

function countsView(counts: Counts): TemplateResult {
  const count = (name: string, n: number): TemplateResult => html`<div><dt>${name}</dt><dd>${num(n)}</dd></div>`;
  return html`
    <dl class="wall-counts">
      ${count(t("Waiting"), counts.waiting)} ${count(t("Of these away from their page"), counts.away)}
      ${count(t("In a call"), counts.inCall)} ${count(t("Of these on hold"), counts.onHold)}
      ${count(t("Agents available"), counts.available)}
      ${count(t("Agents on a break"), counts.onBreak)}
    </dl>
  `;
}

function filterField(filter: string, rows: number, on: WallEvents): TemplateResult {
  const write = (event: Event): void => {
    on.filter((event.currentTarget as HTMLInputElement).value);
  };
  return html`
    <div class="field wall-filter" role="search">
      <label for="filter">${t("Show only what contains")}</label>
      <input id="filter" type="search" dir="auto" autocomplete="off" .value=${filter} @input=${write} />
      <p class="hint" role="status">
        ${filter.trim() === "" ? nothing : tn("%(n)s row shown.", "%(n)s rows shown.", rows)}
      </p>
    </div>
  `;
}

function ticketTable(
  tickets: readonly WallTicket[],
  marks: Map<number, Mark>,
  now: number,
  filter: string,
): TemplateResult {
  const heads = [t("Place"), t("State"), t("Service"), t("Needs"), t("Waiting since joining"), t("Agent"), t("Ticket")];
  const rows = repeat(
    tickets,
    (ticket) => ticket.id,
    (ticket) => ticketRow(ticket, marks.get(ticket.id), now, heads),
  );
  const none = filter === "" ? t("Nobody is waiting or in a call.") : t("No citizen matches.");
  return table("tickets", t("Citizens"), heads, tickets.length > 0 ? rows : null, none);
}

function ticketRow(ticket: WallTicket, mark: Mark | undefined, now: number, heads: readonly string[]): TemplateResult {
  const cells = [
    ticket.position === null ? "–" : num(ticket.position),
    html`${ticketStateName(ticket)} ${holdView(ticket, now)} ${whereabouts(ticket)} ${seatsView(ticket)}`,
    html`<bdi>${ticket.service_name}</bdi>`,
    html`${needsView(ticket)} ${lineView(ticket)}`,
    html`${age(ticket.joined_at, now)} ${markView(mark)}`,
    html`<bdi>${ticket.agent ?? "–"}</bdi>`,
    digits(String(ticket.id)),
  ];
  return row(cells, heads, mark);
}

function lineView({ check }: WallTicket): TemplateResult | typeof nothing {
  const name = check ? lineName(check) : null;
  return name === null ? nothing : html`<strong>${name}</strong>`;
}

/** How long she has sat before a desk that is not there. */
function holdView({ held_since }: WallTicket, now: number): TemplateResult | typeof nothing {
  return held_since === null ? nothing : html`<strong>${t("For %(time)s", { time: clock((now - held_since) / 1000) })}</strong>`;
}

/** Where the citizen is, if not on her page in the line. */
function whereabouts({ present, callback_at, rung_at, state }: WallTicket): TemplateResult | typeof nothing {
  if (state === "serving" || callback_at === null) {
    return present ? nothing : html`<strong>${t("Away, place kept")}</strong>`;
  }
  if (rung_at === null) return html`<strong>${t("Wants to be rung")}</strong>`;
  return html`<strong>${present ? t("Was rung, and is back") : t("Was rung, not back yet")}</strong>`;
}

function seatsView({ seats }: WallTicket): TemplateResult | typeof nothing {
  if (seats.length === 0) return nothing;
  return html`<ul class="wall-seats">
    ${seats.map(({ seat, agent, accepted }) => html`<li>${seatName(seat)}: <bdi>${agent}</bdi>, ${accepted ? t("has accepted") : t("rings")}</li>`)}
  </ul>`;
}

function markView(mark: Mark | undefined): TemplateResult | typeof nothing {
  if (!mark) return nothing;
  return html`<strong class="wall-mark">${mark === "longest" ? t("Longest wait") : t("Over ten minutes")}</strong>`;
}

function agentTable(agents: readonly WallAgent[], now: number, filter: string): TemplateResult {
  const heads = [t("Agent"), t("State"), t("In this state for"), t("Ticket")];
  const rows = repeat(
    agents,
    (agent) => agent.id,
    (agent) => agentRow(agent, now, heads),
  );
  const none = filter === "" ? t("No agent is signed in.") : t("No agent matches.");
  return table("agents", t("Agents"), heads, agents.length > 0 ? rows : null, none);
}

function agentRow({ name, presence, interpreter, ticket }: WallAgent, now: number, heads: readonly string[]): TemplateResult {
  const cells = [
    html`<bdi>${name}</bdi> ${interpreter ? html`<span class="hint">${t("Interpreter")}</span>` : nothing}`,
    presenceName(presence),
    age(presence.since, now),
    ticket === null ? "–" : digits(String(ticket)),
  ];
  return row(cells, heads, undefined);
}

function age(since: number, now: number): TemplateResult {
  return html`<span class="wall-age">${clock((now - since) / 1000)}</span>`;
}

/** Each cell repeats the head of its column for narrow screens, where a row becomes a card. */
function row(cells: readonly unknown[], heads: readonly string[], mark: Mark | undefined): TemplateResult {
  return html`
    <tr data-mark=${mark ?? nothing}>
      ${cells.map((cell, index) => html`<td data-head=${heads[index] ?? ""}><div>${cell}</div></td>`)}
    </tr>
  `;
}

function table(id: string, title: string, heads: readonly string[], rows: unknown, none: string): TemplateResult {
  const body = html`
    <table class="wall-table" aria-labelledby=${id}>
      <thead>
        <tr>
          ${heads.map((head) => html`<th scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  `;
  return html`
    <section class="wall-section" aria-labelledby=${id}>
      <h2 id=${id}>${title}</h2>
      ${rows === null ? html`<p>${none}</p>` : body}
    </section>
  `;
}
