/** Captions as an agent has them: she may correct what she said, and let her browser make them. */

import { type TemplateResult, html, nothing } from "lit-html";
import { t } from "../../call/words";
import { notices } from "../notices/view";
import { type CaptionsActions, type CaptionsData, captions, toggle } from "./view";

export interface DeskCaptionsData extends CaptionsData {
  /** She has switched captions on. */
  shown: boolean;
  /** This browser can make captions. */
  able: boolean;
}

export interface DeskCaptionsActions extends CaptionsActions {
  show: (on: boolean) => void;
  browser: (on: boolean) => void;
}

/** While others read what she says, she sees it too, so that she can correct it. */
export function deskCaptions(data: DeskCaptionsData, on: DeskCaptionsActions): TemplateResult {
  const { made, browser_allowed: allowed, browser } = data.captions;
  return html`<div class="captions-desk">
    <div class="buttons">
      ${toggle(t("Captions"), data.shown, () => { on.show(!data.shown); })}
      ${allowed && data.able ? toggle(t("My browser captions what I say"), browser, () => { on.browser(!browser); }) : nothing}
    </div>
    ${allowed && data.able ? html`<p class="hint">${t("Your browser may send your voice to its maker for this. Nothing is sent while this is off.")}</p>` : nothing}
    ${made ? notices([{ tone: "info", text: t("A machine writes down what you say, so that others in the call can read it.") }]) : nothing}
    ${data.shown || made || browser ? captions(data, on) : nothing}
  </div>`;
}
