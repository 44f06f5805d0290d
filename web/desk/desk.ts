/** What the agent's page knows, and how it changes. No element of the page, no clock, no network. */

import type { Status } from "../call/connection";
import { withCaption } from "../call/captions";
import { withInsight } from "../call/insight";
import type { CaptionEvent, DeclineReason, DeskState, InsightEvent, Outcome, Seat, TextEvent } from "../call/messages";
import { merge, withKnownLines } from "../call/text";
import type { TransferForm } from "../panels/transfer/view";
import { type Form, type FormAction, empty, reduceForm } from "../panels/signin/form";
import type { Person } from "../panels/signin/session";

export type Screen = "loading" | "signin" | "idle" | "offer" | "call" | "wrapup";

/** The closing of a visit, as far as the agent has filled it in. */
export interface Closing {
  open: boolean;
  outcome: Outcome | null;
  note: string;
  /** The agent pressed the button before she chose an outcome. */
  incomplete: boolean;
  /** She pressed it before she wrote the answer to a message. */
  unanswered: boolean;
}

export interface Desk {
  /** Undefined until the server said who is signed in. */
  person: Person | null | undefined;
  form: Form;
  status: Status;
  server: DeskState | null;
  /** A request of the agent is under way; its button must not be pressed twice. */
  asking: boolean;
  /** Why the last request failed, as a sentence. */
  problem: string | null;
  closing: Closing;
  transfer: TransferForm;
  /** Why she would decline the present offer. */
  reason: DeclineReason | null;
  /** She accepted, and nobody took this other seat in time: told until the next offer. */
  unmet: Seat | null;
  /** The line of captions that she is correcting. */
  correcting: number | null;
}

export type Action =
  | { type: "person"; person: Person | null }
  | { type: "form"; action: FormAction }
  | { type: "status"; status: Status }
  | { type: "state"; state: DeskState }
  | { type: "text"; event: TextEvent }
  | { type: "insight"; event: InsightEvent }
  | { type: "caption"; event: CaptionEvent }
  | { type: "correcting"; line: number | null }
  | { type: "asked" }
  | { type: "answered" }
  | { type: "failed"; message: string }
  | { type: "closing"; change: Partial<Closing> }
  | { type: "transfer"; change: Partial<TransferForm> }
  | { type: "reason"; reason: DeclineReason | null };

const NO_CLOSING: Closing = { open: false, outcome: null, note: "", incomplete: false, unanswered: false };
const NO_TRANSFER: TransferForm = { open: false, targets: null, target: null, note: "", sure: false, incomplete: false };

export const START: Desk = {
  person: undefined,
  form: empty,
  status: "connecting",
  server: null,
  asking: false,
  problem: null,
  closing: NO_CLOSING,
  transfer: NO_TRANSFER,
  reason: null,
  unmet: null,
  correcting: null,
};

export function reduce(desk: Desk, action: Action): Desk {
  switch (action.type) {
    case "person":
      return { ...START, person: action.person };
    case "form":
      return { ...desk, form: reduceForm(desk.form, action.action) };
    case "status":
      return { ...desk, status: action.status };
    case "state":
      return withState(desk, action.state);
    case "text":
      return withText(desk, action.event);
    case "insight":
      return insighted(desk, action.event);
    case "caption":
      return withLine(desk, action.event);
    case "correcting":
      return { ...desk, correcting: action.line };
    case "asked":
      return { ...desk, asking: true, problem: null };
    case "answered":
      return { ...desk, asking: false };
    case "failed":
      return { ...desk, asking: false, problem: action.message };
    case "closing":
      return { ...desk, closing: { ...desk.closing, ...action.change } };
    case "transfer":
      return { ...desk, transfer: action.change.open === false ? NO_TRANSFER : { ...desk.transfer, ...action.change } };
    case "reason":
      return { ...desk, reason: action.reason };
  }
}

export function screenOf({ person, server }: Desk): Screen {
  if (person === undefined) return "loading";
  if (person === null) return "signin";
  switch (server?.presence.state) {
    case "offered":
      return server.offer ? "offer" : "idle";
    case "busy":
      return "call";
    case "wrap_up":
      return "wrapup";
    default:
      return "idle";
  }
}

/** True while the desk may ring, so the screen must not sleep. */
export function isOnDuty({ server }: Desk): boolean {
  return server !== null && server.presence.state !== "offline" && server.presence.state !== "break";
}

/** True while the visit on the screen still needs an outcome from the agent. */
export function needsOutcome({ server }: Desk): boolean {
  return server?.visit?.outcome === null;
}

/** In a call and after it, an interpreter has no visit of her own: nothing to write, nothing to decide. */
export function interprets(desk: Desk): boolean {
  const screen = screenOf(desk);
  return (screen === "call" || screen === "wrapup") && !desk.server?.visit;
}

/** A problem is about the screen it happened on: another screen starts without it. */
function withState(desk: Desk, state: DeskState): Desk {
  const server = withKnownLines(state, desk.server?.call);
  const next = { ...desk, server };
  const sameVisit = server.visit?.ticket === desk.server?.visit?.ticket;
  const sameScreen = screenOf(next) === screenOf(desk);
  return {
    ...next,
    closing: sameVisit ? desk.closing : NO_CLOSING,
    transfer: sameVisit && sameScreen ? desk.transfer : NO_TRANSFER,
    problem: sameScreen ? desk.problem : null,
    reason: server.offer?.id === desk.server?.offer?.id ? desk.reason : null,
    unmet: unmetSeat(desk, next),
  };
}

function unmetSeat(before: Desk, after: Desk): Seat | null {
  const held = before.server?.offer?.held ? before.server.offer : null;
  if (screenOf(after) !== "idle") return null;
  if (!held) return before.unmet;
  return held.seat === "interpreter" ? "agent" : "interpreter";
}

function withLine(desk: Desk, event: CaptionEvent): Desk {
  const { server } = desk;
  return server?.call ? { ...desk, server: { ...server, call: withCaption(server.call, event) } } : desk;
}

function withText(desk: Desk, event: TextEvent): Desk {
  const call = desk.server?.call;
  if (!desk.server || call?.id !== event.call) return desk;
  const text = merge(call.text, event.lines);
  return { ...desk, server: { ...desk.server, call: { ...call, text } } };
}

function insighted(desk: Desk, event: InsightEvent): Desk {
  const { server } = desk;
  return server?.call ? { ...desk, server: { ...server, call: withInsight(server.call, event) } } : desk;
}
