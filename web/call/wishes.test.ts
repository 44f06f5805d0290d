import { beforeEach, describe, expect, it, vi } from "vitest";
import { WaslError } from "./failure";
import { Wishes } from "./wishes";
import type { CitizenWire } from "./wire";

const BODY = { service: "deed", language: "ar", text: "سلام" } as const;

/** A desk that gives these answers in turn; `keys` are those it was asked with. */
function desk(...answers: (object | WaslError)[]): { keys: (string | undefined)[]; connection: ConstructorParameters<typeof Wishes<CitizenWire>>[0] } {
  const keys: (string | undefined)[] = [];
  const request = (_name: string, body: { idempotency_key?: string }): Promise<object> => {
    keys.push(body.idempotency_key);
    const answer = answers.shift() ?? {};
    return answer instanceof WaslError ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { keys, connection: { request, ready: () => Promise.resolve() } as never };
}

const refused = (kind: "show" | "fault"): WaslError => new WaslError({ code: "any", kind, message: "" });
const lost = (): WaslError => WaslError.unreachable();

describe("Wishes", () => {
  beforeEach(() => {
    const kept = new Map<string, string>();
    vi.stubGlobal("sessionStorage", { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) });
  });

  it("asks again with the same key while no answer comes, and gives the next wish another", async () => {
    const { keys, connection } = desk(lost(), lost(), { ticket: 1 });
    const wishes = new Wishes(connection);
    expect(await wishes.ask("message", BODY)).toEqual({ ticket: 1 });
    await wishes.ask("message", BODY);
    expect(keys).toHaveLength(4);
    expect(new Set(keys.slice(0, 3)).size).toBe(1);
    expect(keys[3]).not.toBe(keys[0]);
    expect(keys[0]).toMatch(/^[\w-]{32}$/);
  });

  it("keeps the key of what was not answered, over a reload too, until it is something else", async () => {
    const before = desk(lost(), lost(), lost());
    await expect(new Wishes(before.connection, "kept").ask("message", BODY)).rejects.toThrow(WaslError);
    const after = desk();
    const wishes = new Wishes(after.connection, "kept");
    expect(wishes.open("message")).toEqual(BODY);
    await wishes.ask("message", { ...BODY });
    expect(after.keys).toEqual(before.keys.slice(0, 1));
    expect(wishes.open("message")).toBeNull();
    expect(new Wishes(after.connection, "kept").open("message")).toBeNull();
  });

  it("has a new key for other words, and after a refusal; not after a fault, of which nobody knows what it did", async () => {
    const { keys, connection } = desk(refused("fault"), refused("show"), {}, refused("fault"), {});
    const wishes = new Wishes(connection);
    const ask = (text: string): Promise<unknown> => wishes.ask("message", { ...BODY, text }).catch(() => null);
    for (const text of ["a", "a", "a", "b", "c"]) await ask(text);
    expect(keys[1]).toBe(keys[0]);
    expect(new Set(keys.slice(1)).size).toBe(4);
  });

  it("forgets what was asked long ago", async () => {
    vi.useFakeTimers({ now: 0 });
    const wishes = new Wishes(desk(refused("fault")).connection);
    await wishes.ask("message", BODY).catch(() => null);
    vi.setSystemTime(11 * 60_000);
    expect(wishes.open("message")).toBeNull();
    vi.useRealTimers();
  });

  it("leaves alone what may be asked twice", async () => {
    const { keys, connection } = desk(lost(), {});
    await expect(new Wishes(connection).ask("leave", {})).rejects.toThrow(WaslError);
    expect(keys).toEqual([undefined]);
  });
});
