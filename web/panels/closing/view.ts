/** The end of a visit: what came of it, and what the citizen reads afterwards. */

import { type TemplateResult, html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import type { Outcome } from "../../call/messages";
import { t } from "../../call/words";
import "./style.css";

export interface ClosingForm {
  open: boolean;
  outcome: Outcome | null;
  note: string;
  incomplete: boolean;
  asking: boolean;
  /** The call still goes on, so finishing ends it. */
  inCall: boolean;
  /** The visit is a message: its note is the answer, and there must be one. */
  answers: boolean;
  /** The agent pressed the button before she wrote an answer. */
  unanswered: boolean;
}

export interface ClosingEvents {
  change: (change: Partial<Pick<ClosingForm, "open" | "outcome" | "note" | "incomplete" | "unanswered">>) => void;
  finish: (outcome: Outcome, note: string) => void;
}

const OUTCOMES: readonly Outcome[] = ["completed", "follow_up", "not_possible"];

export function closingView(form: ClosingForm, on: ClosingEvents): TemplateResult {
  return html`
    <section class="closing" aria-labelledby="closing-title">
      <h2 id="closing-title">${form.answers ? t("Your answer") : t("Finish the visit")}</h2>
      ${form.open || form.answers ? openForm(form, on) : opener(on)}
    </section>
  `;
}

function opener(on: ClosingEvents): TemplateResult {
  return html`
    <button id="finish" class="button" type="button" aria-keyshortcuts="Alt+O" @click=${() => { on.change({ open: true }); }}>
      ${t("Choose an outcome")} <kbd aria-hidden="true" dir="ltr">Alt+O</kbd>
    </button>
  `;
}

function openForm(form: ClosingForm, on: ClosingEvents): TemplateResult {
  return html`
    <form class="closing-form" novalidate @submit=${submit(form, on)}>
      ${form.answers ? [noteField(form, on), choices(form, on)] : [choices(form, on), noteField(form, on)]}
      ${form.inCall ? html`<p>${t("Finishing ends the call for both of you.")}</p>` : nothing}
      <div class="closing-buttons">
        <button class="button main" type="submit" ?disabled=${form.asking}>
          ${submitName(form)}
        </button>
        ${form.answers ? nothing : html`<button class="button" type="button" @click=${() => { on.change({ open: false }); }}>${t("Not yet")}</button>`}
      </div>
    </form>
  `;
}

function submitName({ answers, inCall }: ClosingForm): string {
  if (answers) return t("Send the answer");
  return inCall ? t("Finish and end the call") : t("Finish the visit");
}

function choices(form: ClosingForm, on: ClosingEvents): TemplateResult {
  const choice = (outcome: Outcome): TemplateResult => html`
    <label class="choice">
      <input
        type="radio"
        name="outcome"
        value=${outcome}
        .checked=${live(form.outcome === outcome)}
        @change=${() => { on.change({ outcome, incomplete: false }); }}
      />
      <span>${outcomeName(outcome)}</span>
    </label>
  `;
  const incomplete = form.incomplete ? t("Choose what came of the visit, then finish.") : nothing;
  return html`
    <fieldset aria-describedby="closing-problem">
      <legend>${t("What came of it?")}</legend>
      ${OUTCOMES.map(choice)}
    </fieldset>
    <p role="alert" class="problem" id="closing-problem">${incomplete}</p>
  `;
}

function noteField(form: ClosingForm, on: ClosingEvents): TemplateResult {
  const write = (event: Event): void => {
    on.change({ note: (event.currentTarget as HTMLTextAreaElement).value, unanswered: false });
  };
  return html`
    <div class="field">
      <label for="closing-note">
        ${form.answers ? t("Your answer, for the citizen to read") : t("What happens next, for the citizen to read (optional)")}
      </label>
      <textarea id="closing-note" dir="auto" rows="3" maxlength="4000" .value=${live(form.note)} aria-describedby="closing-note-problem" aria-invalid=${form.unanswered} @input=${write}></textarea>
      <p role="alert" class="problem" id="closing-note-problem">${form.unanswered ? t("Write your answer, then send it.") : nothing}</p>
    </div>
  `;
}

function outcomeName(outcome: Outcome): string {
  switch (outcome) {
    case "completed":
      return t("Completed: nothing more to do");
    case "follow_up":
      return t("Follow-up: a further step is needed");
    case "not_possible":
      return t("Not possible");
  }
}

function submit(form: ClosingForm, on: ClosingEvents): (event: SubmitEvent) => void {
  return (event) => {
    event.preventDefault();
    const note = form.note.trim();
    const unanswered = form.answers && note === "";
    if (form.outcome && !unanswered) {
      on.finish(form.outcome, note);
      return;
    }
    on.change({ incomplete: !form.outcome, unanswered });
    (event.currentTarget as HTMLFormElement).querySelector<HTMLElement>(unanswered ? "textarea" : "input")?.focus();
  };
}
