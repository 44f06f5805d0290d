import type { TemplateResult } from "lit-html";
import { type TransferForm, transferView } from "./view";

const nothingToDo = (): void => undefined;
const events = { open: nothingToDo, change: nothingToDo, send: nothingToDo };
const FORM: TransferForm = {
  open: true,
  targets: {
    services: [
      { id: "rent", name: "بدل الإيجار" },
      { id: "deed", name: "سند الملكية" },
    ],
    agents: [
      { id: "agent2", name: "نورة العنزي", state: "available" },
      { id: "agent3", name: "Ali Al-Rashid", state: "busy" },
    ],
  },
  target: null,
  note: "",
  sure: false,
  incomplete: false,
};

function shown(form: Partial<TransferForm>): () => TemplateResult {
  return () => transferView({ ...FORM, ...form, asking: false }, events);
}

export const examples: Record<string, () => TemplateResult> = {
  closed: shown({ open: false }),
  fetching: shown({ targets: null }),
  open: shown({}),
  incomplete: shown({ incomplete: true }),
  question: shown({ target: { kind: "agent", id: "agent2" }, note: "ينقصه كتاب التخصيص", sure: true }),
  nobody: shown({ targets: { services: [], agents: [] } }),
};
