/** The whole page as a function of the visit. */

import { type TemplateResult, html, nothing } from "lit-html";
import { CARRIES_MEDIA, type MediaLink } from "../call/media";
import type { Preferences } from "../call/preferences";
import { language, t } from "../call/words";
import { type BookedData, booked, booking } from "../panels/booking/view";
import { check } from "../panels/check/view";
import type { ClipData } from "../panels/clip/view";
import { closed, dropped } from "../panels/closed/view";
import type { Written } from "../panels/conversation/view";
import { help } from "../panels/help/view";
import { hours } from "../panels/hours/view";
import { icon } from "../panels/icon/view";
import type { LineData } from "../panels/line/view";
import { meeting } from "../panels/meeting/view";
import { message, sent } from "../panels/message/view";
import { notices } from "../panels/notices/view";
import { preferencesPanel } from "../panels/preferences/view";
import { ringing } from "../panels/ringing/view";
import { services } from "../panels/services/view";
import { summary } from "../panels/summary/view";
import { waiting } from "../panels/waiting/view";
import { ways } from "../panels/ways/view";
import { welcome } from "../panels/welcome/view";
import type { CitizenActions } from "./actions";
import { serviceNameOf } from "./ahead";
import { isDue } from "./booking";
import { findService } from "./catalogue";
import { helpFor } from "./help";
import { type Screen, type Visit, isMessage, modalityOf, screenOf } from "./visit";

/** What the screens show that is not part of the visit. */
export interface Surroundings {
  preferences: Preferences;
  slot: MediaLink["slot"];
  /** What this reader sees of what was written. */
  reading: Written;
  /** The page's own camera, while it is on. */
  own: MediaStream | null;
  /** How loud the microphone is, 0…1. */
  level: number;
  /** Milliseconds since the epoch. */
  now: number;
}

export function page(visit: Visit, around: Surroundings, on: CitizenActions): TemplateResult {
  const screen = screenOf(visit);
  return html`<a class="skip button main" href="#main">${t("Skip to the content")}</a>
    ${screen === "call" ? nothing : html`<header class="bar">${languageLink(screen)} ${tools(screen, around, on)}</header>`}
    <main id="main" class="screen" data-screen=${screen}>
      ${visit.problem === null ? nothing : html`<div role="alert">${notices([{ tone: "problem", text: visit.problem }])}</div>`}
      ${screenView(screen, visit, around, on)} ${canGoBack(screen, visit) ? backButton(on) : nothing}
    </main>`;
}

/** What every screen offers: in the call, where the room belongs to the people, it is behind "More". */
function tools(screen: Screen, around: Surroundings, on: CitizenActions): TemplateResult {
  return html`${preferencesPanel(around.preferences, on.preferences)} ${help(helpFor(screen))}`;
}

function screenView(screen: Screen, visit: Visit, around: Surroundings, on: CitizenActions): unknown {
  switch (screen) {
    case "welcome":
      return welcomeView(visit, around, on);
    case "needs":
      return ways(visit.needs, CARRIES_MEDIA, on.ways);
    case "service":
      return services({ bodies: visit.bodies, failed: visit.catalogueFailed, query: visit.query, now: around.now }, on.services);
    case "check":
      return checkView(visit, around, on);
    case "waiting":
      return waitingView(visit, around, on);
    case "ringing":
      return ringing({ own: around.own, putThrough: visit.server?.ticket?.put_through ?? false, leaving: visit.leaving, asking: visit.asking }, on.meeting);
    case "call":
      return meetingView(visit, around, on);
    case "dropped":
      return dropped(visit.server?.phase === "call");
    case "summary":
      return visit.server?.summary ? summary(visit.server.summary, visit.asking, on.summary) : nothing;
    case "closed":
      return closedView(visit, around, on);
    case "message":
      return messageView(visit, on);
    case "booking":
      return bookingView(visit, around, on);
  }
}

function welcomeView(visit: Visit, around: Surroundings, on: CitizenActions): TemplateResult {
  const { hasMessage, needs } = visit;
  return welcome({ signs: needs.signs, hasMessage, booked: bookedData(visit, around) }, on.welcome);
}

function bookedData({ booked, cancelled, cancelling, asking, server }: Visit, { now }: Surroundings): BookedData | null {
  if (!booked) return null;
  const waiting = server?.phase === "waiting";
  const { service_name: serviceName, starts_at } = booked;
  return { serviceName, starts_at, cancelled, cancelling, due: isDue(booked, now) && !waiting, waiting, asking, now };
}

function bookingView(visit: Visit, around: Surroundings, on: CitizenActions): TemplateResult {
  const held = bookedData(visit, around);
  if (held) return booked(held, on.booked);
  const { asking, reach } = visit;
  const data = { serviceName: serviceNameOf(visit), texts: reach?.text_messages ?? false, now: around.now, asking };
  return booking({ ...visit.booking, ...data }, on.booking);
}

function messageView(visit: Visit, on: CitizenActions): TemplateResult {
  const serviceName = serviceNameOf(visit);
  const { asking, server } = visit;
  if (isMessage(server)) return sent({ ticket: server?.ticket?.id ?? 0, serviceName, asking }, on.message);
  return message({ ...visit.message, serviceName, asking }, on.message);
}

function checkView(visit: Visit, around: Surroundings, on: CitizenActions): TemplateResult {
  const { devices, asking, outlook } = visit;
  const service = findService(visit.bodies ?? [], visit.service);
  const { modality } = visit.needs;
  return check({ service, modality, carriesMedia: CARRIES_MEDIA, devices, own: around.own, level: around.level, outlook, line: lineData(visit), asking }, on.check);
}

/** What was found last: by this page, or by the page that took her place. */
function lineData(visit: Visit): LineData {
  const { line, needs, server } = visit;
  const ticket = server?.ticket;
  const way = { modality: modalityOf(visit), signs: ticket ? ticket.sign_language !== null : needs.signs && needs.modality === "video" };
  return { checking: line.checking, untried: line.untried, usual: line.usual, found: line.found ?? ticket?.check ?? null, way };
}

/** The slots of a connection that does not stand yet show nothing. */
function clipData({ server, link, silenced }: Visit, { slot }: Surroundings): ClipData | null {
  const clip = server?.wait?.clip;
  return clip ? { clip, slot: link === "connected" ? slot(0) : null, silenced } : null;
}

function waitingView(visit: Visit, around: Surroundings, on: CitizenActions): TemplateResult {
  const { leaving, asking, server, callback: form, push, reach } = visit;
  const texts = reach?.text_messages ?? false;
  return waiting(
    {
      wait: server?.wait ?? null,
      serviceName: server?.ticket?.service_name ?? "",
      modality: modalityOf(visit),
      putThrough: server?.ticket?.put_through ?? false,
      lost: visit.status !== "connected",
      draining: server?.draining ?? false,
      callback: reach && (texts || push !== "missing") ? { form, push, texts } : null,
      clip: clipData(visit, around),
      line: lineData(visit),
      using: visit.line.using,
      leaving,
      asking,
    },
    on.waiting,
  );
}

function meetingView(visit: Visit, around: Surroundings, on: CitizenActions): TemplateResult {
  const call = visit.server?.call;
  const modality = modalityOf(visit);
  const { drawer, writing, silenced, leaving, asking, devices } = visit;
  return meeting(
    {
      stage: { legs: call?.legs ?? [], modality, slot: around.slot, own: around.own, balance: around.preferences.balance },
      hold: call?.hold ?? null,
      film: visit.film,
      modality,
      carriesMedia: CARRIES_MEDIA,
      microphone: devices.microphone.device,
      camera: devices.camera.device,
      reading: around.reading,
      captions: call?.captions ?? null,
      captionsOpen: around.preferences.captions,
      look: around.preferences,
      drawer,
      writing,
      volume: around.preferences.volume,
      silenced,
      recording: call?.recording ?? null,
      leaving,
      asking,
      tools: tools("call", around, on),
    },
    on.meeting,
  );
}

function closedView(visit: Visit, around: Surroundings, on: CitizenActions): TemplateResult {
  if (visit.status === "replaced") return closed({ why: "replaced", undo: null, asking: false }, on.closed);
  if (visit.opening && visit.step === "hours") {
    return hours({ serviceName: serviceNameOf(visit), opening: visit.opening, now: around.now }, on.ahead);
  }
  const { phase, undo_until: until } = visit.server ?? { phase: "left" };
  const why = phase === "expired" || phase === "closed" ? phase : "left";
  const left = until ? Math.ceil((until - around.now) / 1000) : 0;
  return closed({ why, undo: left > 0 ? left : null, asking: visit.asking }, on.closed);
}

/** Only where a change of the page's address disturbs nothing. */
function languageLink(screen: Screen): TemplateResult | typeof nothing {
  if (screen === "ringing") return nothing;
  const other = language() === "ar" ? { tag: "en", name: "English" } : { tag: "ar", name: "العربية" };
  return html`<a class="button" href="/${other.tag}/" lang=${other.tag} hreflang=${other.tag}>${icon("languages")}<span>${other.name}</span></a>`;
}

function canGoBack(screen: Screen, { server, step }: Visit): boolean {
  if (screen === "message") return !isMessage(server);
  return ["service", "check", "needs", "booking"].includes(screen) || (screen === "closed" && step === "hours");
}

function backButton(on: CitizenActions): TemplateResult {
  return html`<button class="button quiet" type="button" data-act="back" @click=${on.back}>${t("Back")}</button>`;
}
