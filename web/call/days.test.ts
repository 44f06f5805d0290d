import { afterEach, describe, expect, it } from "vitest";
import { dayName, daysBetween, moment, opensSentence } from "./days";
import { setWords, timeOfDay } from "./words";

const EVENING = new Date(2026, 10, 28, 21, 30).getTime();
const at = (day: number, hour: number): number => new Date(2026, 10, day, hour).getTime();
/** Strings within a sentence are isolated from its direction. */
const plain = (text: string): string => text.replace(/[\u2068\u2069]/g, "").replace(/\u202f/g, " ");

afterEach(() => {
  setWords({ language: "en", direction: "ltr", numbering: "latn", messages: {} });
});

describe("the next opening", () => {
  it("is told by the day as people name it", () => {
    expect(plain(opensSentence(at(28, 22), EVENING))).toBe("It opens today at 10:00 PM.");
    expect(plain(opensSentence(at(29, 8), EVENING))).toBe("It opens tomorrow, Sunday, at 8:00 AM.");
    expect(plain(opensSentence(at(30, 8), EVENING))).toBe("It opens on Monday, November 30, at 8:00 AM.");
  });

  it("counts midnights, not hours", () => {
    expect(daysBetween(EVENING, at(29, 1))).toBe(1);
    expect(daysBetween(at(28, 0), EVENING)).toBe(0);
  });
});

describe("a desk in another time zone than the device", () => {
  it("names its own days and hours", () => {
    setWords({ language: "en", direction: "ltr", numbering: "latn", messages: {}, zone: "Pacific/Auckland" });
    const noonInLondon = Date.UTC(2026, 10, 28, 12); // one at night on the 29th
    expect(plain(timeOfDay(noonInLondon))).toBe("1:00 AM New Zealand Time");
    expect(daysBetween(Date.UTC(2026, 10, 28, 10), noonInLondon)).toBe(1);
    expect(plain(moment(noonInLondon, noonInLondon))).toBe("Today at 1:00 AM New Zealand Time");
  });
});

describe("a moment", () => {
  it("is named with its day", () => {
    expect(plain(moment(at(29, 9), EVENING))).toBe("Tomorrow, Sunday, at 9:00 AM");
    expect(plain(dayName(at(28, 23), EVENING))).toBe("Today");
  });

  it("has Arabic days and digits on an Arabic page", () => {
    setWords({ language: "ar", direction: "rtl", numbering: "arab", messages: {} });
    expect(plain(dayName(at(30, 9), EVENING))).toContain("الاثنين");
    expect(plain(dayName(at(30, 9), EVENING))).toContain("٣٠");
  });
});
