"""What an operator watches: who is connected, how many tickets stand where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from prometheus_client import Gauge

from wasl_queue.ticket import Ticket, TicketState
from wasl_signaling.mailbox import Kind, Mailboxes

CONNECTED = Gauge("wasl_connected", "Pages that are connected to this process", ["page"])
TICKETS = Gauge("wasl_tickets", "Tickets that have not ended", ["state"])


def observe(mailboxes: Mailboxes, tickets: Iterable[Ticket]) -> None:
    """Sets the gauges."""
    for kind in Kind:
        CONNECTED.labels(kind.name.lower()).set(len(mailboxes.of_kind(kind)))
    by_state = Counter(ticket.state for ticket in tickets)
    for state in (TicketState.WAITING, TicketState.OFFERED, TicketState.SERVING):
        TICKETS.labels(state.value).set(by_state[state])
