/** The agent looks at herself and speaks once, before the first citizen does. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { DeviceState, DeviceStates } from "../../call/devices";
import { t } from "../../call/words";
import { selfView } from "../stage/view";
import { streamOf } from "./stream";
import "./style.css";

export interface SelfCheck {
  open: boolean;
  devices: DeviceStates;
  /** 0…1, how loud the microphone is. */
  level: number;
  /** The microphone has been heard since the check began. */
  heard: boolean;
}

export interface SelfCheckEvents {
  open: () => void;
  close: () => void;
}

export function selfCheckView(state: SelfCheck, on: SelfCheckEvents): TemplateResult {
  return html`
    <section class="selfcheck" aria-labelledby="selfcheck-title">
      <h2 id="selfcheck-title">${t("Your microphone and camera")}</h2>
      ${state.open ? running(state, on) : opener(on)}
    </section>
  `;
}

function opener(on: SelfCheckEvents): TemplateResult {
  return html`
    <p>${t("They are off now. They go on when a call rings, and off again after it.")}</p>
    <button class="button" type="button" @click=${on.open}>${t("Check microphone and camera")}</button>
  `;
}

function running({ devices, level, heard }: SelfCheck, on: SelfCheckEvents): TemplateResult {
  return html`
    ${devices.camera.track ? html`<div class="selfcheck-picture">${selfView("agent", streamOf(devices.camera.track))}</div>` : nothing}
    <p>${cameraSentence(devices.camera)}</p>
    ${devices.microphone.track ? html`<meter aria-label=${t("How loud you are")} min="0" max="1" .value=${level}></meter>` : nothing}
    <p role="status">${microphoneSentence(devices.microphone, heard)}</p>
    <button class="button" type="button" @click=${on.close}>${t("Done")}</button>
  `;
}

function cameraSentence(camera: DeviceState): string {
  if (camera.device === "on") return t("This is how the citizen will see you.");
  if (camera.asking) return t("Your browser asks for permission now. Choose “Allow”.");
  return absence(camera, t("No camera was found. Connect one, and it is found by itself."), t("Another program uses the camera. Close it there; this page tries again by itself."));
}

function microphoneSentence(microphone: DeviceState, heard: boolean): string {
  if (microphone.device === "on") return heard ? t("Your microphone works.") : t("Say a few words: the bar should move.");
  if (microphone.asking) return t("Your browser asks for permission now. Choose “Allow”.");
  return absence(microphone, t("No microphone was found. Connect one, and it is found by itself."), t("Another program uses the microphone. Close it there; this page tries again by itself."));
}

function absence({ cause }: DeviceState, missing: string, busy: string): string {
  switch (cause) {
    case "missing":
      return missing;
    case "busy":
      return busy;
    case "browser":
      return t("Your browser does not allow it. Open the settings of this page beside its address, and allow microphone and camera.");
    case "system":
      return t("Your computer does not allow it to this browser. Allow it in the privacy settings of the computer.");
    case "insecure":
      return t("Microphone and camera work only on a secure address (https).");
    case null:
      return t("Switched off.");
  }
}
