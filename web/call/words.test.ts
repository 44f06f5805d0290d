import { beforeEach, describe, expect, it } from "vitest";
import { asciiDigits, clock, digits, grouped, minutesRange, setNumbering, setWords, t, timeHere, timeOfDay, tn } from "./words";

const AHEAD = ["%(n)s person is ahead of you.", "%(n)s people are ahead of you."] as const;

beforeEach(() => {
  setNumbering(null);
  setWords({
    language: "ar",
    direction: "rtl",
    numbering: "arab",
    messages: {
      [AHEAD[0]]: { zero: "0", one: "واحد", two: "اثنان", few: "%(n)s أشخاص", many: "%(n)s شخصًا", other: "%(n)s شخص" },
      "With %(name)s": "مع %(name)s",
    },
  });
});

describe("words", () => {
  it.each([
    [1, "واحد"],
    [2, "اثنان"],
    [3, "٣ أشخاص"],
    [11, "١١ شخصًا"],
    [100, "١٠٠ شخص"],
    [103, "١٠٣ أشخاص"],
  ])("has the Arabic plural of %i", (n, expected) => {
    expect(tn(...AHEAD, n)).toBe(expected);
  });

  it("P46: isolates names from the direction of the sentence", () => {
    expect(t("With %(name)s", { name: "Ali 2" })).toBe("مع \u2068Ali 2\u2069");
  });

  it("P46: shows and accepts digits of both kinds", () => {
    expect(digits("2604")).toBe("٢٦٠٤");
    setNumbering("latn");
    expect(digits("2604")).toBe("2604");
    expect(asciiDigits("٢۶04")).toBe("2604");
  });

  it("keeps the groups of a long number in their order", () => {
    expect(grouped("60129962")).toBe("٦٠١٢\u200E \u200E٩٩٦٢");
    expect(grouped("6012996")).toBe("٦٠١٢\u200E \u200E٩٩٦");
  });

  it("names the zone of the desk where the device shows another hour", () => {
    setWords({ language: "en", direction: "ltr", numbering: "latn", messages: {}, zone: "Pacific/Auckland" });
    expect(timeOfDay(Date.UTC(2026, 10, 28, 12)).replace("\u202f", " ")).toBe("1:00 AM New Zealand Time");
    setWords({ language: "en", direction: "ltr", numbering: "latn", messages: {} });
    expect(timeHere(Date.UTC(2026, 10, 28, 12))).not.toContain("Zealand");
    expect(timeOfDay(new Date(2026, 10, 28, 12).getTime()).replace("\u202f", " ")).toBe("12:00 PM");
  });

  it("keeps the English sentence where the catalogue has none", () => {
    expect(t("Nothing here")).toBe("Nothing here");
  });

  it("says ranges in whole minutes", () => {
    setWords({ language: "en", direction: "ltr", numbering: "latn", messages: {} });
    expect(minutesRange(290, 715)).toBe("4 to 12 minutes");
    expect(minutesRange(10, 40)).toBe("1 minute");
    expect(clock(3_725)).toBe("1:02:05");
  });
});
