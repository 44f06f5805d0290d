"""Who is planned to work when: what bookings are promised from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from wasl_queue.errors import QueueError
from wasl_queue.schema import roster


@dataclass(eq=False)
class BadShift(QueueError):  # noqa: N818
    """It would end before it begins."""

    starts_at: float
    ends_at: float


@dataclass(eq=False)
class ShiftsOverlap(QueueError):  # noqa: N818
    """The agent is already planned for a part of this time."""

    agent: str
    starts_at: float
    """Of the shift that is in the way, in epoch seconds."""
    ends_at: float


@dataclass(eq=False)
class UnknownShift(QueueError):  # noqa: N818
    """No shift of this agent begins then."""

    agent: str
    starts_at: float


@dataclass(frozen=True, order=True)
class Shift:
    """A time in which an agent is planned to work, in epoch seconds."""

    starts_at: float
    ends_at: float
    agent: str


_BOOK_OF_PLANS = 0x7761_736C
# Advisory locks with two numbers never meet those with one, which matching takes.
_HOLD = select(func.pg_advisory_xact_lock(_BOOK_OF_PLANS, 1))
_BETWEEN = (
    select(roster.c.starts_at, roster.c.ends_at, roster.c.agent)
    .where(roster.c.starts_at < bindparam("to"), roster.c.ends_at > bindparam("from"))
    .order_by(roster.c.starts_at, roster.c.agent)
)
_OF_AGENT = _BETWEEN.where(roster.c.agent == bindparam("this"))
_INSERT = insert(roster)
_REMOVE = delete(roster).where(roster.c.agent == bindparam("this"), roster.c.starts_at == bindparam("starts"))


def hold(connection: Connection) -> None:
    """Be the only one who changes rosters and bookings until the transaction ends. SQLite has one writer."""
    if connection.dialect.name == "postgresql":
        connection.execute(_HOLD)


def plan(connection: Connection, agent: str, starts_at: float, ends_at: float) -> Shift:
    """Plan an agent to work. Raises BadShift; ShiftsOverlap if she is planned for a part of that already."""
    if ends_at <= starts_at:
        raise BadShift(starts_at, ends_at)
    hold(connection)
    if found := connection.execute(_OF_AGENT, {"this": agent, "from": starts_at, "to": ends_at}).first():
        raise ShiftsOverlap(agent, found.starts_at, found.ends_at)
    connection.execute(_INSERT, {"agent": agent, "starts_at": starts_at, "ends_at": ends_at})
    return Shift(starts_at, ends_at, agent)


def remove(connection: Connection, agent: str, starts_at: float) -> None:
    """Take back the shift that begins then. Bookings promised from it stay. Raises UnknownShift."""
    hold(connection)
    if connection.execute(_REMOVE, {"this": agent, "starts": starts_at}).rowcount != 1:
        raise UnknownShift(agent, starts_at)


def replace(connection: Connection, shift: Shift, starts_at: float, ends_at: float) -> Shift:
    """Give a shift other times. Raises UnknownShift, BadShift, ShiftsOverlap; the caller's transaction must
    then end, or the shift is gone.
    """
    remove(connection, shift.agent, shift.starts_at)
    return plan(connection, shift.agent, starts_at, ends_at)


def planned(connection: Connection, from_: float, to: float) -> list[Shift]:
    """The shifts that touch this time, in order of their beginning."""
    return [Shift(*row) for row in connection.execute(_BETWEEN, {"from": from_, "to": to})]


def on_duty(shifts: Iterable[Shift], starts_at: float, ends_at: float) -> frozenset[str]:
    """Of shifts in order (as `planned` gives them): who has all of this time. Two that touch are as good as one."""
    reaches: dict[str, float] = {}
    for shift in shifts:
        if shift.starts_at <= reaches.get(shift.agent, starts_at):
            reaches[shift.agent] = max(shift.ends_at, reaches.get(shift.agent, starts_at))
    return frozenset(agent for agent, reach in reaches.items() if reach >= ends_at)
