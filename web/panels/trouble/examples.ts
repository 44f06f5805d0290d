import { type TemplateResult, html } from "lit-html";
import type { Trouble } from "../../call/messages";
import { CITIZEN } from "../stage/examples";
import { troubleStrip } from "./view";

const shown = (trouble: Trouble) => (): TemplateResult => html`${ troubleStrip([{ ...CITIZEN, trouble }])}`;

export const examples: Record<string, () => TemplateResult> = {
  frozen: shown("frozen"),
  unreadable: shown("unreadable"),
  hardly_readable: shown("hardly_readable"),
  jerky_signs: shown("jerky_signs"),
  jerky: shown("jerky"),
  gaps: shown("gaps"),
  faint: shown("faint"),
  late: shown("late"),
};
