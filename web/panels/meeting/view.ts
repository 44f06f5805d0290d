/**
 * The call as the citizen has it: it does not scroll. The people on top, four buttons at the bottom, and between them one
 * drawer that shows one thing.
 */

import { type TemplateResult, html, nothing } from "lit-html";
import type { CaptionsView, Device, HoldView, Modality, RecordingView } from "../../call/messages";
import { t } from "../../call/words";
import { type CaptionsActions, type CaptionsData, captionsLook, captionsShown } from "../captions/view";
import { type ConversationActions, type Written, conversation, lettersButton } from "../conversation/view";
import { type HoldActions, hold } from "../hold/view";
import { agentName } from "../hold/words";
import { writesOnly } from "../check/view";
import { icon } from "../icon/view";
import { type Notice, notices } from "../notices/view";
import { type RecordingActions, recording } from "../recording/view";
import { isAsked, isOpen } from "../recording/words";
import { type StageData, stage, stageSizes } from "../stage/view";
import { type VolumeChange, volumePanel } from "../volume/view";
import { troubleStrip } from "../trouble/view";
import { type LeaveActions, leaveButton } from "../waiting/view";
import "./style.css";

/** What she has opened herself; it stays until she closes it, so that nothing changes under her finger. */
export type Drawer = "more" | "volume";

/** What the drawer shows: the first of these that there is. */
export type Shown = "question" | "leaving" | "more" | "hold" | "volume" | "captions" | "text" | "nothing";

export interface MeetingData {
  stage: StageData;
  /** None while the call goes on. */
  hold: HoldView | null;
  /** She has not stopped the film of a call on hold. */
  film: boolean;
  modality: Modality;
  /** False where the browser carries neither sound nor pictures. */
  carriesMedia: boolean;
  microphone: Device;
  camera: Device;
  reading: Written;
  drawer: Drawer | null;
  /** The text was opened, by her or by what somebody wrote. */
  writing: boolean;
  /** An index of VOLUMES. */
  volume: number;
  /** None where nobody speaks. */
  captions: CaptionsView | null;
  captionsOpen: boolean;
  look: CaptionsData["look"];
  /** The browser wants a tap before it plays sound. */
  silenced: boolean;
  recording: RecordingView | null;
  leaving: boolean;
  asking: boolean;
  /** What every screen offers: the size of the text, help. */
  tools: TemplateResult;
}

export interface MeetingActions extends LeaveActions, ConversationActions, RecordingActions, HoldActions {
  microphone: () => void;
  camera: () => void;
  text: () => void;
  hear: () => void;
  more: () => void;
  volume: VolumeChange;
  balance: (balance: number) => void;
  captions: () => void;
  look: CaptionsActions["look"];
  unblock: () => void;
  again: () => void;
}

export function meeting(data: MeetingData, on: MeetingActions): TemplateResult {
  const shown = shownIn(data);
  return html`<h1 tabindex="-1" class="visually-hidden">${title(data)}</h1>
    <div class="meeting" data-modality=${data.modality} data-drawer=${shown} data-captions=${data.look.captionsAbove ? "above" : "below"}>
      ${data.hold ? nothing : stage(data.stage)}
      <div class="meeting-below" role="group" tabindex="0" aria-label=${t("In the call")}>
        ${data.silenced
          ? html`<button class="button main wide" type="button" @click=${on.unblock}>${icon("volume-2")}<span>${t("Tap to continue and to hear")}</span></button>`
          : nothing}
        ${notices(agentAway(data))}
        <div role="status">${notices(sentences(data, on))}</div>
        ${troubleStrip(data.stage.legs)} ${matters(data.recording) && shown !== "question" ? recordingOf(data, on) : nothing}
        ${drawer(shown, data, on)} ${!matters(data.recording) && hasRoom(shown) ? recordingOf(data, on) : nothing}
      </div>
      ${buttons(shown, data, on)}
    </div>`;
}

/** A question goes before everything; what she has opened herself before what comes by itself. */
export function shownIn(data: Pick<MeetingData, "recording" | "leaving" | "drawer" | "writing" | "hold" | "captions" | "captionsOpen" | "modality">): Shown {
  const { drawer: opened, writing } = data;
  if (data.recording && isAsked(data.recording)) return "question";
  if (data.leaving) return "leaving";
  if (opened === "more") return "more";
  if (data.hold && !writing) return "hold";
  if (opened === "volume") return "volume";
  if (data.captions && data.captionsOpen && !writing) return "captions";
  // With nobody to look at, what is written has the room.
  return writing || data.modality !== "video" ? "text" : "nothing";
}

/** Nothing stands there that is new, and that would be pushed away. */
function hasRoom(shown: Shown): boolean {
  return shown === "nothing" || shown === "more";
}

/** One that has ended can wait until all else has its room. */
function matters(view: RecordingView | null): boolean {
  return view !== null && (isOpen(view) || view.state === "failed");
}

function recordingOf({ recording: view, asking }: MeetingData, on: MeetingActions): TemplateResult | typeof nothing {
  return recording({ recording: view, citizen: true, asking }, on);
}

function drawer(shown: Shown, data: MeetingData, on: MeetingActions): unknown {
  switch (shown) {
    case "question":
      return recordingOf(data, on);
    case "leaving":
      return leaveButton(t("Leave the call"), data, on);
    case "more":
      return more(data, on);
    case "hold":
      return data.hold && hold({ hold: data.hold, agent: agentName(data.stage), modality: data.modality, slot: data.stage.slot(0), playing: data.film }, on);
    case "volume":
      return volumePanel(data.volume, on.volume);
    case "captions":
      return data.captions && captionsShown({ captions: data.captions, look: data.look });
    case "text":
      return conversation(data.reading, on);
    case "nothing":
      return nothing;
  }
}

/** What is not needed at every moment. */
function more(data: MeetingData, on: MeetingActions): TemplateResult {
  const { modality, captions, captionsOpen, look, reading } = data;
  return html`<section class="meeting-more" tabindex="-1" data-takes-focus="more" aria-labelledby="meeting-more">
    <h2 id="meeting-more">${t("More")}</h2>
    ${modality === "text" ? nothing : hearButton(on)}
    ${captions ? captionsButton(data, on) : nothing} ${captions && captionsOpen ? captionsLook(look, on.look) : nothing}
    ${modality === "video" ? (usesHands(data) ? microphoneButton(data, on) : cameraButton(data, on)) : nothing}
    ${stageSizes(data.stage, on.balance)} ${lettersButton(reading, on)} ${data.tools}
  </section>`;
}

function title({ hold: held, stage: { legs } }: MeetingData): string {
  if (held) return t("Your call is on hold.");
  const [agent, interpreter] = (["agent", "interpreter"] as const).map((role) => legs.find((leg) => leg.role === role));
  if (!agent) return t("Your call");
  if (!interpreter) return t("You are talking with %(name)s", { name: agent.name });
  return t("You are talking with %(name)s, and %(interpreter)s interprets", { name: agent.name, interpreter: interpreter.name });
}

/** Who signs needs the camera at hand, others the microphone. */
function usesHands({ stage: { legs } }: MeetingData): boolean {
  return legs.some((leg) => leg.you && leg.signs);
}

function buttons(shown: Shown, data: MeetingData, on: MeetingActions): TemplateResult {
  const { modality } = data;
  return html`<div class="meeting-bar" role="group" aria-label=${t("Buttons of the call")}>
      ${modality === "text" ? nothing : usesHands(data) && modality === "video" ? cameraButton(data, on) : microphoneButton(data, on)}
      ${textButton(shown, data, on)}
      <button class="button" type="button" data-act="more" aria-expanded=${shown === "more"} @click=${on.more}>
        ${icon("ellipsis")}<span>${t("More")}</span>
      </button>
      <button class="button" type="button" data-act="leave" aria-expanded=${shown === "leaving"} @click=${() => { on.leaving(!data.leaving); }}>
        ${icon("log-out")}<span>${t("Leave")}</span>
      </button>
    </div>`;
}

/** Marked while something written waits behind what she has opened. */
function textButton(shown: Shown, { writing }: MeetingData, on: MeetingActions): TemplateResult {
  const waits = writing && shown !== "text";
  return html`<button class="button" type="button" data-act="text" data-waits=${waits} aria-pressed=${shown === "text"} @click=${on.text}>
    ${icon(waits ? "message-square-dot" : "message-square-text")}<span>${t("Writing")}</span>
    ${waits ? html`<span class="visually-hidden">${t("something new")}</span>` : nothing}
  </button>`;
}

function hearButton(on: MeetingActions): TemplateResult {
  return html`<button class="button" type="button" data-act="hear" @click=${on.hear}>${icon("volume-2")}<span>${t("I cannot hear")}</span></button>`;
}

function captionsButton({ captionsOpen }: MeetingData, on: MeetingActions): TemplateResult {
  return html`<button class="button" type="button" data-act="captions" aria-pressed=${captionsOpen} @click=${on.captions}>
    ${icon("captions")}<span>${t("Captions")}</span>
  </button>`;
}

function microphoneButton({ microphone }: MeetingData, on: MeetingActions): TemplateResult {
  return toggle("microphone", "mic", t("Voice"), microphone, on.microphone);
}

function cameraButton({ camera }: MeetingData, on: MeetingActions): TemplateResult {
  return toggle("camera", "video", t("Camera"), camera, on.camera);
}

/** Pressed means on; the sign is crossed out when it is off, so that it is not told by colour alone. */
function toggle(act: string, sign: string, name: string, device: Device, press: () => void): TemplateResult {
  const isOn = device === "on";
  return html`<button class="button" type="button" data-act=${act} aria-pressed=${isOn} @click=${press}>
    ${icon(isOn ? sign : `${sign}-off`)}<span>${name}</span>
  </button>`;
}

/** Shown only: the page says it by itself, to those it reads aloud to as well. */
function agentAway({ stage: { legs } }: MeetingData): Notice[] {
  const isAway = legs.some((leg) => leg.role === "agent" && !leg.connected);
  return isAway ? [{ tone: "wait", text: t("The employee's line dropped. Please wait; they are being reconnected.") }] : [];
}

function sentences(data: MeetingData, on: MeetingActions): Notice[] {
  if (!data.carriesMedia && data.modality !== "text") return [writesOnly()];
  const list: Notice[] = [];
  if (data.captions?.made) list.push({ tone: "info", text: t("A machine writes down what you say, so that others in the call can read it.") });
  const again = [{ label: t("Tap to continue"), act: on.again }];
  if (data.microphone === "busy") list.push({ tone: "problem", text: t("They cannot hear you: a phone call or another program has your microphone."), actions: again });
  if (data.microphone === "blocked" || data.microphone === "missing") {
    list.push({ tone: "problem", text: t("They cannot hear you. You can write to each other."), actions: again });
  }
  if (data.modality === "video" && data.camera === "busy") list.push({ tone: "problem", text: t("They cannot see you: another program has your camera."), actions: again });
  return list;
}
