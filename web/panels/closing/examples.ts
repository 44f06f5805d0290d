import type { TemplateResult } from "lit-html";
import { type ClosingForm, closingView } from "./view";

const events = { change: (): void => undefined, finish: (): void => undefined };
const FORM: ClosingForm = { open: true, outcome: null, note: "", incomplete: false, asking: false, inCall: true };

function shown(form: Partial<ClosingForm>): () => TemplateResult {
  return () => closingView({ ...FORM, ...form }, events);
}

export const examples: Record<string, () => TemplateResult> = {
  closed: shown({ open: false }),
  open: shown({}),
  incomplete: shown({ incomplete: true }),
  filled: shown({ outcome: "follow_up", note: "أحضر كتاب التخصيص يوم الأحد", inCall: false }),
};
