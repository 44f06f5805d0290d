/** What one reader sees of the text: every letter, or whole lines (letters break speech and contracted braille, W3C RAUR 18a). */

import type { TextLine } from "./messages";

/** After this pause an unfinished line counts as said: not everybody ends lines. */
const RESTS_AFTER_MS = 4_000;

export interface Reading {
  letters: boolean;
  lines: readonly TextLine[];
  /** Whose unfinished lines are held back: they are writing. */
  writing: readonly TextLine[];
}

export class Reader {
  readonly #seen = new Map<number, { revision: number; since: number }>();
  /** Unfinished lines as they were when their writers last paused. */
  readonly #rested = new Map<number, TextLine>();
  #news: TextLine[] = [];

  /** The lines of a call at `now` (milliseconds). In whole lines, what others have not finished shows once it rests. */
  read(lines: readonly TextLine[], letters: boolean, now: number): Reading {
    const open = lines.filter((line) => !line.done && !line.you && line.text !== "");
    for (const line of open) this.#look(line, now);
    if (letters) {
      this.#news = [];
      return { letters, lines, writing: [] };
    }
    const shown = lines.flatMap((line) => (open.includes(line) ? (this.#rested.get(line.id) ?? []) : line));
    return { letters, lines: shown, writing: open.filter((line) => !this.#rests(line)) };
  }

  /** The unfinished lines that were shown whole for the first time since this was asked last: to be read out. */
  news(): TextLine[] {
    const news = this.#news;
    this.#news = [];
    return news;
  }

  #look(line: TextLine, now: number): void {
    const seen = this.#seen.get(line.id);
    if (seen?.revision !== line.revision) {
      this.#seen.set(line.id, { revision: line.revision, since: now });
    } else if (now - seen.since >= RESTS_AFTER_MS && !this.#rests(line)) {
      this.#rested.set(line.id, line);
      this.#news.push(line);
    }
  }

  #rests(line: TextLine): boolean {
    return this.#rested.get(line.id)?.revision === line.revision;
  }
}
