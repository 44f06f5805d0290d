/** How good the citizen's own line is: said when it is news, with the one next step that helps most. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { CheckView } from "../../call/messages";
import type { LiveModality } from "../../citizen/visit";
import { t } from "../../call/words";
import { type Notice, notices } from "../notices/view";
import { type Way, beforeLineStep, briefSentence, briefSentences, inLineSteps, isOfDevices, lineSentence } from "./words";
import "./style.css";

export interface LineData {
  found: CheckView | null;
  checking: boolean;
  /** The last check found nothing out. */
  untried: boolean;
  /** It was good before on this device, so that good is no news. */
  usual: boolean;
  way: Way;
}

export interface LineActions {
  again: () => void;
  /** Take part in another way. */
  modality: (modality: LiveModality) => void;
}

/** Before the line, in few words: in a place of its own from the start, so that nothing below it moves. */
export function lineBrief(data: LineData): TemplateResult {
  return html`<div class="line-brief" role="status" data-line=${data.found?.result ?? nothing} data-cause=${data.found?.cause ?? nothing}>
    <p>${briefSentence(data) ?? nothing}</p>
    ${briefSentences().map((words) => html`<p class="line-place" data-words=${words}></p>`)}
  </div>`;
}

/** Before the line, below the buttons of the page: what helps. */
export function lineAdvice({ found, way }: LineData, on: LineActions): TemplateResult | typeof nothing {
  if (!found || found.result === "good") return nothing;
  const text = `${lineSentence(found, way)} ${beforeLineStep(found)}`;
  return notices([{ tone: "problem", text, actions: [step(found, way, on)] }]);
}

function step(found: CheckView, way: Way, on: LineActions): NonNullable<Notice["actions"]>[number] {
  if (isOfDevices(found.cause) || way.modality === "text") return { label: t("Check again"), act: on.again };
  if (way.modality === "video" && !way.signs && found.result === "weak") return { label: t("Talk without a picture"), act: () => { on.modality("voice"); } };
  return { label: t("Continue in writing"), act: () => { on.modality("text"); } };
}

/** In the line: checked when she asks for it; below what is there already, so that nothing else moves. */
export function lineInLine(data: LineData, on: Pick<LineActions, "again">): TemplateResult {
  return html`<section class="own-line" aria-label=${t("Your connection")}>
    <button class="button wide" type="button" data-act="check-line" ?disabled=${data.checking} @click=${on.again}>
      <span>${data.checking ? t("Checking your connection…") : t("Check my connection")}</span>
    </button>
    <div role="status" data-line=${data.found?.result ?? nothing} data-cause=${data.found?.cause ?? nothing}>${notices(inLineNotices(data))}</div>
  </section>`;
}

function inLineNotices({ found, checking, untried, way }: LineData): Notice[] {
  if (checking) return [];
  if (untried) return [{ tone: "info", text: `${t("Your connection could not be checked just now.")} ${t("You keep your place.")}` }];
  if (!found) return [];
  if (found.result === "good") return [{ tone: "info", text: lineSentence(found, way) }];
  return [{ tone: "problem", text: `${lineSentence(found, way)} ${t("You keep your place.")}`, steps: inLineSteps(found, way) }];
}
