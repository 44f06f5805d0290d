/** The visit beside the call: what it is about, how the citizen is connected, and the agent's own notes. */

import { type TemplateResult, html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import type { CallView, Device, LegView, VisitView } from "../../call/messages";
import { grouped, t } from "../../call/words";
import type { NotesState } from "./notebook";
import "./style.css";

export interface Visit {
  visit: VisitView;
  call: CallView | null;
  notes: { text: string; state: NotesState };
}

export interface VisitEvents {
  write: (notes: string) => void;
  /** The field of the notes was left. */
  leave: () => void;
}

export function visitView(state: Visit, on: VisitEvents): TemplateResult {
  const { visit } = state;
  return html`
    <section class="visit" aria-labelledby="visit-title">
      <h2 id="visit-title"><bdi>${visit.service.name}</bdi></h2>
      <p><bdi>${visit.service.body_name}</bdi></p>
      <p>${t("Reference")} <bdi dir="ltr" class="visit-reference">${grouped(visit.reference)}</bdi></p>
      ${citizenLines(state.call)} ${preparation(visit.service.prepare)} ${notesField(state.notes, on)}
    </section>
  `;
}

function preparation(prepare: readonly string[]): TemplateResult | typeof nothing {
  if (prepare.length === 0) return nothing;
  return html`
    <h3 id="visit-prepare">${t("The citizen was asked to have ready")}</h3>
    <ul aria-labelledby="visit-prepare">
      ${prepare.map((item) => html`<li><bdi>${item}</bdi></li>`)}
    </ul>
  `;
}

function citizenLines(call: CallView | null): TemplateResult | typeof nothing {
  const citizen = call?.legs.find((leg) => leg.role === "citizen");
  if (!call || !citizen) return nothing;
  return html`
    <h3 id="visit-citizen">${t("The citizen's side")}</h3>
    <ul aria-labelledby="visit-citizen" class="visit-citizen">
      ${citizenSentences(citizen, call.modality).map((sentence) => html`<li>${sentence}</li>`)}
    </ul>
  `;
}

/** How the citizen is connected, and what the agent can do about it. */
export function citizenSentences(citizen: LegView, modality: CallView["modality"]): string[] {
  if (!citizen.connected) {
    return [t("The connection to the citizen is lost. Please stay: they come back to this call by themselves.")];
  }
  if (modality === "text") return [t("The citizen is connected and writes.")];
  const picture = modality === "video" ? [cameraSentence(citizen.camera)] : [];
  return [microphoneSentence(citizen.microphone), ...picture];
}

function microphoneSentence(microphone: Device): string {
  switch (microphone) {
    case "on":
      return t("You can hear the citizen: the microphone is on.");
    case "off":
      return t("The citizen has switched the microphone off.");
    case "blocked":
      return t("The citizen's browser does not allow the microphone. They can write to you.");
    case "missing":
      return t("The citizen has no microphone. They can write to you.");
    case "busy":
      return t("Something else uses the citizen's microphone, perhaps a phone call. It comes back by itself.");
  }
}

function cameraSentence(camera: Device): string {
  switch (camera) {
    case "on":
      return t("You can see the citizen: the camera is on.");
    case "off":
      return t("The citizen has switched the camera off.");
    case "blocked":
      return t("The citizen's browser does not allow the camera. Go on with voice or text.");
    case "missing":
      return t("The citizen has no camera. Go on with voice or text.");
    case "busy":
      return t("Something else uses the citizen's camera. It comes back by itself.");
  }
}

function notesField(notes: Visit["notes"], on: VisitEvents): TemplateResult {
  const write = (event: Event): void => {
    on.write((event.currentTarget as HTMLTextAreaElement).value);
  };
  return html`
    <div class="field visit-notes">
      <label for="notes">${t("Your notes. The citizen does not see them.")}</label>
      <textarea
        id="notes"
        dir="auto"
        rows="6"
        maxlength="4000"
        aria-keyshortcuts="Alt+N"
        aria-describedby="notes-keys"
        .value=${live(notes.text)}
        @input=${write}
        @blur=${on.leave}
      ></textarea>
      <p class="hint"><kbd id="notes-keys" dir="ltr">Alt+N</kbd> <span data-notes=${notes.state}>${notesSentence(notes.state)}</span></p>
    </div>
  `;
}

function notesSentence(state: NotesState): string {
  switch (state) {
    case "saved":
      return t("Your notes are saved.");
    case "unsaved":
    case "saving":
      return t("Saving your notes…");
    case "late":
      return t("Your notes could not be saved yet. The page keeps trying; please leave it open.");
  }
}
