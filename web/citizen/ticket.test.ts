import { beforeEach, describe, expect, it, vi } from "vitest";

const A = { ticket: 1, resume: "a" };
const B = { ticket: 2, resume: "b" };
let stored: Record<string, string>;

/** The module as a page has it that is loaded now. */
async function page(): Promise<typeof import("./ticket")> {
  vi.resetModules();
  return import("./ticket");
}

beforeEach(() => {
  stored = {};
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => stored[key] ?? null,
    setItem: (key: string, value: string) => { stored[key] = value; },
    removeItem: (key: string) => { stored[key] = "null"; },
  });
});

describe("the ticket of a page", () => {
  it("is that of the device when it is loaded", async () => {
    (await page()).keepTicket(A);
    expect((await page()).loadTicket()).toEqual(A);
  });

  it("is the proof alone, whatever else came with it", async () => {
    const { keepTicket, loadTicket } = await page();
    const joined = { ...A, position: 3 };
    keepTicket(joined);
    expect(loadTicket()).toEqual(A);
  });

  it("is not taken from another tab, unless a tap asks for it", async () => {
    const forgotten = await page();
    (await page()).keepTicket(A);
    expect(forgotten.loadTicket()).toBeNull();
    expect(forgotten.takeTicket()).toEqual(A);
    expect(forgotten.loadTicket()).toEqual(A);
  });

  it("is forgotten without what another tab has begun", async () => {
    const old = await page();
    old.keepTicket(A);
    const other = await page();
    other.keepTicket(B);
    old.keepTicket(null);
    expect(old.loadTicket()).toBeNull();
    expect((await page()).loadTicket()).toEqual(B);
  });

  it("lasts as long as the page where storage is denied", async () => {
    vi.stubGlobal("localStorage", null);
    const { keepTicket, loadTicket } = await page();
    keepTicket(A);
    expect(loadTicket()).toEqual(A);
  });
});
