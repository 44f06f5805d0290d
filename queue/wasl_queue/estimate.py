"""How long a ticket will still wait: a range, or nothing while history is too thin to tell.

The line drains by the agents who are really signed in, from how far their visits have come, and by those who
give up (drain.py). Agents on a break are left out: nobody knows when they will be back. Agents who serve other
lines too take those who stand ahead there as well, by the share of their line's agents that they are. What such
forecasts of the line missed lately corrects the next ones (forecast.py).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, select

from wasl_queue import forecast, pace, standing
from wasl_queue import ticket as tickets
from wasl_queue.drain import Drain, quantile
from wasl_queue.forecast import Correction
from wasl_queue.line import Seat
from wasl_queue.pace import Pace
from wasl_queue.policy import Policy
from wasl_queue.schema import agent, in_line, serves, ticket, words
from wasl_queue.schema import line as line_table
from wasl_queue.statement import Row, Statement
from wasl_queue.ticket import Ticket, TicketState


@dataclass(frozen=True)
class Estimate:
    """A range of seconds, meant to hold for 8 in 10 such tickets, and its middle."""

    low: int
    high: int
    middle: float


at_work = agent.c.state.in_(words("available", "offered", "busy", "wrap_up"))
"""Agents who take citizens, or will in a moment."""
_STAFF = Statement(
    select(serves.c.seat, agent.c.state, agent.c.since, agent.c.until)
    .join(serves, serves.c.agent == agent.c.id)
    .where(serves.c.line == bindparam("line"), at_work)
)
_mine, _theirs = serves.alias(), serves.alias()
_RIVALS = Statement(
    select(_theirs.c.line, func.count(_theirs.c.agent.distinct()))
    .join(_mine, _mine.c.agent == _theirs.c.agent)
    .join(agent, agent.c.id == _mine.c.agent)
    .where(_mine.c.line == bindparam("line"), _theirs.c.line != _mine.c.line, at_work)
    .group_by(_theirs.c.line)
)
_extent: tuple[ColumnElement[Any], ...] = (func.count(), func.min(ticket.c.sort_key), func.max(ticket.c.sort_key))
_WAITING = Statement(select(*_extent).where(in_line, ticket.c.line == bindparam("line")))
_last = (
    select(ticket.c.id)
    .where(in_line, ticket.c.line == line_table.c.id)
    .order_by(ticket.c.sort_key.desc(), ticket.c.id.desc())
    .limit(1)
    .correlate(line_table)
    .scalar_subquery()
)
_LAST = Statement(
    select(_last)
    .where(_last.is_not(None), forecast.latest(line_table.c.id) <= bindparam("before"))
    .order_by(func.random())
    .limit(bindparam("most"))
)
"""The last tickets of some lines that were not forecast lately."""
_AT_ONCE = 3
"""Lines that are forecast in one write: each takes milliseconds, and everyone waits meanwhile."""
_STAFFED = Statement(
    select(func.count(agent.c.id.distinct()))
    .join(serves, serves.c.agent == agent.c.id)
    .where(serves.c.line == bindparam("line"), at_work)
)


@dataclass(frozen=True)
class _Rival:
    """Another line that waits for the same agents."""

    waiting: int
    first: float
    last: float
    """The sort keys of its ends."""
    share: float
    """How many of its agents are ours too."""

    def ahead(self, sort_key: float | None) -> float:
        """How many of our agents' turns those take who stand before this key; None: behind everyone."""
        if sort_key is None or sort_key > self.last:
            return self.waiting * self.share
        if sort_key <= self.first:
            return 0.0
        return self.waiting * self.share * (sort_key - self.first) / (self.last - self.first)


@dataclass(frozen=True)
class LineForecast:
    """A line at one moment, computed once for all who stand in it."""

    drain: Drain
    pace: Pace
    ringing: int
    """Agents being rung; the tickets they are rung for still stand in line."""
    idle: bool
    """Whether an agent is free at this moment."""
    rivals: list[_Rival]
    correction: Correction

    def at(self, ahead: int, sort_key: float | None = None) -> Estimate:
        """For a place with so many ahead in the line; the sort key places it among other lines."""
        raw = self.raw(ahead, sort_key)
        low, middle, high = (raw.at(deviations) for deviations in self.correction)
        return Estimate(max(0, math.floor(low)), math.ceil(high), max(0.0, middle))

    def raw(self, ahead: int, sort_key: float | None = None) -> forecast.Raw:
        """The same before correction."""
        steps = 1 + max(0, ahead - self.ringing) + sum(rival.ahead(sort_key) for rival in self.rivals)
        low, middle, high = (self.drain.until(quantile(steps, by)) for by in (-forecast.TENTH, 0.0, forecast.TENTH))
        doubt = forecast.TENTH * self._doubt(middle) * middle
        return forecast.Raw(middle - math.hypot(middle - low, doubt), middle, middle + math.hypot(high - middle, doubt))

    def _doubt(self, wait: float) -> float:
        """The share of a wait by which we may be wrong about those who give up; it counts in long lines.

        A wait is ln(1 + θ·n/µs)/θ: an error in θ moves it by nothing when short, by as much when long.
        """
        weight = self.pace.giving_up * wait
        return self.pace.doubt * weight / (2 + weight)


def estimate(connection: Connection, policy: Policy, subject: Ticket, now: float) -> Estimate | None:
    """How long this ticket will still wait; None when we cannot tell, or when it is not in line."""
    if subject.state is TicketState.OFFERED:
        return Estimate(0, math.ceil(policy.offer_seconds), policy.offer_seconds / 2)
    if subject.state is not TicketState.WAITING:
        return None
    line = of_line(connection, policy, subject.line, now)
    return None if line is None else line.at(standing.ahead(connection, subject), subject.sort_key)


def of_line(connection: Connection, policy: Policy, line: int, now: float) -> LineForecast | None:
    """The line at this moment; None when history is thin, or when nobody is there to serve it."""
    staff = _staff(connection, line)
    known = pace.of_line(connection, policy, line, now) if staff else None
    if known is None:
        return None
    ages = [now - since if state == "busy" else 0.0 for state, since, _ in staff if state in ("busy", "offered")]
    soon = [_free_in(row, known, now) for row in staff if row[0] in ("available", "wrap_up")]
    drain = Drain(known.visits, known.around, known.giving_up, ages, soon)
    ringing = sum(state == "offered" for state, *_ in staff)
    idle = any(state == "available" for state, *_ in staff)
    return LineForecast(
        drain, known, ringing, idle, _rivals(connection, line), forecast.correction(connection, line, now)
    )


def _staff(connection: Connection, line: int) -> list[Row]:
    """State, since and until of those who serve the line alone, and of the scarcer half of pairs."""
    seats: dict[str, list[Row]] = {seat: [] for seat in Seat}
    for seat, *row in _STAFF.rows(connection, line=line):
        seats[seat].append(tuple(row))
    return seats[Seat.WHOLE] + min(seats[Seat.AGENT], seats[Seat.INTERPRETER], key=len)


def note(connection: Connection, policy: Policy, now: float) -> None:
    """Write down what is forecast for the last in a few lines: see forecast.py."""
    for (last,) in _LAST.rows(connection, before=now - forecast.PACE, most=_AT_ONCE):
        subject = tickets.get(connection, last)
        line = of_line(connection, policy, subject.line, now)
        if line is not None and subject.state is TicketState.WAITING:
            raw = line.raw(standing.ahead(connection, subject), subject.sort_key)
            forecast.note(connection, subject.line, subject.id, raw, now)


def _free_in(row: Row, known: Pace, now: float) -> float:
    """Seconds until this agent will have answered, from when she began her notes."""
    state: str
    since: float
    until: float | None
    state, since, until = row
    if state == "available":
        return 0.0
    latest = math.inf if until is None else until - now
    return max(0.0, min(known.around - (now - since), latest))


def _rivals(connection: Connection, line: int) -> list[_Rival]:
    found = []
    for other, shared in _RIVALS.rows(connection, line=line):
        [(waiting, first, last)] = _WAITING.rows(connection, line=other)
        if waiting:
            staff = _STAFFED.scalar(connection, line=other) or shared
            found.append(_Rival(waiting, first, last, shared / staff))
    return found
