"""One writer at a time in a routing group.

A join and a freed agent that start together each look before the other has committed, and miss each other
for ever. Who holds the lock sees everything that was committed before. A routing group is a set of lines that
share agents, a government body for instance; a write takes the locks of all groups that it may match in,
always in the same order, so that two writes never wait for each other.

SQLite has one writer, who is the lock.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, bindparam, func, literal_column, or_, select, union

from wasl_queue.schema import line, offer, skill, ticket, word
from wasl_queue.statement import Statement


def _key(column: ColumnElement[Any]) -> ColumnElement[int]:
    return func.hashtextextended(column, 0).label("key")


def _locking(keys: FromClause) -> Statement:
    return Statement(select(func.pg_advisory_xact_lock(keys.c.key)))


_IS_GROUP = skill.c.kind == word("group")
_GROUP = Statement(select(func.pg_advisory_xact_lock(_key(bindparam("group")))))
_line_of_ticket = select(_key(line.c.routing_group)).join(ticket, ticket.c.line == line.c.id)
_staff_of_ticket = select(_key(skill.c.name)).join(
    ticket, or_(skill.c.agent == ticket.c.agent, skill.c.agent == ticket.c.interpreter)
)
_this_ticket = ticket.c.id == bindparam("ticket")
_TICKET = _locking(
    union(_line_of_ticket.where(_this_ticket), _staff_of_ticket.where(_this_ticket, _IS_GROUP))
    .order_by("key")
    .subquery()
)
_of_offer = offer.c.id == bindparam("offer")
_OFFER = _locking(
    union(
        _line_of_ticket.join(offer, offer.c.ticket == ticket.c.id).where(_of_offer),
        _staff_of_ticket.join(offer, offer.c.ticket == ticket.c.id).where(_of_offer, _IS_GROUP),
    )
    .order_by("key")
    .subquery()
)
_AGENT = _locking(
    select(_key(skill.c.name)).where(skill.c.agent == bindparam("agent"), _IS_GROUP).order_by("key").subquery()
)
_ALL = _locking(
    union(
        select(_key(line.c.routing_group)),
        select(_key(skill.c.name)).where(_IS_GROUP),
        select(literal_column("0").label("key")),  # also a desk that has no groups yet
    )
    .order_by("key")
    .subquery()
)
_LINES = Statement(select(func.pg_advisory_xact_lock(literal_column("0"), literal_column("0"))))
"""The two-number locks are apart from those of the groups."""


def _take(connection: Connection, statement: Statement, **values: Any) -> None:
    if connection.dialect.name == "postgresql":
        statement.rows(connection, **values)


def group(connection: Connection, name: str) -> None:
    """Hold one group until the transaction ends."""
    _take(connection, _GROUP, group=name)


def of_ticket(connection: Connection, ticket_id: int) -> None:
    """Hold the groups of a ticket's line and of those who are rung for it or serve it."""
    _take(connection, _TICKET, ticket=ticket_id)


def of_offer(connection: Connection, offer_id: int) -> None:
    """Hold the groups that an answer to this offer may match in."""
    _take(connection, _OFFER, offer=offer_id)


def of_agent(connection: Connection, agent: str) -> None:
    """Hold all groups of an agent."""
    _take(connection, _AGENT, agent=agent)


def everything(connection: Connection) -> None:
    """Hold the whole desk."""
    _take(connection, _ALL)


def lines(connection: Connection) -> None:
    """Who serves which line is being worked out: from an agent's skills for all lines, or for a new line from
    everybody's. The two can be of groups that the other has not heard of. Taken after the groups."""
    _take(connection, _LINES)
