"""The outbox: what must reach a citizen who is not on the page.

A notice is written in the transaction of what it tells, and sent afterwards by any process that claims it. A
claim ends by itself, so that a process that dies takes no notice with it; while it lives nobody else sends it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, and_, bindparam, insert, or_, select, update

from wasl_queue.schema import notice


class NoticeKind(StrEnum):
    """What a notice tells."""

    TURN_NEAR = "turn_near"
    """Her turn is near: she should open the page."""
    BOOKED = "booked"
    """Her booking is made."""
    BOOKING_NEAR = "booking_near"
    """Her booking begins soon."""
    CLOSED = "closed"
    """The desk has closed before it was her turn."""


@dataclass(frozen=True)
class Notice:
    """A claimed notice. Times are epoch seconds."""

    id: int
    kind: NoticeKind
    ticket: int | None
    booking: int | None
    due_at: float
    claimed_until: float
    """When the claim ends; also which claim it is."""
    attempts: int
    """How often it was claimed, this time included."""


MOST_ATTEMPTS = 6
"""Then it is given up: with the pauses below, after about a quarter of an hour."""
FIRST_PAUSE = 30.0
"""Seconds until the second attempt; each further pause is twice as long."""

_unsent = and_(notice.c.sent_at.is_(None), notice.c.failure.is_(None))
_unclaimed = or_(notice.c.claimed_until.is_(None), notice.c.claimed_until <= bindparam("now"))
_INSERT = insert(notice)
_DUE = (
    select(notice.c.id)
    .where(_unsent, _unclaimed, notice.c.due_at <= bindparam("now"))
    .order_by(notice.c.due_at, notice.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)  # PostgreSQL: two processes claim different ones, instead of waiting
)
_CLAIM = (
    update(notice)
    .where(notice.c.id.in_(_DUE), _unsent, _unclaimed)
    .values(claimed_until=bindparam("until"), attempts=notice.c.attempts + 1)
    .returning(
        notice.c.id,
        notice.c.kind,
        notice.c.ticket,
        notice.c.booking,
        notice.c.due_at,
        notice.c.claimed_until,
        notice.c.attempts,
    )
)
_MINE = update(notice).where(notice.c.id == bindparam("this"), notice.c.claimed_until == bindparam("mine"), _unsent)
_SENT = _MINE.values(sent_at=bindparam("at"))
_AGAIN = _MINE.values(due_at=bindparam("again"), claimed_until=None)
_GIVE_UP = _MINE.values(failure=bindparam("why"))
_withdrawn = update(notice).where(_unsent).values(failure="withdrawn")
_WITHDRAW_TICKET = _withdrawn.where(notice.c.ticket == bindparam("this"))
_WITHDRAW_BOOKING = _withdrawn.where(notice.c.booking == bindparam("this"))


def write(
    connection: Connection,
    kind: str,
    now: float,
    *,
    ticket: int | None = None,
    booking: int | None = None,
    due_at: float | None = None,
) -> None:
    """Have a citizen told, at once or at `due_at`. `kind` is one of NoticeKind."""
    values = {
        "kind": NoticeKind(kind),
        "ticket": ticket,
        "booking": booking,
        "made_at": now,
        "due_at": now if due_at is None else due_at,
        "attempts": 0,
    }
    connection.execute(_INSERT, values)


def claim(connection: Connection, now: float, lease_seconds: float, limit: int) -> list[Notice]:
    """Take up to `limit` notices that are due, oldest first. Nobody else gets them for `lease_seconds`."""
    values = {"now": now, "until": now + lease_seconds, "limit": limit}
    rows = connection.execute(_CLAIM, values)
    claimed = [Notice(id_, NoticeKind(kind), *rest) for id_, kind, *rest in rows]
    # One that was claimed so often and never reported on ends the process that sends it.
    for dead in [found for found in claimed if found.attempts > MOST_ATTEMPTS]:
        give_up(connection, dead, "no answer")
    live = (found for found in claimed if found.attempts <= MOST_ATTEMPTS)
    return sorted(live, key=lambda found: (found.due_at, found.id))


def sent(connection: Connection, notice: Notice, now: float) -> bool:
    """It has gone out. False: it was withdrawn meanwhile, or the claim had ended and somebody else has it."""
    return connection.execute(_SENT, {"this": notice.id, "mine": notice.claimed_until, "at": now}).rowcount == 1


def failed(connection: Connection, notice: Notice, now: float, why: str, pause: float = 0) -> None:
    """It could not be sent now. It is due again after a pause (at least `pause` seconds), or given up."""
    if notice.attempts >= MOST_ATTEMPTS:
        give_up(connection, notice, why)
        return
    again = now + max(pause, FIRST_PAUSE * 2 ** (notice.attempts - 1))
    connection.execute(_AGAIN, {"this": notice.id, "mine": notice.claimed_until, "again": again})


def give_up(connection: Connection, notice: Notice, why: str) -> None:
    """It will never be sent."""
    connection.execute(_GIVE_UP, {"this": notice.id, "mine": notice.claimed_until, "why": why})


def withdraw(connection: Connection, *, ticket: int | None = None, booking: int | None = None) -> None:
    """What was to be told about this ticket or booking is not true any more."""
    if ticket is not None:
        connection.execute(_WITHDRAW_TICKET, {"this": ticket})
    if booking is not None:
        connection.execute(_WITHDRAW_BOOKING, {"this": booking})
