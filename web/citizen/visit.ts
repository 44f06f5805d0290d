/** What the citizen's page knows, and how it changes. No element of the page, no clock, no network. */

import type { Status } from "../call/connection";
import type { DeviceStates } from "../call/devices";
import { withInsight } from "../call/insight";
import type { LinkState } from "../call/media";
import { withCaption } from "../call/captions";
import type { CaptionEvent, CitizenState, InsightEvent, Join, Modality, OutlookPoint, TextEvent, TextLine } from "../call/messages";
import { merge, withKnownLines } from "../call/text";
import type { BookingForm } from "../panels/booking/view";
import type { Drawer } from "../panels/meeting/view";
import type { CallbackForm } from "../panels/callback/view";
import type { MessageForm } from "../panels/message/view";
import type { Booking } from "./booking";
import { type LineState, NO_LINE } from "./line";
import type { GovernmentBody, Opening } from "./catalogue";
import type { PushAbility, Reach } from "./push";

/** `hours`: the chosen service is closed. `message` and `booking` are open to whoever waits, too. */
export type Step = "welcome" | "needs" | "service" | "check" | "hours" | "message" | "booking";
export type Screen =
  | Exclude<Step, "hours">
  | "waiting"
  | "ringing"
  | "call"
  | "dropped"
  | "summary"
  | "closed";

/** How somebody takes part who is there herself. */
export type LiveModality = Join["modality"];

/** How the citizen takes part; remembered on the device. */
export interface Needs {
  modality: LiveModality;
  signs: boolean;
  hearing: boolean;
}

export interface Visit {
  server: CitizenState | null;
  status: Status;
  link: LinkState;
  /** This device holds a ticket, so there is a visit to come back to. */
  returning: boolean;
  /** Where the citizen is before she has a place. */
  step: Step;
  /** Where the needs screen goes back to. */
  from: Step;
  needs: Needs;
  service: string | null;
  bodies: GovernmentBody[] | null;
  catalogueFailed: boolean;
  query: string;
  devices: DeviceStates;
  line: LineState;
  /** What the citizen switched off in the call. */
  off: { microphone: boolean; camera: boolean };
  /** What she has opened in the call. */
  drawer: Drawer | null;
  /** The text of the call is open: she opened it, or somebody wrote. Behind `drawer`, if that is open, too. */
  writing: boolean;
  /** The film of a call on hold plays, until she stops it. */
  film: boolean;
  leaving: boolean;
  asking: boolean;
  /** Why the last request failed, as a sentence. */
  problem: string | null;
  /** The browser wants a tap before it plays sound. */
  silenced: boolean;
  /** When the chosen service opens, told while it is closed. */
  opening: Opening | null;
  /** How long the wait would be; null while that is being asked. */
  outlook: OutlookPoint[] | null;
  reach: Reach | null;
  push: PushAbility;
  callback: CallbackForm;
  message: MessageForm;
  /** A message was left from this device. */
  hasMessage: boolean;
  booking: BookingForm;
  /** The time that was promised to whoever uses this device. */
  booked: Booking | null;
  /** The promised time was given back, and can be taken again. */
  cancelled: boolean;
  cancelling: boolean;
}

export type Action =
  | { type: "state"; state: CitizenState }
  | { type: "text"; event: TextEvent }
  | { type: "insight"; event: InsightEvent }
  | { type: "caption"; event: CaptionEvent }
  | { type: "status"; status: Status }
  | { type: "step"; step: Step }
  | { type: "chosen"; service: string; opening: Opening | null }
  | { type: "change"; change: Partial<Omit<Visit, "server" | "status" | "step">> }
  | { type: "joined" }
  | { type: "forgotten" }
  | { type: "failed"; message: string }
  | { type: "closed"; opening: Opening };

const OFF = { device: "off", cause: null, track: null, asking: false } as const;

export const START: Visit = {
  server: null,
  status: "connecting",
  link: "none",
  returning: false,
  step: "welcome",
  from: "welcome",
  needs: { modality: "video", signs: false, hearing: false },
  service: null,
  bodies: null,
  catalogueFailed: false,
  query: "",
  devices: { microphone: OFF, camera: OFF },
  line: NO_LINE,
  off: { microphone: false, camera: false },
  drawer: null,
  writing: false,
  film: true,
  leaving: false,
  asking: false,
  problem: null,
  silenced: false,
  opening: null,
  outlook: null,
  reach: null,
  push: "missing",
  callback: { open: "no", phone: "", refused: false },
  message: { text: "", phone: "", refused: null },
  hasMessage: false,
  booking: { slots: null, failed: false, day: null, slot: null, phone: "", refused: false },
  booked: null,
  cancelled: false,
  cancelling: false,
};

export function reduce(visit: Visit, action: Action): Visit {
  switch (action.type) {
    case "state":
      return arrived(visit, action.state);
    case "text":
      return typed(visit, action.event);
    case "insight":
      return insighted(visit, action.event);
    case "caption":
      return captioned(visit, action.event);
    case "status":
      return { ...visit, status: action.status };
    case "step":
      return { ...visit, step: action.step, from: visit.step, problem: null };
    case "chosen":
      return chosen(visit, action.service, action.opening);
    case "change":
      return { ...visit, ...action.change };
    case "joined":
      return { ...visit, returning: true, asking: false, problem: null };
    case "forgotten":
      return { ...START, ...kept(visit) };
    case "failed":
      return { ...visit, asking: false, problem: action.message };
    case "closed":
      return { ...visit, asking: false, step: "hours", opening: action.opening };
  }
}

function chosen(visit: Visit, service: string, opening: Opening | null): Visit {
  const step = opening?.open === false ? "hours" : "check";
  return { ...visit, service, opening, step, outlook: null, problem: null };
}

/** What outlasts a visit. */
function kept({ status, needs, bodies, reach, push, booked, hasMessage }: Visit): Partial<Visit> {
  return { status, needs, bodies, reach, push, booked, hasMessage };
}

function arrived(visit: Visit, news: CitizenState): Visit {
  const state = withKnownLines(news, visit.server?.call);
  // Before the desk has answered she is not in line either: whoever has begun by then is not thrown back.
  if ((visit.server?.phase ?? "none") === state.phase) return { ...visit, server: state, ...openAfter(visit, state) };
  const off = state.phase === "call" ? visit.off : START.off;
  const { step, callback } = START;
  return { ...visit, server: state, leaving: false, asking: false, problem: null, ...openAfter(visit, state), off, step, callback };
}

/** A hold that begins is shown at once, whatever she had opened; she may go on writing then. So is what is written to her. */
function openAfter({ server, drawer, writing }: Visit, { call }: CitizenState): Pick<Visit, "drawer" | "writing"> {
  if (!call || (call.hold && !server?.call?.hold)) return { drawer: null, writing: false };
  return { drawer, writing: writing || hasNews(call.text, server?.call?.text ?? []) };
}

/** Lines of others that were not known: they come twice, over two ways. More letters of a line open nothing that she has closed. */
function hasNews(lines: readonly TextLine[], known: readonly TextLine[]): boolean {
  const isKnown = (line: TextLine): boolean => known.some(({ id, text }) => id === line.id && text !== "");
  return lines.some((line) => !line.you && line.text !== "" && !isKnown(line));
}

function typed(visit: Visit, event: TextEvent): Visit {
  const call = visit.server?.call;
  if (!visit.server || call?.id !== event.call) return visit;
  const text = merge(call.text, event.lines);
  // What the employee writes must be seen at once, wherever the citizen is looking.
  const writing = visit.writing || hasNews(event.lines, call.text);
  return { ...visit, writing, server: { ...visit.server, call: { ...call, text } } };
}

function insighted(visit: Visit, event: InsightEvent): Visit {
  const { server } = visit;
  return server?.call ? { ...visit, server: { ...server, call: withInsight(server.call, event) } } : visit;
}

function captioned(visit: Visit, event: CaptionEvent): Visit {
  const { server } = visit;
  return server?.call ? { ...visit, server: { ...server, call: withCaption(server.call, event) } } : visit;
}

export function modalityOf(visit: Visit): Modality {
  return visit.server?.ticket?.modality ?? visit.needs.modality;
}

/** The value of `data-screen`. */
export function screenOf(visit: Visit): Screen {
  if (visit.status === "replaced") return "closed";
  if (visit.server === null && visit.returning) return "dropped";
  if (isAside(visit)) return visit.step === "booking" ? "booking" : "message";
  const phase = visit.server?.phase ?? "none";
  switch (phase) {
    case "none":
      return visit.step === "hours" ? "closed" : visit.step;
    case "call":
      return isBroken(visit) ? "dropped" : "call";
    case "left":
    case "expired":
    case "closed":
      return "closed";
    default:
      return phase;
  }
}

/** She looks at something else than her place: a message of hers, or a time to book. */
function isAside({ server, step }: Visit): boolean {
  const phase = server?.phase;
  if (isMessage(server)) return true;
  if (phase === "waiting") return step === "booking";
  return phase === "closed" && (step === "booking" || step === "message");
}

/** A message that was left and is not answered yet. */
export function isMessage(server: CitizenState | null): boolean {
  return server?.ticket?.modality === "message" && ["waiting", "ringing", "call"].includes(server.phase);
}

/** The service that it is all about: of her place, or the one she has chosen. */
export function serviceOf({ server, service }: Visit): string | null {
  return server?.ticket?.service ?? service;
}

/** The call's own way is down. Text needs no media; a link that has not been offered yet is still coming. */
function isBroken(visit: Visit): boolean {
  if (visit.status !== "connected") return true;
  return modalityOf(visit) !== "text" && (visit.link === "failed" || visit.link === "interrupted");
}

/** Which devices the screen needs: none while waiting, but for a check that runs. */
export function wantedDevices(visit: Visit): { microphone: boolean; camera: boolean } {
  const modality = modalityOf(visit);
  const screen = screenOf(visit);
  if (screen === "waiting" && visit.line.using) return visit.line.using;
  const using = ["check", "ringing", "call"].includes(screen) || (screen === "dropped" && callOf(visit) !== "none");
  return {
    microphone: using && modality !== "text",
    camera: using && modality === "video" && !visit.off.camera,
  };
}

/** Whether a connection with the relay is of use now; while nobody has told yet, the present one may be. */
export function needsLink({ server }: Visit): boolean {
  if (!server) return true;
  if (server.phase === "waiting") return server.wait?.clip?.playing ?? false;
  return server.phase === "ringing" || server.phase === "call";
}

/** The value of `data-call`. */
export function callOf(visit: Visit): string {
  return visit.server?.call?.state ?? "none";
}
