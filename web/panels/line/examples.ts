import { type TemplateResult, html } from "lit-html";
import type { CheckCause, CheckResult } from "../../call/messages";
import { type LineData, lineAdvice, lineBrief, lineInLine } from "./view";

const nothingToDo = (): void => undefined;
const on = { again: nothingToDo, modality: nothingToDo };
const DATA: LineData = { found: null, checking: false, untried: false, usual: false, way: { modality: "video", signs: false } };

const before = (change: Partial<LineData>) => (): TemplateResult => {
  const data = { ...DATA, ...change };
  return html`${lineBrief(data)} ${lineAdvice(data, on)}`;
};
const inLine = (change: Partial<LineData>) => (): TemplateResult => lineInLine({ ...DATA, ...change }, on);
const found = (result: CheckResult, cause: CheckCause | null, change: Partial<LineData> = {}): Partial<LineData> => ({ found: { result, cause }, ...change });
const SIGNS = { way: { modality: "video", signs: true } } as const;
const VOICE = { way: { modality: "voice", signs: false } } as const;
const TEXT = { way: { modality: "text", signs: false } } as const;

export const examples: Record<string, () => TemplateResult> = {
  checking: before({ checking: true }),
  untried: before({ untried: true }),
  good: before(found("good", null)),
  weak: before(found("weak", "lossy")),
  "no-picture": before(found("weak", "no_picture")),
  silent: before(found("weak", "silent", VOICE)),
  "no-tone": before(found("text", "no_tone", VOICE)),
  "signs-jerky": before(found("weak", "jerky", SIGNS)),
  "signs-text": before(found("text", "lossy", SIGNS)),
  "voice-slow": before(found("weak", "slow", VOICE)),
  blocked: before(found("text", "blocked")),
  "text-slow": before(found("weak", "slow", TEXT)),
  "in-line": inLine({}),
  "in-line-checking": inLine({ checking: true }),
  "in-line-untried": inLine({ untried: true }),
  "in-line-good": inLine(found("good", null)),
  "in-line-weak": inLine(found("weak", "narrow")),
  "in-line-signs-text": inLine(found("text", "lossy", SIGNS)),
  "in-line-silent": inLine(found("weak", "silent", VOICE)),
};
