/** Help, at the same place on every screen: what this screen is for, in plain words. */

import { type TemplateResult, html } from "lit-html";
import { t } from "../../call/words";
import { icon } from "../icon/view";
import "../preferences/style.css";

export function help(paragraphs: readonly string[]): TemplateResult {
  return html`<details class="menu">
    <summary class="button">${icon("circle-question-mark")}<span>${t("Help")}</span></summary>
    <div class="menu-body">${paragraphs.map((words) => html`<p>${words}</p>`)}</div>
  </details>`;
}
