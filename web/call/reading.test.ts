import { describe, expect, it } from "vitest";
import type { TextLine } from "./messages";
import { Reader } from "./reading";

const line = (id: number, text: string, revision: number, more: Partial<TextLine> = {}): TextLine => ({
  id,
  revision,
  leg: 2,
  role: "agent",
  name: "نورة",
  you: false,
  text,
  done: false,
  at: 5,
  ...more,
});

describe("Reader", () => {
  it("shows every letter to whoever reads letters", () => {
    const lines = [line(1, "he", 1)];
    expect(new Reader().read(lines, true, 0)).toEqual({ letters: true, lines, writing: [] });
  });

  it("p18a: holds back what is not finished, and tells who is writing", () => {
    const own = line(2, "mine", 1, { you: true });
    const done = line(3, "done", 4, { done: true });
    const reading = new Reader().read([line(1, "he", 1), own, done], false, 0);
    expect(reading.lines).toEqual([own, done]);
    expect(reading.writing.map((one) => one.id)).toEqual([1]);
  });

  it("shows an unfinished line as it was when its writer paused, and reads it out once", () => {
    const reader = new Reader();
    const [first, second] = [line(1, "hello", 1), line(1, "hello the", 2)];
    reader.read([first], false, 0);
    expect(reader.read([first], false, 3_900).lines).toEqual([]);
    expect(reader.read([first], false, 4_000)).toEqual({ letters: false, lines: [first], writing: [] });
    expect(reader.news()).toEqual([first]);
    const more = reader.read([second], false, 5_000);
    expect(more.lines).toEqual([first]);
    expect(more.writing).toEqual([second]);
    expect(reader.news()).toEqual([]);
    const whole = line(1, "hello there", 3, { done: true });
    expect(reader.read([whole], false, 6_000)).toEqual({ letters: false, lines: [whole], writing: [] });
  });

  it("forgets what was erased", () => {
    const reader = new Reader();
    reader.read([line(1, "no", 1)], false, 0);
    expect(reader.read([line(1, "", 2)], false, 9_000).writing).toEqual([]);
    expect(reader.news()).toEqual([]);
  });
});
