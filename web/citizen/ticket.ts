/** The proof of the citizen's place, kept on the device: with it a reload, a drop or a new tab comes back to it. */

import { remember, remembered } from "../call/preferences";

export interface Ticket {
  ticket: number;
  resume: string;
}

const KEY = "wasl.ticket";

export function loadTicket(): Ticket | null {
  return remembered(KEY) as Ticket | null;
}

export function keepTicket(ticket: Ticket | null): void {
  remember(KEY, ticket && { ticket: ticket.ticket, resume: ticket.resume });
}
