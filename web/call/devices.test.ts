import { describe, expect, it } from "vitest";
import { causeOf } from "./devices";

describe("causeOf", () => {
  it.each([
    ["P8: the browser blocks", "NotAllowedError", "Permission denied", "browser"],
    ["P11: the system blocks", "NotAllowedError", "Permission denied by system", "system"],
    ["P9: there is none", "NotFoundError", "Requested device not found", "missing"],
    ["P10: another program has it", "NotReadableError", "Could not start video source", "busy"],
    ["P12: not over HTTPS", "SecurityError", "not over HTTPS", "insecure"],
  ])("%s", (_pain, name, message, cause) => {
    expect(causeOf(new DOMException(message, name))).toBe(cause);
  });
});
