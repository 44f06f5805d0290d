"""Keep my place and ring me: a ticket that stays in line while its owner is away.

When her turn is near she is rung through the outbox, and has some minutes to open the page. Her place moves up
all the while, and nobody is rung for her before she is back.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, bindparam, func, or_, select

from wasl_queue import notice
from wasl_queue import ticket as tickets
from wasl_queue.errors import IllegalMove
from wasl_queue.moment import Moment
from wasl_queue.priority import Reason
from wasl_queue.schema import agent, servable, serves, ticket, word, words
from wasl_queue.statement import Statement
from wasl_queue.ticket import Ticket, TicketState

_wants_ringing = (
    (ticket.c.state == word(TicketState.WAITING)) & ticket.c.callback_at.is_not(None) & ticket.c.rung_at.is_(None)
)
_rung_not_back = (ticket.c.state == word(TicketState.WAITING)) & ticket.c.rung_at.is_not(None)
"""They are counted as if they were here: they will be, or their place ends."""
_LINES = Statement(select(ticket.c.line).where(_wants_ringing).distinct())
_FIRST = Statement(
    tickets.selected.where(_wants_ringing, ticket.c.line == bindparam("line"), ticket.c.grace_until.is_not(None))
    .order_by(ticket.c.sort_key, ticket.c.id)
    .limit(bindparam("most"))
)
_BEFORE = Statement(
    select(func.count()).select_from(
        select(ticket.c.id)
        .where(
            or_(servable, _rung_not_back),
            ticket.c.line == bindparam("line"),
            ticket.c.sort_key < bindparam("sort_key"),
        )
        .limit(bindparam("enough"))
        .subquery()
    )
)
_STAFF = Statement(
    select(func.count(serves.c.agent.distinct()))
    .join(agent, agent.c.id == serves.c.agent)
    .where(
        serves.c.line == bindparam("line"),
        serves.c.seat.in_(words("whole", "agent")),
        agent.c.state.in_(words("available", "offered", "busy", "wrap_up")),
    )
)
_RUNG_AT_ONCE = 20
"""So many in one line and sweep; the rest follows a second later."""


def ask(moment: Moment, ticket: Ticket) -> None:
    """She wants to be rung when her turn is near. Raises IllegalMove unless she is in line."""
    if ticket.state not in (TicketState.WAITING, TicketState.OFFERED):
        raise IllegalMove("ticket", ticket.id, ticket.state, "callback")
    until = None if ticket.present else moment.now + moment.policy.callback_hold
    tickets.call_back(moment, ticket, "keeps_place", callback_at=moment.now, rung_at=None, grace_until=until)


def cancel(moment: Moment, ticket: Ticket) -> None:
    """She would rather wait on the page. In a call, or after the end, there is nothing to cancel."""
    if ticket.callback_at is not None and ticket.state in (TicketState.WAITING, TicketState.OFFERED):
        until = None if ticket.present else moment.now + moment.policy.grace_waiting
        tickets.call_back(moment, ticket, "stays", callback_at=None, rung_at=None, grace_until=until)


def answered(moment: Moment, ticket: Ticket) -> None:
    """She is there, or has left: a notice that has not gone out yet need not."""
    if ticket.rung_at is not None:
        notice.withdraw(moment.connection, ticket=ticket.id)


def ring_near(moment: Moment) -> None:
    """Ring everyone whose turn is near: no more go before her than there are agents at work in her line."""
    for line in [row[0] for row in _LINES.rows(moment.connection)]:
        for near in _near(moment.connection, line):
            _ring(moment, near)


def _near(connection: Connection, line: int) -> Iterator[Ticket]:
    staff = _STAFF.scalar(connection, line=line)
    if not staff:
        return
    for row in _FIRST.rows(connection, line=line, most=_RUNG_AT_ONCE):
        first = tickets.from_row(row)
        if _BEFORE.scalar(connection, line=line, sort_key=first.sort_key, enough=staff + 1) > staff:
            return
        yield first


def _ring(moment: Moment, near: Ticket) -> None:
    placed = tickets.put(moment, near, reasons=[Reason.PROMISED])
    until = moment.now + moment.policy.callback_grace
    tickets.call_back(moment, placed, "rung", callback_at=near.callback_at, rung_at=moment.now, grace_until=until)
    notice.write(moment.connection, "turn_near", moment.now, ticket=near.id)
