import type { TemplateResult } from "lit-html";
import type { SummaryView } from "../../call/messages";
import { summary } from "./view";

const on = { print: (): void => undefined, again: (): void => undefined };
const DATA: SummaryView = {
  reference: "260400182734",
  outcome: "completed",
  service_name: "بدل الإيجار",
  agent_name: "نورة العنزي",
  ended_at: Date.UTC(2026, 10, 23, 8, 30),
  note: "يصلك بدل الإيجار في حسابك خلال أسبوعين.",
};

export const examples: Record<string, () => TemplateResult> = {
  completed: () => summary(DATA, false, on),
  "follow-up": () => summary({ ...DATA, outcome: "follow_up" }, false, on),
  answer: () => summary({ ...DATA, message: "متى يصلني بدل الإيجار؟" }, false, on),
  "ended-early": () => summary({ ...DATA, outcome: null, agent_name: null, note: "" }, false, on),
};
