/** How loud the others are, for an agent: out of the way until it is needed. */

import { type TemplateResult, html } from "lit-html";
import { icon } from "../icon/view";
import { type VolumeChange, volumeButtons, volumeSentence } from "./view";

export function deskVolume(volume: number, change: VolumeChange): TemplateResult {
  return html`<details class="menu volume-desk">
    <summary class="button quiet">${icon("volume-2")}<span>${volumeSentence(volume)}</span></summary>
    <div class="menu-body">${volumeButtons(volume, change)}</div>
  </details>`;
}
