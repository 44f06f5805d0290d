import type { TemplateResult } from "lit-html";
import { drawnCamera } from "../../gallery/picture";
import { ringing } from "./view";

const on = { leaving: (): void => undefined, leave: (): void => undefined };

export const examples: Record<string, () => TemplateResult> = {
  video: () => ringing({ own: drawnCamera(), leaving: false, asking: false }, on),
  voice: () => ringing({ own: null, leaving: false, asking: false }, on),
};
