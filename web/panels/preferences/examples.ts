import type { TemplateResult } from "lit-html";
import { DEFAULTS } from "../../call/preferences";
import { preferencesPanel } from "./view";

const now = DEFAULTS;

export const examples: Record<string, () => TemplateResult> = {
  normal: () => preferencesPanel(now, () => undefined),
  changed: () => preferencesPanel({ ...now, size: 4, contrast: "high", readAloud: true }, () => undefined),
};
