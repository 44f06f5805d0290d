/** Before the line: what to have ready, and whether camera and microphone work; nothing of it is the end of the visit. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { Service } from "../../citizen/catalogue";
import type { DeviceKind, DeviceStates } from "../../call/devices";
import type { OutlookPoint } from "../../call/messages";
import type { LiveModality } from "../../citizen/visit";
import { t } from "../../call/words";
import { icon } from "../icon/view";
import { type LineData, lineAdvice, lineBrief } from "../line/view";
import { type Notice, notices } from "../notices/view";
import { outlook } from "../outlook/view";
import { selfView } from "../stage/view";
import { advice } from "./coach";
import "./style.css";

export interface CheckData {
  service: Service | null;
  modality: LiveModality;
  /** False where the browser carries neither sound nor pictures. */
  carriesMedia: boolean;
  devices: DeviceStates;
  own: MediaStream | null;
  /** How loud the microphone is, 0…1. */
  level: number;
  /** How long she would wait; null while that is being asked. */
  outlook: readonly OutlookPoint[] | null;
  line: LineData;
  asking: boolean;
}

export interface CheckActions {
  join: () => void;
  modality: (modality: LiveModality) => void;
  again: () => void;
  /** The connection once more. */
  checkLine: () => void;
  needs: () => void;
  service: () => void;
}

export function check(data: CheckData, on: CheckActions): TemplateResult {
  return html`<h1 tabindex="-1">${data.service?.name ?? t("Get ready")}</h1>
    ${data.service && data.service.prepare.length > 0 ? ready(data.service.prepare) : nothing}
    ${outlook(data.outlook)} ${devices(data, on)}
    ${lineBrief(data.line)}
    <button class="button main wide" type="button" data-act="join" ?disabled=${data.asking} @click=${on.join}>
      ${icon("users")}<span>${t("Join the line")}</span>
    </button>
    <p class="hint">${t("Your camera is off while you wait.")}</p>
    <div class="buttons">
      <button class="button" type="button" @click=${on.needs}>${t("Voice, writing or sign language")}</button>
      <button class="button" type="button" @click=${on.service}>${t("Choose another service")}</button>
    </div>
    ${lineAdvice(data.line, { again: on.checkLine, modality: on.modality })}`;
}

function ready(things: readonly string[]): TemplateResult {
  return html`<section class="card">
    <h2>${t("Please have ready")}</h2>
    <ul>${things.map((thing) => html`<li dir="auto">${thing}</li>`)}</ul>
  </section>`;
}

/** Everything that may still come has its place from the start: a button that moves under a slow finger is not pressed. */
function devices(data: CheckData, on: CheckActions): TemplateResult {
  return html`<section class="check" aria-label=${t("Camera and microphone")}>
    <div role="status">${notices(data.carriesMedia ? problems(data, on) : [writesOnly()])}</div>
    ${data.modality === "text"
      ? html`<p>${t("You will write to the employee. No camera and no microphone are needed.")}</p>`
      : html`<div class="check-place" data-modality=${data.modality} ?hidden=${!works(data)}>${place(data)}</div>`}
    ${data.modality === "video" && hears(data) ? levelView(data.level) : nothing}
  </section>`;
}

function place(data: CheckData): TemplateResult {
  const { camera, microphone } = data.devices;
  const asked = camera.asking || microphone.asking;
  return html`<div role="status">
      ${asked ? html`<p>${t("The browser is asking at the top of the screen. Please press Allow.")}</p>` : nothing}
    </div>
    ${data.modality === "video" && data.own && !asked ? selfView("citizen", data.own) : nothing}
    ${data.modality === "voice" && hears(data) && !asked ? levelView(data.level) : nothing}`;
}

/** Whether there is something to show in its place: the camera of a video call, or the microphone of a voice call. */
function works(data: CheckData): boolean {
  return data.modality === "video" ? data.devices.camera.cause === null : hears(data);
}

/** Whether the microphone works, as far as is known. */
function hears({ devices: { microphone } }: CheckData): boolean {
  return microphone.cause === null;
}

function levelView(level: number): TemplateResult {
  return html`<div class="field">
    <label for="level">${icon("mic")} ${t("Say something. The bar moves when we hear you.")}</label>
    <meter id="level" min="0" max="1" .value=${level}></meter>
  </div>`;
}

function problems(data: CheckData, on: CheckActions): Notice[] {
  const kinds: DeviceKind[] = data.modality === "video" ? ["camera", "microphone"] : data.modality === "voice" ? ["microphone"] : [];
  return kinds.flatMap((kind) => {
    const { cause } = data.devices[kind];
    if (cause === null) return [];
    const words = advice(kind, cause);
    return [{ tone: "problem" as const, text: words.text, steps: words.steps, actions: ways(kind, data.modality, on) }];
  });
}

/** The way that is left has been chosen for her already. */
export function writesOnly(): Notice {
  return { tone: "info", text: t("This browser carries neither sound nor pictures, so you write with the employee. For voice or video, open this page in another browser.") };
}

function ways(kind: DeviceKind, modality: LiveModality, on: CheckActions): Notice["actions"] {
  const again = { label: t("Try again"), act: on.again };
  const voice = { label: t("Continue with voice only"), act: () => { on.modality("voice"); } };
  const text = { label: t("Continue in writing"), act: () => { on.modality("text"); } };
  return kind === "camera" && modality === "video" ? [again, voice] : [again, text];
}
