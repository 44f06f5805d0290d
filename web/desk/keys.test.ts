import { describe, expect, it } from "vitest";
import { KeyGuard, commandOf } from "./keys";

const key = { code: "KeyA", altKey: true, ctrlKey: false, metaKey: false, shiftKey: false, repeat: false };

describe("shortcuts", () => {
  it("mean what the screen offers", () => {
    expect(commandOf(key, "offer")).toBe("accept");
    expect(commandOf(key, "idle")).toBe("available");
    expect(commandOf(key, "call")).toBeNull();
    expect(commandOf({ ...key, code: "KeyX" }, "offer")).toBe("decline");
  });

  it("are never a letter alone, a held key or a shortcut of the system", () => {
    for (const change of [{ altKey: false }, { repeat: true }, { ctrlKey: true }, { metaKey: true }, { shiftKey: true }]) {
      expect(commandOf({ ...key, ...change }, "offer")).toBeNull();
    }
  });
});

describe("P48: an offer is never accepted by accident", () => {
  const enter = { key: "Enter", repeat: false };

  it("takes Enter from somebody who waited for it", () => {
    const guard = new KeyGuard();
    guard.arm(1_000);
    expect(guard.stops(enter, 1_900)).toBe(false);
  });

  it("stops a key that was held or pressed while the offer appeared", () => {
    const guard = new KeyGuard();
    guard.arm(1_000);
    expect(guard.stops(enter, 1_100)).toBe(true);
    expect(guard.stops({ key: " ", repeat: true }, 9_000)).toBe(true);
  });

  it("waits for whoever goes on typing words", () => {
    const guard = new KeyGuard();
    guard.arm(1_000);
    expect(guard.stops({ key: "s", repeat: false }, 1_700)).toBe(false);
    expect(guard.stops(enter, 1_900)).toBe(true);
    expect(guard.stops(enter, 2_600)).toBe(false);
  });
});
