import { describe, expect, it } from "vitest";
import type { CallView, HoldView } from "../../call/messages";
import { AGENT, CITIZEN } from "../stage/examples";
import { holdNews } from "./words";

const HOLD: HoldView = { since: 0, clip: null };

function call(hold: HoldView | null, id = 1): CallView {
  const legs = [CITIZEN, { ...AGENT, name: "Noura" }];
  return { id, state: hold ? "held" : "live", modality: "video", hearing: false, started_at: 0, hold, may_hold: false, legs, text: [], typed: 0, captions: null };
}

describe("what is said of a hold", () => {
  it("tells who comes back, and that nobody watches", () => {
    const said = holdNews(call(null), call(HOLD));
    expect(said).toContain("Noura");
    expect(said).toContain("neither sees nor hears you");
  });

  it("tells it to a page that comes back, too", () => {
    expect(holdNews(null, call(HOLD))).not.toBeNull();
    expect(holdNews(call(HOLD, 1), call(HOLD, 2))).not.toBeNull();
  });

  it("tells that she is seen again", () => {
    expect(holdNews(call(HOLD), call(null))).toContain("seen and heard again");
  });

  it("is nothing while nothing changes", () => {
    expect(holdNews(call(HOLD), call(HOLD))).toBeNull();
    expect(holdNews(null, call(null))).toBeNull();
    expect(holdNews(call(HOLD, 1), call(null, 2))).toBeNull();
  });
});
