import type { TemplateResult } from "lit-html";
import type { Preferences } from "../../call/preferences";
import { preferencesPanel } from "./view";

const now: Preferences = { size: 0, contrast: "normal", numbering: null, readAloud: false, letters: true, volume: 3, balance: 0 };

export const examples: Record<string, () => TemplateResult> = {
  normal: () => preferencesPanel(now, () => undefined),
  changed: () => preferencesPanel({ ...now, size: 4, contrast: "high", readAloud: true }, () => undefined),
};
