/** How the citizen takes part: by video, by voice or in writing, whether she signs, and whether she hears badly. */

import { type TemplateResult, html, nothing } from "lit-html";
import { t } from "../../call/words";
import type { LiveModality, Needs } from "../../citizen/visit";
import { writesOnly } from "../check/view";
import { icon } from "../icon/view";
import { notices } from "../notices/view";
import "./style.css";

export interface WaysActions {
  modality: (modality: LiveModality) => void;
  signs: (signs: boolean) => void;
  hearing: (hearing: boolean) => void;
  done: () => void;
}

interface Way {
  modality: LiveModality;
  icon: string;
  name: string;
  hint: string;
}

export function ways({ modality, signs, hearing }: Needs, carriesMedia: boolean, on: WaysActions): TemplateResult {
  const list: Way[] = [
    { modality: "video", icon: "video", name: t("Video and voice"), hint: t("You see and hear each other.") },
    { modality: "voice", icon: "phone", name: t("Voice only"), hint: t("Like a telephone call. No camera.") },
    { modality: "text", icon: "message-square-text", name: t("Writing only"), hint: t("You write to each other. No camera and no sound.") },
  ];
  return html`<h1 tabindex="-1">${t("How do you want to talk to us?")}</h1>
    ${carriesMedia ? nothing : notices([writesOnly()])}
    <fieldset class="ways">
      <legend class="visually-hidden">${t("How do you want to talk to us?")}</legend>
      ${list.map((way) => wayChoice(way, way.modality === modality, carriesMedia || way.modality === "text", on))}
    </fieldset>
    ${carriesMedia ? needChoice("hand", t("I use Kuwaiti Sign Language"), t("We connect you only to somebody who signs."), signs, on.signs) : nothing}
    ${needChoice("ear", t("I hear badly"), t("The employee knows it before the call, and speaks slowly and clearly."), hearing, on.hearing)}
    ${carriesMedia && signs && modality !== "video" ? html`<p class="hint" role="status">${t("Signing needs video. Choose video if you want to sign.")}</p>` : nothing}
    <button class="button main wide" type="button" @click=${on.done}>${t("Continue")}</button>`;
}

function needChoice(picture: string, name: string, hint: string, chosen: boolean, choose: (chosen: boolean) => void): TemplateResult {
  return html`<label class="choice">
    <input type="checkbox" .checked=${chosen} @change=${(event: Event) => { choose((event.target as HTMLInputElement).checked); }} />
    ${icon(picture)}
    <span class="choice-words"><strong>${name}</strong><span>${hint}</span></span>
  </label>`;
}

function wayChoice(way: Way, chosen: boolean, possible: boolean, on: WaysActions): TemplateResult {
  return html`<label class="choice">
    <input type="radio" name="modality" value=${way.modality} .checked=${chosen} ?disabled=${!possible} @change=${() => { on.modality(way.modality); }} />
    ${icon(way.icon)}
    <span class="choice-words"><strong>${way.name}</strong><span>${way.hint}</span></span>
  </label>`;
}
