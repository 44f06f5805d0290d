"""Forecasts written down, to be held against what came: the errors of a line correct its next forecasts.

Now and then the last ticket of each line is forecast, without correction. When it has been answered, its error is
known in units of the forecast's own spread; percentiles of recent errors tell where the range has to lie (split
conformal prediction, on a sliding window).
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, select

from wasl_queue.pace import served_at
from wasl_queue.schema import forecast as table
from wasl_queue.schema import ticket, words
from wasl_queue.statement import Statement

TENTH = NormalDist().inv_cdf(0.9)
"""Standard deviations from the middle to the tenth and the ninetieth percentile."""
PACE = 15.0
"""Seconds between two forecasts of a line."""
_WINDOW = 150
"""So many forecasts are looked back on."""
_TAIL = 0.08
"""The share of recent errors left out at each end. Errors that follow one another are alike, so that a window of
them misses somewhat more of the next ones than this: about one in ten."""
_PRIOR = [NormalDist().inv_cdf((number + 0.5) / 30) for number in range(30)]
"""What errors are taken to be like, before any is known."""
_KEPT = 14 * 86_400.0
"""Seconds for which forecasts are kept."""


class Correction(NamedTuple):
    """Where the low end, the middle and the high end lie, in deviations of the raw forecast."""

    low: float = -TENTH
    middle: float = 0.0
    high: float = TENTH


@dataclass(frozen=True)
class Raw:
    """The tenth, fiftieth and ninetieth percentile of a wait, in seconds, as computed."""

    low: float
    middle: float
    high: float

    def at(self, deviations: float) -> float:
        """The wait so many standard deviations from the middle."""
        side = self.high - self.middle if deviations > 0 else self.middle - self.low
        return self.middle + deviations / TENTH * side

    def deviations(self, seconds: float) -> float:
        """How far off this wait is."""
        side = self.high - self.middle if seconds > self.middle else self.middle - self.low
        return TENTH * (seconds - self.middle) / max(side, 1.0)


_NOTE = Statement(insert(table), sets=("line", "ticket", "made_at", "low", "middle", "high"))
_FORGET = Statement(delete(table).where(table.c.line == bindparam("line"), table.c.made_at < bindparam("before")))
_PAST = Statement(
    select(table.c.made_at, table.c.low, table.c.middle, table.c.high, served_at)
    .join(ticket, ticket.c.id == table.c.ticket)
    .where(table.c.line == bindparam("line"), ticket.c.state.in_(words("waiting", "serving", "done")))
    .order_by(table.c.made_at.desc())
    .limit(_WINDOW)
)


def latest(line: ColumnElement[int]) -> ColumnElement[float]:
    """When the line was forecast last, in epoch seconds; 0 if never."""
    found = select(func.max(table.c.made_at)).where(table.c.line == line).scalar_subquery()
    return func.coalesce(found, 0.0)


def correction(connection: Connection, line: int, now: float) -> Correction:
    """What recent errors of the line's forecasts ask for."""
    errors = list(_PRIOR)
    for made_at, low, middle, high, served in _PAST.rows(connection, line=line):
        waited = (now if served is None else served) - made_at
        if served is not None or waited > middle:  # one who still waits tells only that it is longer
            errors.append(Raw(low, middle, high).deviations(waited))
    errors.sort()
    last = len(errors) - 1
    return Correction(errors[round(_TAIL * last)], errors[round(0.5 * last)], errors[round((1 - _TAIL) * last)])


def note(connection: Connection, line: int, ticket_id: int, raw: Raw, now: float) -> None:
    """Write a forecast down, and forget those of long ago."""
    _FORGET.run(connection, line=line, before=now - _KEPT)
    _NOTE.run(connection, line=line, ticket=ticket_id, made_at=now, low=raw.low, middle=raw.middle, high=raw.high)
