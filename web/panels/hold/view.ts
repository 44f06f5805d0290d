/** A call on hold, for the citizen: that nothing is wrong, that nothing is to be done, and that nobody watches her. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { Slot } from "../../call/media";
import type { HoldView, Modality } from "../../call/messages";
import { t } from "../../call/words";
import { film } from "../clip/film";
import { icon } from "../icon/view";
import { aloneSentence, backSentence } from "./words";
import "./style.css";

export interface HoldData {
  hold: HoldView;
  /** The name of the employee who comes back. */
  agent: string;
  modality: Modality;
  /** What comes from the relay meanwhile. */
  slot: Slot | null;
  /** She has not stopped the film. */
  playing: boolean;
}

export interface HoldActions {
  film: (wanted: boolean) => void;
}

export function hold(data: HoldData, on: HoldActions): TemplateResult {
  return html`<section class="card hold" aria-labelledby="hold-title">
    <h2 id="hold-title">${icon("hourglass")}<span>${t("One moment, please")}</span></h2>
    <p>${backSentence(data.agent)}</p>
    <p>${aloneSentence()}</p>
    ${data.hold.clip === null ? nothing : html`${data.playing ? film(data.hold.clip === "signed", data.slot, data.modality === "video") : nothing} ${filmButton(data, on)}`}
  </section>`;
}

/** What plays by itself can be stopped (WCAG 1.4.2 and 2.2.2). One button, so that it keeps the focus. */
function filmButton({ playing, modality }: HoldData, on: HoldActions): TemplateResult {
  const label = modality === "video" ? (playing ? t("Stop the film") : t("Show the film")) : playing ? t("Stop the sound") : t("Play the sound");
  return html`<button class="button wide" type="button" data-act="film" @click=${() => { on.film(!playing); }}>
    ${icon(playing ? "circle-stop" : "circle-play")}<span>${label}</span>
  </button>`;
}
