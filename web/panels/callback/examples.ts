import type { TemplateResult } from "lit-html";
import type { CallbackView } from "../../call/messages";
import { type CallbackData, type CallbackForm, callback } from "./view";

const nothingToDo = (): void => undefined;
const on = { change: nothingToDo, onDevice: nothingToDo, onPhone: nothingToDo, undo: nothingToDo };
const AGREED: CallbackView = { asked_at: 0, rung_at: null, contact: "+965 •••• 1234" };
const DATA: Omit<CallbackData, "form"> = { agreed: null, kept: 600, push: "ready", texts: true, asking: false };

function shown(change: Partial<CallbackData>, form: Partial<CallbackForm> = {}): () => TemplateResult {
  return () => callback({ ...DATA, ...change, form: { open: "no", phone: "", refused: false, ...form } }, on);
}

export const examples: Record<string, () => TemplateResult> = {
  offered: shown({}),
  ways: shown({}, { open: "ways" }),
  "notices-blocked": shown({ push: "blocked" }, { open: "ways" }),
  "notices-failed": shown({ push: "failed" }, { open: "ways" }),
  "nothing-works": shown({ push: "blocked", texts: false }, { open: "ways" }),
  "no-notices": shown({ push: "missing" }, { open: "ways" }),
  phone: shown({}, { open: "phone", phone: "٥٥٠٠ ١٢٣٤" }),
  "phone-refused": shown({}, { open: "phone", phone: "12", refused: true }),
  agreed: shown({ agreed: AGREED }),
  "agreed-twice": shown({ agreed: { ...AGREED, contact: "+965 •••• 1234, fcm.googleapis.com" } }),
  rung: shown({ agreed: { ...AGREED, rung_at: 1 } }),
};
