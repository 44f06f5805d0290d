import { describe, expect, it } from "vitest";
import type { CallView, DeskState, PresenceState, VisitView } from "../call/messages";
import { type Desk, START, interprets, isOnDuty, needsOutcome, reduce, screenOf } from "./desk";

const SERVICE = { id: "deed", name: "Title deed", body_name: "Housing", prepare: [] };
const VISIT: VisitView = { ticket: 4, service: SERVICE, language: "ar", sign_language: null, reference: "1", outcome: null, notes: "", message: null };
const CALL: CallView = { id: 9, state: "live", modality: "video", hearing: false, started_at: 0, hold: null, may_hold: false, legs: [], text: [], typed: 0, captions: null };

const OFFER = { id: 1, ticket: 4, seat: "agent", with_interpreter: false, held: false, hearing: false, notes: "", sent_by: null, message: null, joined_at: 0, expires_at: 1 } as const;

function state(presence: PresenceState, more: Partial<DeskState> = {}): DeskState {
  const agent = { id: "agent1", name: "Noura" };
  return { version: 1, agent, presence: { state: presence, reason: null, since: 0, until: null }, lines: [], ...more };
}

function deskWith(server: DeskState): Desk {
  const signedIn = reduce(START, { type: "person", person: { id: "agent1", name: "Noura", roles: ["agent"] } });
  return reduce(signedIn, { type: "state", state: server });
}

describe("the screen", () => {
  it("is signin only once the server said that nobody is signed in", () => {
    expect(screenOf(START)).toBe("loading");
    expect(screenOf(reduce(START, { type: "person", person: null }))).toBe("signin");
  });

  it.each([
    ["available", "idle"],
    ["break", "idle"],
    ["offline", "idle"],
    ["busy", "call"],
    ["wrap_up", "wrapup"],
  ] as const)("follows presence: %s shows %s", (presence, screen) => {
    expect(screenOf(deskWith(state(presence)))).toBe(screen);
  });

  it("rings only with an offer to show", () => {
    const needs = { service: SERVICE, language: "ar", sign_language: null, modality: "video" } as const;
    const offer = { ...OFFER, ...needs };
    const offered = state("offered", { offer });
    expect(screenOf(deskWith(offered))).toBe("offer");
    expect(screenOf(deskWith(state("offered")))).toBe("idle");
  });
});

const LINE = { id: 1, revision: 1, leg: 2, role: "citizen", name: "", you: false, text: "hi", done: false, at: 5 } as const;

describe("text", () => {
  it("grows letter by letter in its own call", () => {
    const desk = deskWith(state("busy", { call: CALL, visit: VISIT }));
    const after = reduce(desk, { type: "text", event: { call: 9, lines: [LINE], typed: null } });
    expect(after.server?.call?.text.map((line) => line.text)).toEqual(["hi"]);
  });

  it("of another call is dropped", () => {
    const desk = deskWith(state("busy", { call: CALL, visit: VISIT }));
    expect(reduce(desk, { type: "text", event: { call: 8, lines: [LINE], typed: null } })).toBe(desk);
  });
});

describe("closing a visit", () => {
  const inCall = deskWith(state("busy", { call: CALL, visit: VISIT }));
  const chosen = reduce(inCall, { type: "closing", change: { open: true, outcome: "completed" } });

  it("keeps what was chosen when the citizen hangs up first", () => {
    const wrapUp = reduce(chosen, { type: "state", state: state("wrap_up", { visit: VISIT }) });
    expect(wrapUp.closing.outcome).toBe("completed");
    expect(needsOutcome(wrapUp)).toBe(true);
  });

  it("asks no more once the outcome is given", () => {
    const visit = { ...VISIT, outcome: "completed" as const };
    expect(needsOutcome(reduce(chosen, { type: "state", state: state("wrap_up", { visit }) }))).toBe(false);
  });

  it("begins empty for the next citizen", () => {
    const next = reduce(chosen, { type: "state", state: state("busy", { visit: { ...VISIT, ticket: 5 } }) });
    expect(next.closing.outcome).toBeNull();
  });
});

describe("an offer that waits for the other seat", () => {
  const offer = { ...OFFER, service: SERVICE, language: "ar", sign_language: "sgn-KW", modality: "video", held: true } as const;
  const held = deskWith(state("offered", { offer }));

  it("tells the agent whom it was waiting for when nobody came, until the next offer", () => {
    const free = reduce(held, { type: "state", state: state("available") });
    expect(free.unmet).toBe("interpreter");
    expect(reduce(free, { type: "state", state: state("available") }).unmet).toBe("interpreter");
    expect(reduce(free, { type: "state", state: state("offered", { offer: { ...offer, id: 2, held: false } }) }).unmet).toBeNull();
  });

  it("tells nothing when the call begins", () => {
    expect(reduce(held, { type: "state", state: state("busy", { call: CALL, visit: VISIT }) }).unmet).toBeNull();
  });

  it("forgets the reason for declining with the offer", () => {
    const chosen = reduce(held, { type: "reason", reason: "technical" });
    expect(reduce(chosen, { type: "state", state: state("offered", { offer }) }).reason).toBe("technical");
    expect(reduce(chosen, { type: "state", state: state("offered", { offer: { ...offer, id: 2 } }) }).reason).toBeNull();
  });
});

it("an interpreter has a call and no visit", () => {
  expect(interprets(deskWith(state("busy", { call: CALL })))).toBe(true);
  expect(interprets(deskWith(state("busy", { call: CALL, visit: VISIT })))).toBe(false);
  expect(interprets(deskWith(state("available")))).toBe(false);
});

it("putting through begins anew with each citizen", () => {
  const inCall = deskWith(state("busy", { call: CALL, visit: VISIT }));
  const open = reduce(inCall, { type: "transfer", change: { open: true, note: "x" } });
  expect(reduce(open, { type: "state", state: state("busy", { call: CALL, visit: VISIT }) }).transfer.note).toBe("x");
  expect(reduce(open, { type: "state", state: state("wrap_up") }).transfer).toMatchObject({ open: false, note: "" });
});

describe("a request", () => {
  it("can be sent again after it failed, and the failure goes with its screen", () => {
    const asked = reduce(deskWith(state("available")), { type: "asked" });
    expect(asked.asking).toBe(true);
    const failed = reduce(asked, { type: "failed", message: "No." });
    expect(failed).toMatchObject({ asking: false, problem: "No." });
    expect(reduce(failed, { type: "state", state: state("available") }).problem).toBe("No.");
    expect(reduce(failed, { type: "state", state: state("busy") }).problem).toBeNull();
  });
});

it("keeps the screen awake while the desk may ring", () => {
  expect(isOnDuty(deskWith(state("available")))).toBe(true);
  expect(isOnDuty(deskWith(state("break")))).toBe(false);
  expect(isOnDuty(START)).toBe(false);
});
