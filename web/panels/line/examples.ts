import type { TemplateResult } from "lit-html";
import type { CheckCause, CheckResult } from "../../call/messages";
import { type LineData, line } from "./view";

const nothingToDo = (): void => undefined;
const on = { again: nothingToDo, modality: nothingToDo };
const DATA: LineData = { found: null, checking: false, usual: false, way: { modality: "video", signs: false }, inLine: false };

const shown = (change: Partial<LineData>) => (): TemplateResult => line({ ...DATA, ...change }, on);
const found = (result: CheckResult, cause: CheckCause | null, change: Partial<LineData> = {}): (() => TemplateResult) =>
  shown({ found: { result, cause }, ...change });
const SIGNS = { way: { modality: "video", signs: true } } as const;
const VOICE = { way: { modality: "voice", signs: false } } as const;

export const examples: Record<string, () => TemplateResult> = {
  good: found("good", null),
  weak: found("weak", "lossy"),
  "no-picture": found("weak", "no_picture"),
  silent: found("weak", "silent", VOICE),
  "no-tone": found("text", "no_tone", VOICE),
  "signs-jerky": found("weak", "jerky", SIGNS),
  "signs-text": found("text", "lossy", SIGNS),
  "voice-slow": found("weak", "slow", VOICE),
  blocked: found("text", "blocked"),
  "text-slow": found("weak", "slow", { way: { modality: "text", signs: false } }),
  "in-line": shown({ inLine: true }),
  "in-line-checking": shown({ inLine: true, checking: true }),
  "in-line-weak": found("weak", "narrow", { inLine: true }),
};
