import { describe, expect, it } from "vitest";
import type { CallView, LegView, Role } from "./messages";
import { USUAL_POLICY, policyOf } from "./policy";

function call(role: Role, signs: boolean, hearing: boolean): CallView {
  const me: LegView = { id: 1, role, name: "", you: true, slot: null, connected: true, microphone: "on", camera: "on", signs, speaking: false, trouble: null };
  return { id: 1, state: "live", modality: "video", hearing, started_at: 0, hold: null, may_hold: false, legs: [me], text: [], typed: 0, captions: null };
}

describe("policy", () => {
  it("keeps the frame rate of who signs, and of who is looked at by a citizen", () => {
    expect(policyOf(call("citizen", true, false)).movement).toBe(true);
    expect(policyOf(call("agent", false, false)).movement).toBe(true);
    expect(policyOf(call("citizen", false, false)).movement).toBe(false);
  });

  it("P17: sends richer sound to who hears badly", () => {
    expect(policyOf(call("agent", false, true)).richSound).toBe(true);
    expect(policyOf(call("citizen", false, true)).richSound).toBe(false);
    expect(policyOf(null)).toEqual(USUAL_POLICY);
  });
});
