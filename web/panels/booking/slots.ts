/** Slots by their days. */

import { dayOf } from "../../call/days";
import type { SlotView } from "../../call/messages";

export interface Day {
  /** As `dayOf` tells it. */
  at: number;
  /** At least one. */
  slots: [SlotView, ...SlotView[]];
}

/** The days that have a slot, soonest first; each with its slots in order. */
export function daysOf(slots: readonly SlotView[]): Day[] {
  const days = new Map<number, Day["slots"]>();
  for (const slot of [...slots].sort((one, other) => one.starts_at - other.starts_at)) {
    const at = dayOf(slot.starts_at);
    const before = days.get(at);
    days.set(at, before ? [...before, slot] : [slot]);
  }
  return [...days].map(([at, ofDay]) => ({ at, slots: ofDay }));
}
