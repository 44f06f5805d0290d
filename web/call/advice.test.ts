import { describe, expect, it } from "vitest";
import { Advice } from "./advice";

describe("advice", () => {
  it("is said once, and its end too", () => {
    const advice = new Advice();
    expect(advice.news(null, 0)).toBeNull();
    expect(advice.news("jerky_signs", 1_000)).toBe("jerky_signs");
    expect(advice.news("jerky_signs", 2_000)).toBeNull();
    expect(advice.news(null, 9_000)).toBe("over");
    expect(advice.news(null, 10_000)).toBeNull();
  });

  it("is not said again while it comes and goes, not even as something else", () => {
    const advice = new Advice();
    advice.news("gaps", 0);
    expect(advice.news(null, 5_000)).toBe("over");
    expect(advice.news("gaps", 10_000)).toBeNull();
    expect(advice.news("frozen", 12_000)).toBeNull();
    expect(advice.news(null, 13_000)).toBeNull();
    expect(advice.news("frozen", 29_000)).toBeNull();
    expect(advice.news("frozen", 31_000)).toBe("frozen");
    expect(advice.news("gaps", 50_000)).toBeNull();
    expect(advice.news("gaps", 62_000)).toBe("gaps");
  });
});
