import { describe, expect, it } from "vitest";
import type { WallAgent, WallTicket } from "../../call/messages";
import { LONG_WAIT, countsOf, marksOf, matchingAgents, matchingTickets } from "./rows";

const NOW = 10_000_000;
const NO_MORE = { callback_at: null, rung_at: null, seats: [], held_since: null };

function ticket(id: number, change: Partial<WallTicket> = {}): WallTicket {
  const needs = { language: "ar", sign_language: null, modality: "video", hearing: false } as const;
  const age = { joined_at: NOW - id * 1_000, since: NOW, position: id };
  return { id, state: "waiting", service_name: "Title deed", ...needs, ...age, present: true, agent: null, ...NO_MORE, ...change };
}

function agent(id: string, state: WallAgent["presence"]["state"]): WallAgent {
  return { id, name: id, presence: { state, reason: null, since: NOW, until: null }, interpreter: false, ticket: null };
}

it("counts who waits, talks, is away and is free", () => {
  const tickets = [ticket(1), ticket(2, { present: false }), ticket(3, { state: "serving", held_since: NOW }), ticket(4, { state: "offered" })];
  const agents = [agent("a", "available"), agent("b", "break"), agent("c", "busy")];
  const counts = countsOf({ version: 1, tickets, agents });
  expect(counts).toEqual({ waiting: 3, inCall: 1, onHold: 1, away: 1, available: 1, onBreak: 1 });
});

it("names a call on hold, and finds it by that", () => {
  const tickets = [ticket(1, { state: "serving" }), ticket(2, { state: "serving", held_since: NOW })];
  expect(matchingTickets(tickets, "on hold").map(({ id }) => id)).toEqual([2]);
});

describe("marks", () => {
  it("name the longest wait and every long one, not calls", () => {
    const long = { joined_at: NOW - LONG_WAIT * 1_000 };
    const tickets = [
      ticket(1, { joined_at: 0 }),
      ticket(2, long),
      ticket(3),
      ticket(4, { joined_at: 0, state: "serving" }),
    ];
    expect([...marksOf(tickets, NOW)]).toEqual([[1, "longest"], [2, "long"]]);
  });

  it("call nobody the longest who waits alone", () => {
    expect(marksOf([ticket(1)], NOW).size).toBe(0);
  });
});

describe("the filter", () => {
  const tickets = [ticket(1, { service_name: "بدلُ الإيجار" }), ticket(12, { agent: "Noura", state: "serving" })];

  it("finds what people type, without vowel marks and in either digits", () => {
    expect(matchingTickets(tickets, "الايجار").map(({ id }) => id)).toEqual([1]);
    expect(matchingTickets(tickets, "١٢").map(({ id }) => id)).toEqual([12]);
  });

  it("wants every word, anywhere in the row", () => {
    expect(matchingTickets(tickets, "noura deed").map(({ id }) => id)).toEqual([12]);
    expect(matchingTickets(tickets, "noura rent")).toEqual([]);
  });

  it("shows everything when it is empty", () => {
    expect(matchingTickets(tickets, " ")).toHaveLength(2);
    expect(matchingAgents([agent("a", "break")], "")).toHaveLength(1);
  });
});
