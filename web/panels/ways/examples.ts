import type { TemplateResult } from "lit-html";
import { ways } from "./view";

const on = { modality: (): void => undefined, signs: (): void => undefined, hearing: (): void => undefined, done: (): void => undefined };

export const examples: Record<string, () => TemplateResult> = {
  video: () => ways({ modality: "video", signs: false, hearing: false }, true, on),
  "signing-by-voice": () => ways({ modality: "voice", signs: true, hearing: true }, true, on),
  "writes-only": () => ways({ modality: "text", signs: false, hearing: false }, false, on),
};
