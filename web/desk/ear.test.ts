import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Ear, type Made, type Recognition, recognitionOf } from "./ear";

class Fake implements Recognition {
  static made: Fake[] = [];
  continuous = false;
  interimResults = false;
  lang = "";
  onresult: Recognition["onresult"] = null;
  onerror: Recognition["onerror"] = null;
  onend: Recognition["onend"] = null;
  start = vi.fn();
  abort = vi.fn();

  constructor() {
    Fake.made.push(this);
  }

  hears(transcript: string, isFinal: boolean, confidence = 0): void {
    const result = Object.assign([{ transcript, confidence }], { isFinal });
    this.onresult?.({ resultIndex: 0, results: [result] });
  }
}

describe("the agent's browser", () => {
  let made: Made[];
  let failed: ReturnType<typeof vi.fn<() => void>>;
  let ear: Ear;

  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000 });
    Fake.made = [];
    made = [];
    failed = vi.fn<() => void>();
    ear = new Ear((one) => made.push(one), failed, Fake);
  });

  afterEach(() => { vi.useRealTimers(); });

  it("tells what it understands, with growing revisions and a confidence only where there is one", () => {
    ear.want("ar-KW");
    const [heard] = Fake.made;
    heard?.hears("السلام", false);
    heard?.hears("السلام عليكم", true, 0.8);
    expect(made).toEqual([
      { utterance: 1_000, revision: 1, text: "السلام", confidence: null, final: false },
      { utterance: 1_000, revision: 2, text: "السلام عليكم", confidence: 0.8, final: true },
    ]);
    expect(heard).toMatchObject({ continuous: true, interimResults: true, lang: "ar-KW" });
  });

  it("goes on after it ended by itself, under new numbers", () => {
    ear.want("ar-KW");
    const [heard] = Fake.made;
    heard?.onend?.();
    vi.advanceTimersByTime(1_000);
    expect(heard?.start).toHaveBeenCalledTimes(2);
    heard?.hears("one", true);
    expect(made[0]?.utterance).toBe(1_300);
  });

  it("stops when it is not wanted, and tells nothing that comes late", () => {
    ear.want("en-GB");
    ear.want("en-GB");
    ear.want(null);
    const [heard] = Fake.made;
    expect(Fake.made).toHaveLength(1);
    expect(heard?.abort).toHaveBeenCalledOnce();
    heard?.hears("late", true);
    heard?.onend?.();
    vi.advanceTimersByTime(1_000);
    expect(made).toEqual([]);
    expect(heard?.start).toHaveBeenCalledOnce();
  });

  it("says so when it is forbidden, and is silent where there is none", () => {
    ear.want("en-GB");
    Fake.made[0]?.onerror?.({ error: "no-speech" });
    expect(failed).not.toHaveBeenCalled();
    Fake.made[0]?.onerror?.({ error: "not-allowed" });
    expect(failed).toHaveBeenCalledOnce();
    expect(recognitionOf({})).toBeNull();
    const deaf = new Ear(() => undefined, failed, recognitionOf({}));
    deaf.want("en-GB");
    expect(deaf.able).toBe(false);
  });
});
