/**
 * The proof of the citizen's place, kept on the device: with it a reload, a drop or a new tab comes back to it. A page has
 * the place it came with or took itself: one that was forgotten in another tab does not take what goes on elsewhere.
 */

import { remember, remembered } from "../call/preferences";

export interface Ticket {
  ticket: number;
  resume: string;
}

/** What a device keeps one of: the visit that goes on, the one before it, the message that waits for its answer. */
class Kept {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  load(): Ticket | null {
    return remembered(this.#key) as Ticket | null;
  }

  keep(ticket: Ticket | null): void {
    remember(this.#key, ticket && proofOf(ticket));
  }
}

/** It goes to the desk as it is, which takes nothing else with it. */
function proofOf({ ticket, resume }: Ticket): Ticket {
  return { ticket, resume };
}

const visit = new Kept("wasl.ticket");
const former = new Kept("wasl.earlier");
const message = new Kept("wasl.message");

let own = visit.load();

/** The place of this page. */
export const loadTicket = (): Ticket | null => own;

/** The place of this device, which is this page's from now on: only loading a page or a tap may ask for it. */
export function takeTicket(): Ticket | null {
  own = visit.load();
  return own;
}

/** With it she comes back to a place further up if she dropped out, and to the employee of last time. */
export const loadEarlier = (): Ticket | null => former.load();
export const loadMessage = (): Ticket | null => message.load();

export function keepTicket(ticket: Ticket | null): void {
  // What another page has begun meanwhile is not this one's to forget.
  if (ticket !== null || visit.load()?.ticket === own?.ticket) visit.keep(ticket);
  own = ticket && proofOf(ticket);
}

export function keepEarlier(ticket: Ticket | null): void {
  former.keep(ticket);
}

export function keepMessage(ticket: Ticket | null): void {
  message.keep(ticket);
}
