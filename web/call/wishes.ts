/**
 * What would be done twice if it were asked twice. Each such wish has a key: asked again because no answer came, it is the
 * same act and the same answer (the IETF draft "The Idempotency-Key HTTP Header Field").
 */

import { WaslError } from "./failure";
import type { Connection } from "./connection";
import type { Body, Reply, RequestName, Wire } from "./wire";

interface Wish {
  body: unknown;
  key: string;
  /** Milliseconds since the epoch, by this device. */
  at: number;
}

const KEYED: readonly string[] = ["join", "book", "message", "accept", "finish"];
const TRIES = 3;
/** After that, the same once more is a wish of its own. */
const OPEN_MS = 10 * 60_000;

export class Wishes<W extends Wire> {
  readonly #connection: Pick<Connection<W>, "ready" | "request">;
  readonly #kept: Kept;

  /** With a `storage`, what was not answered is known after a reload. */
  constructor(connection: Pick<Connection<W>, "ready" | "request">, storage: string | null = null) {
    this.#connection = connection;
    this.#kept = new Kept(storage);
  }

  /** Like `request` of the connection, but a wish is asked again while no answer comes. */
  async ask<N extends RequestName<W>>(name: N, body: Body<W, N>): Promise<Reply<W, N>> {
    if (!KEYED.includes(name)) return this.#connection.request(name, body);
    const keyed = { ...(body as object), idempotency_key: this.#keyOf(name, body) } as Body<W, N>;
    try {
      const reply = await this.#persist(name, keyed);
      this.#kept.set(name, null);
      return reply;
    } catch (error) {
      // Whatever else went wrong may still be done, or come right.
      if (error instanceof WaslError && error.kind === "show") this.#kept.set(name, null);
      throw error;
    }
  }

  /** What was asked and not answered, if it was lately. */
  open<N extends RequestName<W>>(name: N): Body<W, N> | null {
    return (this.#find(name)?.body ?? null) as Body<W, N> | null;
  }

  async #persist<N extends RequestName<W>>(name: N, body: Body<W, N>): Promise<Reply<W, N>> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#connection.request(name, body);
      } catch (error) {
        if (tries === TRIES || !(error instanceof WaslError && error.code === "unreachable")) throw error;
        await this.#connection.ready();
      }
    }
  }

  #keyOf(name: string, body: unknown): string {
    const open = this.#find(name);
    if (open && JSON.stringify(open.body) === JSON.stringify(body)) return open.key;
    const wish = { body, key: randomKey(), at: Date.now() };
    this.#kept.set(name, wish);
    return wish.key;
  }

  #find(name: string): Wish | null {
    const wish = this.#kept.get(name);
    return wish && Math.abs(Date.now() - wish.at) < OPEN_MS ? wish : null;
  }
}

type Open = Partial<Record<string, Wish | null>>;

/** By the names of requests; of this window alone, in which nobody else finds it. */
class Kept {
  readonly #storage: string | null;
  #wishes: Open = {};

  constructor(storage: string | null) {
    this.#storage = storage;
    try {
      if (storage !== null) this.#wishes = JSON.parse(sessionStorage.getItem(storage) ?? "{}") as Open;
    } catch {
      // Storage is forbidden: it lasts as long as the page does.
    }
  }

  get(name: string): Wish | null {
    return this.#wishes[name] ?? null;
  }

  set(name: string, wish: Wish | null): void {
    this.#wishes[name] = wish;
    try {
      if (this.#storage !== null) sessionStorage.setItem(this.#storage, JSON.stringify(this.#wishes));
    } catch {
      // As above.
    }
  }
}

function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}
