import type { TemplateResult } from "lit-html";
import { needsView } from "./view";

export const examples: Record<string, () => TemplateResult> = {
  video: () => needsView({ language: "ar", sign_language: null, modality: "video" }),
  signed: () => needsView({ language: "ar", sign_language: "sgn-KW", modality: "video" }),
  voice: () => needsView({ language: "en", sign_language: null, modality: "voice" }),
  text: () => needsView({ language: "ar", sign_language: null, modality: "text" }),
  message: () => needsView({ language: "ar", sign_language: null, modality: "message" }),
};
