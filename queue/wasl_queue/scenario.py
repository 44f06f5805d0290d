"""What a simulated day is made of: who comes, how patient they are, how long visits take, and who works when.

Times of day are written "HH:MM", durations are seconds unless their name says minutes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PositiveFloat, PositiveInt
from ruamel.yaml import YAML

HOUR = 3600.0


def _clock(text: object) -> object:
    """Seconds since midnight. YAML reads an unquoted 12:30 as text or as a number, by its version."""
    if not isinstance(text, str):
        return text
    hours, _, minutes = text.partition(":")
    return int(hours) * HOUR + int(minutes) * 60


Clock = Annotated[float, BeforeValidator(_clock), Field(ge=0, le=24 * HOUR)]
"""Seconds since midnight."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(_Part):
    """Part of a day."""

    starts: Clock
    ends: Clock

    def holds(self, clock: float) -> bool:
        """Whether this time of day is in it; its end is not."""
        return self.starts <= clock < self.ends


class Surge(Span):
    """More citizens than usual."""

    factor: PositiveFloat = 1.5


class Absence(Span):
    """A share of the agents who should be there, and are not. Nobody was told."""

    share: float = Field(0.25, ge=0, le=1)


class Demand(_Part):
    """The citizens of one line."""

    service: str = "deed"
    language: str = "ar"
    sign_language: str | None = None
    modality: str = "video"
    per_hour: PositiveFloat = 60
    """Mean arrivals."""
    profile: tuple[float, ...] = (0.6, 1.0, 1.25, 1.15, 0.8, 0.75, 1.05, 1.0, 0.7)
    """How many times `per_hour` come in each hour since opening; the last one goes on."""
    patience: PositiveFloat = 600
    """Mean time until a waiting citizen gives up; exponential."""
    handling: PositiveFloat = 330
    """Mean length of a visit, from answer to end; lognormal."""
    spread: float = Field(0.8, ge=0)
    """Of the logarithm of that length; 0.8 gives a standard deviation of 0.95 of the mean."""

    def rate(self, hours_open: float) -> float:
        """Arrivals per second, so long after opening."""
        return self.per_hour * self.profile[min(int(hours_open), len(self.profile) - 1)] / HOUR


class Staff(_Part):
    """Agents who are alike."""

    name: str = "agent"
    count: PositiveInt = 12
    services: frozenset[str] = frozenset({"deed"})
    languages: frozenset[str] = frozenset({"ar", "en"})
    """Signed ones too."""
    interpreter: bool = False
    shift: Span = Span(starts=8 * HOUR, ends=17 * HOUR)
    breaks: tuple[Span, ...] = ()
    wrap_up: float = Field(25, ge=0)
    """How long notes take after a visit."""
    answer: float = Field(5, ge=0, lt=12)
    """How long she is rung before she answers; less than an offer lasts."""

    @property
    def hours(self) -> float:
        """Seconds of work of one of them in a day."""
        return self.shift.ends - self.shift.starts - sum(pause.ends - pause.starts for pause in self.breaks)


class Scenario(_Part):
    """A day at the desk."""

    opens: Clock = 8 * HOUR
    closes: Clock = 17 * HOUR
    lines: tuple[Demand, ...] = Field((Demand(),), min_length=1)
    staff: tuple[Staff, ...] = Field((Staff(),), min_length=1)
    surges: tuple[Surge, ...] = ()
    absences: tuple[Absence, ...] = ()

    def with_agents(self, agents: int) -> Self:
        """The same mix with so many agents in all: at least one of each kind."""
        whole = sum(staff.count for staff in self.staff)
        scaled = [
            staff.model_copy(update={"count": max(1, round(staff.count * agents / whole))}) for staff in self.staff
        ]
        return self.model_copy(update={"staff": tuple(scaled)})

    def with_load(self, load: float) -> Self:
        """The same mix of citizens, so many that the work they bring is `load` times what the rostered can do."""
        factor = load * self._capacity() / self._work()
        scaled = [line.model_copy(update={"per_hour": line.per_hour * factor}) for line in self.lines]
        return self.model_copy(update={"lines": tuple(scaled)})

    def _capacity(self) -> float:
        return sum(staff.count * staff.hours for staff in self.staff if not staff.interpreter)

    def _work(self) -> float:
        """Seconds of agents' time that the citizens of a day ask for, notes and answering included."""
        around = max(staff.wrap_up + staff.answer for staff in self.staff)
        hours = range(int((self.closes - self.opens) / HOUR))
        return sum(line.rate(hour) * HOUR * (line.handling + around) for line in self.lines for hour in hours)


def read(path: Path) -> Scenario:
    """A scenario from a YAML file; what it leaves out is as the defaults above.

    Raises OSError, ruamel.yaml.error.YAMLError, pydantic.ValidationError.
    """
    found: Mapping[str, Any] | Sequence[Any] | None = YAML(typ="safe").load(path)
    return Scenario.model_validate(found or {})
