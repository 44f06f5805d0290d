/** A message as the agent who answers it reads it. */

import { type TemplateResult, html } from "lit-html";
import { t } from "../../call/words";
import "./letter.css";

export function letter(text: string): TemplateResult {
  return html`
    <section class="letter" aria-labelledby="letter-title">
      <h1 id="letter-title" tabindex="-1">${t("A message to answer")}</h1>
      <h2>${t("The citizen wrote")}</h2>
      <p class="letter-text" dir="auto">${text}</p>
      <p class="hint">${t("Nobody waits on the line. The citizen reads your answer when they open their page.")}</p>
    </section>
  `;
}
