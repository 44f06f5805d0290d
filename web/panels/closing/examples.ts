import type { TemplateResult } from "lit-html";
import { type ClosingForm, closingView } from "./view";

const events = { change: (): void => undefined, finish: (): void => undefined };
const FORM: ClosingForm = { open: true, outcome: null, note: "", incomplete: false, unanswered: false, asking: false, inCall: true, answers: false };

function shown(form: Partial<ClosingForm>): () => TemplateResult {
  return () => closingView({ ...FORM, ...form }, events);
}

export const examples: Record<string, () => TemplateResult> = {
  closed: shown({ open: false }),
  open: shown({}),
  incomplete: shown({ incomplete: true }),
  filled: shown({ outcome: "follow_up", note: "أحضر كتاب التخصيص يوم الأحد", inCall: false }),
  answer: shown({ answers: true, inCall: false }),
  unanswered: shown({ answers: true, inCall: false, unanswered: true, incomplete: true }),
};
