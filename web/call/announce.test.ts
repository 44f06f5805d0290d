import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

interface Region {
  textContent: string;
  isConnected: boolean;
}

let live: Region[];
let region: Region & { dataset: Record<string, string>; setAttribute: () => void };
let announce: (sentence: string) => void;

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules();
  live = [];
  region = { textContent: "", isConnected: true, dataset: {}, setAttribute: () => undefined };
  vi.stubGlobal("document", {
    querySelectorAll: () => live,
    createElement: () => region,
    body: { append: () => { live.push(region); } },
  });
  ({ announce } = await import("./announce"));
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function heard(): string {
  vi.runAllTimers();
  return region.textContent;
}

describe("announcements", () => {
  it("that come at once are all heard, in their order", () => {
    for (const line of ["My number is 5550199", "and my name is Noura", "Is that right?"]) announce(line);
    expect(heard()).toBe("My number is 5550199 and my name is Noura Is that right?");
  });

  it("are changes even when they say the same again", () => {
    announce("You are next.");
    const first = heard();
    announce("You are next.");
    expect(heard()).not.toBe(first);
  });

  it("are left to a live region that has come to show the same", () => {
    const notice = { textContent: "", isConnected: true };
    live.push(notice);
    announce("The line dropped.");
    announce("Your call is on hold.");
    notice.textContent = "The line dropped.";
    expect(heard()).toBe("Your call is on hold.");
  });

  it("say again what stood there before: a reminder is one", () => {
    live.push({ textContent: "On hold.", isConnected: true });
    announce("On hold.");
    expect(heard()).toBe("On hold.");
  });
});

describe("read aloud", () => {
  let spoken: string[];
  const engine = { speaking: false, cancel: vi.fn(), speak: (utterance: { text: string }) => { spoken.push(utterance.text); engine.speaking = true; } };

  beforeEach(async () => {
    spoken = [];
    engine.speaking = false;
    engine.cancel.mockClear();
    vi.stubGlobal("window", { speechSynthesis: engine });
    vi.stubGlobal("speechSynthesis", engine);
    vi.stubGlobal("SpeechSynthesisUtterance", class { constructor(readonly text: string) {} });
    const { arrived, readAloud } = await import("./announce");
    readAloud(true);
    announce("Two people are ahead of you.");
    arrived({ title: "You are in line", content: ["Civil ID"] });
    vi.runAllTimers();
  });

  it("says a new screen first, then what is announced with it", () => {
    expect(spoken).toEqual(["You are in line", "Civil ID", "Two people are ahead of you."]);
    expect(region.textContent).toBe("You are in line Two people are ahead of you.");
  });

  it("is not held up by an engine that never ends a sentence", () => {
    engine.cancel.mockClear();
    announce("You are next.");
    vi.runAllTimers();
    expect(engine.cancel).not.toHaveBeenCalled();
    vi.advanceTimersByTime(60_000);
    announce("It is your turn.");
    vi.runAllTimers();
    expect(engine.cancel).toHaveBeenCalledTimes(1);
  });
});
