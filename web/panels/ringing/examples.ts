import type { TemplateResult } from "lit-html";
import { drawnCamera } from "../../gallery/picture";
import { ringing } from "./view";

const on = { leaving: (): void => undefined, leave: (): void => undefined };

export const examples: Record<string, () => TemplateResult> = {
  video: () => ringing({ own: drawnCamera(), putThrough: false, leaving: false, asking: false }, on),
  voice: () => ringing({ own: null, putThrough: false, leaving: false, asking: false }, on),
  "put-through": () => ringing({ own: null, putThrough: true, leaving: false, asking: false }, on),
};
