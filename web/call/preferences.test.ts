import { afterEach, describe, expect, it, vi } from "vitest";
import { remember, remembered } from "./preferences";

const stored = new Map<string, string>();
const WORKS = {
  getItem: (key: string) => stored.get(key) ?? null,
  setItem: (key: string, value: string) => stored.set(key, value),
  removeItem: (key: string) => stored.delete(key),
};
const refuse = (): never => {
  throw new DOMException("denied", "SecurityError");
};

afterEach(() => {
  vi.unstubAllGlobals();
  stored.clear();
});

describe("what a device remembers", () => {
  it("is kept by the device where it lets us", () => {
    vi.stubGlobal("localStorage", WORKS);
    remember("a", { place: 1 });
    expect(stored.get("a")).toBe('{"place":1}');
    remember("a", null);
    expect(stored.has("a")).toBe(false);
  });

  it.each([
    ["null, as in a web view", null],
    ["full", { ...WORKS, setItem: refuse }],
    ["denied", { getItem: refuse, setItem: refuse, removeItem: refuse }],
  ])("lasts as long as the page where storage is %s", (_, storage) => {
    vi.stubGlobal("localStorage", storage);
    remember("b", { place: 2 });
    expect(remembered("b")).toEqual({ place: 2 });
    remember("b", { place: 3 });
    expect(remembered("b")).toEqual({ place: 3 });
    remember("b", null);
    expect(remembered("b")).toBeNull();
  });

  it("the newest counts once there is room again", () => {
    vi.stubGlobal("localStorage", { ...WORKS, setItem: refuse });
    remember("c", 1);
    vi.stubGlobal("localStorage", WORKS);
    remember("c", 2);
    stored.set("c", "3"); // another tab
    expect(remembered("c")).toBe(3);
  });
});
