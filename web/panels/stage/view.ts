/**
 * The people of a call: the first of the others large, the person herself small. Nothing lies on a picture, which may be
 * of hands or lips: who they are and what is the matter with them stands beside it.
 */

import { type TemplateResult, html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { repeat } from "lit-html/directives/repeat.js";
import type { Slot } from "../../call/media";
import type { LegView, Modality, Role } from "../../call/messages";
import { t } from "../../call/words";
import { icon } from "../icon/view";
import { troubleName } from "../trouble/view";
import "./style.css";

export interface StageData {
  legs: readonly LegView[];
  modality: Modality;
  /** What each slot of the link receives (`MediaLink.slot`). */
  slot: (index: number | null) => Slot | null;
  /** The page's own camera, when it is on. */
  own: MediaStream | null;
  /** Of two others, how much larger the first is, in steps: −2 … 2. Nobody but the person herself changes it. */
  balance: number;
}

const MOST = 2;

export function roleName(role: Role): string {
  const names: Record<Role, () => string> = {
    citizen: () => t("Citizen"),
    agent: () => t("Employee"),
    interpreter: () => t("Interpreter"),
    helper: () => t("Helper"),
    supervisor: () => t("Supervisor"),
  };
  return names[role]();
}

export function stage(data: StageData): TemplateResult {
  const others = inOrder(data.legs);
  const self = data.legs.find((leg) => leg.you);
  return html`<div class="stage" data-modality=${data.modality} data-balance=${data.balance}>
    ${repeat(others, (leg) => leg.id, (leg) => person(leg, data))}
    ${data.own && self ? selfView(self.role, data.own, self.speaking) : nothing}
  </div>`;
}

/** The others, for whoever signs those first who sign. */
function inOrder(legs: readonly LegView[]): LegView[] {
  const signs = legs.some((leg) => leg.you && leg.signs);
  const others = legs.filter((leg) => !leg.you);
  return signs ? others.sort((one, other) => Number(other.signs) - Number(one.signs)) : others;
}

/** With two pictures, a button for each that makes it larger: a divider that needs no dragging. */
export function stageSizes({ legs, modality, balance }: Omit<StageData, "slot" | "own">, change: (balance: number) => void): TemplateResult | typeof nothing {
  const [first, second] = inOrder(legs);
  if (!first || !second || modality !== "video") return nothing;
  const larger = (leg: LegView, step: number): TemplateResult => html`<button
      class="button"
      type="button"
      ?disabled=${balance === step * MOST}
      @click=${() => { change(balance + step); }}
    >
      ${icon("zoom-in")}<span>${t("Larger picture: %(name)s", { name: leg.name })}</span>
    </button>`;
  return html`<div class="stage-sizes" role="group" aria-label=${t("Size of the pictures")}>${larger(first, 1)} ${larger(second, -1)}</div>`;
}

/** What the page's own camera sees, turned as in a mirror. */
export function selfView(role: Role, own: MediaStream, speaking = false): TemplateResult {
  return html`<figure class="stage-self" data-speaking=${speaking}>
    <video data-leg=${role} playsinline .muted=${true} .srcObject=${live(own)} aria-label=${t("What your camera shows")}></video>
    <figcaption>${t("You")}</figcaption>
  </figure>`;
}

function person(leg: LegView, data: StageData): TemplateResult {
  const slot = data.slot(leg.slot);
  const sends = leg.connected && leg.camera === "on" && data.modality === "video";
  const rests = sends && slot?.rests === true;
  const seen = sends && !rests && leg.slot !== null;
  return html`<figure class="stage-person" data-speaking=${leg.speaking}>
    <video
      data-leg=${leg.role}
      playsinline
      ?hidden=${!seen}
      .muted=${true}
      .srcObject=${live(slot?.video ?? null)}
      aria-label=${t("Video of %(name)s", { name: leg.name })}
    ></video>
    <audio data-leg=${leg.role} .srcObject=${live(slot?.audio ?? null)}></audio>
    ${seen ? nothing : html`<div class="stage-portrait">${icon("circle-user-round")}</div>`}
    <figcaption>
      <span class="stage-name">${called(leg)}</span>
      ${leg.speaking ? html`<span class="stage-speaking">${icon("audio-lines")}${t("Speaking")}</span>` : nothing}
      ${rests ? html`<span class="stage-condition">${t("Your connection is weak: only sound for now")}</span>` : nothing}
      ${condition(leg, data.modality).map((words) => html`<span class="stage-condition">${words}</span>`)}
    </figcaption>
  </figure>`;
}

/** Name and role; a citizen's name is not asked, so hers is her role. */
function called(leg: LegView): TemplateResult {
  const role = roleName(leg.role);
  return leg.name === "" || leg.name === role ? html`${role}` : html`<bdi>${leg.name}</bdi> · ${role}`;
}

/** What the others should know about this person's line. */
function condition(leg: LegView, modality: Modality): string[] {
  if (!leg.connected) return [t("Reconnecting…")];
  if (leg.slot === null) return [t("On hold: neither seen nor heard")];
  const words: string[] = [];
  if (modality !== "text" && leg.microphone !== "on") words.push(t("Microphone is off"));
  if (modality === "video" && leg.camera !== "on") words.push(t("Camera is off"));
  if (leg.trouble !== null) words.push(troubleName(leg.trouble));
  return words;
}
