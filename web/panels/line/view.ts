/** How good the citizen's own line is: said when it is news, with the one next step that helps most. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { CheckView } from "../../call/messages";
import type { LiveModality } from "../../citizen/visit";
import { t } from "../../call/words";
import { type Notice, notices } from "../notices/view";
import { type Way, lineSentence } from "./words";
import "./style.css";

export interface LineData {
  found: CheckView | null;
  checking: boolean;
  /** It was good before on this device, so that good is no news. */
  usual: boolean;
  way: Way;
  /** She is in the line: how she takes part is settled, and a check is made when she asks for it. */
  inLine: boolean;
}

export interface LineActions {
  again: () => void;
  /** Take part in another way. */
  modality: (modality: LiveModality) => void;
}

export function line(data: LineData, on: LineActions): TemplateResult {
  return html`<div class="own-line">
    <div role="status" data-line=${data.found?.result ?? nothing} data-cause=${data.found?.cause ?? nothing}>
      ${data.found && isNews(data, data.found) ? notices([notice(data, data.found, on)]) : nothing}
    </div>
    ${data.inLine ? checkButton(data, on) : nothing}
  </div>`;
}

/** In the line she has asked for it. */
function isNews({ usual, inLine, way }: LineData, { result }: CheckView): boolean {
  return result !== "good" || inLine || (!usual && way.modality !== "text");
}

function notice(data: LineData, found: CheckView, on: LineActions): Notice {
  const text = lineSentence(found, data.way);
  if (found.result === "good") return { tone: "info", text };
  const goOn = t("You can go on all the same.");
  return { tone: "problem", text: `${text} ${goOn}`, actions: data.inLine ? [] : steps(data, found, on) };
}

function steps({ way }: LineData, { cause, result }: CheckView, on: LineActions): Notice["actions"] {
  if (cause === "silent" || cause === "no_picture" || cause === "no_tone") return [{ label: t("Check again"), act: on.again }];
  const voice = { label: t("Talk without a picture"), act: () => { on.modality("voice"); } };
  const text = { label: t("Continue in writing"), act: () => { on.modality("text"); } };
  if (way.modality === "text") return [{ label: t("Check again"), act: on.again }];
  return [way.modality === "video" && !way.signs && result === "weak" ? voice : text];
}

function checkButton({ checking }: LineData, on: LineActions): TemplateResult {
  return html`<button class="button wide" type="button" data-act="check-line" ?disabled=${checking} @click=${on.again}>
    <span>${checking ? t("Checking your connection…") : t("Check my connection")}</span>
  </button>`;
}
