import { describe, expect, it } from "vitest";
import { absenceSentence } from "./words";

describe("absenceSentence", () => {
  const callback = { asked_at: 0, rung_at: null, contact: "this device" };

  it("lets her go only where she is rung elsewhere", () => {
    expect(absenceSentence({ callback, kept: 600 })).toContain("You may lock the screen");
    expect(absenceSentence({ callback: null, kept: 600 })).toContain("Please leave this page open");
  });
});
