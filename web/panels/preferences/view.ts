/** Size of the text, contrast, digits and reading aloud, in the page itself and at once. */

import { type TemplateResult, html, nothing } from "lit-html";
import { type Preferences, TEXT_SIZES } from "../../call/preferences";
import { hasVoice } from "../../call/speech";
import { language, numbering, t } from "../../call/words";
import { icon } from "../icon/view";
import "./style.css";

export type PreferencesChange = (change: Partial<Preferences>) => void;

export function preferencesPanel(now: Preferences, change: PreferencesChange): TemplateResult {
  const high = now.contrast === "high";
  return html`<details class="menu">
    <summary class="button">${icon("a-large-small")}<span>${t("Text size and colours")}</span></summary>
    <div class="menu-body">
      ${sizeButtons(now.size, change)}
      ${toggle(t("High contrast"), high, () => { change({ contrast: high ? "normal" : "high" }); })}
      ${toggle(t("Read aloud to me"), now.readAloud, () => { change({ readAloud: !now.readAloud }); })}
      <p role="status" class="hint">${now.readAloud && hasVoice() === false ? t("This device has no voice for this language. You can add one in the settings of the device.") : nothing}</p>
      ${language() === "ar" ? digitsButton(change) : nothing}
    </div>
  </details>`;
}

function sizeButtons(size: number, change: PreferencesChange): TemplateResult {
  const last = TEXT_SIZES.length - 1;
  return html`<div class="menu-row" role="group" aria-label=${t("Size of the text")}>
    <button class="button" type="button" ?disabled=${size === 0} @click=${() => { change({ size: size - 1 }); }}>
      ${icon("zoom-out")}<span>${t("Smaller text")}</span>
    </button>
    <button class="button" type="button" ?disabled=${size === last} @click=${() => { change({ size: size + 1 }); }}>
      ${icon("zoom-in")}<span>${t("Larger text")}</span>
    </button>
  </div>`;
}

function toggle(label: string, on: boolean, act: () => void): TemplateResult {
  return html`<button class="button" type="button" aria-pressed=${on} @click=${act}>
    ${on ? icon("check") : nothing}<span>${label}</span>
  </button>`;
}

/** Named in the digits themselves, which read the same to everybody. */
function digitsButton(change: PreferencesChange): TemplateResult {
  const latin = numbering() === "latn";
  return toggle(t("Digits 0 1 2 3"), latin, () => { change({ numbering: latin ? "arab" : "latn" }); });
}
