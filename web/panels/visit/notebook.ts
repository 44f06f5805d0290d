import type { VisitView } from "../../call/messages";

/** Where the agent's notes stand; `late`: the last attempt failed and will be repeated. */
export type NotesState = "saved" | "unsaved" | "saving" | "late";

/** Keeps what an agent writes and brings it to the server by itself. */
export class Notebook {
  text = "";
  state: NotesState = "saved";
  #ticket: number | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  readonly #send: (ticket: number, notes: string) => Promise<unknown>;
  readonly #changed: () => void;
  readonly #pauseMs: number;
  readonly #againMs: number;

  /**
   * `send` brings whole notes to the server and rejects when that failed; `changed` is called when `state` changed.
   * Notes are sent after `pauseMs` without a key, a failed attempt is repeated after `againMs`.
   */
  constructor(
    send: (ticket: number, notes: string) => Promise<unknown>,
    changed: () => void,
    pauseMs = 800,
    againMs = 3_000,
  ) {
    this.#send = send;
    this.#changed = changed;
    this.#pauseMs = pauseMs;
    this.#againMs = againMs;
  }

  /** Opens the notes of another visit. What is written here is newer than what the server tells of the same one. */
  follow(visit: VisitView): void {
    if (visit.ticket === this.#ticket) return;
    void this.flush();
    this.#ticket = visit.ticket;
    this.text = visit.notes;
    this.#become("saved");
  }

  write(text: string): void {
    this.text = text;
    this.#become("unsaved");
    this.#plan(this.#pauseMs);
  }

  /** Sends now what is unsent; resolves when the attempt is over. */
  async flush(): Promise<void> {
    this.#cancel();
    if (this.#ticket === null || this.state === "saved" || this.state === "saving") return;
    const ticket = this.#ticket;
    const sent = this.text;
    this.#become("saving");
    const arrived = await this.#send(ticket, sent).then(() => true, () => false);
    if (ticket === this.#ticket) this.#settle(arrived, sent);
  }

  #settle(arrived: boolean, sent: string): void {
    if (arrived && this.text === sent) {
      this.#become("saved");
      return;
    }
    this.#become(arrived ? "unsaved" : "late");
    this.#plan(arrived ? this.#pauseMs : this.#againMs);
  }

  #plan(delayMs: number): void {
    this.#cancel();
    this.#timer = setTimeout(() => void this.flush(), delayMs);
  }

  #cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #become(state: NotesState): void {
    if (state === this.state) return;
    this.state = state;
    this.#changed();
  }
}
