import { describe, expect, it } from "vitest";
import { waysOf } from "./words";

const agreed = (contact: string) => waysOf({ asked_at: 0, rung_at: null, contact });

describe("where she is rung", () => {
  it("is a masked number, and never the name of a push service", () => {
    expect(agreed("+965 •••• 1234")).toEqual({ phones: ["+965 •••• 1234"], device: false });
    expect(agreed("fcm.googleapis.com")).toEqual({ phones: [], device: true });
    expect(agreed("+965 •••• 1234, updates.push.services.mozilla.com")).toEqual({ phones: ["+965 •••• 1234"], device: true });
  });
});
