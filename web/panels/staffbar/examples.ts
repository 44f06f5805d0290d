import type { TemplateResult } from "lit-html";
import { DEFAULTS } from "../../call/preferences";
import { t } from "../../call/words";
import { staffBarView } from "./view";

const events = { prefer: (): void => undefined, signOut: (): void => undefined };
const preferences = DEFAULTS;

function shown(name: string | null, status: string): () => TemplateResult {
  return () => staffBarView({ title: t("Wasl desk"), name, status, preferences }, events);
}

export const examples: Record<string, () => TemplateResult> = {
  "signed-out": shown(null, ""),
  "signed-in": shown("نورة العنزي", t("Available")),
};
