/** Sentences that the person should see now, most of them with what to do about it. */

import { type TemplateResult, html, nothing } from "lit-html";
import { icon } from "../icon/view";
import "./style.css";

export interface Notice {
  /** `wait`: it mends itself. `problem`: the person can do something. */
  tone: "info" | "wait" | "problem";
  text: string;
  /** Steps that mend it, in order. */
  steps?: string[];
  actions?: { label: string; act: () => void }[];
}

const ICONS = { info: "info", wait: "loader", problem: "triangle-alert" };

export function notices(list: readonly Notice[]): TemplateResult | typeof nothing {
  return list.length === 0 ? nothing : html`<div class="notices">${list.map(notice)}</div>`;
}

function notice({ tone, text, steps = [], actions = [] }: Notice): TemplateResult {
  return html`<div class="notice" data-tone=${tone}>
    <p class="notice-text">${icon(ICONS[tone])}<span>${text}</span></p>
    ${steps.length === 0 ? nothing : html`<ol>${steps.map((step) => html`<li>${step}</li>`)}</ol>`}
    ${actions.length === 0
      ? nothing
      : html`<div class="buttons">
          ${actions.map(({ label, act }) => html`<button class="button" type="button" @click=${act}>${label}</button>`)}
        </div>`}
  </div>`;
}
