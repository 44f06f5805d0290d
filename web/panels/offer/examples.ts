import type { TemplateResult } from "lit-html";
import type { OfferView } from "../../call/messages";
import { offerView } from "./view";

const NOW = Date.UTC(2026, 10, 23, 7, 30);
const events = { accept: (): void => undefined, decline: (): void => undefined, key: (): void => undefined };

const OFFER: OfferView = {
  id: 1,
  ticket: 4,
  service: { id: "title-deed", name: "سند الملكية", body_name: "المؤسسة العامة للرعاية السكنية", prepare: [] },
  language: "ar",
  sign_language: null,
  modality: "video",
  joined_at: NOW - 190_000,
  expires_at: NOW + 9_000,
};

function shown(offer: Partial<OfferView>, asking = false): () => TemplateResult {
  return () => offerView({ offer: { ...OFFER, ...offer }, now: NOW, rings: 12, asking }, events);
}

export const examples: Record<string, () => TemplateResult> = {
  video: shown({}),
  signed: shown({ sign_language: "sgn-KW", joined_at: NOW - 20_000 }),
  text: shown({ modality: "text", expires_at: NOW }),
  answering: shown({}, true),
};
