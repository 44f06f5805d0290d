"""Whether a citizen's page is there. A place outlives its page for the grace time."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam

from wasl_queue import callback
from wasl_queue import offer as offers
from wasl_queue import ticket as tickets
from wasl_queue.moment import Moment
from wasl_queue.schema import is_open
from wasl_queue.schema import ticket as table
from wasl_queue.statement import Statement
from wasl_queue.ticket import Ticket, TicketState

_OUT_OF_GRACE = Statement(
    tickets.selected.where(is_open, table.c.grace_until <= bindparam("now")).order_by(table.c.grace_until, table.c.id)
)

_HELD = Statement(tickets.selected.where(is_open, table.c.server == bindparam("server")))


def held(connection: Connection, server: str) -> list[Ticket]:
    """The open tickets whose pages this process holds, or held last."""
    return [tickets.from_row(row) for row in _HELD.rows(connection, server=server)]


def back(moment: Moment, ticket: Ticket) -> None:
    """Her page is there again, perhaps on another device. A ticket that has ended stays as it is."""
    if ticket.open:
        tickets.back(moment, ticket)
        callback.answered(moment, ticket)


def gone(moment: Moment, ticket: Ticket) -> None:
    """Her page is gone: she keeps her place, and nobody is rung for her. Grace runs from the first loss. If another
    process holds a newer page of hers, this one was an old one."""
    if not ticket.open or not ticket.present or ticket.server != moment.server:
        return
    if ticket.state is TicketState.OFFERED:
        offers.withdraw_all(moment, ticket.id)
        ticket = tickets.get(moment.connection, ticket.id)
    tickets.away(moment, ticket, moment.now + _grace(moment, ticket))


def out_of_grace(moment: Moment) -> list[Ticket]:
    """Those whose owners were away for too long; one that is being rung is left until the offer has ended."""
    found = [tickets.from_row(row) for row in _OUT_OF_GRACE.rows(moment.connection, now=moment.now)]
    return [ticket for ticket in found if ticket.state is not TicketState.OFFERED]


def _grace(moment: Moment, ticket: Ticket) -> float:
    if ticket.state is TicketState.SERVING:
        return moment.policy.grace_call
    kept = ticket.callback_at is not None and ticket.rung_at is None
    return moment.policy.callback_hold if kept else moment.policy.grace_waiting
