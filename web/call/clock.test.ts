import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { deskTime, keepTime } from "./clock";

beforeEach(() => { vi.useFakeTimers({ now: 1_000_000 }); });
afterEach(() => { vi.useRealTimers(); });

it("follows the desk, however wrong the device's clock is, and runs on between states", () => {
  keepTime(5_000_000_000);
  expect(deskTime()).toBe(5_000_000);
  vi.advanceTimersByTime(1_500);
  expect(deskTime()).toBe(5_001_500);
});
