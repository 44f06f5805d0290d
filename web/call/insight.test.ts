import { describe, expect, it } from "vitest";
import { ownTrouble, withInsight } from "./insight";
import type { CallView, LegView } from "./messages";

const LEG: LegView = {
  id: 1, role: "citizen", name: "", you: true, slot: null, connected: true, microphone: "on", camera: "on",
  signs: false, speaking: false, trouble: null,
};
const CALL: CallView = {
  id: 7, state: "live", modality: "video", hearing: false, started_at: 0, hold: null, may_hold: false, text: [], typed: 0, captions: null,
  legs: [LEG, { ...LEG, id: 2, role: "agent", you: false, slot: 0 }],
};

describe("insight", () => {
  it("changes those whom it names, and nobody else", () => {
    const after = withInsight(CALL, { call: 7, legs: [{ leg: 1, speaking: true, trouble: "jerky" }] });
    expect(after.legs[0]).toEqual({ ...LEG, speaking: true, trouble: "jerky" });
    expect(after.legs[1]).toBe(CALL.legs[1]);
    expect(ownTrouble(after.legs)).toBe("jerky");
  });

  it("of another call is nothing", () => {
    expect(withInsight(CALL, { call: 8, legs: [{ leg: 1, speaking: true, trouble: null }] })).toBe(CALL);
  });

  it("of others is not mine", () => {
    const after = withInsight(CALL, { call: 7, legs: [{ leg: 2, speaking: false, trouble: "gaps" }] });
    expect(ownTrouble(after.legs)).toBeNull();
  });
});
