/** The agent's page as a function of what it knows: one screen at a time, made of panels. */

import { type TemplateResult, html, nothing } from "lit-html";
import type { DeviceStates } from "../call/devices";
import type { LinkState } from "../call/media";
import type { CallView, DeskState, Seat } from "../call/messages";
import type { Preferences } from "../call/preferences";
import { t } from "../call/words";
import { type CallBarEvents, callBarView } from "../panels/callbar/view";
import { type DeskCaptionsActions, deskCaptions } from "../panels/captions/desk";
import { type ClosingEvents, closingView } from "../panels/closing/view";
import { type ConversationActions, type Written, conversation, lettersButton } from "../panels/conversation/view";
import { type Notice, notices } from "../panels/notices/view";
import { type OfferEvents, offerView } from "../panels/offer/view";
import { type PresenceEvents, linesView, presenceView } from "../panels/presence/view";
import { presenceName } from "../panels/presence/words";
import { wrapUpView } from "../panels/presence/wrapup";
import { streamOf } from "../panels/selfcheck/stream";
import { letter } from "../panels/message/letter";
import { type RecorderEvents, recorderView } from "../panels/recording/desk";
import { type RecordingActions, recording } from "../panels/recording/view";
import { type SelfCheck, type SelfCheckEvents, selfCheckView } from "../panels/selfcheck/view";
import { type SignInEvents, signInView } from "../panels/signin/view";
import { type StaffBarEvents, staffBarView } from "../panels/staffbar/view";
import { type StageData, stage, stageSizes } from "../panels/stage/view";
import { troubleStrip } from "../panels/trouble/view";
import { type TransferEvents, transferView } from "../panels/transfer/view";
import type { NotesState } from "../panels/visit/notebook";
import { deskVolume } from "../panels/volume/desk";
import type { VolumeChange } from "../panels/volume/view";
import { type VisitEvents, visitView } from "../panels/visit/view";
import { type Desk, interprets, needsOutcome, screenOf } from "./desk";

/** Everything that the page shows beside the desk itself. */
export interface Surroundings {
  /** Milliseconds since the epoch. */
  now: number;
  preferences: Preferences;
  notices: NotificationPermission;
  devices: DeviceStates;
  check: Omit<SelfCheck, "devices">;
  link: LinkState;
  notes: { text: string; state: NotesState };
  /** How long the present offer rings, in seconds. */
  rings: number;
  refusal: string | null;
  slot: StageData["slot"];
  /** What this reader sees of what was written. */
  reading: Written;
  /** This browser can make captions of what the agent says. */
  hears: boolean;
  /** The browser wants a tap before it plays sound. */
  soundBlocked: boolean;
}

export interface DeskEvents {
  bar: StaffBarEvents;
  signIn: SignInEvents;
  presence: PresenceEvents;
  check: SelfCheckEvents;
  offer: OfferEvents;
  call: CallBarEvents & { startSound: () => void; balance: (balance: number) => void; volume: VolumeChange };
  conversation: ConversationActions;
  recording: RecordingActions & RecorderEvents;
  captions: DeskCaptionsActions;
  visit: VisitEvents;
  closing: ClosingEvents;
  transfer: TransferEvents;
  /** This window takes the desk back from a newer one. */
  takeBack: () => void;
}

export function deskView(desk: Desk, around: Surroundings, on: DeskEvents): TemplateResult {
  const name = desk.person?.name ?? null;
  const status = desk.server ? presenceName(desk.server.presence) : "";
  const bar = { title: t("Wasl desk"), name, status, preferences: around.preferences };
  return html`${staffBarView(bar, on.bar)} ${screenOf(desk) === "loading" ? nothing : body(desk, around, on)}`;
}

function body(desk: Desk, around: Surroundings, on: DeskEvents): TemplateResult {
  if (!desk.person) return html`<main id="main">${signInView(t("Sign in to the desk"), desk.form, on.signIn)}</main>`;
  if (desk.status === "replaced") return replaced(on);
  if (desk.status === "refused") return message(t("The desk is not open to you"), around.refusal ?? "");
  if (!desk.server) return message(t("Opening your desk…"), t("This takes a moment."));
  return html`
    <main id="main" class="desk">
      <div class="desk-notices" role="status">${notices(news(desk))}</div>
      ${screen(desk, desk.server, around, on)}
    </main>
  `;
}

function screen(desk: Desk, server: DeskState, around: Surroundings, on: DeskEvents): TemplateResult {
  switch (screenOf(desk)) {
    case "offer":
      return offer(desk, server, around, on);
    case "call":
    case "wrapup":
      return work(desk, server, around, on);
    default:
      return idle(desk, server, around, on);
  }
}

function idle(desk: Desk, { presence, lines }: DeskState, around: Surroundings, on: DeskEvents): TemplateResult {
  const { now, notices, devices, check } = around;
  return html`
    <div class="desk-idle">
      ${presenceView({ presence, now, asking: desk.asking, notices }, on.presence)} ${linesView(lines, now)}
      ${selfCheckView({ ...check, devices }, on.check)}
    </div>
  `;
}

function offer({ asking, reason }: Desk, { offer }: DeskState, { now, rings }: Surroundings, on: DeskEvents): TemplateResult {
  return offer ? offerView({ offer, now, rings, reason, asking }, on.offer) : html``;
}

/** Call and wrap-up share their place for notes and outcome: what the agent writes there outlasts the call. */
function work(desk: Desk, server: DeskState, around: Surroundings, on: DeskEvents): TemplateResult {
  const inCall = screenOf(desk) === "call";
  const { message } = server.visit ?? { message: null };
  return html`
    <div class="desk-work" data-in-call=${inCall} data-alone=${interprets(desk)}>
      <div class="desk-call">
        ${!inCall ? wrapUp(desk, server, around, on) : message === null ? call(desk, server, around, on) : letter(message)}
      </div>
      <div class="desk-visit">${visit(desk, server, around, on)}</div>
    </div>
  `;
}

function call(desk: Desk, { call = null }: DeskState, around: Surroundings, on: DeskEvents): TemplateResult {
  const { devices, link, now } = around;
  const bar = { call, link, now, microphone: devices.microphone.device, camera: devices.camera.device };
  return html`${callBarView(bar, on.call)} ${soundNotice(around, on)} ${call && interprets(desk) ? asked(call, desk, on) : nothing}
    ${interprets(desk) ? html`<p>${t("You interpret. Your colleague writes the notes and finishes the visit.")}</p>` : nothing} ${call ? people(desk, call, around, on) : nothing}`;
}

/** An interpreter is asked like the citizen. */
function asked({ recording: shown = null }: CallView, { asking }: Desk, on: DeskEvents): TemplateResult | typeof nothing {
  return recording({ recording: shown, citizen: false, asking }, on.recording);
}

function people(desk: Desk, call: CallView, around: Surroundings, on: DeskEvents): TemplateResult {
  const { devices, slot, reading, preferences, hears } = around;
  const { captions } = call;
  const own = streamOf(devices.camera.track);
  const shown = { legs: call.legs, modality: call.modality, balance: preferences.balance };
  const { correcting } = desk;
  const spoken = captions && { captions, look: preferences, correcting, shown: preferences.captions, able: hears };
  return html`
    ${troubleStrip(call.legs)} ${call.modality === "text" ? nothing : html`${stage({ ...shown, slot, own })} ${stageSizes(shown, on.call.balance)}`}
    ${call.modality === "text" ? nothing : deskVolume(preferences.volume, on.call.volume)}
    ${spoken ? deskCaptions(spoken, on.captions) : nothing}
    ${conversation(reading, on.conversation)} ${lettersButton(reading, on.conversation)}
  `;
}

function soundNotice({ soundBlocked }: Surroundings, on: DeskEvents): TemplateResult | typeof nothing {
  if (!soundBlocked) return nothing;
  const text = t("Your browser holds the sound back until you press this button.");
  return html`${notices([{ tone: "problem", text, actions: [{ label: t("Start the sound"), act: on.call.startSound }] }])}`;
}

function wrapUp(desk: Desk, { presence }: DeskState, { now }: Surroundings, on: DeskEvents): TemplateResult {
  return wrapUpView({ presence, now, asking: desk.asking, closed: !needsOutcome(desk), interpreted: interprets(desk) }, on.presence);
}

function visit(desk: Desk, server: DeskState, around: Surroundings, on: DeskEvents): TemplateResult | typeof nothing {
  if (!server.visit) return nothing;
  const call = server.call ?? null;
  const inCall = screenOf(desk) === "call";
  const answers = server.visit.message !== null;
  const closing = { ...desk.closing, asking: desk.asking, inCall: inCall && !answers, answers };
  const transfer = { ...desk.transfer, asking: desk.asking };
  return html`
    ${visitView({ visit: server.visit, call: inCall ? call : null, notes: around.notes }, on.visit)}
    ${needsOutcome(desk) ? closingView(closing, on.closing) : nothing}
    ${call && inCall && server.visit.message === null ? recorderView(call, desk.asking, on.recording) : nothing}
    ${call && inCall && needsOutcome(desk) ? transferView(transfer, on.transfer) : nothing}
  `;
}

function news(desk: Desk): Notice[] {
  const list: Notice[] = [];
  if (desk.status !== "connected") {
    list.push({ tone: "wait", text: t("The connection to the desk is lost. It comes back by itself.") });
  }
  if (desk.server?.draining) {
    list.push({ tone: "info", text: t("The desk restarts soon. Your call goes on; new calls are not sent to you until then.") });
  }
  if (desk.unmet) list.push({ tone: "info", text: unmetSentence(desk.unmet) });
  if (desk.problem) list.push({ tone: "problem", text: desk.problem });
  return list;
}

function unmetSentence(seat: Seat): string {
  return seat === "interpreter"
    ? t("No interpreter answered in time, so the call did not begin. The citizen keeps their place, and you are free again.")
    : t("No employee answered in time, so the call did not begin. The citizen keeps their place, and you are free again.");
}

function replaced(on: DeskEvents): TemplateResult {
  return html`
    <main id="main" class="desk-message">
      <h1 tabindex="-1">${t("Your desk is open in another window")}</h1>
      <p>${t("Go on there, or take the desk back into this window.")}</p>
      <button class="button main" @click=${on.takeBack}>${t("Use this window")}</button>
    </main>
  `;
}

function message(title: string, sentence: string): TemplateResult {
  return html`
    <main id="main" class="desk-message">
      <h1 tabindex="-1">${title}</h1>
      <p>${sentence}</p>
    </main>
  `;
}
