"""When a desk is open: weekly hours, special days, and what the clock says about both.

Hours are written in the wall clock of one time zone and asked about in epoch seconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from wasl_queue.errors import QueueError

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""As `date.weekday` counts them."""

_DAY = 24 * 60  # minutes
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d"
_SPAN = re.compile(rf"({_TIME})-({_TIME}|24:00)", re.ASCII)


@dataclass(eq=False)
class BadHours(QueueError):  # noqa: N818
    """Opening hours that cannot be meant."""

    field: str
    """Where: zone, week or special."""
    value: str


@dataclass(frozen=True)
class Span:
    """Minutes after midnight of the day it begins on. One past midnight ends beyond 24 × 60."""

    starts: int
    ends: int

    @classmethod
    def read(cls, text: str) -> Span:
        """A span like `08:00-14:00`, `22:00-02:00` (past midnight) or `00:00-24:00`. Raises BadHours."""
        found = _SPAN.fullmatch(text)
        if found is None:
            raise BadHours("week", text)
        starts, ends = (int(time_[:2]) * 60 + int(time_[3:]) for time_ in found.groups())
        if starts == ends:
            raise BadHours("week", text)
        return cls(starts, ends if ends > starts else ends + _DAY)

    def on(self, day: date, zone: ZoneInfo) -> tuple[float, float]:
        """Its beginning and end on a day, in epoch seconds. A time that the clocks show twice, or skip, is taken so
        that the span is rather longer."""
        return _moment(day, self.starts, zone, min), _moment(day, self.ends, zone, max)


@dataclass(frozen=True)
class SpecialDays:
    """Days that differ from the week: a holiday (no spans), a month of other hours, a late opening."""

    first: date
    last: date
    spans: tuple[Span, ...]
    reason: Mapping[str, str] = field(hash=False)
    """Why, in each language."""


@dataclass(frozen=True)
class Opening:
    """What the hours say of one moment. Times are epoch seconds."""

    open: bool
    until: float | None
    """When it closes. None: it is closed, or never closes."""
    opens_at: float | None
    """When it opens next. None: it is open, or never opens again."""
    reason: Mapping[str, str] | None
    """Why this day differs from the week, in each language."""


@dataclass(frozen=True)
class Hours:
    """The opening hours of a service. They never change; new hours are new Hours."""

    zone: str
    """A name of the time zone database, such as Asia/Kuwait."""
    week: tuple[tuple[Span, ...], ...]
    """The spans of each day, Monday first."""
    special: tuple[SpecialDays, ...] = ()
    """Where two name the same day, the later one counts."""

    def __post_init__(self) -> None:
        """Raises BadHours."""
        try:
            ZoneInfo(self.zone)
        except (LookupError, ValueError, OSError) as error:  # a folder of the database is an OSError
            raise BadHours("zone", self.zone) from error
        if len(self.week) != len(DAYS):
            raise BadHours("week", f"{len(self.week)} days")
        for days in self.special:
            if days.last < days.first:
                raise BadHours("special", f"{days.first}/{days.last}")

    @classmethod
    def of(cls, zone: str, week: Mapping[str, Sequence[str]], special: Sequence[Mapping[str, Any]] = ()) -> Hours:
        """Hours from plain values, as a configuration file has them. Raises BadHours.

        `week` gives the spans (see `Span.read`) of each day by its English name; a day left out is closed.
        Each of `special` has `first` and `last` (dates), `hours` (spans) and `reason` (words by language).
        """
        if unknown := [day for day in week if day not in DAYS]:
            raise BadHours("week", unknown[0])
        spans = tuple(_spans(week.get(day, ())) for day in DAYS)
        return cls(zone, spans, tuple(_special_days(**entry) for entry in special))

    def at(self, now: float) -> Opening:
        """Whether the desk is open, and until when or from when."""
        zone = ZoneInfo(self.zone)
        today = datetime.fromtimestamp(now, zone).date()
        special = self._special(today)
        reason = special.reason if special else None
        # Beyond the last special day the week only repeats itself, so no gap comes that has not come by then.
        last = max([today, *(days.last for days in self.special)]) + timedelta(days=len(DAYS) + 2)
        for starts, ends in self._intervals(today - timedelta(days=2), last, zone):
            if starts > now:
                return Opening(False, None, starts, reason)
            if ends > now:
                return Opening(True, None if ends >= _moment(last, 0, zone, min) else ends, None, reason)
        return Opening(False, None, None, reason)

    def between(self, from_: float, to: float) -> list[tuple[float, float]]:
        """When the desk is open from one moment to another, as (start, end) in order, never touching."""
        zone = ZoneInfo(self.zone)
        first, last = (datetime.fromtimestamp(moment, zone).date() for moment in (from_, to))
        found = self._intervals(first - timedelta(days=2), last + timedelta(days=1), zone)
        return [(max(starts, from_), min(ends, to)) for starts, ends in found if starts < to and ends > from_]

    def _intervals(self, first: date, last: date, zone: ZoneInfo) -> Iterator[tuple[float, float]]:
        """The spans of these days as moments; those that touch are one."""
        begun: tuple[float, float] | None = None
        for starts, ends in self._spans_between(first, last, zone):
            if begun is not None and starts <= begun[1]:
                begun = min(starts, begun[0]), max(ends, begun[1])
                continue
            if begun is not None:
                yield begun
            begun = starts, ends
        if begun is not None:
            yield begun

    def _spans_between(self, first: date, last: date, zone: ZoneInfo) -> Iterator[tuple[float, float]]:
        day = first
        while day <= last:
            special = self._special(day)
            for span in sorted(special.spans if special else self.week[day.weekday()], key=lambda span: span.starts):
                yield span.on(day, zone)
            day += timedelta(days=1)

    def _special(self, day: date) -> SpecialDays | None:
        return next((days for days in reversed(self.special) if days.first <= day <= days.last), None)


def _spans(texts: Sequence[str]) -> tuple[Span, ...]:
    return tuple(Span.read(text) for text in texts)


def _special_days(first: date, last: date, hours: Sequence[str], reason: Mapping[str, str]) -> SpecialDays:
    return SpecialDays(first, last, _spans(hours), MappingProxyType(dict(reason)))


def _moment(day: date, minute: int, zone: ZoneInfo, choose: Callable[[float, float], float]) -> float:
    days, minute = divmod(minute, _DAY)
    wall = datetime.combine(day + timedelta(days=days), time(minute // 60, minute % 60), zone)
    return choose(wall.timestamp(), wall.replace(fold=1).timestamp())


ALWAYS = Hours("UTC", ((Span(0, _DAY),),) * len(DAYS))
"""Open day and night."""
