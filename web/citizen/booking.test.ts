import { expect, it } from "vitest";
import { isDue } from "./booking";

const MINUTE = 60_000;
const booking = {
  booking: 1,
  resume: "x",
  service: "rent",
  service_name: "Rent",
  needs: { modality: "video", signs: false, hearing: false },
  starts_at: 60 * MINUTE,
  ends_at: 90 * MINUTE,
} as const;

it.each([[44, false], [45, true], [89, true], [90, false]])("at minute %i she may come: %s", (minute, due) => {
  expect(isDue(booking, minute * MINUTE)).toBe(due);
});
