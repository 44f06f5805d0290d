/** Above the picture of a call: how it stands in words, how long it lasts, the agent's own microphone and camera. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { LinkState } from "../../call/media";
import type { CallView, Device } from "../../call/messages";
import { clock, t } from "../../call/words";
import { icon } from "../icon/view";
import { hearingSentence } from "../needs/view";
import "./style.css";

export interface CallBar {
  /** Null while the server still sets the call up. */
  call: CallView | null;
  link: LinkState;
  microphone: Device;
  camera: Device;
  /** Milliseconds since the epoch. */
  now: number;
}

export interface CallBarEvents {
  toggleMicrophone: () => void;
  toggleCamera: () => void;
  hold: (on: boolean) => void;
}

export function callBarView(state: CallBar, on: CallBarEvents): TemplateResult {
  const { call } = state;
  const started = call?.started_at ?? null;
  return html`
    <section class="callbar" aria-labelledby="call-title">
      <h1 id="call-title" tabindex="-1">${t("Call with the citizen")}</h1>
      ${started === null ? nothing : html`<p class="callbar-clock">${clock((state.now - started) / 1000)}</p>`}
      ${call?.hold ? html`<p class="callbar-hold">${t("On hold for %(time)s", { time: clock((state.now - call.hold.since) / 1000) })}</p>` : nothing}
      ${call?.hearing ? html`<p class="callbar-need">${icon("ear")} ${hearingSentence()}</p>` : nothing}
      <p role="status" class="callbar-state">${callSentence(call, state.link)}</p>
      <div class="callbar-buttons">${call ? controls(call, state, on) : nothing}</div>
    </section>
  `;
}

/** How the call stands, and that nothing has to be done where it mends itself. */
export function callSentence(call: CallView | null, link: LinkState): string {
  if (!call || call.state === "assembling") return t("The call is being connected.");
  const citizen = call.legs.find((leg) => leg.role === "citizen");
  if (citizen?.connected === false && call.hold) return t("The citizen's connection dropped while the call is on hold. Go on with the call when they are back.");
  if (citizen?.connected === false) return t("The citizen's connection dropped. The call resumes by itself; please wait.");
  if (call.modality !== "text" && link !== "connected") return linkSentence(link);
  return call.hold ? t("The call is on hold. The citizen neither sees nor hears the desk, and the desk neither sees nor hears them.") : t("You are connected.");
}

function linkSentence(link: LinkState): string {
  if (link === "none" || link === "connecting") return t("Sound and picture are being connected.");
  return t("Your own connection dropped. Sound and picture come back by themselves.");
}

function controls(call: CallView, state: CallBar, on: CallBarEvents): TemplateResult | typeof nothing {
  if (call.modality === "text") return nothing;
  return html`
    ${toggle("Alt+M", microphoneName(state.microphone), state.microphone, on.toggleMicrophone)}
    ${call.modality === "video" ? toggle("Alt+C", cameraName(state.camera), state.camera, on.toggleCamera) : nothing}
    ${call.may_hold ? holdButton(call.hold !== null, on) : nothing}
  `;
}

/** Never disabled: it would lose the focus of whoever holds and goes on by keyboard. */
function holdButton(held: boolean, on: CallBarEvents): TemplateResult {
  return html`<button id="hold" class=${held ? "button main" : "button"} type="button" aria-keyshortcuts="Alt+H" @click=${() => { on.hold(!held); }}>
    ${held ? t("Go on with the call") : t("Put the call on hold")} <kbd aria-hidden="true" dir="ltr">Alt+H</kbd>
  </button>`;
}

// The name says what is; aria-pressed would say it a second time, and the other way round.
function toggle(keys: string, name: string, device: Device, press: () => void): TemplateResult {
  return html`
    <button class="button" type="button" data-device=${device} aria-keyshortcuts=${keys} @click=${press}>
      ${name} <kbd aria-hidden="true" dir="ltr">${keys}</kbd>
    </button>
  `;
}

function microphoneName(microphone: Device): string {
  switch (microphone) {
    case "on":
      return t("Your microphone is on: switch off");
    case "off":
      return t("Your microphone is off: switch on");
    default:
      return t("Your microphone does not work: try again");
  }
}

function cameraName(camera: Device): string {
  switch (camera) {
    case "on":
      return t("Your camera is on: switch off");
    case "off":
      return t("Your camera is off: switch on");
    default:
      return t("Your camera does not work: try again");
  }
}
