/** Draws what changed, also on a page that the browser is translating. */

import { type TemplateResult, render } from "lit-html";

/**
 * A browser that translates puts `<font>` elements where our text was. lit-html goes on to write what has changed into
 * the `data` of whatever stands at that place, where nobody sees it: that becomes text again, to be translated anew.
 */
export function draw(view: TemplateResult, root: HTMLElement): void {
  render(view, root);
  for (const translated of root.querySelectorAll<HTMLElement & { data?: string }>("font")) {
    if (translated.data !== undefined) translated.replaceWith(document.createTextNode(translated.data));
  }
}
