import type { TemplateResult } from "lit-html";
import type { SlotView } from "../../call/messages";
import { type BookedData, type BookingForm, booked, booking } from "./view";

const NOW = new Date(2026, 10, 28, 21, 30).getTime();
const nothingToDo = (): void => undefined;
const on = { change: nothingToDo, fetch: nothingToDo, book: nothingToDo, message: nothingToDo };
const onBooked = { come: nothingToDo, cancelling: nothingToDo, cancel: nothingToDo, undo: nothingToDo };

function slot(day: number, half: number): SlotView {
  const starts_at = new Date(2026, 10, day, 8).getTime() + half * 1_800_000;
  return { starts_at, ends_at: starts_at + 1_800_000 };
}

const SLOTS = [29, 30, 31].flatMap((day) => [0, 1, 2, 5, 9].map((half) => slot(day, half)));
const FORM: BookingForm = { slots: SLOTS, failed: false, day: null, slot: null, phone: "", refused: false };
export const BOOKED: BookedData = {
  serviceName: "بدل الإيجار",
  starts_at: slot(29, 2).starts_at,
  cancelled: false,
  due: false,
  waiting: false,
  cancelling: false,
  asking: false,
  now: NOW,
};

const shown = (form: Partial<BookingForm>) => (): TemplateResult =>
  booking({ ...FORM, ...form, serviceName: "بدل الإيجار", texts: true, now: NOW, asking: false }, on);
const held = (change: Partial<BookedData>) => (): TemplateResult => booked({ ...BOOKED, ...change }, onBooked);

export const examples: Record<string, () => TemplateResult> = {
  days: shown({}),
  hours: shown({ day: new Date(2026, 10, 29).getTime() }),
  confirmation: shown({ slot: slot(30, 1) }),
  refused: shown({ slot: slot(30, 1), phone: "123", refused: true }),
  "no-times": shown({ slots: [] }),
  loading: shown({ slots: null }),
  failed: shown({ slots: null, failed: true }),
  booked: held({}),
  "booked-in-line": held({ waiting: true }),
  due: held({ due: true, now: slot(29, 2).starts_at }),
  cancelling: held({ cancelling: true }),
  cancelled: held({ cancelled: true }),
};
