/** A time that was promised to the citizen, kept on the device: with it she comes at that time, or gives it back. */

import { remember, remembered } from "../call/preferences";
import type { SlotView } from "../call/messages";
import type { Needs } from "./visit";

export interface Booking extends SlotView {
  booking: number;
  resume: string;
  service: string;
  service_name: string;
  needs: Needs;
}

const KEY = "wasl.booking";
/** From so long before it begins she may take her place; in milliseconds. */
const EARLY_MS = 15 * 60_000;

/** Null too when its time has gone by. `now` in milliseconds since the epoch. */
export function loadBooking(now: number): Booking | null {
  const booking = remembered(KEY) as Booking | null;
  return booking && booking.ends_at > now ? booking : null;
}

export function keepBooking(booking: Booking | null): void {
  remember(KEY, booking);
}

/** Whether its time has come. */
export function isDue(booking: Booking, now: number): boolean {
  return now >= booking.starts_at - EARLY_MS && now < booking.ends_at;
}
