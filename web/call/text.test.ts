import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WaslError } from "./failure";
import type { CallView, TextLine } from "./messages";
import { TextSender, diff, legible, merge, withKnownLines } from "./text";

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

  it.each([
    ["e\u0301", "e", ERASE.repeat(2) + "e"],
    ["بِ", "ب", ERASE.repeat(2) + "ب"],
    ["\u{1F468}\u200D\u{1F467}", "\u{1F468}", ERASE.repeat(3) + "\u{1F468}"],
    ["a\nb", "a\nc", ERASE + "c"],
    ["\u0301a", "\u0301b", ERASE + "b"],
  ])("keeps letters whole in browsers that do not know graphemes: %j to %j", async (before, now, expected) => {
    const { Segmenter } = Intl;
    Reflect.deleteProperty(Intl, "Segmenter");
    vi.resetModules();
    const old = await import("./text").finally(() => Object.assign(Intl, { Segmenter }));
    expect(old.diff(before, now)).toBe(expected);
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

describe("legible", () => {
  /** What may stand in a line: everything but commands and what the server leaves out. */
  const letter = /^[^\p{Cc}\p{Surrogate}\ufeff\u2028]$/u;

  it("leaves letters of all categories alone and makes the rest a space or nothing", () => {
    const wrong: string[] = [];
    for (let code = 0; code <= 0x10ffff; code += 1) {
      const one = String.fromCodePoint(code);
      const kept = legible(one);
      if (letter.test(one) ? kept !== one : !["", " ", "\ufffd", "\n", "\r"].includes(kept)) wrong.push(code.toString(16));
    }
    expect(wrong).toEqual([]);
  });

  it.each(["AB\tCD", "AB\u000bCD", "AB\u2028CD", "AB\u000cCD", "AB\u0085CD"])("has a space in %j", (pasted) => {
    expect(legible(pasted)).toBe("AB CD");
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
    const call: CallView = { id: 9, state: "live", modality: "video", hearing: false, started_at: 0, hold: null, may_hold: false, legs: [], text: [LINE], typed: 0, captions: null };
    expect(withKnownLines({ call }, { ...call, text: [newer] }).call.text).toEqual([newer]);
    expect(withKnownLines({ call }, { ...call, id: 8, text: [newer] }).call.text).toEqual([LINE]);
  });
});

/** The server: writes each character down once, whichever way it comes. */
class Server {
  written = "";
  /** What came over each way. */
  readonly over: string[] = [];
  readonly sender: TextSender;
  online = true;
  acknowledges = true;
  channel: FakeChannel | null = null;
  channels = true;

  constructor() {
    this.sender = new TextSender({
      channel: (at) => {
        this.channel = this.channels ? new FakeChannel(this, at) : null;
        return this.channel as unknown as RTCDataChannel | null;
      },
      send: (batch) => {
        if (!this.online) return Promise.reject(WaslError.unreachable());
        this.over.push(`socket ${batch.t140}`);
        this.take(batch.at, batch.t140);
        return Promise.resolve();
      },
      changed: () => undefined,
    });
  }

  take(at: number, t140: string): void {
    expect(at).toBeLessThanOrEqual(this.written.length);
    this.written += t140.slice(this.written.length - at);
    if (this.acknowledges) this.sender.written(this.written.length);
  }
}

class FakeChannel {
  readyState = "open";
  sent = "";
  /** Messages that are under way. */
  readonly late: [number, string][] = [];
  delivers = true;

  constructor(readonly server: Server, readonly at: number) {}

  send(t140: string): void {
    const at = this.at + this.sent.length;
    this.sent += t140;
    if (this.delivers) this.deliver(at, t140);
    else this.late.push([at, t140]);
  }

  deliver(at: number, t140: string): void {
    this.server.over.push(`channel ${t140}`);
    this.server.take(at, t140);
  }

  close(): void {
    this.readyState = "closed";
  }
}

describe("TextSender", () => {
  beforeEach(() => { vi.useFakeTimers(); });
  afterEach(() => { vi.useRealTimers(); });

  it("sends within 300 ms what was typed, in one batch over the channel", async () => {
    const server = new Server();
    server.sender.typed("h");
    server.sender.typed("hi");
    await vi.advanceTimersByTimeAsync(300);
    server.sender.endLine();
    server.sender.typed("x");
    await vi.advanceTimersByTimeAsync(300);
    expect(server.over).toEqual(["channel hi", `channel ${END}x`]);
  });

  it("uses Socket.IO where there is no channel, and repeats what could not be sent before what came later", async () => {
    const server = new Server();
    server.channels = server.online = false;
    server.sender.typed("a");
    await vi.advanceTimersByTimeAsync(300);
    server.online = true;
    server.sender.typed("ab");
    await vi.advanceTimersByTimeAsync(600);
    expect(server.over).toEqual(["socket ab"]);
  });

  it("loses and doubles nothing when the channel dies in the middle of a word", async () => {
    const server = new Server();
    server.sender.typed("be");
    await vi.advanceTimersByTimeAsync(300);
    const dying = server.channel;
    if (!dying) throw new Error("no channel was asked for");
    dying.delivers = false;
    server.sender.typed("befo");
    await vi.advanceTimersByTimeAsync(300);
    dying.close();
    server.sender.typed("before");
    await vi.advanceTimersByTimeAsync(300);
    expect(server.written).toBe("before");
    for (const [at, t140] of dying.late) dying.deliver(at, t140);
    expect(server.written).toBe("before");
    expect(server.over).toEqual(["channel be", "socket fore", "channel fo"]);
  });

  it("does not wait longer than a second for a channel that is silent, and comes back to it later", async () => {
    const server = new Server();
    server.sender.connect();
    if (server.channel) server.channel.delivers = false;
    server.sender.typed("a");
    await vi.advanceTimersByTimeAsync(1_600);
    expect(server.over).toEqual(["socket a"]);
    server.sender.typed("ab");
    await vi.advanceTimersByTimeAsync(300);
    expect(server.over.at(-1)).toBe("socket b");
    await vi.advanceTimersByTimeAsync(5_000);
    server.sender.typed("abc");
    await vi.advanceTimersByTimeAsync(300);
    expect(server.over.at(-1)).toBe("channel c");
    expect(server.channel?.at).toBe(2);
  });

  it("goes on where the server says", async () => {
    const server = new Server();
    server.channels = false;
    server.sender.written(7);
    const places: number[] = [];
    server.take = (at) => { places.push(at); };
    server.sender.typed("a\ud800");
    await vi.advanceTimersByTimeAsync(300);
    expect(server.over).toEqual(["socket a\ufffd"]);
    expect(places).toEqual([7]);
  });

  it.each(["\t", "\u000b", "\u2028", "\u0008", "\u0007", "\ufeff", "\0"])("erases as many letters as she does after a paste with %j", async (odd) => {
    const server = new Server();
    for (const value of [`AB${odd}CD`, `AB${odd}C`, `AB${odd}`, "AB ok"]) server.sender.typed(value);
    await vi.advanceTimersByTimeAsync(600);
    expect(received("", server.written)).toBe("AB ok");
  });

  it("sends a long paste in several batches, in order", async () => {
    const server = new Server();
    const paste = Array.from({ length: 2_500 }, (_, index) => String(index % 10)).join("");
    server.sender.typed(paste);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(server.written).toBe(paste);
    expect(server.over.length).toBe(3);
  });

  it("lets go of what the server refuses", async () => {
    const send = vi.fn(() => Promise.reject(new WaslError({ code: "unknown_call", kind: "show", message: "" })));
    new TextSender({ channel: () => null, send, changed: () => undefined }).typed("a");
    await vi.advanceTimersByTimeAsync(2_000);
    expect(send).toHaveBeenCalledTimes(1);
  });

  it.each(["fault", "retry", "sign_in"] as const)("keeps what the server could not write down (%s), says so, and sends it again in order", async (kind) => {
    let full = true;
    const written: string[] = [];
    const send = vi.fn(({ t140 }: { t140: string }) => {
      if (full) return Promise.reject(new WaslError({ code: "any", kind, message: "" }));
      written.push(t140);
      return Promise.resolve();
    });
    const changed = vi.fn();
    const sender = new TextSender({ channel: () => null, send, changed });
    sender.typed("my number is ");
    await vi.advanceTimersByTimeAsync(300);
    expect(sender.refused).toBe(true);
    sender.typed("my number is 5550199");
    await vi.advanceTimersByTimeAsync(6_000);
    expect(send.mock.calls.length).toBeLessThan(6);
    full = false;
    await vi.advanceTimersByTimeAsync(3_000);
    expect(written).toEqual(["my number is 5550199"]);
    expect(sender.refused).toBe(false);
    expect(changed).toHaveBeenCalledTimes(2);
  });
});
