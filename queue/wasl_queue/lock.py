"""One writer at a time in a routing group.

A join and a freed agent that start together each look before the other has committed, and miss each other
for ever. Who holds the lock sees everything that was committed before. A routing group is a set of lines that
share agents, a government body for instance; a write takes the locks of all groups that it may match in,
always in the same order, so that two writes never wait for each other.

Which groups those are is read before the locks are had, and may be others by then: the ticket was offered to
somebody of one more group, for instance. So whoever sets a ticket or an agent free asks for its groups again
(`Held.more`), without waiting; if another write has one, this write is undone and run again.

SQLite has one writer, who is the lock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, and_, bindparam, func, literal_column, or_, select, union

from wasl_queue.errors import GroupTaken
from wasl_queue.schema import line, offer, skill, ticket, word, words
from wasl_queue.statement import Statement


@dataclass(frozen=True)
class Held:
    """The routing groups that a write holds."""

    connection: Connection
    names: set[str] | None
    """None: all there are."""

    def more(self, groups: Iterable[str]) -> None:
        """Hold these too. Raises GroupTaken."""
        if self.names is None:
            return
        for name in sorted({*groups} - self.names):
            if not _TRY.scalar(self.connection, group=name):
                raise GroupTaken(name)
            self.names.add(name)


def _key(column: ColumnElement[Any]) -> ColumnElement[int]:
    return func.hashtextextended(column, 0)


def _named(column: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    return [column.label("name"), _key(column).label("key")]


def _locking(groups: FromClause) -> Statement:
    return Statement(select(groups.c.name, func.pg_advisory_xact_lock(groups.c.key)))


_IS_GROUP = skill.c.kind == word("group")
_GROUP = Statement(select(func.pg_advisory_xact_lock(_key(bindparam("group")))))
_TRY = Statement(select(func.pg_try_advisory_xact_lock(_key(bindparam("group")))))
_line_of_ticket = select(*_named(line.c.routing_group)).join(ticket, ticket.c.line == line.c.id)
_staff_of_ticket = select(*_named(skill.c.name)).join(
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
_of_agent = select(*_named(skill.c.name)).where(skill.c.agent == bindparam("agent"), _IS_GROUP)
_AGENT = _locking(_of_agent.order_by("key").subquery())
_rings = and_(offer.c.agent == bindparam("agent"), offer.c.state.in_(words("pending", "held")))
_RUNG = _locking(
    union(
        _of_agent,
        _line_of_ticket.join(offer, offer.c.ticket == ticket.c.id).where(_rings),
        _staff_of_ticket.join(offer, offer.c.ticket == ticket.c.id).where(_rings, _IS_GROUP),
    )
    .order_by("key")
    .subquery()
)
_ALL = _locking(
    union(
        select(*_named(line.c.routing_group)),
        select(*_named(skill.c.name)).where(_IS_GROUP),
        select(word("").label("name"), literal_column("0").label("key")),  # also a desk that has no groups yet
    )
    .order_by("key")
    .subquery()
)
_LINES = Statement(select(func.pg_advisory_xact_lock(literal_column("0"), literal_column("0"))))
"""The two-number locks are apart from those of the groups."""


def _take(connection: Connection, statement: Statement, **values: Any) -> Held:
    if connection.dialect.name != "postgresql":
        return Held(connection, None)
    return Held(connection, {name for name, _ in statement.rows(connection, **values)})


def group(connection: Connection, name: str) -> Held:
    """Hold one group until the transaction ends."""
    if connection.dialect.name != "postgresql":
        return Held(connection, None)
    _GROUP.rows(connection, group=name)
    return Held(connection, {name})


def of_ticket(connection: Connection, ticket_id: int) -> Held:
    """Hold the groups of a ticket's line and of those who are rung for it or serve it."""
    return _take(connection, _TICKET, ticket=ticket_id)


def of_offer(connection: Connection, offer_id: int) -> Held:
    """Hold the groups that an answer to this offer may match in."""
    return _take(connection, _OFFER, offer=offer_id)


def of_agent(connection: Connection, agent: str) -> Held:
    """Hold all groups of an agent."""
    return _take(connection, _AGENT, agent=agent)


def of_agent_rung(connection: Connection, agent: str) -> Held:
    """Hold all groups of an agent, and those that an answer to the offer at her desk may match in."""
    return _take(connection, _RUNG, agent=agent)


def everything(connection: Connection) -> Held:
    """Hold the whole desk."""
    _take(connection, _ALL)
    return Held(connection, None)


def lines(connection: Connection) -> None:
    """Who serves which line is being worked out: from an agent's skills for all lines, or for a new line from
    everybody's. The two can be of groups that the other has not heard of. Taken after the groups."""
    if connection.dialect.name == "postgresql":
        _LINES.rows(connection)
