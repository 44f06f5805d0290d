/** What the citizen takes away: the reference in large digits, what the employee wrote, and a new start. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { Outcome, SummaryView } from "../../call/messages";
import { day, grouped, t, timeOfDay } from "../../call/words";
import "./style.css";

export interface SummaryActions {
  print: () => void;
  again: () => void;
}

export function summary(data: SummaryView, asking: boolean, on: SummaryActions): TemplateResult {
  const { message } = data;
  return html`<h1 tabindex="-1">${message ? t("Your message is answered") : t("Your visit is finished")}</h1>
    ${message ? answer(message, data) : nothing}
    <section class="card summary">
      <h2>${t("Your reference number")}</h2>
      <p class="summary-reference" data-reference=${data.reference}><bdi dir="ltr">${grouped(data.reference)}</bdi></p>
      <p>${t("Keep this number. With it, any employee finds your request.")}</p>
    </section>
    ${message ? nothing : whatNext(data)}
    <p>
      ${data.service_name}<br />
      ${data.agent_name ? html`${t("With %(name)s", { name: data.agent_name })}<br />` : nothing}
      ${t("%(day)s, at %(time)s", { day: day(data.ended_at), time: timeOfDay(data.ended_at) })}
    </p>
    <div class="buttons">
      <button class="button" type="button" @click=${on.print}>${t("Print or save")}</button>
      <button class="button main" type="button" data-act="again" ?disabled=${asking} @click=${on.again}>${t("Start a new visit")}</button>
    </div>`;
}

/** Her question is shown with it: she may have asked some days ago. The answer itself says what to do next. */
function answer(message: string, { note, outcome }: SummaryView): TemplateResult {
  return html`<section class="card summary">
    <h2>${t("You wrote:")}</h2>
    <p dir="auto" class="summary-question">${message}</p>
    <h2>${t("The employee wrote to you:")}</h2>
    <p dir="auto" class="summary-note">${note}</p>
    ${outcome === "follow_up" ? html`<p>${next(outcome)}</p>` : nothing}
  </section>`;
}

function whatNext({ note, outcome }: SummaryView): TemplateResult {
  return html`<section class="card summary">
    <h2>${t("What next")}</h2>
    <p>${next(outcome)}</p>
    ${note === "" ? nothing : html`<p class="hint">${t("The employee wrote to you:")}</p><p dir="auto" class="summary-note">${note}</p>`}
  </section>`;
}

function next(outcome: Outcome | null): string {
  switch (outcome) {
    case "completed":
      return t("Your request is complete. You need to do nothing more.");
    case "follow_up":
      return t("One more step is needed. Your request stays open under this number.");
    case "not_possible":
      return t("We could not do this today.");
    case null:
      return t("The call ended early. You can start a new visit; have your reference number ready.");
  }
}
