"""Whether a citizen's page is there. A place outlives its page for the grace time."""

from __future__ import annotations

from sqlalchemy import bindparam

from wasl_queue import offer as offers
from wasl_queue import ticket as tickets
from wasl_queue.moment import Moment
from wasl_queue.schema import is_open
from wasl_queue.schema import ticket as table
from wasl_queue.ticket import Ticket, TicketState

_OUT_OF_GRACE = tickets.selected.where(is_open, table.c.grace_until <= bindparam("now")).order_by(
    table.c.grace_until, table.c.id
)


def back(moment: Moment, ticket: Ticket) -> None:
    """Her page is there again, perhaps on another device. A ticket that has ended stays as it is."""
    if ticket.open and not ticket.present:
        tickets.set_grace(moment, [ticket], None)


def gone(moment: Moment, ticket: Ticket) -> None:
    """Her page is gone: she keeps her place, and nobody is rung for her. Grace runs from the first loss."""
    if not ticket.open or not ticket.present:
        return
    offer = offers.of_ticket(moment.connection, ticket.id)
    if offer is not None:
        offers.withdraw(moment, offer)
        offers.free_agent(moment, offer)
    tickets.set_grace(moment, [ticket], moment.now + _grace(moment, ticket))


def all_gone(moment: Moment) -> None:
    """The server has just started and has seen no page yet: everyone has the full grace time to come back.

    Offers ring on, for their citizens may be back before they are answered.
    """
    open_tickets = tickets.all_open(moment.connection)
    for state in (TicketState.WAITING, TicketState.OFFERED, TicketState.SERVING):
        there = [ticket for ticket in open_tickets if ticket.present and ticket.state is state]
        if there:
            tickets.set_grace(moment, there, moment.now + _grace(moment, there[0]))


def out_of_grace(moment: Moment) -> list[Ticket]:
    """Those whose owners were away for too long; one that is being rung is left until the offer has ended."""
    found = [tickets.from_row(row) for row in moment.connection.execute(_OUT_OF_GRACE, {"now": moment.now})]
    return [ticket for ticket in found if ticket.state is not TicketState.OFFERED]


def _grace(moment: Moment, ticket: Ticket) -> float:
    serving = ticket.state is TicketState.SERVING
    return moment.policy.grace_call if serving else moment.policy.grace_waiting
