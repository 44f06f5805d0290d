/** Slots by their days. */

import { dayOf } from "../../call/days";
import type { SlotView } from "../../call/messages";

export interface Day {
  /** The midnight with which it begins. */
  at: number;
  slots: SlotView[];
}

/** The days that have a slot, soonest first; each with its slots in order. */
export function daysOf(slots: readonly SlotView[]): Day[] {
  const days = new Map<number, SlotView[]>();
  for (const slot of [...slots].sort((one, other) => one.starts_at - other.starts_at)) {
    const at = dayOf(slot.starts_at);
    days.set(at, [...(days.get(at) ?? []), slot]);
  }
  return [...days].map(([at, ofDay]) => ({ at, slots: ofDay }));
}
