import type { TemplateResult } from "lit-html";
import type { CallView, LegView, VisitView } from "../../call/messages";
import type { NotesState } from "./notebook";
import { visitView } from "./view";

const events = { write: (): void => undefined, leave: (): void => undefined };

const VISIT: VisitView = {
  ticket: 4,
  service: {
    id: "title-deed",
    name: "سند الملكية",
    body_name: "المؤسسة العامة للرعاية السكنية",
    prepare: ["البطاقة المدنية", "كتاب التخصيص"],
  },
  language: "ar",
  sign_language: null,
  reference: "260411230042",
  outcome: null,
  notes: "",
  message: null,
};

const CITIZEN: LegView = {
  id: 1,
  role: "citizen",
  name: "",
  you: false,
  slot: 1,
  connected: true,
  microphone: "on",
  camera: "on",
  signs: false,
  speaking: false,
  trouble: null,
};

function shown(citizen: Partial<LegView>, state: NotesState, text = ""): () => TemplateResult {
  const legs = [{ ...CITIZEN, ...citizen }];
  const call: CallView = { id: 1, state: "live", modality: "video", hearing: false, started_at: 0, hold: null, may_hold: false, legs, text: [], typed: 0, captions: null };
  return () => visitView({ visit: VISIT, call, notes: { text, state } }, events);
}

export const examples: Record<string, () => TemplateResult> = {
  connected: shown({}, "saved", "طلبت نسخة من السند"),
  blocked: shown({ microphone: "off", camera: "blocked" }, "saving"),
  missing: shown({ microphone: "missing", camera: "busy" }, "unsaved"),
  away: shown({ connected: false }, "late", "Deed copy"),
  "after-the-call": () => visitView({ visit: VISIT, call: null, notes: { text: "", state: "saved" } }, events),
};
