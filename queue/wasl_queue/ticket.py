"""The life of a ticket: one citizen's place in line.

Being connected is not a state: a ticket outlives its connection, its tab and its device.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from wasl_queue.errors import IllegalMove, UnknownTicket
from wasl_queue.history import Kind
from wasl_queue.line import Requirements
from wasl_queue.moment import Moment
from wasl_queue.schema import is_open, line
from wasl_queue.schema import ticket as table


class TicketState(StrEnum):
    """Where a ticket stands."""

    WAITING = "waiting"
    """In line."""
    OFFERED = "offered"
    """In line still, and an agent is being rung for it."""
    SERVING = "serving"
    """With an agent."""
    DONE = "done"
    """The agent finished."""
    LEFT = "left"
    """The citizen gave up the place; for a short time it can be taken back."""
    EXPIRED = "expired"
    """The citizen was away for longer than the grace time."""
    CLOSED = "closed"
    """The desk closed; turned into a message or a booking."""


MOVES: Mapping[TicketState, frozenset[TicketState]] = {
    TicketState.WAITING: frozenset({TicketState.OFFERED, TicketState.LEFT, TicketState.EXPIRED, TicketState.CLOSED}),
    TicketState.OFFERED: frozenset({TicketState.SERVING, TicketState.WAITING, TicketState.LEFT, TicketState.CLOSED}),
    TicketState.SERVING: frozenset({TicketState.DONE, TicketState.WAITING, TicketState.EXPIRED}),
    TicketState.DONE: frozenset(),
    TicketState.LEFT: frozenset({TicketState.WAITING}),
    TicketState.EXPIRED: frozenset(),
    TicketState.CLOSED: frozenset(),
}


@dataclass(frozen=True)
class Ticket:
    """A place in line. Times are epoch seconds."""

    id: int
    line: int
    requirements: Requirements
    state: TicketState
    since: float
    """Since when it is in this state."""
    joined_at: float
    priority: int
    sort_key: float
    """Its place, set once: the time of joining, less the bonus of its priority. Lower is earlier."""
    agent: str | None
    """Who is rung for it, serves it, or served it last."""
    grace_until: float | None
    """While the owner is away: how long the place is kept."""
    undo_until: float | None
    """After leaving: how long it can be undone."""

    @property
    def present(self) -> bool:
        """Whether the owner's page is there."""
        return self.grace_until is None

    @property
    def open(self) -> bool:
        """Whether it has not ended (a ticket that left has, though it may come back)."""
        return self.state in (TicketState.WAITING, TicketState.OFFERED, TicketState.SERVING)


_COLUMNS = (
    table.c.id,
    table.c.line,
    line.c.service,
    line.c.language,
    line.c.sign_language,
    line.c.modality,
    table.c.state,
    table.c.since,
    table.c.joined_at,
    table.c.priority,
    table.c.sort_key,
    table.c.agent,
    table.c.grace_until,
    table.c.undo_until,
)
selected = select(*_COLUMNS).join(line, line.c.id == table.c.line)
"""Tickets in the shape that `from_row` reads; add conditions."""
_GET = selected.where(table.c.id == bindparam("this"))
_OPEN = selected.where(is_open).order_by(table.c.joined_at, table.c.id)
_SECRET = select(table.c.secret).where(table.c.id == bindparam("this"))
_INSERT = insert(table)
_MOVE = update(table).where(table.c.id == bindparam("this"), table.c.state == bindparam("was"))
_GRACE = update(table).where(table.c.id == bindparam("this"))


def from_row(row: Iterable[Any]) -> Ticket:
    """Read a row of `selected`."""
    id_, line_, service, language, sign_language, modality, state, *rest = row
    requirements = Requirements(service, language, sign_language, modality)
    return Ticket(id_, line_, requirements, TicketState(state), *rest)


def get(connection: Connection, ticket: int) -> Ticket:
    """Raises UnknownTicket."""
    row = connection.execute(_GET, {"this": ticket}).one_or_none()
    if row is None:
        raise UnknownTicket(ticket)
    return from_row(row)


def all_open(connection: Connection) -> list[Ticket]:
    """Every ticket that has not ended, oldest first."""
    return [from_row(row) for row in connection.execute(_OPEN)]


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def proven(connection: Connection, ticket: int, secret: str) -> Ticket:
    """The ticket, for whoever holds its secret. Raises UnknownTicket, for a wrong one too."""
    stored = connection.scalar(_SECRET, {"this": ticket}) or ""
    if not hmac.compare_digest(stored, _digest(secret)):
        raise UnknownTicket(ticket)
    return get(connection, ticket)


def new(moment: Moment, line_id: int, requirements: Requirements, secret: str, priority: int) -> Ticket:
    """A new place at the end of the line, or further up by its priority. Of `secret` a digest is kept."""
    sort_key = moment.now - priority * moment.policy.priority_bonus
    values = {
        "line": line_id,
        "secret": _digest(secret),
        "state": TicketState.WAITING,
        "since": moment.now,
        "joined_at": moment.now,
        "priority": priority,
        "sort_key": sort_key,
    }
    key = moment.connection.execute(_INSERT, values).inserted_primary_key
    assert key is not None
    made = Ticket(
        int(key[0]),
        line_id,
        requirements,
        TicketState.WAITING,
        moment.now,
        moment.now,
        priority,
        sort_key,
        agent=None,
        grace_until=None,
        undo_until=None,
    )
    _note(moment, made, None, None, {"priority": priority} if priority else None)
    return made


def move(
    moment: Moment,
    ticket: Ticket,
    to: TicketState,
    *,
    agent: str | None = None,
    grace_until: float | None = None,
    undo_until: float | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Ticket:
    """The one way a ticket changes state. Raises IllegalMove."""
    moved = replace(ticket, state=to, since=moment.now, agent=agent, grace_until=grace_until, undo_until=undo_until)
    values = {
        "this": ticket.id,
        "was": ticket.state,
        "state": to,
        "since": moment.now,
        "agent": agent,
        "grace_until": grace_until,
        "undo_until": undo_until,
    }
    if to not in MOVES[ticket.state] or moment.connection.execute(_MOVE, values).rowcount != 1:
        raise IllegalMove("ticket", ticket.id, ticket.state, to)
    _note(moment, moved, ticket.state, agent or ticket.agent, detail)
    return moved


def _note(
    moment: Moment,
    ticket: Ticket,
    was: TicketState | None,
    agent: str | None,
    detail: Mapping[str, Any] | None,
) -> None:
    moment.record(Kind.TICKET, was, ticket.state, ticket=ticket.id, agent=agent, line=ticket.line, detail=detail)
    _loosen(moment, ticket)


def _loosen(moment: Moment, ticket: Ticket) -> None:
    if ticket.state is TicketState.WAITING and ticket.present:
        moment.loose_tickets[ticket.id] = ticket
    else:
        moment.loose_tickets.pop(ticket.id, None)


def set_grace(moment: Moment, tickets: Iterable[Ticket], until: float | None) -> None:
    """The pages of these tickets are gone, and their places are kept until then; or, with None, are back."""
    page = "present" if until is None else "absent"
    other = "absent" if until is None else "present"
    rows = []
    for ticket in tickets:
        rows.append({"this": ticket.id, "grace_until": until})
        moment.record(Kind.PAGE, other, page, ticket=ticket.id)
        _loosen(moment, replace(ticket, grace_until=until))
    if rows:
        moment.connection.execute(_GRACE, rows)
