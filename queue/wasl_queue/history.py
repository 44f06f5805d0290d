"""What happened, row by row: written with every move, read to explain."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, insert, select, union

from wasl_queue.schema import is_open, queue_event, ticket, word, words
from wasl_queue.statement import Row, Statement


class Kind(StrEnum):
    """What moved."""

    TICKET = "ticket"
    OFFER = "offer"
    PRESENCE = "presence"
    """An agent."""
    PAGE = "page"
    """The citizen's page: present or absent, or a place kept while she is away. Not a state of the ticket."""
    SKILLS = "skills"
    """What an agent can do."""
    BOOKING = "booking"


@dataclass(frozen=True)
class Event:
    """One move. `seq` grows in the order of the moves; `at` is epoch seconds."""

    seq: int
    at: float
    kind: Kind
    ticket: int | None
    agent: str | None
    offer: int | None
    line: int | None
    from_state: str | None
    """None for the first state of a new thing."""
    to_state: str
    detail: Mapping[str, Any]


_WRITTEN = ("at", "kind", "ticket", "agent", "offer", "line", "from_state", "to_state", "detail")
_INSERT = Statement(insert(queue_event), sets=_WRITTEN)
_SELECTED = select(queue_event.c.seq, *(queue_event.c[name] for name in _WRITTEN)).order_by(queue_event.c.seq)
_OF_TICKET = Statement(_SELECTED.where(queue_event.c.ticket == bindparam("this")))

_STAFF = queue_event.c.kind.in_(words(Kind.PRESENCE, Kind.SKILLS))
_other = queue_event.alias("other")
_in_line = (
    select(_other.c.seq)
    # The sum keeps the databases from looking through the whole line for each row.
    .where(_other.c.ticket == queue_event.c.ticket, _other.c.line + 0 == bindparam("line"))
    .correlate(queue_event)
    .exists()
)


def _of_each(pick: Any, *which: ColumnElement[bool]) -> Any:
    return select(pick(_other.c.seq)).where(_other.c.seq <= bindparam("last"), *which).group_by(_other.c.agent)


_presence = _other.c.kind == word(Kind.PRESENCE)
_became_idle = _other.c.to_state == word("available"), _other.c.from_state != word("offered")
_latest = queue_event.c.seq.in_(
    union(
        _of_each(func.min, _presence),
        _of_each(func.max, _presence),
        _of_each(func.max, _presence, *_became_idle),
        _of_each(func.max, _other.c.kind == word(Kind.SKILLS)),
    )
)
"""Of each agent: her first move, her last one, when she last became idle, and what she last told she can do."""
_open_since = queue_event.c.ticket.in_(
    select(ticket.c.id).where(is_open | (ticket.c.since > bindparam("since")) | (ticket.c.id == bindparam("ticket")))
)
_AT_ONCE = 2_000
"""So many rows are read at once: a long history need not fit into memory."""


def _page(condition: ColumnElement[bool]) -> Statement:
    in_range = queue_event.c.seq > bindparam("after"), queue_event.c.seq <= bindparam("last")
    return Statement(_SELECTED.where(*in_range, condition).limit(_AT_ONCE))


_STAFF_PAGE = _page(_latest)
_LINE_PAGE = _page(_STAFF | _in_line)
_OPEN_PAGE = _page(_latest | _open_since)
_LAST = Statement(select(func.max(queue_event.c.seq)))
_LAST_BY = Statement(
    select(queue_event.c.seq).where(queue_event.c.at <= bindparam("at")).order_by(queue_event.c.seq.desc()).limit(1)
)


def write(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Append rows, in their order."""
    _INSERT.run_many(connection, rows)


def of_ticket(connection: Connection, ticket: int) -> list[Event]:
    """All that happened to a ticket, oldest first."""
    return [from_row(row) for row in _OF_TICKET.rows(connection, this=ticket)]


def from_row(row: Row) -> Event:
    """Read a row of the columns of `queue_event`."""
    seq, at, kind, ticket, agent, offer, line, was, to, detail = row
    return Event(seq, at, Kind(kind), ticket, agent, offer, line, was, to, json.loads(detail) if detail else {})


def last(connection: Connection) -> int:
    """The number of the last move of all; 0 before the first one."""
    return _LAST.scalar(connection) or 0


def last_by(connection: Connection, at: float) -> int:
    """The number of the last move up to this time; 0 if nothing had happened yet."""
    return _LAST_BY.scalar(connection, at=at) or 0


def of_line(connection: Connection, line: int, last: int) -> Iterator[Event]:
    """Up to move number `last`, oldest first: all that happened to every ticket that was ever in this line, in
    other lines too, and all that agents did."""
    return _pages(connection, _LINE_PAGE, last, line=line)


def of_staff(connection: Connection, last: int) -> Iterator[Event]:
    """So much of what agents did up to then as tells how they were after it."""
    return _pages(connection, _STAFF_PAGE, last)


def of_open(connection: Connection, ticket: int, since: float, last: int) -> Iterator[Event]:
    """The same, and all that happened to this ticket and to those that were open at the time `since`."""
    return _pages(connection, _OPEN_PAGE, last, ticket=ticket, since=since)


def _pages(connection: Connection, page: Statement, last: int, **values: Any) -> Iterator[Event]:
    rows = page.rows(connection, after=0, last=last, **values)
    yield from map(from_row, rows)
    while len(rows) == _AT_ONCE:
        rows = page.rows(connection, after=rows[-1][0], last=last, **values)
        yield from map(from_row, rows)
