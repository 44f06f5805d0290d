import { describe, expect, it } from "vitest";
import type { CallView, CitizenPhase, CitizenState, WaitView } from "../call/messages";
import { shownIn } from "../panels/meeting/view";
import { Herald } from "./herald";
import { START, type Visit, reduce, screenOf, wantedDevices } from "./visit";

const TICKET = {
  id: 1,
  service: "rent",
  service_name: "Rent",
  language: "en",
  sign_language: null,
  modality: "video",
  hearing: false,
  joined_at: 0,
} as const;

function state(phase: CitizenPhase, more: Partial<CitizenState> = {}): CitizenState {
  return { version: 1, phase, ticket: TICKET, ...more };
}

function at(phase: CitizenPhase, more: Partial<CitizenState> = {}): Visit {
  const connected = reduce(START, { type: "status", status: "connected" });
  return reduce(connected, { type: "state", state: state(phase, more) });
}

const WAIT: WaitView = { position: 3, kept: 300, estimate: null, why: "agents_busy", callback: null, clip: null };
const waits = (wait: Partial<WaitView>): Visit => at("waiting", { wait: { ...WAIT, ...wait } });
const waitingAt = (position: number): Visit => waits({ position });

describe("screenOf", () => {
  it.each([
    ["waiting", "waiting"],
    ["ringing", "ringing"],
    ["call", "call"],
    ["summary", "summary"],
    ["left", "closed"],
    ["expired", "closed"],
  ] as const)("shows %s as %s", (phase, screen) => {
    expect(screenOf(at(phase))).toBe(screen);
  });

  it("P33: a call whose line is down is dropped, and comes back by itself", () => {
    const lost = reduce(at("call"), { type: "status", status: "lost" });
    expect(screenOf(lost)).toBe("dropped");
    expect(screenOf(reduce(lost, { type: "status", status: "connected" }))).toBe("call");
  });

  it("a call that is put on hold says so, whatever she had opened", () => {
    const call = { id: 1, hold: null, text: [], legs: [] } as unknown as CallView;
    const writing = { ...at("call", { call }), drawer: "more", writing: true } as const;
    expect(reduce(writing, { type: "state", state: state("call", { call }) })).toMatchObject({ drawer: "more", writing: true });
    const held = state("call", { call: { ...call, hold: { since: 1, clip: null } } });
    const told = reduce(writing, { type: "state", state: held });
    expect(told).toMatchObject({ drawer: null, writing: false });
    expect(reduce({ ...told, writing: true }, { type: "state", state: held }).writing).toBe(true);
  });

  it("what is written to her is shown, whichever way it comes; what she knows opens nothing again", () => {
    const line = { id: 1, revision: 1, leg: 2, role: "agent", name: "A", you: false, text: "Hello", done: true, at: 0 } as const;
    const call = { id: 1, hold: null, text: [], legs: [] } as unknown as CallView;
    const told = { ...call, text: [line] };
    expect(reduce(at("call", { call }), { type: "state", state: state("call", { call: told }) }).writing).toBe(true);
    expect(reduce(at("call", { call }), { type: "text", event: { call: 1, lines: [line], typed: null } }).writing).toBe(true);
    const closed = { ...at("call", { call: told }), writing: false };
    expect(reduce(closed, { type: "text", event: { call: 1, lines: [line], typed: null } }).writing).toBe(false);
    const longer = { ...line, revision: 2, text: "Hello there" };
    expect(reduce(closed, { type: "text", event: { call: 1, lines: [longer], typed: null } }).writing).toBe(false);
  });

  it("what she has opened stays under her finger when somebody writes; the text waits behind it", () => {
    const line = { id: 1, revision: 1, leg: 2, role: "agent", name: "A", you: false, text: "Hello", done: true, at: 0 } as const;
    const call = { id: 1, hold: null, text: [], legs: [], recording: null, captions: null } as unknown as CallView;
    const more = { ...at("call", { call }), drawer: "more" } as const;
    const told = reduce(more, { type: "text", event: { call: 1, lines: [line], typed: null } });
    const shown = (visit: Visit): string => shownIn({ ...visit, recording: null, hold: null, captions: null, captionsOpen: false, modality: "video" });
    expect(shown(told)).toBe("more");
    expect(shown({ ...told, drawer: null })).toBe("text");
  });

  it("whoever has begun before the desk has answered goes on where she is", () => {
    const begun = reduce(START, { type: "step", step: "service" });
    expect(screenOf(reduce(begun, { type: "state", state: { version: 1, phase: "none" } }))).toBe("service");
  });

  it("P22: a reload with a ticket does not show the first screen", () => {
    expect(screenOf({ ...START, returning: true })).toBe("dropped");
  });

  it("P32: the newest page wins, and the older one says so", () => {
    expect(screenOf(reduce(at("call"), { type: "status", status: "replaced" }))).toBe("closed");
  });
});

describe("what is arranged for later", () => {
  const opening = { open: false, until: null, opens_at: 8, reason: "Holiday" };
  const message = { ticket: { ...TICKET, modality: "message" } } as const;

  it("P24: a closed service leads to what can be done instead, never to a dead end", () => {
    const chosen = reduce(at("none"), { type: "chosen", service: "rent", opening });
    expect(screenOf(chosen)).toBe("closed");
    expect(screenOf(reduce(chosen, { type: "step", step: "booking" }))).toBe("booking");
    expect(screenOf(reduce(at("none"), { type: "chosen", service: "rent", opening: { ...opening, open: true } }))).toBe("check");
  });

  it("the desk that closes meanwhile says when it opens", () => {
    const refused = reduce(reduce(at("none"), { type: "step", step: "check" }), { type: "closed", opening });
    expect(screenOf(refused)).toBe("closed");
    expect(refused.opening?.reason).toBe("Holiday");
  });

  it("a time can be booked from the line, and the next news of the place brings back to it", () => {
    const booking = reduce(waitingAt(3), { type: "step", step: "booking" });
    expect(screenOf(booking)).toBe("booking");
    expect(screenOf(reduce(booking, { type: "state", state: state("ringing") }))).toBe("ringing");
  });

  it("a message has its own screen until it is answered", () => {
    expect(screenOf(at("waiting", message))).toBe("message");
    expect(screenOf(at("ringing", message))).toBe("message");
    expect(screenOf(at("summary", message))).toBe("summary");
  });

  it("a booked time and a message outlast the visit", () => {
    const held = reduce(at("left"), { type: "change", change: { hasMessage: true, query: "rent" } });
    expect(reduce(held, { type: "forgotten" })).toMatchObject({ hasMessage: true, query: "" });
  });
});

describe("wantedDevices", () => {
  it("needs no camera and no microphone while waiting", () => {
    expect(wantedDevices(at("waiting"))).toEqual({ microphone: false, camera: false });
    expect(wantedDevices(at("ringing"))).toEqual({ microphone: true, camera: true });
  });

  it("keeps what a check of the line uses until it is over, and not into the call", () => {
    const using = { microphone: true, camera: false };
    const checking = (phase: CitizenPhase): Visit => reduce(at(phase), { type: "change", change: { line: { ...START.line, using } } });
    expect(wantedDevices(checking("waiting"))).toEqual(using);
    expect(wantedDevices(checking("ringing"))).toEqual({ microphone: true, camera: true });
  });

  it("P9: voice and text ask for less", () => {
    const voice = at("call", { ticket: { ...TICKET, modality: "voice" } });
    expect(wantedDevices(voice)).toEqual({ microphone: true, camera: false });
  });
});

const said = (herald: Herald, ...change: Parameters<Herald["news"]>): string => herald.news(...change).join(" ");

describe("Herald", () => {
  it("P23: says the place once a minute, and at once when it is nearly her turn", () => {
    const herald = new Herald();
    expect(said(herald, START, waitingAt(3), 0)).toContain("2 people are ahead of you.");
    expect(said(herald, waitingAt(3), waitingAt(3), 30_000)).toBe("");
    expect(said(herald, waitingAt(3), waitingAt(3), 61_000)).toContain("still in line");
    expect(said(herald, waitingAt(3), waitingAt(1), 62_000)).toContain("You are next.");
    expect(said(herald, waitingAt(1), at("ringing"), 63_000)).toContain("your turn");
  });

  it("tells whoever is on hold once a minute that she is not forgotten", () => {
    const herald = new Herald();
    const goes: CallView = { id: 1, state: "live", modality: "video", hearing: false, started_at: 0, hold: null, may_hold: false, legs: [], text: [], typed: 0, captions: null };
    const [call, held] = [at("call", { call: goes }), at("call", { call: { ...goes, state: "held", hold: { since: 0, clip: null } } })];
    expect(said(herald, call, held, 1_000)).toContain("Your call is on hold.");
    expect(said(herald, held, held, 31_000)).toBe("");
    expect(said(herald, held, held, 61_000)).toContain("still on hold");
    expect(said(herald, held, held, 62_000)).toBe("");
    expect(said(herald, held, call, 63_000)).toContain("seen and heard again");
    expect(said(herald, call, call, 123_000)).toBe("");
  });

  it("says at once what was agreed, that her turn is near, and that she was put through", () => {
    const callback = { asked_at: 0, rung_at: null, contact: "+965 •••• 1234" };
    const herald = new Herald();
    const agreed = waits({ kept: 600, callback });
    expect(said(herald, waits({}), agreed, 0)).toContain("We keep your place and ring you.");
    expect(said(herald, agreed, waits({ callback: { ...callback, rung_at: 1 } }), 1)).toContain("nearly your turn");
    expect(said(herald, agreed, waits({}), 2)).toContain("do not ring you");
    const ticket = { ...TICKET, put_through: true };
    expect(said(herald, at("call"), at("waiting", { ticket, wait: { ...WAIT, position: 1 } }), 3)).toContain("put you through");
    expect(said(herald, at("call"), at("ringing", { ticket }), 4)).toContain("calling a colleague");
  });

  it("nobody is next where nobody is there", () => {
    const first = waits({ position: 1, why: "nobody_signed_in" });
    expect(said(new Herald(), START, first, 0)).toContain("You are the first in line.");
  });
});
