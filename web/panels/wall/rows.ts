/** What the wall shows of tickets and agents, worked out from the server's state. */

import type { WallAgent, WallSeat, WallState, WallTicket } from "../../call/messages";
import { asciiDigits, t } from "../../call/words";
import { needsText } from "../needs/view";
import { presenceName } from "../presence/words";

/** A wait that a supervisor should look at, in seconds. */
export const LONG_WAIT = 10 * 60;

export type Mark = "longest" | "long";

export interface Counts {
  waiting: number;
  inCall: number;
  onHold: number;
  away: number;
  available: number;
  onBreak: number;
}

export function countsOf({ tickets, agents }: WallState): Counts {
  const waiting = tickets.filter(isWaiting);
  return {
    waiting: waiting.length,
    inCall: tickets.filter((ticket) => ticket.state === "serving").length,
    onHold: tickets.filter((ticket) => ticket.held_since !== null).length,
    away: waiting.filter((ticket) => !ticket.present).length,
    available: agents.filter((agent) => agent.presence.state === "available").length,
    onBreak: agents.filter((agent) => agent.presence.state === "break").length,
  };
}

export function isWaiting(ticket: WallTicket): boolean {
  return ticket.state === "waiting" || ticket.state === "offered";
}

/** Which waits to mark: the longest of all, and every long one. `now` in milliseconds since the epoch. */
export function marksOf(tickets: readonly WallTicket[], now: number): Map<number, Mark> {
  const waiting = tickets.filter(isWaiting);
  const first = Math.min(...waiting.map((ticket) => ticket.joined_at));
  const marks = new Map<number, Mark>();
  for (const { id, joined_at } of waiting) {
    if (now - joined_at >= LONG_WAIT * 1000) marks.set(id, "long");
    if (joined_at === first && waiting.length > 1) marks.set(id, "longest");
  }
  return marks;
}

export function ticketStateName({ state, seats, held_since }: WallTicket): string {
  switch (state) {
    case "waiting":
      return t("Waiting");
    case "offered":
      return seats.length > 0 ? t("An agent and an interpreter are rung") : t("An agent is rung");
    case "serving":
      return held_since === null ? t("In a call") : t("In a call, on hold");
    default:
      return state;
  }
}

export function seatName(seat: WallSeat["seat"]): string {
  return seat === "interpreter" ? t("Interpreter") : t("Agent");
}

export function matchingTickets(tickets: readonly WallTicket[], filter: string): WallTicket[] {
  return tickets.filter((ticket) =>
    holds(filter, [
      String(ticket.id),
      ticketStateName(ticket),
      ticket.service_name,
      needsText(ticket),
      ticket.agent ?? "",
      ...ticket.seats.map(({ agent }) => agent),
    ]),
  );
}

export function matchingAgents(agents: readonly WallAgent[], filter: string): WallAgent[] {
  return agents.filter((agent) =>
    holds(filter, [agent.id, agent.name, presenceName(agent.presence), String(agent.ticket ?? "")]),
  );
}

/** True when every word of the filter is in one of the texts. */
function holds(filter: string, texts: readonly string[]): boolean {
  const text = fold(texts.join(" "));
  return fold(filter)
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** Without what people leave out when they search: capitals, vowel marks, the forms of alef, ya and ta marbuta. */
function fold(text: string): string {
  return asciiDigits(text)
    .normalize("NFKD")
    .replace(/[\p{Mn}\u0640]/gu, "")
    .replace(/\u0649/g, "\u064a")
    .replace(/\u0629/g, "\u0647")
    .toLowerCase();
}
