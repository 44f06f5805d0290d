/** Booking a time: a day, an hour, yes. One list at a time, in words; no grid to find one's way in. */

import { type TemplateResult, html, nothing } from "lit-html";
import { dayName, moment } from "../../call/days";
import type { SlotView } from "../../call/messages";
import { t, timeOfDay, tn } from "../../call/words";
import { icon } from "../icon/view";
import { isPhone, phoneField } from "../phone/view";
import { type Day, daysOf } from "./slots";
import "./style.css";

export interface BookingForm {
  /** Null while they are fetched. */
  slots: readonly SlotView[] | null;
  failed: boolean;
  /** The midnight of the chosen day. */
  day: number | null;
  slot: SlotView | null;
  phone: string;
  refused: boolean;
}

export interface BookingData extends BookingForm {
  serviceName: string;
  /** The desk can send text messages. */
  texts: boolean;
  /** Milliseconds since the epoch. */
  now: number;
  asking: boolean;
}

export interface BookingActions {
  change: (change: Partial<BookingForm>) => void;
  fetch: () => void;
  book: (slot: SlotView, phone: string) => void;
  message: () => void;
}

export function booking(data: BookingData, on: BookingActions): TemplateResult {
  if (data.slot) return confirmation(data, data.slot, on);
  const day = daysOf(data.slots ?? []).find(({ at }) => at === data.day);
  if (day) return hoursOf(day, data, on);
  return html`<h1 tabindex="-1">${t("Choose a day")}</h1>
    <p class="booking-service" dir="auto">${data.serviceName}</p>
    ${data.slots ? days(daysOf(data.slots), data.now, on) : data.failed ? failed(on) : html`<p role="status">${t("One moment…")}</p>`}`;
}

function failed(on: BookingActions): TemplateResult {
  return html`<p role="alert">${t("We cannot reach the service just now. Please try again in a moment.")}</p>
    <button class="button main wide" type="button" @click=${on.fetch}>${t("Try again")}</button>`;
}

function days(list: readonly Day[], now: number, on: BookingActions): TemplateResult {
  if (list.length === 0) return none(on);
  return html`<ul class="booking-list" role="list">
    ${list.map(({ at, slots }) => html`<li>
      <button class="button wide booking-day" type="button" data-day=${at} @click=${() => { on.change({ day: at }); }}>
        <strong>${dayName(slots[0].starts_at, now)}</strong>
        <span>${tn("%(n)s time is free", "%(n)s times are free", slots.length)}</span>
      </button>
    </li>`)}
  </ul>`;
}

function none(on: BookingActions): TemplateResult {
  return html`<p role="status">${t("No time can be booked just now. You can leave a message instead.")}</p>
    <button class="button main wide" type="button" data-act="message" @click=${on.message}>${icon("mail")}<span>${t("Leave a message")}</span></button>`;
}

function hoursOf(day: Day, { now, serviceName }: BookingData, on: BookingActions): TemplateResult {
  return html`<h1 tabindex="-1">${dayName(day.slots[0].starts_at, now)}</h1>
    <p class="booking-service" dir="auto">${serviceName}</p>
    <p>${t("Choose the time at which we talk to you.")}</p>
    <ul class="booking-list booking-hours" role="list">
      ${day.slots.map((slot) => html`<li>
        <button class="button wide" type="button" data-slot=${slot.starts_at} @click=${() => { on.change({ slot }); }}>${timeOfDay(slot.starts_at)}</button>
      </li>`)}
    </ul>
    <button class="button quiet" type="button" @click=${() => { on.change({ day: null }); }}>${t("Another day")}</button>`;
}

function confirmation(data: BookingData, slot: SlotView, on: BookingActions): TemplateResult {
  const confirm = (event: Event): void => {
    event.preventDefault();
    if (data.phone === "" || isPhone(data.phone)) on.book(slot, data.phone);
    else refuse(on);
  };
  const label = t("Your mobile number, for a reminder (optional)");
  const field = { id: "booking-number", label, value: data.phone, refused: data.refused };
  return html`<h1 tabindex="-1">${t("Is this right?")}</h1>
    <div class="card booking-chosen">
      <p class="booking-time">${moment(slot.starts_at, data.now)}</p>
      <p class="booking-service" dir="auto">${data.serviceName}</p>
    </div>
    <form class="booking-form" novalidate @submit=${confirm}>
      ${data.texts ? phoneField(field, (phone) => { on.change({ phone, refused: false }); }) : nothing}
      <button class="button main wide" type="submit" data-act="book" ?disabled=${data.asking}>${icon("calendar-check")}<span>${t("Yes, book this time")}</span></button>
    </form>
    <button class="button quiet" type="button" @click=${() => { on.change({ slot: null }); }}>${t("Another time")}</button>`;
}

function refuse(on: BookingActions): void {
  on.change({ refused: true });
  document.getElementById("booking-number")?.focus();
}

export interface BookedData {
  serviceName: string;
  starts_at: number;
  /** Given back a moment ago; it can be taken again. */
  cancelled: boolean;
  /** Its time has come. */
  due: boolean;
  /** The citizen has a place in line as well. */
  waiting: boolean;
  /** The question whether to give it back is open. */
  cancelling: boolean;
  asking: boolean;
  now: number;
}

export interface BookedActions {
  come: () => void;
  cancelling: (asked: boolean) => void;
  cancel: () => void;
  undo: () => void;
}

export function booked(data: BookedData, on: BookedActions): TemplateResult {
  if (data.cancelled) return given(data, on);
  return html`<h1 tabindex="-1">${t("Your time is booked")}</h1>
    ${appointment(data, on)}
    ${data.waiting ? html`<p>${t("You are still in line, too. You may wait, or leave the line: your time stays booked.")}</p>` : nothing}`;
}

/** The promised time with what can be done about it; also on the first screen. */
export function appointment(data: BookedData, on: BookedActions): TemplateResult {
  return html`<section class="card booking-chosen" aria-label=${t("Your booked time")}>
    <p class="booking-time">${icon("calendar-check")}<span>${moment(data.starts_at, data.now)}</span></p>
    <p class="booking-service" dir="auto">${data.serviceName}</p>
    ${data.due
      ? html`<button class="button main wide" type="button" data-act="come" ?disabled=${data.asking} @click=${on.come}>${t("I am here")}</button>`
      : html`<p>${t("Open this page on this device at that time. From a quarter of an hour before, you can press “I am here”.")}</p>`}
    ${data.cancelling ? question(data, on) : html`<button class="button wide" type="button" data-act="cancel-booking" @click=${() => { on.cancelling(true); }}>${t("I cannot come")}</button>`}
  </section>`;
}

function question({ asking }: BookedData, on: BookedActions): TemplateResult {
  return html`<div class="booking-form" role="group" aria-labelledby="cancel-question">
    <p id="cancel-question" role="alert"><strong>${t("Shall we give your time to somebody else?")}</strong></p>
    <div class="buttons">
      <button class="button main" type="button" @click=${() => { on.cancelling(false); }}>${t("No, I come")}</button>
      <button class="button danger" type="button" data-act="cancel-booking-yes" ?disabled=${asking} @click=${on.cancel}>${t("Yes, I cannot come")}</button>
    </div>
  </div>`;
}

function given({ starts_at, now, serviceName, asking }: BookedData, on: BookedActions): TemplateResult {
  return html`<h1 tabindex="-1">${t("Your time is given back")}</h1>
    <div class="card booking-chosen">
      <p><s>${moment(starts_at, now)}</s></p>
      <p class="booking-service" dir="auto">${serviceName}</p>
    </div>
    <p>${t("If that was a mistake, take it back soon, before somebody else has it.")}</p>
    <button class="button main wide" type="button" data-act="undo-cancel" ?disabled=${asking} @click=${on.undo}>${t("Take my time back")}</button>`;
}
