"""The record that is kept of a call's media: one row for each leg, which grows while the call lasts.

Sums are kept, not means: a step of a few seconds is added to the row in one statement, whoever wrote the steps before,
and a row never has to be read to be written. A row a second and leg would say more than anybody reads, and be the
largest table of the desk within a week; what a complaint needs to know is how much of the call was how bad.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from sqlalchemy import Connection, Row, case, insert, select, update

from wasl_signaling import schema
from wasl_signaling.messages import Trouble
from wasl_signaling.trouble import GOOD, Part

_LEAST = frozenset({"frame_rate_min"})
_MOST = frozenset({"round_trip_max"})


@dataclass
class Tally:
    """What was measured of one leg; a part of a call, or all of it. Durations are seconds."""

    seconds: float = 0
    """Measured."""
    picture_seconds: float = 0
    """In which a picture came, or should have."""
    frames: float = 0
    frame_rate_min: float | None = None
    """Of the worst second."""
    freezes: int = 0
    frozen: float = 0
    signing_seconds: float = 0
    signing_low: float = 0
    """Of these, below 20 frames a second."""
    sound_loss: float = 0
    picture_loss: float = 0
    view_loss: float = 0
    """The worst stream of others that came to this person. Losses are sums of shares, one a second."""
    round_trips: int = 0
    round_trip: float = 0
    """The sum of them."""
    round_trip_max: float | None = None
    speaking_seconds: float = 0
    troubled_seconds: float = 0
    """In which the person was told that something is wrong."""

    def add(self, part: Part, speaking: bool, trouble: Trouble | None) -> None:
        """One second more."""
        figures = part.figures
        self.seconds += 1
        self.speaking_seconds += speaking
        self.troubled_seconds += trouble is not None
        self.view_loss += max((view.loss for view in figures.views), default=0.0)
        if figures.sound is not None:
            self.sound_loss += figures.sound.loss
        if figures.round_trip is not None:
            self.round_trips += 1
            self.round_trip += figures.round_trip
            self.round_trip_max = max(self.round_trip_max or 0.0, figures.round_trip)
        if part.camera and figures.picture is not None:
            self._add_picture(part)

    def _add_picture(self, part: Part) -> None:
        picture = part.figures.picture
        assert picture is not None
        rate = picture.frame_rate
        self.picture_seconds += 1
        self.frames += rate
        self.frame_rate_min = rate if self.frame_rate_min is None else min(self.frame_rate_min, rate)
        self.freezes += picture.freezes
        self.frozen += picture.frozen
        self.picture_loss += picture.loss
        self.signing_seconds += part.signs
        self.signing_low += part.signs and rate < GOOD


def keep(connection: Connection, tallies: dict[int, Tally]) -> None:
    """Adds steps to the rows of their legs."""
    for leg, tally in tallies.items():
        values = {field.name: getattr(tally, field.name) for field in fields(tally)}
        table = schema.leg_tally
        grown = {name: _grown(name, value) for name, value in values.items() if value is not None}
        if not connection.execute(update(table).where(table.c.leg == leg).values(grown)).rowcount:
            connection.execute(insert(table).values(leg=leg, **values))


def _grown(name: str, value: float) -> object:
    column = schema.leg_tally.c[name]
    if name in _LEAST:
        return case((column < value, column), else_=value)
    if name in _MOST:
        return case((column > value, column), else_=value)
    return column + value


def of_call(connection: Connection, call: int) -> dict[int, Tally]:
    """What was kept of each leg of a call, by the leg."""
    table = schema.leg_tally
    query = select(table).join(schema.leg, schema.leg.c.id == table.c.leg).where(schema.leg.c.call == call)
    return {row.leg: _tally(row) for row in connection.execute(query)}


def last_calls(connection: Connection, count: int) -> list[int]:
    """The newest calls, newest first."""
    query = select(schema.call.c.id).order_by(schema.call.c.id.desc()).limit(count)
    return [found for (found,) in connection.execute(query)]


def _tally(row: Row[tuple[object, ...]]) -> Tally:
    return Tally(**{field.name: getattr(row, field.name) for field in fields(Tally)})
