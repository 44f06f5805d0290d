import { afterEach, describe, expect, it, vi } from "vitest";
import { hasVoice } from "./speech";
import { setWords } from "./words";

afterEach(() => {
  vi.unstubAllGlobals();
  setWords({ language: "en", direction: "ltr", numbering: "latn", messages: {} });
});

describe("a voice", () => {
  it.each([
    [["en-GB", "ar_EG"], true],
    [["en-GB", "en-US"], false],
    [[], null],
  ])("for Arabic among %j: %s", (langs, expected) => {
    const speechSynthesis = { getVoices: () => langs.map((lang) => ({ lang })) };
    vi.stubGlobal("window", { speechSynthesis });
    vi.stubGlobal("speechSynthesis", speechSynthesis);
    setWords({ language: "ar", direction: "rtl", numbering: "arab", messages: {} });
    expect(hasVoice()).toBe(expected);
  });

  it("is missing where the browser has no speech at all", () => {
    vi.stubGlobal("window", {});
    expect(hasVoice()).toBe(false);
  });
});
