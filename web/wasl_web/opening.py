"""When the services of the catalogue are open, as the queue computes it and as pages are told."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from wasl_queue.hours import Hours, Opening
from wasl_records.catalogue import Catalogue, OpeningHours


class OpeningView(BaseModel):
    """Whether a service is open now. Times are milliseconds since the Unix epoch."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    open: bool
    until: int | None
    """When it closes. None: it is closed, or never closes."""
    opens_at: int | None
    """When it opens next. None: it is open, or nobody knows."""
    reason: str | None
    """Why this day differs from the week, such as a holiday's name, in the language of the page."""


class Openings:
    """The opening hours of all services. Services of one body mostly share theirs, which are then read once."""

    def __init__(self, catalogue: Catalogue) -> None:
        read: dict[int, Hours] = {}
        self._by_service = {id_: _read(catalogue.hours_of(id_), read) for id_ in catalogue.by_service}

    def hours(self, service: str) -> Hours:
        """The hours of a service of the catalogue."""
        return self._by_service[service]

    def at(self, now: float) -> dict[str, Opening]:
        """Every service at this moment, in epoch seconds."""
        distinct = {id(hours): hours for hours in self._by_service.values()}
        openings = {key: hours.at(now) for key, hours in distinct.items()}
        return {service: openings[id(hours)] for service, hours in self._by_service.items()}

    def closed(self, now: float) -> list[str]:
        """The services that are closed at this moment."""
        return [service for service, opening in self.at(now).items() if not opening.open]


def view(opening: Opening, language: str) -> OpeningView:
    """What a page in this language is told."""
    return OpeningView(
        open=opening.open,
        until=_milliseconds(opening.until),
        opens_at=_milliseconds(opening.opens_at),
        reason=opening.reason[language] if opening.reason else None,
    )


def _read(hours: OpeningHours, read: dict[int, Hours]) -> Hours:
    if id(hours) not in read:
        read[id(hours)] = Hours.of(**hours.model_dump())
    return read[id(hours)]


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds * 1000)
