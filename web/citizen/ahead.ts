/** What a citizen arranges for later: being rung, a time of her own, a message. */

import type { SlotView, Slots } from "../call/messages";
import { asciiDigits, language } from "../call/words";
import type { BookedActions, BookingActions, BookingForm } from "../panels/booking/view";
import type { CallbackActions, CallbackForm } from "../panels/callback/view";
import type { MessageActions, MessageForm } from "../panels/message/view";
import { type Booking, keepBooking } from "./booking";
import { findService } from "./catalogue";
import type { CitizenPage } from "./page";
import { subscribe } from "./push";
import { keepMessage, keepTicket, loadMessage } from "./ticket";
import { type Visit, serviceOf } from "./visit";

/** What she needs, as the desk is asked for it; null before she has chosen a service. */
export function requirementsOf(visit: Visit): Slots | null {
  const service = serviceOf(visit);
  const { needs, server } = visit;
  const taken = server?.ticket?.modality;
  const modality = taken === undefined || taken === "message" ? needs.modality : taken;
  const signs = needs.signs && modality === "video";
  return service === null ? null : { service, language: language(), sign_language: signLanguage(signs), modality };
}

const signLanguage = (signs: boolean): Slots["sign_language"] => (signs ? "sgn-KW" : null);

export function serviceNameOf(visit: Visit): string {
  return visit.server?.ticket?.service_name ?? findService(visit.bodies ?? [], visit.service)?.name ?? "";
}

export function callbackActions(page: CitizenPage): CallbackActions {
  const change = (values: Partial<CallbackForm>): void => { page.change({ callback: { ...page.visit.callback, ...values } }); };
  return {
    change: (values) => {
      change(values);
      if (values.open) document.getElementById("callback")?.focus();
    },
    onDevice: () => void ringDevice(page),
    onPhone: (phone) => void page.ask("callback", { wanted: true, phone: asciiDigits(phone) }),
    undo: () => void page.ask("callback", { wanted: false }),
  };
}

async function ringDevice(page: CitizenPage): Promise<void> {
  const { reach } = page.visit;
  if (!reach) return;
  page.change({ asking: true });
  const push = await subscribe(reach.push_key);
  if (typeof push === "string") page.change({ push, asking: false });
  else await page.ask("callback", { wanted: true, push: { ...push } });
}

/** How the desk can reach her is asked once, when it is first of use. */
export async function fetchReach(page: CitizenPage, load: () => Promise<Visit["reach"]>): Promise<void> {
  if (page.visit.reach) return;
  // Without an answer she is not offered to be rung, and waits as everybody does.
  const reach = await load().catch(() => null);
  if (reach) page.change({ reach });
}

export async function fetchOutlook(page: CitizenPage): Promise<void> {
  const wanted = requirementsOf(page.visit);
  if (!wanted) return;
  page.change({ outlook: null });
  const reply = await page.connection.request("outlook", wanted).catch(() => ({ points: [] }));
  page.change({ outlook: reply.points });
}

export function messageActions(page: CitizenPage): MessageActions & { again: () => void } {
  return {
    change: (values: Partial<MessageForm>) => { page.change({ message: { ...page.visit.message, ...values } }); },
    send: (text, phone) => void send(page, text, phone),
    again: () => {
      page.forgetTicket();
      page.connection.reopen();
    },
  };
}

async function send(page: CitizenPage, text: string, phone: string): Promise<void> {
  const wanted = requirementsOf(page.visit);
  if (!wanted) return;
  const { service, sign_language } = wanted;
  const body = { service, language: language(), sign_language, text, phone: phone === "" ? null : asciiDigits(phone) };
  const left = await page.ask("message", body);
  if (!left) return;
  keepMessage(left);
  openMessage(page);
}

/** From now on this page is about the message: its number first, then its answer. */
export function openMessage(page: CitizenPage): void {
  keepTicket(loadMessage());
  page.change({ hasMessage: true });
  page.dispatch({ type: "joined" });
  page.connection.reopen();
}

export function bookingActions(page: CitizenPage): BookingActions {
  const change = (values: Partial<BookingForm>): void => { page.change({ booking: { ...page.visit.booking, ...values } }); };
  return {
    change: (values) => {
      change(values);
      if ("day" in values || "slot" in values) page.arrive();
    },
    fetch: () => void fetchSlots(page),
    book: (slot, phone) => void book(page, slot, phone),
    message: () => { page.dispatch({ type: "step", step: "message" }); },
  };
}

export async function fetchSlots(page: CitizenPage): Promise<void> {
  const wanted = requirementsOf(page.visit);
  if (!wanted) return;
  const form = page.visit.booking;
  page.change({ booking: { ...form, slots: null, failed: false, day: null, slot: null } });
  const reply = await page.ask("slots", wanted);
  page.change({ booking: { ...page.visit.booking, slots: reply?.slots ?? null, failed: !reply } });
}

async function book(page: CitizenPage, slot: SlotView, phone: string): Promise<void> {
  const wanted = requirementsOf(page.visit);
  if (!wanted) return;
  const { service, modality, sign_language } = wanted;
  const needs = { ...page.visit.needs, modality, signs: sign_language === "sgn-KW" };
  if (!(await reserve(page, { ...slot, service, needs, service_name: serviceNameOf(page.visit) }, phone))) await refreshSlots(page);
}

/** Whether it is hers now. */
async function reserve(page: CitizenPage, time: Omit<Booking, "booking" | "resume">, phone: string): Promise<boolean> {
  const { service, needs, starts_at } = time;
  const body = { service, language: language(), sign_language: signLanguage(needs.signs), modality: needs.modality, starts_at };
  const made = await page.ask("book", { ...body, phone: phone === "" ? null : asciiDigits(phone) });
  if (!made) return false;
  const booked = { ...time, booking: made.booking, resume: made.resume };
  keepBooking(booked);
  page.change({ booked, cancelled: false, cancelling: false });
  page.arrive();
  return true;
}

/** Somebody else was faster: what is still free is shown under the reason. */
async function refreshSlots(page: CitizenPage): Promise<void> {
  const { problem } = page.visit;
  await fetchSlots(page);
  page.change({ problem: page.visit.problem ?? problem });
}

export function bookedActions(page: CitizenPage): BookedActions {
  return {
    come: () => void page.come(),
    cancelling: (cancelling) => { page.change({ cancelling }); },
    cancel: () => void cancel(page),
    undo: () => void takeBack(page),
  };
}

async function cancel(page: CitizenPage): Promise<void> {
  const { booked } = page.visit;
  if (!booked) return;
  const { booking, resume } = booked;
  if (!(await page.ask("cancel_booking", { booking, resume }))) return;
  keepBooking(null);
  page.change({ cancelled: true, cancelling: false });
  page.dispatch({ type: "step", step: "booking" });
  page.arrive();
}

/** The same time for the same thing once more, if nobody has taken it meanwhile. */
async function takeBack(page: CitizenPage): Promise<void> {
  const { booked, booking } = page.visit;
  if (booked) await reserve(page, booked, booking.phone);
}
