/** What the citizen's page knows, and how it changes. No element of the page, no clock, no network. */

import type { Status } from "../call/connection";
import type { DeviceStates } from "../call/devices";
import type { LinkState } from "../call/media";
import type { CitizenState, Modality, TextEvent } from "../call/messages";
import { merge, withKnownLines } from "../call/text";
import type { GovernmentBody } from "./catalogue";

export type Step = "welcome" | "needs" | "service" | "check";
export type Screen =
  | Step
  | "waiting"
  | "ringing"
  | "call"
  | "dropped"
  | "summary"
  | "closed";

/** How the citizen takes part; remembered on the device. */
export interface Needs {
  modality: Modality;
  signs: boolean;
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
  /** What the citizen switched off in the call. */
  off: { microphone: boolean; camera: boolean };
  textOpen: boolean;
  leaving: boolean;
  asking: boolean;
  /** Why the last request failed, as a sentence. */
  problem: string | null;
  /** The browser wants a tap before it plays sound. */
  silenced: boolean;
}

export type Action =
  | { type: "state"; state: CitizenState }
  | { type: "text"; event: TextEvent }
  | { type: "status"; status: Status }
  | { type: "step"; step: Step }
  | { type: "chosen"; service: string }
  | { type: "change"; change: Partial<Omit<Visit, "server" | "status" | "step">> }
  | { type: "joined" }
  | { type: "forgotten" }
  | { type: "failed"; message: string };

const OFF = { device: "off", cause: null, track: null, asking: false } as const;

export const START: Visit = {
  server: null,
  status: "connecting",
  link: "none",
  returning: false,
  step: "welcome",
  from: "welcome",
  needs: { modality: "video", signs: false },
  service: null,
  bodies: null,
  catalogueFailed: false,
  query: "",
  devices: { microphone: OFF, camera: OFF },
  off: { microphone: false, camera: false },
  textOpen: false,
  leaving: false,
  asking: false,
  problem: null,
  silenced: false,
};

export function reduce(visit: Visit, action: Action): Visit {
  switch (action.type) {
    case "state":
      return arrived(visit, action.state);
    case "text":
      return typed(visit, action.event);
    case "status":
      return { ...visit, status: action.status };
    case "step":
      return { ...visit, step: action.step, from: visit.step, problem: null };
    case "chosen":
      return { ...visit, service: action.service, step: "check", problem: null };
    case "change":
      return { ...visit, ...action.change };
    case "joined":
      return { ...visit, returning: true, asking: false, problem: null };
    case "forgotten":
      return { ...START, status: visit.status, needs: visit.needs, bodies: visit.bodies };
    case "failed":
      return { ...visit, asking: false, problem: action.message };
  }
}

function arrived(visit: Visit, news: CitizenState): Visit {
  const state = withKnownLines(news, visit.server?.call);
  if (visit.server?.phase === state.phase) return { ...visit, server: state };
  const textOpen = visit.textOpen || (state.phase === "call" && state.call?.modality === "text");
  const off = state.phase === "call" ? visit.off : START.off;
  return { ...visit, server: state, leaving: false, asking: false, problem: null, textOpen, off };
}

function typed(visit: Visit, event: TextEvent): Visit {
  const call = visit.server?.call;
  if (!visit.server || call?.id !== event.call) return visit;
  const text = merge(call.text, event.lines);
  // What the employee writes must be seen at once, wherever the citizen is looking.
  const textOpen = visit.textOpen || event.lines.some((line) => !line.you);
  return { ...visit, textOpen, server: { ...visit.server, call: { ...call, text } } };
}

export function modalityOf(visit: Visit): Modality {
  return visit.server?.ticket?.modality ?? visit.needs.modality;
}

/** The value of `data-screen`. */
export function screenOf(visit: Visit): Screen {
  if (visit.status === "replaced") return "closed";
  if (visit.server === null) return visit.returning ? "dropped" : visit.step;
  switch (visit.server.phase) {
    case "none":
      return visit.step;
    case "call":
      return isBroken(visit) ? "dropped" : "call";
    case "left":
    case "expired":
    case "closed":
      return "closed";
    default:
      return visit.server.phase;
  }
}

/** The call's own way is down. Text needs no media; a link that has not been offered yet is still coming. */
function isBroken(visit: Visit): boolean {
  if (visit.status !== "connected") return true;
  return modalityOf(visit) !== "text" && (visit.link === "failed" || visit.link === "interrupted");
}

/** Which devices the screen needs: none while waiting. */
export function wantedDevices(visit: Visit): { microphone: boolean; camera: boolean } {
  const modality = modalityOf(visit);
  const screen = screenOf(visit);
  const using = ["check", "ringing", "call"].includes(screen) || (screen === "dropped" && callOf(visit) !== "none");
  return {
    microphone: using && modality !== "text",
    camera: using && modality === "video" && !visit.off.camera,
  };
}

/** The value of `data-call`. */
export function callOf(visit: Visit): string {
  return visit.server?.call?.state ?? "none";
}
