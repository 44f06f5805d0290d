import type { TemplateResult } from "lit-html";
import { ways } from "./view";

const on = { modality: (): void => undefined, signs: (): void => undefined, done: (): void => undefined };

export const examples: Record<string, () => TemplateResult> = {
  video: () => ways("video", false, on),
  "signing-by-voice": () => ways("voice", true, on),
};
