import { expect, it } from "vitest";
import { isPhone } from "./view";

it.each(["55001234", "5500 1234", "+965 5500-1234", "٥٥٠٠١٢٣٤", "۵۵۰۰۱۲۳۴"])("takes %s for a number", (text) => {
  expect(isPhone(text)).toBe(true);
});

it.each(["", "123", "٥٥٠٠", "call me"])("takes %s for none", (text) => {
  expect(isPhone(text)).toBe(false);
});
