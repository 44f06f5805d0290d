/** A picture from Lucide by name, in the colour of the text around it; always beside words, so hidden from readers. */

import { type TemplateResult, html } from "lit-html";

export function icon(name: string): TemplateResult {
  return html`<svg class="icon" aria-hidden="true"><use href="/static/icons/${name}.svg#i"></use></svg>`;
}
