import type { TemplateResult } from "lit-html";
import type { OfferView } from "../../call/messages";
import { offerView } from "./view";

const NOW = Date.UTC(2026, 10, 23, 7, 30);
const nothingToDo = (): void => undefined;
const events = { accept: nothingToDo, decline: nothingToDo, reason: nothingToDo, key: nothingToDo };

const OFFER: OfferView = {
  id: 1,
  ticket: 4,
  seat: "agent",
  with_interpreter: false,
  held: false,
  service: { id: "title-deed", name: "سند الملكية", body_name: "المؤسسة العامة للرعاية السكنية", prepare: [] },
  language: "ar",
  sign_language: null,
  modality: "video",
  hearing: false,
  joined_at: NOW - 190_000,
  expires_at: NOW + 9_000,
  notes: "",
  sent_by: null,
  message: null,
};

function shown(offer: Partial<OfferView>, asking = false): () => TemplateResult {
  return () => offerView({ offer: { ...OFFER, ...offer }, now: NOW, rings: 12, reason: null, asking }, events);
}

export const examples: Record<string, () => TemplateResult> = {
  video: shown({}),
  signed: shown({ sign_language: "sgn-KW", joined_at: NOW - 20_000 }),
  text: shown({ modality: "text", expires_at: NOW }),
  answering: shown({}, true),
  "weak-line": shown({ check: { result: "weak", cause: "lossy" } }),
  "signed-weak-line": shown({ sign_language: "sgn-KW", check: { result: "weak", cause: "jerky" } }),
  "with-interpreter": shown({ with_interpreter: true, sign_language: "sgn-KW" }),
  interpreter: shown({ seat: "interpreter", with_interpreter: true, sign_language: "sgn-KW" }),
  "agent-held": shown({ held: true, sign_language: "sgn-KW" }),
  "interpreter-held": shown({ seat: "interpreter", held: true, sign_language: "sgn-KW" }),
  "put-through": shown({ sent_by: "نورة العنزي", notes: "العقد ساري. ينقصه كتاب التخصيص.\nThe contract is fine." }),
  message: shown({ modality: "message", message: "متى يصلني بدل الإيجار؟ قدمت الطلب قبل شهرين." }),
};
