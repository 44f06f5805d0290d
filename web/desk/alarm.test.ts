import { afterEach, expect, it, vi } from "vitest";
import { Alarm } from "./alarm";

afterEach(() => { vi.unstubAllGlobals(); });

it("an alarm goes on where the browser throws instead of showing a notice", () => {
  const link = { href: "/usual.svg" };
  function throws(): never {
    throw new TypeError("Illegal constructor");
  }
  const Notification = Object.assign(throws, { permission: "granted" });
  vi.stubGlobal("Notification", Notification);
  vi.stubGlobal("window", { Notification });
  vi.stubGlobal("document", { title: "Wasl", visibilityState: "hidden", querySelector: () => link });
  const alarm = new Alarm();
  alarm.start("A citizen", "waits");
  expect(link.href).not.toBe("/usual.svg");
  alarm.stop();
  expect(link.href).toBe("/usual.svg");
});
