import type { TemplateResult } from "lit-html";
import { letter } from "./letter";
import { type MessageForm, message, sent } from "./view";

const on = { change: (): void => undefined, send: (): void => undefined };
const again = { again: (): void => undefined };

function shown(form: Partial<MessageForm>): () => TemplateResult {
  return () => message({ text: "", phone: "", refused: null, ...form, serviceName: "بدل الإيجار", asking: false }, on);
}

export const examples: Record<string, () => TemplateResult> = {
  empty: shown({}),
  written: shown({ text: "متى يصلني بدل الإيجار؟ قدمت الطلب قبل شهرين.", phone: "٥٥٠٠١٢٣٤" }),
  "nothing-written": shown({ refused: "text" }),
  "no-number": shown({ text: "متى؟", phone: "12", refused: "phone" }),
  letter: () => letter("متى يصلني بدل الإيجار؟\nقدمت الطلب قبل شهرين."),
  sent: () => sent({ ticket: 4217, serviceName: "بدل الإيجار", asking: false }, again),
};
