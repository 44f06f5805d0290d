import { expect, it } from "vitest";
import { daysOf } from "./slots";

const slot = (day: number, hour: number) => {
  const starts_at = new Date(2026, 10, day, hour).getTime();
  return { starts_at, ends_at: starts_at + 1_800_000 };
};

it("puts slots under their days, both in order", () => {
  const days = daysOf([slot(30, 9), slot(29, 11), slot(29, 8)]);
  expect(days.map(({ at, slots }) => [new Date(at).getUTCDate(), slots.length])).toEqual([[29, 2], [30, 1]]);
  expect(new Date(days[0]?.slots[0]?.starts_at ?? 0).getHours()).toBe(8);
  expect(daysOf([])).toEqual([]);
});
