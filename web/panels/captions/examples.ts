import type { TemplateResult } from "lit-html";
import type { CaptionLine, CaptionsView } from "../../call/messages";
import { DEFAULTS } from "../../call/preferences";
import { deskCaptions } from "./desk";
import { type CaptionsData, captions } from "./view";

const on = { look: (): void => undefined };
const atDesk = { ...on, correct: (): void => undefined, corrected: (): void => undefined };
const said = (id: number, text: string, change: Partial<CaptionLine> = {}): CaptionLine => ({
  id,
  revision: 1,
  leg: 2,
  role: "agent",
  name: "نورة العنزي",
  you: false,
  words: text.split(" ").map((word, at) => ({ text: word, confidence: at === 2 ? 0.3 : 0.9 })),
  final: true,
  source: "engine",
  missed: false,
  began_at: Date.UTC(2026, 10, 23, 7, id),
  ended_at: Date.UTC(2026, 10, 23, 7, id),
  ...change,
});

const LINES = [
  said(1, "السلام عليكم كيف أخدمك اليوم"),
  said(2, "أريد بدل الإيجار من Sahl", { leg: 1, role: "citizen", name: "", you: true }),
  said(3, "", { missed: true, words: [] }),
  said(4, "رقم طلبك 2604 عند Noura", { source: "corrected" }),
  said(5, "The form is ready and", { final: false }),
];
export const VIEW: CaptionsView = { available: true, on: true, made: false, browser_allowed: false, browser: false, lines: LINES };
const shown = (view: Partial<CaptionsView>, change: Partial<CaptionsData> = {}) => (): TemplateResult =>
  captions({ captions: { ...VIEW, ...view }, look: DEFAULTS, ...change }, on);

const desk = (view: Partial<CaptionsView>, able = true) => (): TemplateResult =>
  deskCaptions({ captions: { ...VIEW, ...view }, look: DEFAULTS, shown: true, able }, { ...atDesk, show: on.look, browser: on.look });

export const examples: Record<string, () => TemplateResult> = {
  spoken: shown({}),
  "large-and-dark": shown({}, { look: { captionSize: 3, captionsDark: true, captionsAbove: true } }),
  empty: shown({ lines: [] }),
  unavailable: shown({ available: false, lines: [] }),
  correcting: () => captions({ captions: VIEW, look: DEFAULTS, correcting: 2 }, atDesk),
  "at-the-desk": desk({ made: true, browser_allowed: true }),
  correctable: () => captions({ captions: VIEW, look: DEFAULTS, correcting: null }, atDesk),
};
