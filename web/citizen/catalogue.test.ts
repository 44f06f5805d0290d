import { describe, expect, it } from "vitest";
import { fold, search } from "./catalogue";

const opening = { open: true, until: null, opens_at: null, reason: null };
const service = { id: "rent", name: "بدل الإيجار", icon: "x", search: ["rent allowance", "نموذج 12"], prepare: [], minutes: 5, opening };
const bodies = [{ id: "pahw", name: "المؤسسة العامة للرعاية السكنية", icon: "x", services: [service] }];

describe("search", () => {
  it.each(["إيجار", "ايجار", "إِيجَار", "ايـــجار", "الرعايه", "RENT", "١٢", "rent بدل"])("finds by %s", (query) => {
    expect(search(bodies, query)).toHaveLength(1);
  });

  it("leaves out what does not match, and the bodies left empty", () => {
    expect(search(bodies, "زواج")).toEqual([]);
  });

  it.each([
    ["مستشفى", "مستشفي"],
    ["الشئون", "الشؤون"],
    ["المسئولية", "المسؤولية"],
    ["رءوس", "رؤوس"],
    ["هيئة", "هیئۃ"],
    ["رعایہ", "رعاية"],
    ["رعايھ", "رعاية"],
  ])("folds letters written one for the other: %s, %s", (one, other) => {
    expect(fold(one)).toBe(fold(other));
  });
});
