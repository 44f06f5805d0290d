/** "I cannot hear": louder and quieter with large buttons, beyond what the device gives, and what else may help. */

import { type TemplateResult, html } from "lit-html";
import { USUAL_VOLUME, VOLUMES } from "../../call/loudness";
import { num, t } from "../../call/words";
import { icon } from "../icon/view";
import "./style.css";

export type VolumeChange = (volume: number) => void;

/** `volume` is an index of VOLUMES. */
export function volumePanel(volume: number, change: VolumeChange): TemplateResult {
  return html`<section class="volume" tabindex="-1" data-takes-focus="more" aria-labelledby="volume-title">
    <h2 id="volume-title">${t("I cannot hear")}</h2>
    ${volumeButtons(volume, change)}
    <ol>
      <li>${t("Press Louder here until you hear well.")}</li>
      <li>${t("Press the upper volume button at the edge of your phone or tablet, or on the keyboard.")}</li>
      <li>${t("Look whether headphones or a hearing aid are connected, and take them off for a moment.")}</li>
      <li>${t("If you still hear nothing, press Writing: you can write to each other.")}</li>
    </ol>
  </section>`;
}

export function volumeButtons(volume: number, change: VolumeChange): TemplateResult {
  const last = VOLUMES.length - 1;
  return html`<div class="volume-buttons">
    <button class="button" type="button" data-act="louder" ?disabled=${volume === last} @click=${() => { change(volume + 1); }}>
      ${icon("volume-2")}<span>${t("Louder")}</span>
    </button>
    <p class="volume-now" role="status">${volumeSentence(volume)}</p>
    <button class="button" type="button" data-act="quieter" ?disabled=${volume === 0} @click=${() => { change(volume - 1); }}>
      ${icon("volume-1")}<span>${t("Quieter")}</span>
    </button>
  </div>`;
}

export function volumeSentence(volume: number): string {
  const percent = num(Math.round((VOLUMES[volume] ?? VOLUMES[USUAL_VOLUME]) * 100));
  return t("Loudness: %(percent)s percent", { percent });
}
