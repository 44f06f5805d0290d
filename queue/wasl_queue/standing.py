"""Where tickets stand, line by line, and who is at the desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, and_, bindparam, func, or_, select

from wasl_queue import presence as presences
from wasl_queue.line import Requirements, requirements
from wasl_queue.presence import Presence
from wasl_queue.schema import agent, in_line, line, live, offer, serves, ticket, word
from wasl_queue.statement import Statement
from wasl_queue.ticket import Ticket, TicketState


class LineStanding(NamedTuple):
    """How many wait in a line."""

    requirements: Requirements
    waiting: int
    longest_joined_at: float
    """When the one who waits longest joined, in epoch seconds."""


@dataclass(frozen=True)
class AgentStanding:
    """An agent who is signed in, and the ticket she is rung for or serves."""

    presence: Presence
    ticket: int | None


before = or_(
    ticket.c.sort_key < bindparam("sort_key"),
    and_(ticket.c.sort_key == bindparam("sort_key"), ticket.c.id < bindparam("this")),
)
"""Tickets that go before the one in the parameters."""
_AHEAD = Statement(select(func.count()).select_from(ticket).where(in_line, ticket.c.line == bindparam("line"), before))
_IN_LINE = Statement(
    select(ticket.c.id)
    .where(
        ticket.c.state == word(TicketState.WAITING),
        in_line,
        ticket.c.line == bindparam("line"),
    )
    .order_by(ticket.c.sort_key, ticket.c.id)
)
_counts = (
    select(ticket.c.line, func.count().label("waiting"), func.min(ticket.c.joined_at).label("longest"))
    .join(serves, serves.c.line == ticket.c.line)
    .where(in_line, serves.c.agent == bindparam("agent"))
    .group_by(ticket.c.line)
    .subquery()
)
_LINES_OF = Statement(
    select(
        line.c.service,
        line.c.language,
        line.c.sign_language,
        line.c.modality,
        line.c.level,
        line.c.routing_group,
        _counts.c.waiting,
        _counts.c.longest,
    )
    .join(_counts, _counts.c.line == line.c.id)
    .order_by(_counts.c.longest, line.c.id)
)
_serving = ticket.c.state == word(TicketState.SERVING)
_interpreted = ticket.alias("interpreted")
_AT_DESK = Statement(
    presences.selected.add_columns(func.coalesce(ticket.c.id, _interpreted.c.id, offer.c.ticket))
    .select_from(agent)
    .outerjoin(ticket, and_(ticket.c.agent == agent.c.id, _serving))
    .outerjoin(
        _interpreted,
        and_(_interpreted.c.interpreter == agent.c.id, _interpreted.c.state == word(TicketState.SERVING)),
    )
    .outerjoin(offer, and_(offer.c.agent == agent.c.id, live))
    .where(agent.c.state != word("offline"))
    .order_by(agent.c.since, agent.c.id)
)


def ahead(connection: Connection, subject: Ticket) -> int:
    """How many in its line go before this ticket, present or not."""
    found: int = _AHEAD.scalar(connection, line=subject.line, sort_key=subject.sort_key, this=subject.id)
    return found


def waiting_tickets(connection: Connection, lines: frozenset[int]) -> list[int]:
    """The tickets still waiting in these lines, each line in its order."""
    return [row[0] for line_ in sorted(lines) for row in _IN_LINE.rows(connection, line=line_)]


def lines_of(connection: Connection, agent_id: str) -> list[LineStanding]:
    """The lines this agent serves in which somebody waits, longest wait first."""
    return [
        LineStanding(requirements(tuple(wants)), waiting, longest)
        for *wants, waiting, longest in _LINES_OF.rows(connection, agent=agent_id)
    ]


def at_desk(connection: Connection) -> list[AgentStanding]:
    """Everyone who is signed in, longest in their state first."""
    return [AgentStanding(presences.from_row(tuple(row)), current) for *row, current in _AT_DESK.rows(connection)]
