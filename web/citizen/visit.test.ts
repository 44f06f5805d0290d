import { describe, expect, it } from "vitest";
import type { CitizenPhase, CitizenState } from "../call/messages";
import { Herald } from "./herald";
import { START, type Visit, reduce, screenOf, wantedDevices } from "./visit";

const TICKET = {
  id: 1,
  service: "rent",
  service_name: "Rent",
  language: "en",
  sign_language: null,
  modality: "video",
  joined_at: 0,
} as const;

function state(phase: CitizenPhase, more: Partial<CitizenState> = {}): CitizenState {
  return { version: 1, phase, ticket: TICKET, ...more };
}

function at(phase: CitizenPhase, more: Partial<CitizenState> = {}): Visit {
  const connected = reduce(START, { type: "status", status: "connected" });
  return reduce(connected, { type: "state", state: state(phase, more) });
}

const waitingAt = (position: number): Visit => at("waiting", { wait: { position, kept: 300, estimate: null, why: "agents_busy" } });

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

  it("P22: a reload with a ticket does not show the first screen", () => {
    expect(screenOf({ ...START, returning: true })).toBe("dropped");
  });

  it("P32: the newest page wins, and the older one says so", () => {
    expect(screenOf(reduce(at("call"), { type: "status", status: "replaced" }))).toBe("closed");
  });
});

describe("wantedDevices", () => {
  it("needs no camera and no microphone while waiting", () => {
    expect(wantedDevices(at("waiting"))).toEqual({ microphone: false, camera: false });
    expect(wantedDevices(at("ringing"))).toEqual({ microphone: true, camera: true });
  });

  it("P9: voice and text ask for less", () => {
    const voice = at("call", { ticket: { ...TICKET, modality: "voice" } });
    expect(wantedDevices(voice)).toEqual({ microphone: true, camera: false });
  });
});

describe("Herald", () => {
  it("P23: says the place once a minute, and at once when it is nearly her turn", () => {
    const herald = new Herald();
    expect(herald.news(START, waitingAt(3), 0)).toContain("2 people are ahead of you.");
    expect(herald.news(waitingAt(3), waitingAt(3), 30_000)).toBeNull();
    expect(herald.news(waitingAt(3), waitingAt(3), 61_000)).toContain("still in line");
    expect(herald.news(waitingAt(3), waitingAt(1), 62_000)).toContain("You are next.");
    expect(herald.news(waitingAt(1), at("ringing"), 63_000)).toContain("your turn");
  });
});
