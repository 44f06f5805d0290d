/** The proof of the citizen's place, kept on the device: with it a reload, a drop or a new tab comes back to it. */

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
    remember(this.#key, ticket && { ticket: ticket.ticket, resume: ticket.resume });
  }
}

const visit = new Kept("wasl.ticket");
const former = new Kept("wasl.earlier");
const message = new Kept("wasl.message");

export const loadTicket = (): Ticket | null => visit.load();
/** With it she comes back to a place further up if she dropped out, and to the employee of last time. */
export const loadEarlier = (): Ticket | null => former.load();
export const loadMessage = (): Ticket | null => message.load();

export function keepTicket(ticket: Ticket | null): void {
  visit.keep(ticket);
}

export function keepEarlier(ticket: Ticket | null): void {
  former.keep(ticket);
}

export function keepMessage(ticket: Ticket | null): void {
  message.keep(ticket);
}
