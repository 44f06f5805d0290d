/** One namespace of the server: typed requests and events over a Socket.IO connection that comes back by itself. */

import { keepTime } from "./clock";
import { type Socket, io } from "socket.io-client";
import { WaslError, errorOf } from "./failure";
import type { Body, EventName, Reply, RequestName, Wire } from "./wire";

/** `replaced`: a newer page took over; this one stays away. `refused`: the server will not have us. */
export type Status = "connecting" | "connected" | "lost" | "replaced" | "refused";

const REPLY_WITHIN_MS = 8_000;
const RETRY_REFUSED_MS = 2_000;
/** From then on a WebSocket is taken for one that something on the way swallows without a word. */
const SILENT_AFTER_MS = 5_000;
/** Polling may take long, and is the last way there is. */
const POLLED_WITHIN_MS = 20_000;

export interface ConnectionOptions<W extends Wire> {
  path: W["path"];
  /** Asked anew at every attempt, so that it can carry the newest ticket. */
  auth: () => W["auth"];
  /** What a state's version counts for, where that can change within one connection. */
  about?: (state: W["events"]["state"]) => unknown;
}

export class Connection<W extends Wire> {
  status: Status = "connecting";
  /** Why the server refused the connection, when it did. */
  refusal: WaslError | null = null;
  readonly #socket: Socket;
  readonly #options: ConnectionOptions<W>;
  readonly #watchers = new Set<(status: Status) => void>();
  #latest: { version: number; about: unknown } | null = null;

  constructor(options: ConnectionOptions<W>) {
    this.#options = options;
    this.#socket = io(options.path, {
      path: "/socket.io/",
      transports: ["websocket", "polling"],
      tryAllTransports: true,
      auth: (give) => {
        give(options.auth());
      },
      timeout: SILENT_AFTER_MS,
      reconnectionDelay: 300,
      reconnectionDelayMax: 3_000,
      autoConnect: false,
    });
    this.#follow();
  }

  open(): void {
    this.#socket.connect();
  }

  /** Leave, and come back with what `auth` gives now. */
  reopen(): void {
    this.#socket.disconnect();
    this.#become("connecting");
    this.#socket.connect();
  }

  close(): void {
    this.#socket.disconnect();
  }

  /** Resolves when there is a connection, or when none has come within the time that a reply may take. */
  ready(): Promise<void> {
    if (this.#socket.connected) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(late);
        stop();
        resolve();
      };
      const late = setTimeout(done, REPLY_WITHIN_MS);
      const stop = this.onStatus((status) => {
        if (status !== "lost" && status !== "connecting") done();
      });
    });
  }

  /** Raises WaslError: the server's own, or one of kind "retry" when it could not be reached. */
  async request<N extends RequestName<W>>(name: N, body: Body<W, N>): Promise<Reply<W, N>> {
    if (!this.#socket.connected) throw WaslError.unreachable();
    let reply: unknown;
    try {
      reply = await this.#socket.timeout(REPLY_WITHIN_MS).emitWithAck(name, body);
    } catch {
      throw WaslError.unreachable();
    }
    const failure = errorOf(reply);
    if (failure) throw failure;
    return reply as Reply<W, N>;
  }

  /** Calls `listener` with each event of this name, states older than the last one excepted. Returns how to stop. */
  on<N extends EventName<W>>(name: N, listener: (body: W["events"][N]) => void): () => void {
    const receive = (body: W["events"][N]): void => {
      if (name !== "state" || this.#isNews(body as W["events"]["state"])) listener(body);
    };
    const event: string = name;
    this.#socket.on(event, receive);
    return () => this.#socket.off(event, receive);
  }

  onStatus(watcher: (status: Status) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #follow(): void {
    this.#socket.on("connect", () => {
      // The first state after a connect is the whole present state, whatever a former server counted.
      this.#latest = null;
      this.refusal = null;
      this.#become("connected");
    });
    this.#socket.on("disconnect", (reason) => {
      if (this.status === "replaced" || reason === "io client disconnect") return;
      this.#become("lost");
      // Socket.IO takes a disconnect by the server for final; only `replaced` is.
      if (reason === "io server disconnect") this.#socket.connect();
    });
    this.#socket.on("connect_error", (error) => {
      this.#failed(error);
    });
    this.#socket.on("replaced", () => {
      this.#become("replaced");
      this.#socket.disconnect();
    });
    addEventListener("online", this.#hurry);
    document.addEventListener("visibilitychange", this.#hurry);
  }

  #failed(error: Error & { data?: unknown }): void {
    // Socket.IO goes on to polling after an error alone; after silence it would begin with a WebSocket for ever.
    if (error.message === "timeout") this.#beginByPolling();
    if (this.#socket.active) {
      if (this.status !== "connecting") this.#become("lost");
      return;
    }
    // The server itself said no: a typed error, or something passing when it carries none.
    this.refusal = errorOf(error.data);
    if (this.refusal && this.refusal.kind !== "retry") {
      this.#become("refused");
      return;
    }
    this.#become("lost");
    setTimeout(this.#hurry, RETRY_REFUSED_MS);
  }

  /** A WebSocket is tried beside it, and taken if it works. */
  #beginByPolling(): void {
    const manager = this.#socket.io;
    manager.opts.transports = ["polling", "websocket"];
    manager.timeout(POLLED_WITHIN_MS);
  }

  /** The network or the person is back: try now instead of when the next attempt is due. */
  readonly #hurry = (): void => {
    if (this.#socket.connected || this.status === "replaced" || this.status === "refused") return;
    if (document.visibilityState === "hidden") return;
    this.#socket.disconnect().connect();
  };

  #isNews(state: W["events"]["state"]): boolean {
    const about = this.#options.about?.(state);
    const latest = this.#latest;
    if (latest && latest.about === about && state.version < latest.version) return false;
    this.#latest = { version: state.version, about };
    keepTime(state.version);
    return true;
  }

  #become(status: Status): void {
    if (status === this.status) return;
    this.status = status;
    for (const watcher of this.#watchers) watcher(status);
  }
}
