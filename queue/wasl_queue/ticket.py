"""The life of a ticket: one citizen's place in line.

Being connected is not a state: a ticket outlives its connection, its tab and its device.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, insert, select, update

from wasl_queue import priority
from wasl_queue.errors import IllegalMove, UnknownTicket
from wasl_queue.history import Kind
from wasl_queue.line import Requirements
from wasl_queue.moment import Moment
from wasl_queue.priority import Reason
from wasl_queue.schema import is_open, line
from wasl_queue.schema import ticket as table
from wasl_queue.statement import Row, Statement
from wasl_queue.wishes import Wishes, timed


class TicketState(StrEnum):
    """Where a ticket stands."""

    WAITING = "waiting"
    """In line."""
    OFFERED = "offered"
    """In line still, and an agent is being rung for it; with an interpreter, until both have accepted."""
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
    TicketState.OFFERED: frozenset(
        {TicketState.OFFERED, TicketState.SERVING, TicketState.WAITING, TicketState.LEFT, TicketState.CLOSED}
    ),
    TicketState.SERVING: frozenset({TicketState.DONE, TicketState.WAITING, TicketState.EXPIRED}),
    TicketState.DONE: frozenset(),
    TicketState.LEFT: frozenset({TicketState.WAITING}),
    TicketState.EXPIRED: frozenset(),
    TicketState.CLOSED: frozenset(),
}


class Ticket(NamedTuple):
    """A place in line. Times are epoch seconds."""

    id: int
    line: int
    requirements: Requirements
    state: TicketState
    since: float
    """Since when it is in this state."""
    joined_at: float
    reasons: frozenset[Reason]
    """Why it goes before others."""
    sort_key: float
    """Its place: the time of joining, less the bonus of its strongest reason. Lower is earlier."""
    wishes: Wishes
    agent: str | None
    """Who is rung for it, serves it, or served it last."""
    interpreter: str | None
    """The same for the interpreter's seat."""
    grace_until: float | None
    """While the owner is away: how long the place is kept."""
    undo_until: float | None
    """After leaving: how long it can be undone."""
    callback_at: float | None
    """When she asked to be rung; her place is kept while she is away."""
    rung_at: float | None
    """When she was rung, because her turn was near."""
    server: str | None
    """The server process that holds her page, or held it last."""

    @property
    def present(self) -> bool:
        """Whether the owner's page is there (a message has no page, and nobody to wait for)."""
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
    line.c.level,
    line.c.routing_group,
    table.c.state,
    table.c.since,
    table.c.joined_at,
    table.c.reasons,
    table.c.sort_key,
    table.c.want_agent,
    table.c.want_agent_until,
    table.c.want_gender,
    table.c.want_gender_until,
    table.c.want_level,
    table.c.want_level_until,
    table.c.agent,
    table.c.interpreter,
    table.c.grace_until,
    table.c.undo_until,
    table.c.callback_at,
    table.c.rung_at,
    table.c.server,
)
selected = select(*_COLUMNS).join(line, line.c.id == table.c.line)
"""Tickets in the shape that `from_row` reads; add conditions."""
COLUMNS = len(_COLUMNS)
"""So many columns are a ticket's, should a statement add more."""
_PLACE = (
    "line",
    "reasons",
    "sort_key",
    "want_agent",
    "want_agent_until",
    "want_gender",
    "want_gender_until",
    "want_level",
    "want_level_until",
)
_this = table.c.id == bindparam("this")
_GET = Statement(selected.where(_this))
_OPEN = Statement(selected.where(is_open).order_by(table.c.joined_at, table.c.id))
_SECRET = Statement(select(table.c.secret).where(_this))
_INSERT = Statement(
    insert(table).returning(table.c.id), sets=(*_PLACE, "secret", "state", "since", "joined_at", "server")
)
_MOVE = Statement(
    update(table).where(_this, table.c.state == bindparam("was")),
    sets=("state", "since", "agent", "interpreter", "grace_until", "undo_until"),
)
_REPLACE = Statement(update(table).where(_this), sets=_PLACE)
_GRACE = Statement(update(table).where(_this), sets=("grace_until",))
_HELD_BY = Statement(update(table).where(_this), sets=("grace_until", "server"))
_CALLBACK = Statement(update(table).where(_this), sets=("callback_at", "rung_at", "grace_until"))


def from_row(row: Row) -> Ticket:
    """Read a row of `selected`."""
    id_, line_, service, language, signed, modality, level, group = row[:8]
    state, since, joined_at, reasons, sort_key = row[8:13]
    return Ticket(
        id_,
        line_,
        Requirements(service, language, signed, modality, level, group),
        TicketState(state),
        since,
        joined_at,
        priority.unpacked(reasons),
        sort_key,
        Wishes(*row[13:19]),
        *row[19:COLUMNS],
    )


def get(connection: Connection, ticket: int) -> Ticket:
    """Raises UnknownTicket."""
    row = _GET.row(connection, this=ticket)
    if row is None:
        raise UnknownTicket(ticket)
    return from_row(row)


def all_open(connection: Connection) -> list[Ticket]:
    """Every ticket that has not ended, oldest first."""
    return [from_row(row) for row in _OPEN.rows(connection)]


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def prove(connection: Connection, ticket: int, secret: str) -> None:
    """Whether this is the ticket's secret. Raises UnknownTicket for a wrong one, as for no such ticket."""
    stored = _SECRET.scalar(connection, this=ticket) or ""
    if not hmac.compare_digest(stored, _digest(secret)):
        raise UnknownTicket(ticket)


def new(
    moment: Moment,
    line_id: int,
    wants: Requirements,
    secret: str,
    reasons: frozenset[Reason],
    wishes: Wishes,
) -> Ticket:
    """A new place at the end of the line, or further up by its reasons. Of `secret` a digest is kept."""
    now = moment.now
    made = Ticket(
        0,
        line_id,
        wants,
        TicketState.WAITING,
        now,
        now,
        reasons,
        priority.sort_key(now, reasons, moment.policy.bonus),
        timed(wishes, moment.policy, now) if wishes.any else wishes,
        agent=None,
        interpreter=None,
        grace_until=None,
        undo_until=None,
        callback_at=None,
        rung_at=None,
        server=moment.server,
    )
    id_ = _INSERT.scalar(
        moment.connection,
        **_place(made),
        secret=_digest(secret),
        state=made.state,
        since=now,
        joined_at=now,
        server=moment.server,
    )
    made = made._replace(id=int(id_))
    moment.new_tickets.add(made.id)
    _note(moment, made, None, None, _told(made) if reasons or wishes.any else None)
    return made


def _place(ticket: Ticket) -> dict[str, Any]:
    wishes = ticket.wishes
    return {
        "line": ticket.line,
        "reasons": priority.packed(ticket.reasons),
        "sort_key": ticket.sort_key,
        "want_agent": wishes.agent,
        "want_agent_until": wishes.agent_until,
        "want_gender": wishes.gender,
        "want_gender_until": wishes.gender_until,
        "want_level": wishes.level,
        "want_level_until": wishes.level_until,
    }


def _told(ticket: Ticket) -> dict[str, Any]:
    """Its place, as history tells it. A ticket of which nothing is told stands where it joined."""
    wishes = {name: value for name, value in vars(ticket.wishes).items() if value is not None}
    return {"sort_key": ticket.sort_key, "reasons": sorted(ticket.reasons), "wishes": wishes}


def move(
    moment: Moment,
    ticket: Ticket,
    to: TicketState,
    *,
    agent: str | None = None,
    interpreter: str | None = None,
    grace_until: float | None = None,
    undo_until: float | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Ticket:
    """The one way a ticket changes state. Raises IllegalMove."""
    moved = ticket._replace(
        state=to,
        since=moment.now,
        agent=agent,
        interpreter=interpreter,
        grace_until=grace_until,
        undo_until=undo_until,
    )
    changed = to in MOVES[ticket.state] and _MOVE.run(
        moment.connection,
        this=ticket.id,
        was=ticket.state,
        state=to,
        since=moment.now,
        agent=agent,
        interpreter=interpreter,
        grace_until=grace_until,
        undo_until=undo_until,
    )
    if not changed:
        raise IllegalMove("ticket", ticket.id, ticket.state, to)
    _note(moment, moved, ticket.state, agent or ticket.agent, detail)
    return moved


def put(
    moment: Moment,
    ticket: Ticket,
    *,
    line_id: int | None = None,
    wants: Requirements | None = None,
    reasons: Iterable[Reason] = (),
    wishes: Wishes | None = None,
) -> Ticket:
    """Give it another place: in another line, for further reasons, with other wishes (with their times)."""
    every = ticket.reasons | frozenset(reasons)
    placed = ticket._replace(
        line=ticket.line if line_id is None else line_id,
        requirements=wants or ticket.requirements,
        reasons=every,
        sort_key=priority.sort_key(ticket.joined_at, every, moment.policy.bonus),
        wishes=ticket.wishes if wishes is None else wishes,
    )
    _REPLACE.run(moment.connection, this=ticket.id, **_place(placed))
    _note(moment, placed, ticket.state, None, _told(placed))
    return placed


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
        moment.held.more([ticket.requirements.group])
        moment.loose_tickets[ticket.id] = ticket
    else:
        moment.loose_tickets.pop(ticket.id, None)


def back(moment: Moment, ticket: Ticket) -> None:
    """Her page is there (again), held by the server process that writes now."""
    _HELD_BY.run(moment.connection, this=ticket.id, grace_until=None, server=moment.server)
    if not ticket.present:
        moment.record(Kind.PAGE, "absent", "present", ticket=ticket.id, line=ticket.line)
    _loosen(moment, ticket._replace(grace_until=None))


def away(moment: Moment, ticket: Ticket, until: float) -> None:
    """Her page is gone, and her place is kept until then."""
    _GRACE.run(moment.connection, this=ticket.id, grace_until=until)
    moment.record(Kind.PAGE, "present", "absent", ticket=ticket.id, line=ticket.line)
    _loosen(moment, ticket._replace(grace_until=until))


def call_back(
    moment: Moment,
    ticket: Ticket,
    to: str,
    *,
    callback_at: float | None,
    rung_at: float | None,
    grace_until: float | None,
) -> None:
    """Note that she wants to be rung, or no longer wants to, or has been; `to` names it in history."""
    _CALLBACK.run(moment.connection, this=ticket.id, callback_at=callback_at, rung_at=rung_at, grace_until=grace_until)
    moment.record(Kind.PAGE, None, to, ticket=ticket.id, line=ticket.line)
    _loosen(moment, ticket._replace(callback_at=callback_at, rung_at=rung_at, grace_until=grace_until))
