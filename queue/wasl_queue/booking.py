"""The life of a booking: a time that was promised, and when times can be promised at all."""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from wasl_queue import notice, roster
from wasl_queue.crew import Crew, room
from wasl_queue.errors import IllegalMove, QueueError
from wasl_queue.hours import ALWAYS, Hours
from wasl_queue.notice import NoticeKind
from wasl_queue.schema import booking as table
from wasl_queue.schema import queue_event, serves, word


class BookingState(StrEnum):
    """How far a booking has come."""

    BOOKED = "booked"
    """The time is promised."""
    ARRIVED = "arrived"
    """She came, and has a ticket."""
    CANCELLED = "cancelled"
    """She needs it no more."""
    MISSED = "missed"
    """The time went by without her."""


MOVES: Mapping[BookingState, frozenset[BookingState]] = {
    BookingState.BOOKED: frozenset({BookingState.ARRIVED, BookingState.CANCELLED, BookingState.MISSED}),
    BookingState.ARRIVED: frozenset(),
    BookingState.CANCELLED: frozenset(),
    BookingState.MISSED: frozenset(),
}


@dataclass(eq=False)
class UnknownBooking(QueueError):  # noqa: N818
    """There is no such booking, or the secret is not its secret: from outside, the two look the same."""

    booking: int


@dataclass(eq=False)
class SlotTaken(QueueError):  # noqa: N818
    """This time cannot be booked in this line, or not any more."""

    line: int
    starts_at: float


@dataclass(frozen=True)
class BookingPolicy:
    """What a desk promises ahead."""

    slot_minutes: int = 30
    """A slot begins whenever so many minutes have passed since the epoch: on the hour and the half."""
    share: float = 0.5
    """The part of a slot's room that is promised, rounded up; the rest is for those who come unannounced."""
    horizon_days: float = 14
    notice_minutes: float = 60
    """A slot cannot be booked later than so long before it begins."""
    reminder_minutes: float = 30
    """So long before it begins the citizen is reminded."""

    @property
    def slot_seconds(self) -> int:
        """The length of a slot."""
        return self.slot_minutes * 60


@dataclass(frozen=True)
class Slot:
    """A time that a line has people for, in epoch seconds, and how many can still book it."""

    starts_at: float
    ends_at: float
    free: int


@dataclass(frozen=True)
class Booking:
    """A promised time, in epoch seconds."""

    id: int
    line: int
    starts_at: float
    ends_at: float
    state: BookingState
    ticket: int | None = None


_SELECTED = select(table.c.id, table.c.line, table.c.starts_at, table.c.ends_at, table.c.state, table.c.ticket)
_booked = table.c.state == word(BookingState.BOOKED)
_GET = _SELECTED.where(table.c.id == bindparam("this"))
_SECRET = select(table.c.secret).where(table.c.id == bindparam("this"))
_BOOKED = _SELECTED.where(_booked).order_by(table.c.starts_at, table.c.id)
_DUE = _BOOKED.where(table.c.starts_at <= bindparam("by"))
_OVERDUE = _BOOKED.where(table.c.ends_at <= bindparam("now"))
_WHO_SERVES = select(serves.c.line, serves.c.seat, serves.c.agent).where(
    serves.c.line.in_(bindparam("lines", expanding=True))
)
_INSERT = insert(table)
_MOVE = update(table).where(table.c.id == bindparam("this"), table.c.state == bindparam("was"))
_NOTE = insert(queue_event)


def slots(
    connection: Connection,
    line: int,
    from_: float,
    to: float,
    now: float,
    hours: Hours = ALWAYS,
    policy: BookingPolicy = BookingPolicy(),
) -> list[Slot]:
    """The slots of a line that begin and end in this time, full ones too, without those nobody is planned for.

    The people of a slot are those planned for all of it. What is free is what they can staff beside all that
    is booked in any line, less the part that is kept for those who come unannounced.
    """
    times = list(_times(from_, to, now, hours, policy))
    if not times:
        return []
    from_, to = times[0][0], times[-1][1]
    made = _beside(_all(connection, _BOOKED, {}), from_, to)
    people = _People(connection, made, line, from_, to)
    found = []
    for starts_at, ends_at in times:
        crew = people.crew(line, starts_at, ends_at)
        most = room((), crew)
        kept = most - math.ceil(round(policy.share * most, 6))
        others = sorted(_beside(made, starts_at, ends_at), key=lambda other: other.line)  # alike slots look alike
        beside = tuple(people.crew(other.line, other.starts_at, other.ends_at) for other in others)
        if most:
            found.append(Slot(starts_at, ends_at, max(0, room(beside, crew) - kept)))
    return found


def _times(from_: float, to: float, now: float, hours: Hours, policy: BookingPolicy) -> Iterator[tuple[float, float]]:
    length = policy.slot_seconds
    from_ = max(from_, now + policy.notice_minutes * 60)
    to = min(to, now + policy.horizon_days * 86_400)
    for opens, closes in hours.between(from_, to) if from_ < to else ():
        first = math.ceil(opens / length) * length
        for starts_at in range(first, math.floor(closes) - length + 1, length):
            yield float(starts_at), float(starts_at + length)


def _beside(made: Sequence[Booking], starts_at: float, ends_at: float) -> list[Booking]:
    """What is booked at the same time, and at the same time as that, and so on.

    All of them count as one moment. Slots of one length never overlap in part, so this costs nothing; after a
    change of the length it promises too little rather than too much.
    """
    beside: list[Booking] = []
    while True:
        found = [other for other in made if other.starts_at < ends_at and other.ends_at > starts_at]
        if len(found) == len(beside):
            return found
        beside = found
        starts_at = min(starts_at, *(other.starts_at for other in beside))
        ends_at = max(ends_at, *(other.ends_at for other in beside))


class _People:
    """Who is planned when, and for which seats of which lines."""

    def __init__(self, connection: Connection, made: Sequence[Booking], line: int, from_: float, to: float) -> None:
        from_, to = min([from_, *(b.starts_at for b in made)]), max([to, *(b.ends_at for b in made)])
        self._shifts = roster.planned(connection, from_, to)
        self._seats: dict[int, dict[str, set[str]]] = {}
        for served, seat, agent in connection.execute(_WHO_SERVES, {"lines": [line, *{b.line for b in made}]}):
            self._seats.setdefault(served, {}).setdefault(seat, set()).add(agent)
        self._crews: dict[tuple[int, float, float], Crew] = {}

    def crew(self, line: int, starts_at: float, ends_at: float) -> Crew:
        """Those who could serve a call of this line for all of this time."""
        key = line, starts_at, ends_at
        if key not in self._crews:
            here = roster.on_duty(self._shifts, starts_at, ends_at)
            self._crews[key] = Crew(**{seat: here & agents for seat, agents in self._seats.get(line, {}).items()})
        return self._crews[key]


def book(
    connection: Connection,
    line: int,
    starts_at: float,
    secret: str,
    now: float,
    hours: Hours = ALWAYS,
    policy: BookingPolicy = BookingPolicy(),
) -> Booking:
    """Promise a slot; she is told so, and reminded. Of `secret`, her proof, a digest is kept.

    Raises SlotTaken. Two who book at once are one after the other: the whole book of plans is held meanwhile.
    """
    roster.hold(connection)
    ends_at = starts_at + policy.slot_seconds
    found = slots(connection, line, starts_at, ends_at, now, hours, policy)
    if not found or found[0].starts_at != starts_at or not found[0].free:
        raise SlotTaken(line, starts_at)
    values = {"line": line, "starts_at": starts_at, "ends_at": ends_at, "state": BookingState.BOOKED, "made_at": now}
    key = connection.execute(_INSERT, {**values, "secret": _digest(secret)}).inserted_primary_key
    assert key is not None
    made = Booking(int(key[0]), line, starts_at, ends_at, BookingState.BOOKED)
    _note(connection, made, None, now)
    notice.write(connection, NoticeKind.BOOKED, now, booking=made.id)
    reminder = starts_at - policy.reminder_minutes * 60
    notice.write(connection, NoticeKind.BOOKING_NEAR, now, booking=made.id, due_at=reminder)
    return made


def get(connection: Connection, booking: int) -> Booking:
    """Raises UnknownBooking."""
    row = connection.execute(_GET, {"this": booking}).one_or_none()
    if row is None:
        raise UnknownBooking(booking)
    return _from_row(row)


def proven(connection: Connection, booking: int, secret: str) -> Booking:
    """The booking, for whoever holds its secret. Raises UnknownBooking, for a wrong one too."""
    stored = connection.scalar(_SECRET, {"this": booking}) or ""
    if not hmac.compare_digest(stored, _digest(secret)):
        raise UnknownBooking(booking)
    return get(connection, booking)


def due(connection: Connection, now: float, within: float) -> list[Booking]:
    """Those that begin within so many seconds, or have begun, and nobody has come yet."""
    return _all(connection, _DUE, {"by": now + within})


def arrive(connection: Connection, booking: Booking, ticket: int, now: float) -> Booking:
    """She has come, and waits with this ticket. Raises IllegalMove."""
    return move(connection, booking, BookingState.ARRIVED, now, ticket)


def cancel(connection: Connection, booking: Booking, now: float) -> Booking:
    """She needs it no more. Raises IllegalMove."""
    return move(connection, booking, BookingState.CANCELLED, now)


def miss_overdue(connection: Connection, now: float) -> list[Booking]:
    """The bookings whose time has gone by without anyone coming, marked as missed."""
    roster.hold(connection)  # or another process could mark the same ones
    return [move(connection, over, BookingState.MISSED, now) for over in _all(connection, _OVERDUE, {"now": now})]


def move(connection: Connection, booking: Booking, to: BookingState, now: float, ticket: int | None = None) -> Booking:
    """The one way a booking changes state. Raises IllegalMove."""
    values = {"this": booking.id, "was": booking.state, "state": to, "ticket": ticket}
    if to not in MOVES[booking.state] or connection.execute(_MOVE, values).rowcount != 1:
        raise IllegalMove("booking", booking.id, booking.state, to)
    moved = replace(booking, state=to, ticket=ticket)
    notice.withdraw(connection, booking=booking.id)
    _note(connection, moved, booking.state, now)
    return moved


def _note(connection: Connection, booking: Booking, was: BookingState | None, now: float) -> None:
    values = {
        "at": now,
        "kind": "booking",
        "ticket": booking.ticket,
        "line": booking.line,
        "from_state": was,
        "to_state": booking.state,
        "detail": json.dumps({"booking": booking.id, "starts_at": booking.starts_at}),
    }
    connection.execute(_NOTE, values)


def _all(connection: Connection, statement: Any, values: Mapping[str, float]) -> list[Booking]:
    return [_from_row(row) for row in connection.execute(statement, values)]


def _from_row(row: Iterable[Any]) -> Booking:
    id_, line, starts_at, ends_at, state, ticket = row
    return Booking(id_, line, starts_at, ends_at, BookingState(state), ticket)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
