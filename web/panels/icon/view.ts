/** A picture from Lucide by name, in the colour of the text around it; always beside words, so hidden from readers. */

import { type TemplateResult, html } from "lit-html";

/** They point along the line, so they are mirrored where lines run from right to left. */
const ALONG = new Set(["corner-down-left", "log-out", "send"]);

/** Where the icons are, by the build. */
declare const ICONS: string;

export function icon(name: string): TemplateResult {
  return html`<svg class="icon" data-along=${ALONG.has(name)} aria-hidden="true"><use href="${ICONS}/${name}.svg#i"></use></svg>`;
}
