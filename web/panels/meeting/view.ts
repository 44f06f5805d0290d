/** The call as the citizen has it: the employee large, four buttons with their names, and text beside. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { CaptionsView, Device, HoldView, Modality, RecordingView } from "../../call/messages";
import type { Reading } from "../../call/reading";
import { t } from "../../call/words";
import { type CaptionsActions, type CaptionsData, captions } from "../captions/view";
import { type ConversationActions, conversation } from "../conversation/view";
import { type HoldActions, hold } from "../hold/view";
import { agentName } from "../hold/words";
import { icon } from "../icon/view";
import { type Notice, notices } from "../notices/view";
import { type RecordingActions, recording } from "../recording/view";
import { type StageData, stage, stageSizes } from "../stage/view";
import { type VolumeChange, volumePanel } from "../volume/view";
import { troubleStrip } from "../trouble/view";
import { type LeaveActions, leaveButton } from "../waiting/view";
import "./style.css";

export interface MeetingData {
  stage: StageData;
  /** None while the call goes on. */
  hold: HoldView | null;
  /** She has not stopped the film of a call on hold. */
  film: boolean;
  modality: Modality;
  microphone: Device;
  camera: Device;
  reading: Reading;
  textOpen: boolean;
  /** An index of VOLUMES. */
  volume: number;
  volumeOpen: boolean;
  /** None where nobody speaks. */
  captions: CaptionsView | null;
  captionsOpen: boolean;
  look: CaptionsData["look"];
  /** The browser wants a tap before it plays sound. */
  silenced: boolean;
  recording: RecordingView | null;
  leaving: boolean;
  asking: boolean;
}

export interface MeetingActions extends LeaveActions, ConversationActions, RecordingActions, HoldActions {
  microphone: () => void;
  camera: () => void;
  text: () => void;
  hear: () => void;
  volume: VolumeChange;
  balance: (balance: number) => void;
  captions: () => void;
  look: CaptionsActions["look"];
  unblock: () => void;
  again: () => void;
}

export function meeting(data: MeetingData, on: MeetingActions): TemplateResult {
  return html`<h1 tabindex="-1" class="meeting-title">
      ${title(data)}
    </h1>
    ${data.silenced
      ? html`<button class="button main wide" type="button" @click=${on.unblock}>${icon("volume-2")}<span>${t("Tap to continue and to hear")}</span></button>`
      : nothing}
    <div role="status">${notices(sentences(data, on))}</div>
    ${recording({ recording: data.recording, citizen: true, asking: data.asking }, on)}
    <div class="meeting" data-text=${data.textOpen ? "open" : "closed"}>
      ${troubleStrip(data.stage.legs)} ${data.volumeOpen && data.modality !== "text" ? volumePanel(data.volume, on.volume) : nothing}
      ${data.look.captionsAbove ? captionsOf(data, on) : nothing} ${people(data, on)}
      ${data.look.captionsAbove ? nothing : captionsOf(data, on)} ${data.textOpen ? conversation(data.reading, on) : nothing}
    </div>
    ${buttons(data, on)}`;
}

function captionsOf({ captions: view, captionsOpen, look }: MeetingData, on: MeetingActions): unknown {
  return view && captionsOpen ? captions({ captions: view, look }, { look: on.look }) : nothing;
}

function people({ stage: data, hold: held, film, modality }: MeetingData, on: MeetingActions): TemplateResult {
  if (held) return hold({ hold: held, agent: agentName(data), modality, slot: data.slot(0), playing: film }, on);
  return html`${stage(data)} ${stageSizes(data, on.balance)}`;
}

function title({ hold: held, stage: { legs } }: MeetingData): string {
  if (held) return t("Your call is on hold.");
  const [agent, interpreter] = (["agent", "interpreter"] as const).map((role) => legs.find((leg) => leg.role === role));
  if (!agent) return t("Your call");
  if (!interpreter) return t("You are talking with %(name)s", { name: agent.name });
  return t("You are talking with %(name)s, and %(interpreter)s interprets", { name: agent.name, interpreter: interpreter.name });
}

function buttons(data: MeetingData, on: MeetingActions): TemplateResult {
  return html`<div class="meeting-bar" role="group" aria-label=${t("Buttons of the call")}>
      ${data.modality === "text" ? nothing : toggle("mic", "mic-off", t("Microphone"), data.microphone, on.microphone)}
      ${data.modality === "video" ? toggle("video", "video-off", t("Camera"), data.camera, on.camera) : nothing}
      <button class="button" type="button" aria-pressed=${data.textOpen} @click=${on.text}>
        ${icon("message-square-text")}<span>${t("Writing")}</span>
      </button>
      ${data.modality === "text" ? nothing : hearButton(data, on)} ${data.captions ? captionsButton(data, on) : nothing}
      ${leaveButton(t("Leave the call"), data, on)}
    </div>`;
}

function hearButton(data: MeetingData, on: MeetingActions): TemplateResult {
  return html`<button class="button" type="button" data-act="hear" aria-expanded=${data.volumeOpen} @click=${on.hear}>
    ${icon("volume-2")}<span>${t("I cannot hear")}</span>
  </button>`;
}

function captionsButton({ captionsOpen }: MeetingData, on: MeetingActions): TemplateResult {
  return html`<button class="button" type="button" data-act="captions" aria-pressed=${captionsOpen} @click=${on.captions}>
    ${icon("captions")}<span>${t("Captions")}</span>
  </button>`;
}

/** Pressed means on; the state stands in words too, not in colour alone. */
function toggle(on: string, off: string, name: string, device: Device, act: () => void): TemplateResult {
  const isOn = device === "on";
  return html`<button class="button" type="button" aria-pressed=${isOn} @click=${act}>
    ${icon(isOn ? on : off)}<span>${name}<span aria-hidden="true">: ${isOn ? t("on") : t("off")}</span></span>
  </button>`;
}

function sentences(data: MeetingData, on: MeetingActions): Notice[] {
  const list: Notice[] = [];
  const agent = data.stage.legs.find((leg) => leg.role === "agent");
  if (agent && !agent.connected) {
    list.push({ tone: "wait", text: t("The employee's line dropped. Please wait; they are being reconnected.") });
  }
  if (data.captions?.made) list.push({ tone: "info", text: t("A machine writes down what you say, so that others in the call can read it.") });
  const again = [{ label: t("Tap to continue"), act: on.again }];
  if (data.microphone === "busy") list.push({ tone: "problem", text: t("They cannot hear you: a phone call or another program has your microphone."), actions: again });
  if (data.microphone === "blocked" || data.microphone === "missing") {
    list.push({ tone: "problem", text: t("They cannot hear you. You can write to each other."), actions: again });
  }
  if (data.modality === "video" && data.camera === "busy") list.push({ tone: "problem", text: t("They cannot see you: another program has your camera."), actions: again });
  return list;
}
