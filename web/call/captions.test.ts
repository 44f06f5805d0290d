import { describe, expect, it, vi } from "vitest";
import { CaptionWish, finalLines, withCaption } from "./captions";
import type { CallView, CaptionLine, CaptionsView } from "./messages";

const LINE: CaptionLine = {
  id: 1,
  revision: 1,
  leg: 7,
  role: "agent",
  name: "Noura",
  you: false,
  words: [{ text: "salam", confidence: 0.9 }],
  final: false,
  source: "engine",
  missed: false,
  began_at: 0,
  ended_at: 0,
};
const VIEW: CaptionsView = { available: true, on: true, made: false, browser_allowed: false, browser: false, lines: [] };
const CALL: CallView = { id: 9, state: "live", modality: "video", hearing: false, started_at: 0, hold: null, may_hold: false, legs: [], text: [], typed: 0, captions: VIEW };
const holding = (...lines: CaptionLine[]): CallView => ({ ...CALL, captions: { ...VIEW, lines } });

describe("lines of captions", () => {
  it("are the same in whatever order they come, and however often", () => {
    const events = [1, 2, 3].flatMap((id) => [1, 2, 3].map((revision) => ({ call: 9, line: { ...LINE, id, revision } })));
    const inOrder = events.reduce(withCaption, CALL);
    const inDisorder = [...events].reverse().concat(events).reduce(withCaption, CALL);
    expect(inDisorder.captions?.lines).toEqual(inOrder.captions?.lines);
    expect(inOrder.captions?.lines.map(({ id, revision }) => [id, revision])).toEqual([[1, 3], [2, 3], [3, 3]]);
  });

  it("of another call are not taken", () => {
    expect(withCaption(CALL, { call: 8, line: LINE })).toBe(CALL);
  });

  it("p39: are announced once, when they are final, and never those of the person herself", () => {
    const done = { ...LINE, revision: 2, final: true };
    expect(finalLines(holding(LINE), holding({ ...LINE, revision: 2 }))).toEqual([]);
    expect(finalLines(holding(LINE), holding(done))).toEqual([done]);
    expect(finalLines(holding(done), holding({ ...done, revision: 3 }))).toEqual([]);
    expect(finalLines(holding(), holding({ ...done, you: true }))).toEqual([]);
    expect(finalLines(null, holding(done))).toEqual([]);
  });
});

describe("the wish for captions", () => {
  it("is told once, and again after a new connection or a failure", async () => {
    const tell = vi.fn().mockResolvedValue(null);
    const wish = new CaptionWish();
    const off = { ...CALL, captions: { ...VIEW, on: false } };
    wish.follow(off, true, tell);
    wish.follow(off, true, tell);
    expect(tell.mock.calls).toEqual([[9, true]]);
    wish.forget();
    tell.mockRejectedValueOnce(new Error("gone"));
    wish.follow(off, true, tell);
    await Promise.resolve();
    await Promise.resolve();
    wish.follow(off, true, tell);
    expect(tell).toHaveBeenCalledTimes(3);
    wish.follow(CALL, true, tell);
    wish.follow(CALL, false, tell);
    expect(tell).toHaveBeenLastCalledWith(9, false);
  });
});
