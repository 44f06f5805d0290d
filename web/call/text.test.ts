import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WaslError } from "./failure";
import type { CallView, TextLine } from "./messages";
import { type Batch, TextSender, diff, merge, withKnownLines } from "./text";

const ERASE = "\u0008";
const END = "\u2028";

const LINE: TextLine = {
  id: 1,
  revision: 1,
  leg: 7,
  role: "agent",
  name: "نورة",
  you: false,
  text: "one",
  done: false,
  at: 5,
};

/** What the server makes of these characters. */
function received(text: string, t140: string): string {
  return Array.from(t140).reduce((line, one) => (one === ERASE ? Array.from(line).slice(0, -1).join("") : line + one), text);
}

describe("diff", () => {
  it.each([
    ["", "سلام", "سلام"],
    ["سلام", "سلا", ERASE],
    ["abc", "axc", ERASE.repeat(2) + "xc"],
    ["a\u{1F44B}", "a", ERASE],
    ["one", "one\ntwo", END + "two"],
  ])("turns %j into %j", (before, now, expected) => {
    expect(diff(before, now)).toBe(expected);
  });

  it("erases a whole letter with its marks, and types the new one", () => {
    expect(diff("e\u0301", "e")).toBe(ERASE.repeat(2) + "e");
  });

  it("is undone by the other side, whatever was typed", () => {
    const steps = ["", "👩‍👧", "👩‍👧a", "مرحبا", "مرحَبا", "مر", ""];
    let text = "";
    for (const step of steps) {
      text = received(text, diff(text, step));
      expect(text).toBe(step);
    }
  });
});

describe("merge", () => {
  const newer = { ...LINE, revision: 2, text: "one two" };
  const next = { ...LINE, id: 2, text: "three" };

  it("keeps the newer version of a line, in whatever order and however often it comes", () => {
    expect(merge([LINE], [newer])).toEqual([newer]);
    expect(merge([newer], [LINE])).toEqual([newer]);
    expect(merge([newer], [newer])).toEqual([newer]);
  });

  it("orders lines as they were begun", () => {
    expect(merge([next], [LINE])).toEqual([LINE, next]);
  });

  it("does not let an older state take letters back", () => {
    const call: CallView = { id: 9, state: "live", modality: "video", started_at: 0, legs: [], text: [LINE] };
    expect(withKnownLines({ call }, { ...call, text: [newer] }).call.text).toEqual([newer]);
    expect(withKnownLines({ call }, { ...call, id: 8, text: [newer] }).call.text).toEqual([LINE]);
  });
});

describe("TextSender", () => {
  beforeEach(() => { vi.useFakeTimers(); });
  afterEach(() => { vi.useRealTimers(); });

  it("sends within 300 ms what was typed, in one batch", async () => {
    const sent: string[] = [];
    const sender = new TextSender(({ t140 }) => Promise.resolve(sent.push(t140)));
    sender.typed("h");
    sender.typed("hi");
    await vi.advanceTimersByTimeAsync(300);
    sender.endLine();
    sender.typed("x");
    await vi.advanceTimersByTimeAsync(300);
    expect(sent).toEqual(["hi", `${END}x`]);
  });

  it("sends what was not acknowledged again under the same name, before what came later", async () => {
    const sent: Batch[] = [];
    let online = false;
    const sender = new TextSender((batch) => {
      sent.push(batch);
      return online ? Promise.resolve() : Promise.reject(WaslError.unreachable());
    });
    sender.typed("a");
    await vi.advanceTimersByTimeAsync(300);
    online = true;
    sender.typed("ab");
    await vi.advanceTimersByTimeAsync(600);
    expect(sent.map((batch) => batch.t140)).toEqual(["a", "a", "b"]);
    expect(sent[1]?.batch).toBe(sent[0]?.batch);
    expect(sent[2]?.batch).not.toBe(sent[0]?.batch);
  });

  it("lets go of what the server refuses", async () => {
    const send = vi.fn(() => Promise.reject(new WaslError({ code: "unknown_call", kind: "show", message: "" })));
    new TextSender(send).typed("a");
    await vi.advanceTimersByTimeAsync(2_000);
    expect(send).toHaveBeenCalledTimes(1);
  });
});
