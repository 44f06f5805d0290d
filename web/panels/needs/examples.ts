import type { TemplateResult } from "lit-html";
import { needsView } from "./view";

export const examples: Record<string, () => TemplateResult> = {
  video: () => needsView({ language: "ar", sign_language: null, modality: "video", hearing: false }),
  signed: () => needsView({ language: "ar", sign_language: "sgn-KW", modality: "video", hearing: false }),
  voice: () => needsView({ language: "en", sign_language: null, modality: "voice", hearing: false }),
  text: () => needsView({ language: "ar", sign_language: null, modality: "text", hearing: false }),
  hearing: () => needsView({ language: "ar", sign_language: null, modality: "voice", hearing: true }),
  message: () => needsView({ language: "ar", sign_language: null, modality: "message", hearing: false }),
};
