/** Real-time text as T.140: letters travel as they are typed. U+0008 erases one code point, U+2028 ends the line. */

import { WaslError } from "./failure";
import type { CallView, Type } from "./messages";

const ERASE = "\u0008";
const LINE_END = "\u2028";
const BATCH_MS = 250;
/** Characters: a long paste goes in several batches. */
const BATCH_LIMIT = 1_000;
const ACKNOWLEDGED_WITHIN_MS = 1_000;
const CHANNEL_AGAIN_MS = 5_000;
/** A server that cannot write just now is not asked four times a second. */
const REFUSED_AGAIN_MS = 2_000;

const { Segmenter } = Intl as Partial<typeof Intl>;
const segmenter = Segmenter ? new Segmenter(undefined, { granularity: "grapheme" }) : null;
/** A character with its marks, and what is joined to it: where the browser does not know graphemes, that is nearly all. */
const JOINED = /(?:\P{M}\p{M}*|\p{M}+)(?:\u200D\P{M}\p{M}*)*/gu;

/**
 * What a field holds, as the other side will have it: what cannot be a letter of a line is a space, or nothing. It is
 * done before anything is counted, or each such character would cost one of her letters when she erases.
 */
export function legible(value: string): string {
  return value.replace(/[\t\v\f\u0085\u2028]/g, " ").replace(/(?![\r\n])[\p{Cc}\ufeff]/gu, "").replace(/\p{Surrogate}/gu, "\ufffd");
}

/** What turns `before` into `after`. Cuts only between whole graphemes, so no half letter is ever shown. */
export function diff(before: string, after: string): string {
  const kept = commonStart(before, after);
  const erased = Array.from(before.slice(kept)).length;
  return ERASE.repeat(erased) + after.slice(kept).replace(/\r\n?|\n/g, LINE_END);
}

function commonStart(before: string, after: string): number {
  const others = graphemes(after)[Symbol.iterator]();
  let length = 0;
  for (const grapheme of graphemes(before)) {
    if (others.next().value !== grapheme) break;
    length += grapheme.length;
  }
  return length;
}

function graphemes(text: string): string[] {
  return segmenter ? Array.from(segmenter.segment(text), ({ segment }) => segment) : (text.match(JOINED) ?? []);
}

/** Both lists as one, in the order of the lines' ids; of a line that is in both, the higher revision. */
export function merge<L extends { id: number; revision: number }>(known: readonly L[], news: readonly L[]): L[] {
  const lines = new Map(known.map((line) => [line.id, line]));
  for (const line of news) if ((lines.get(line.id)?.revision ?? 0) < line.revision) lines.set(line.id, line);
  return [...lines.values()].sort((one, other) => one.id - other.id);
}

/** A state, with the lines that the page knows in a newer version than the state does. */
export function withKnownLines<S extends { call?: CallView | null }>(state: S, before: CallView | null | undefined): S {
  if (!state.call || state.call.id !== before?.id) return state;
  const { text, captions } = state.call;
  const lines = merge(before.captions?.lines ?? [], captions?.lines ?? []);
  return { ...state, call: { ...state.call, text: merge(before.text, text), captions: captions && { ...captions, lines } } };
}

/** What is sent at once: these characters, which are number `at` and those after it of the writer's in this call. */
export type Batch = Pick<Type, "batch" | "t140"> & { at: number };

/** The ways that letters have to the server. */
export interface Ways {
  /** A data channel for what comes from character `at` on, or null while there is no way over the relay. */
  channel(at: number): RTCDataChannel | null;
  /** Over Socket.IO; resolves when it is written down. */
  send(batch: Batch): Promise<unknown>;
  /** `refused` has changed. */
  changed: () => void;
}

/**
 * Follows one input field and sends what changed, at most every 250 ms. Keeps everything until it is known to be
 * written down, and sends it again over the other way where one fails: each character has its place, so none is
 * written twice.
 */
export class TextSender {
  /** The server cannot write down what waits here; it is sent again until it can. */
  refused = false;
  readonly #ways: Ways;
  #value = "";
  /** Typed, and not known to be written down; the first is character number `#at`. */
  #pending: string[] = [];
  #at = 0;
  #channel: RTCDataChannel | null = null;
  /** How many of `#pending` went over the channel, and since when some of them wait to be acknowledged. */
  #sent = 0;
  #waitingSince = 0;
  #channelAfter = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(ways: Ways) {
    this.#ways = ways;
  }

  /** The field holds `value` now. */
  typed(value: string): void {
    const now = legible(value);
    this.#push(diff(this.#value, now));
    this.#value = now;
  }

  /** The line is finished; the field is empty from now on. */
  endLine(): void {
    this.#push(LINE_END);
    this.#value = "";
  }

  /** Another call, or none: nothing of the last one is carried over. */
  reset(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#leaveChannel(0);
    this.#pending = [];
    this.#at = 0;
    this.#value = "";
    this.#refuse(false);
  }

  /** So many characters of this page's owner are written down. */
  written(count: number): void {
    const news = count - this.#at;
    if (news <= 0) return;
    this.#pending.splice(0, news);
    this.#at = count;
    this.#sent = Math.max(0, this.#sent - news);
    this.#waitingSince = performance.now();
    this.#refuse(false);
  }

  /** Opens a channel when there can be one and nothing is under way, so that it is there before the first letter. */
  connect(): void {
    if (this.#channel !== null && !isOver(this.#channel)) return;
    if (this.#pending.length > 0 || performance.now() < this.#channelAfter) return;
    this.#channel = this.#ways.channel(this.#at);
    this.#sent = 0;
  }

  #push(t140: string): void {
    if (t140 === "") return;
    this.connect();
    if (this.#pending.length === 0) this.#waitingSince = performance.now();
    // By code point, as the server counts.
    this.#pending.push(...Array.from(t140));
    this.#soon();
  }

  #refuse(refused: boolean): void {
    if (refused === this.refused) return;
    this.refused = refused;
    this.#ways.changed();
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => void this.#flush(), this.refused ? REFUSED_AGAIN_MS : BATCH_MS);
  }

  /** The timer stays set while a batch is under way, so that batches cannot overtake each other. */
  async #flush(): Promise<void> {
    const timer = this.#timer;
    if (!this.#overChannel()) await this.#overSocket();
    if (timer !== this.#timer) return;
    this.#timer = null;
    if (this.#pending.length > 0) this.#soon();
  }

  /** True while the channel has, or is about to have, everything; what it had is not waited for longer than a second. */
  #overChannel(): boolean {
    const channel = this.#channel;
    if (channel === null || isOver(channel) || performance.now() - this.#waitingSince > ACKNOWLEDGED_WITHIN_MS) {
      this.#leaveChannel(channel === null ? this.#channelAfter : performance.now() + CHANNEL_AGAIN_MS);
      return false;
    }
    const next = this.#pending.slice(this.#sent, this.#sent + BATCH_LIMIT);
    if (channel.readyState !== "open" || next.length === 0) return true;
    if (this.#sent === 0) this.#waitingSince = performance.now();
    this.#sent += next.length;
    try {
      channel.send(next.join(""));
    } catch {
      this.#leaveChannel(performance.now() + CHANNEL_AGAIN_MS);
      return false;
    }
    return true;
  }

  #leaveChannel(again: number): void {
    this.#channel?.close();
    this.#channel = null;
    this.#sent = 0;
    this.#channelAfter = again;
  }

  async #overSocket(): Promise<void> {
    const next = this.#pending.slice(0, BATCH_LIMIT);
    if (next.length === 0) return;
    const end = this.#at + next.length;
    try {
      await this.#ways.send({ batch: String(this.#at), t140: next.join(""), at: this.#at });
      this.written(end);
    } catch (error) {
      const { kind, code } = error instanceof WaslError ? error : WaslError.unreachable();
      // What is wrong with a request stays wrong; all else passes.
      if (kind === "show") this.written(end);
      else if (code !== "unreachable") this.#refuse(true);
    }
  }
}

function isOver(channel: RTCDataChannel): boolean {
  return channel.readyState === "closing" || channel.readyState === "closed";
}
