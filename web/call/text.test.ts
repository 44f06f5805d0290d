import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WaslError } from "./failure";
import type { TextLine } from "./messages";
import { TextSender, apply, diff } from "./text";

const ERASE = "\u0008";
const END = "\u2028";

const LEG = {
  id: 7,
  role: "agent",
  name: "نورة",
  you: false,
  slot: 1,
  connected: true,
  microphone: "on",
  camera: "on",
} as const;

function after(t140: string, lines: TextLine[] = []): TextLine[] {
  return apply(lines, { call: 1, leg: 7, at: 5, t140 }, [LEG]);
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

  it("is undone by apply, whatever was typed", () => {
    const steps = ["", "👩‍👧", "👩‍👧a", "مرحبا", "مرحَبا", "مر", ""];
    let lines: TextLine[] = [];
    steps.slice(1).forEach((step, index) => {
      lines = after(diff(steps[index] ?? "", step), lines);
      expect(lines.map((line) => line.text).join("")).toBe(step);
    });
  });
});

describe("apply", () => {
  it("grows one line until it ends, then begins another", () => {
    const lines = after(`one${END}two`);
    expect(lines.map((line) => [line.text, line.done, line.name])).toEqual([
      ["one", true, "نورة"],
      ["two", false, "نورة"],
    ]);
  });

  it("ignores an erasure before anything was typed", () => {
    expect(after(ERASE + END)).toEqual([]);
  });
});

describe("TextSender", () => {
  beforeEach(() => { vi.useFakeTimers(); });
  afterEach(() => { vi.useRealTimers(); });

  it("sends within 300 ms what was typed, in one batch", async () => {
    const sent: string[] = [];
    const sender = new TextSender((t140) => Promise.resolve(sent.push(t140)));
    sender.typed("h");
    sender.typed("hi");
    await vi.advanceTimersByTimeAsync(300);
    sender.endLine();
    sender.typed("x");
    await vi.advanceTimersByTimeAsync(300);
    expect(sent).toEqual(["hi", `${END}x`]);
  });

  it("keeps what could not be sent, in order", async () => {
    const sent: string[] = [];
    let online = false;
    const sender = new TextSender((t140) => {
      if (!online) return Promise.reject(WaslError.unreachable());
      return Promise.resolve(sent.push(t140));
    });
    sender.typed("a");
    await vi.advanceTimersByTimeAsync(600);
    online = true;
    sender.typed("ab");
    await vi.advanceTimersByTimeAsync(600);
    expect(sent.join("")).toBe("ab");
  });

  it("lets go of what the server refuses", async () => {
    const send = vi.fn(() => Promise.reject(new WaslError({ code: "unknown_call", kind: "show", message: "" })));
    new TextSender(send).typed("a");
    await vi.advanceTimersByTimeAsync(2_000);
    expect(send).toHaveBeenCalledTimes(1);
  });
});
