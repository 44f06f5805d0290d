/** Recording, for those who are asked: the question, the mark that stands there while it lasts, and the way out of it. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { RecordingView } from "../../call/messages";
import { digits, t } from "../../call/words";
import { icon } from "../icon/view";
import { isAsked, isOpen, stateSentence } from "./words";
import "./style.css";

export interface RecordingData {
  recording: RecordingView | null;
  /** Whose page it is: what the citizen stops is deleted. */
  citizen: boolean;
  asking: boolean;
}

export interface RecordingActions {
  answer: (recording: number, agreed: boolean) => void;
}

export function recording(data: RecordingData, on: RecordingActions): TemplateResult | typeof nothing {
  const { recording } = data;
  if (!recording) return nothing;
  if (isAsked(recording)) return question(recording, data.asking, on);
  if (isOpen(recording)) return html`${mark(recording)} ${endButton(recording, data, on)}`;
  const deletable = data.citizen && recording.kept;
  const refused = recording.your_answer === false;
  if (!deletable && !refused && recording.state !== "failed") return nothing;
  return html`${mark(recording)} ${deletable ? deleteButton(recording, data, on) : nothing} ${refused ? allowButton(recording, data, on) : nothing}`;
}

/** Two ways that weigh the same: nothing is preselected, coloured, or nearer. */
function question({ id, question }: RecordingView, asking: boolean, on: RecordingActions): TemplateResult {
  const [title, ...facts] = question;
  const button = (agreed: boolean, sign: string, label: string): TemplateResult => html`
    <button class="button" type="button" data-act=${agreed ? "record-yes" : "record-no"} ?disabled=${asking} @click=${() => { on.answer(id, agreed); }}>
      ${icon(sign)}<span>${label}</span>
    </button>`;
  return html`<section class="card recording-question" aria-labelledby="recording-question">
    <h2 id="recording-question" tabindex="-1">${title}</h2>
    <div class="recording-facts" role="group" tabindex="0" aria-labelledby="recording-question">${facts.map((fact) => html`<p>${digits(fact)}</p>`)}</div>
    <div class="recording-answers">${button(true, "check", t("Yes, you may record"))} ${button(false, "x", t("No, do not record"))}</div>
  </section>`;
}

/** Words and a sign, so that no colour has to be seen. */
export function mark(recording: RecordingView): TemplateResult {
  return html`<p class="recording-mark" data-recording=${recording.runs ? "runs" : recording.state}>
    ${icon(recording.runs ? "disc" : SIGNS[recording.state])}<span>${stateSentence(recording)}</span>
  </p>`;
}

const SIGNS: Record<RecordingView["state"], string> = {
  asked: "hourglass",
  on: "hourglass",
  paused: "pause",
  refused: "circle-off",
  withdrawn: "circle-off",
  ended: "circle-off",
  failed: "circle-off",
};

function endButton({ id, state }: RecordingView, { citizen, asking }: RecordingData, on: RecordingActions): TemplateResult {
  return noButton(id, "circle-stop", endName(state, citizen), asking, on);
}

function deleteButton({ id }: RecordingView, { asking }: RecordingData, on: RecordingActions): TemplateResult {
  return noButton(id, "trash-2", t("Delete what was recorded"), asking, on);
}

function noButton(id: number, sign: string, label: string, asking: boolean, on: RecordingActions): TemplateResult {
  return html`<button class="button wide" type="button" data-act="record-no" ?disabled=${asking} @click=${() => { on.answer(id, false); }}>
    ${icon(sign)}<span>${label}</span>
  </button>`;
}

function endName(state: RecordingView["state"], citizen: boolean): string {
  if (state === "asked") return t("I would rather not be recorded");
  return citizen ? t("Stop the recording and delete it") : t("Stop the recording");
}

function allowButton({ id }: RecordingView, { asking }: RecordingData, on: RecordingActions): TemplateResult {
  return html`<button class="button quiet" type="button" data-act="record-yes" ?disabled=${asking} @click=${() => { on.answer(id, true); }}>
    ${t("I have changed my mind: you may record")}
  </button>`;
}
