import type { TemplateResult } from "lit-html";
import type { TextLine } from "../../call/messages";
import { conversation } from "./view";

const actions = { typed: (): void => undefined, endLine: (): void => undefined, letters: (): void => undefined };
const line = (at: number, you: boolean, text: string, done: boolean): TextLine => ({
  leg: you ? 1 : 2,
  role: you ? "citizen" : "agent",
  name: you ? "" : "نورة العنزي",
  you,
  text,
  done,
  id: at,
  revision: 1,
  at: Date.UTC(2026, 10, 23, 7, at),
});

const LINES = [
  line(1, false, "السلام عليكم، كيف أخدمك؟", true),
  line(2, true, "أريد بدل الإيجار", true),
  line(3, false, "Reference 2604 and then", false),
];

export const examples: Record<string, () => TemplateResult> = {
  empty: () => conversation({ lines: [], letters: true, writing: [], refused: false }, actions),
  letters: () => conversation({ lines: LINES, letters: true, writing: [], refused: false }, actions),
  refused: () => conversation({ lines: LINES, letters: true, writing: [], refused: true }, actions),
  "whole-lines": () => conversation({ lines: LINES.slice(0, 2), letters: false, writing: LINES.slice(2), refused: false }, actions),
};
