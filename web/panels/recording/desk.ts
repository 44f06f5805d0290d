/** Recording, for the agent whose call it is: ask, go off the record and on again, stop. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { CallView, RecordingView } from "../../call/messages";
import { digits, t } from "../../call/words";
import { mark } from "./view";
import { failureAdvice, isOpen, names } from "./words";
import "./style.css";

export interface RecorderEvents {
  ask: () => void;
  pause: () => void;
  resume: () => void;
  stop: () => void;
}

export function recorderView(call: CallView, asking: boolean, on: RecorderEvents): TemplateResult | typeof nothing {
  const { recording = null, may_record: words = null } = call;
  if (words === null && !recording) return nothing;
  return html`
    <section class="recorder" aria-labelledby="recorder-title">
      <h2 id="recorder-title">${t("Recording")}</h2>
      ${recording ? mark(recording) : nothing}
      ${recording && isOpen(recording) ? open(recording, asking, on) : closed(recording, words, asking, on)}
    </section>
  `;
}

function open(recording: RecordingView, asking: boolean, on: RecorderEvents): TemplateResult {
  if (recording.state === "asked") {
    return html`
      <p>${t("These people have not answered yet: %(names)s.", { names: names(recording.waits_for) })}</p>
      <div class="recorder-buttons">${button("recorder-stop", t("Do not ask any more"), asking, on.stop)}</div>
    `;
  }
  const turn =
    recording.state === "on"
      ? button("recorder-pause", t("Go off the record"), asking, on.pause, true)
      : button("recorder-resume", t("Go on the record again"), asking, on.resume, true);
  return html`<div class="recorder-buttons">${turn} ${button("recorder-stop", t("Stop the recording"), asking, on.stop)}</div>`;
}

/** Whoever said no is not asked a second time. */
function closed(recording: RecordingView | null, words: string | null, asking: boolean, on: RecorderEvents): TemplateResult | typeof nothing {
  if (recording?.state === "refused" || recording?.state === "withdrawn") {
    return html`<p>${t("You cannot ask again in this call. Whoever said no can still allow it.")}</p>`;
  }
  if (words === null) return nothing;
  if (recording?.state === "failed") return askButton(failureAdvice(recording), t("Try to record again"), asking, on);
  return askButton(digits(words), t("Ask to record"), asking, on);
}

function askButton(words: string, name: string, asking: boolean, on: RecorderEvents): TemplateResult {
  return html`
    <p id="recorder-words">${words}</p>
    <div class="recorder-buttons">
      <button id="recorder-ask" class="button" type="button" aria-describedby="recorder-words" ?disabled=${asking} @click=${on.ask}>
        ${name}
      </button>
    </div>
  `;
}

function button(id: string, name: string, asking: boolean, press: () => void, turns = false): TemplateResult {
  return html`
    <button id=${id} class="button" type="button" aria-keyshortcuts=${turns ? "Alt+R" : nothing} ?disabled=${asking} @click=${press}>
      ${name} ${turns ? html`<kbd aria-hidden="true" dir="ltr">Alt+R</kbd>` : nothing}
    </button>
  `;
}
