"""How long somebody would wait who is not in line yet: now, and in the hours to come.

Now is as for those in line (estimate.py). Later is what those waited whose visits ended in the same hour of recent
days of the same kind, working days or days at the weekend: between the tenth and the ninetieth percentile.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from statistics import quantiles

from sqlalchemy import Connection, bindparam, func, literal_column, select

from wasl_queue import estimate as estimates
from wasl_queue.line import Requirements
from wasl_queue.pace import served_at
from wasl_queue.policy import Policy
from wasl_queue.schema import in_line, is_over, line, ticket
from wasl_queue.statement import Statement

_WEEKS = 4
"""So far back it looks."""
_DAYS = 6
"""So many days of the same kind it looks at, the latest ones with visitors."""
_PER_HOUR = 40
"""So many tickets of each of them."""
_ENOUGH = 20
"""So many tickets in all it takes to say anything, from two days at least."""
WEEKEND = frozenset({4, 5})
"""Friday and Saturday, as `date.weekday` counts."""


@dataclass(frozen=True)
class Outlook:
    """What to expect when joining at this time (epoch seconds), in seconds of waiting."""

    at: float
    low: int
    high: int | None
    """None: we can't tell yet, and `low` means nothing."""


_LINE = Statement(
    select(line.c.id).where(
        line.c.service == bindparam("service"),
        line.c.language == bindparam("language"),
        func.coalesce(line.c.sign_language, literal_column("''")) == bindparam("signed"),
        line.c.modality == bindparam("modality"),
        line.c.level == bindparam("level"),
    )
)
_LENGTH = Statement(select(func.count()).select_from(ticket).where(in_line, ticket.c.line == bindparam("line")))
_ended = (ticket.c.since, ticket.c.joined_at, served_at)
_ENDED = Statement(
    select(*_ended)
    .where(
        ticket.c.line == bindparam("line"),
        is_over,
        ticket.c.since >= bindparam("starts"),
        ticket.c.since < bindparam("ends"),
    )
    .order_by(ticket.c.since)
    .limit(_PER_HOUR)
)


def outlook(
    connection: Connection,
    policy: Policy,
    requirements: Requirements,
    now: float,
    *,
    hours: int,
    zone: tzinfo,
    weekend: Set[int] = WEEKEND,
) -> list[Outlook]:
    """Now, and each of the next full hours (on the clock of `zone`), so many of them."""
    found: int | None = _LINE.scalar(
        connection,
        service=requirements.service,
        language=requirements.language,
        signed=requirements.sign_language or "",
        modality=requirements.modality,
        level=requirements.level,
    )
    full = datetime.fromtimestamp(now, zone).replace(minute=0, second=0, microsecond=0)
    later = [full + timedelta(hours=number + 1) for number in range(hours)]
    if found is None:
        return [Outlook(at, 0, None) for at in (now, *(hour.timestamp() for hour in later))]
    return [_now(connection, policy, found, now), *(_later(connection, found, hour, now, weekend) for hour in later)]


def _now(connection: Connection, policy: Policy, line_id: int, now: float) -> Outlook:
    forecast = estimates.of_line(connection, policy, line_id, now)
    if forecast is None:
        return Outlook(now, 0, None)
    if forecast.idle:
        return Outlook(now, 0, math.ceil(policy.offer_seconds))
    told = forecast.at(_LENGTH.scalar(connection, line=line_id), now)
    return Outlook(now, told.low, told.high)


def _later(connection: Connection, line_id: int, hour: datetime, now: float, weekend: Set[int]) -> Outlook:
    waits: list[float] = []
    days = 0
    for day in _days_like(hour, now, weekend):
        seen = _waits(connection, line_id, day.timestamp())
        waits += seen
        days += bool(seen)
        if days == _DAYS:
            break
    if len(waits) < _ENOUGH or days < 2:
        return Outlook(hour.timestamp(), 0, None)
    tenths = quantiles(waits, n=10, method="inclusive")
    return Outlook(hour.timestamp(), math.floor(tenths[0]), math.ceil(tenths[-1]))


def _days_like(hour: datetime, now: float, weekend: Set[int]) -> Iterator[datetime]:
    """The same hour of earlier days of the same kind, latest first."""
    for number in range(1, 7 * _WEEKS + 1):
        day = hour - timedelta(days=number)
        if (day.weekday() in weekend) == (hour.weekday() in weekend) and day.timestamp() + 3600 <= now:
            yield day


def _waits(connection: Connection, line_id: int, starts: float) -> list[float]:
    """Of tickets that ended within this hour: how long they waited. One who gave up waited at least so long."""
    rows = _ENDED.rows(connection, line=line_id, starts=starts, ends=starts + 3600)
    return [(since if served is None else served) - joined for since, joined, served in rows]
