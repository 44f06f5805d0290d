import type { TemplateResult } from "lit-html";
import { ways } from "./view";

const on = { modality: (): void => undefined, signs: (): void => undefined, hearing: (): void => undefined, done: (): void => undefined };

export const examples: Record<string, () => TemplateResult> = {
  video: () => ways({ modality: "video", signs: false, hearing: false }, on),
  "signing-by-voice": () => ways({ modality: "voice", signs: true, hearing: true }, on),
};
