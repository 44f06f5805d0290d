"""The bodies and the services that a desk offers: one YAML file, checked when it is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from wasl_records.errors import CatalogueError, UnknownBody, UnknownService

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=64)]
Icon = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
"""The name of a lucide icon."""
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")]


class Entry(BaseModel):
    """The base of what the file holds: unknown fields are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Words(Entry):
    """The same words in each language."""

    ar: Text
    en: Text

    def __getitem__(self, language: str) -> str:
        """The words in `language`, `ar` or `en`."""
        return {"ar": self.ar, "en": self.en}[language]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):  # a folder of the database is an OSError
        raise PydanticCustomError("unknown_zone", "no time zone {zone}", {"zone": name}) from None
    return name


def _not_empty(span: str) -> str:
    starts, ends = span.split("-")
    if starts == ends:
        raise PydanticCustomError("empty_span", "opens and closes at the same time")
    return span


Day = Literal["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
Span = Annotated[
    str,
    Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"),
    AfterValidator(_not_empty),
]
"""A time of the day in which the desk is open. One that ends before it begins ends on the next day."""


class SpecialDays(Entry):
    """Days with other hours than the week's: a holiday, a month of shorter hours."""

    first: date
    last: date
    hours: list[Span] = []
    """None: closed."""
    reason: Words
    """Why; citizens read it."""

    @model_validator(mode="before")
    @classmethod
    def _one_day(cls, entry: object) -> object:
        return {"last": entry["first"], **entry} if isinstance(entry, Mapping) and "first" in entry else entry

    @model_validator(mode="after")
    def _in_order(self) -> SpecialDays:
        if self.last < self.first:
            raise PydanticCustomError("not_in_order", "the last day is before the first")
        return self


class OpeningHours(Entry):
    """When there are people to talk to. Its fields are what `Hours.of` of the queue takes."""

    zone: Annotated[str, AfterValidator(_known_zone)]
    """The time zone of all hours, such as Asia/Kuwait."""
    week: dict[Day, list[Span]]
    """A day that is not named is closed."""
    special: list[SpecialDays] = []
    """Where two name the same day, the later one counts."""


ALWAYS = OpeningHours(zone="UTC", week={day: ["00:00-24:00"] for day in get_args(Day)})
"""What the word `always` stands for."""

HoursOrAlways = Annotated[OpeningHours, BeforeValidator(lambda entry: ALWAYS if entry == "always" else entry)]


class Body(Entry):
    """A government body."""

    id: Id
    name: Words
    icon: Icon
    hours: HoursOrAlways = ALWAYS
    """The opening hours of its services."""


class Service(Entry):
    """What a citizen can come for."""

    id: Id
    body: Id
    name: Words
    icon: Icon
    duration: Annotated[float, Field(gt=0, le=4 * 3600)]
    """Mean time an agent needs, in seconds."""
    search: list[Text] = []
    """Words under which people look for it, in any language."""
    prepare: list[Words] = []
    """What the citizen should have ready."""
    hours: HoursOrAlways | None = None
    """Its opening hours, where they are not those of its body."""


def _with_ids(entries: object) -> object:
    if not isinstance(entries, Mapping):
        return entries
    return {key: {**entry, "id": key} if isinstance(entry, Mapping) else entry for key, entry in entries.items()}


class Catalogue(Entry):
    """Bodies and services, each in the order in which pages show them."""

    by_body: Annotated[dict[Id, Body], BeforeValidator(_with_ids), Field(alias="bodies", min_length=1)]
    by_service: Annotated[dict[Id, Service], BeforeValidator(_with_ids), Field(alias="services", min_length=1)]

    @model_validator(mode="after")
    def _bodies_are_known(self) -> Catalogue:
        for service in self.by_service.values():
            if service.body not in self.by_body:
                raise PydanticCustomError(
                    "unknown_body",
                    "no body {body} in this file",
                    {"at": ("services", service.id, "body"), "body": service.body},
                )
        return self

    @property
    def bodies(self) -> tuple[Body, ...]:
        """All bodies, in order."""
        return tuple(self.by_body.values())

    @property
    def services(self) -> tuple[Service, ...]:
        """All services, in order."""
        return tuple(self.by_service.values())

    @cached_property
    def service_ids(self) -> frozenset[str]:
        """The ids of all services."""
        return frozenset(self.by_service)

    def body(self, id: str) -> Body:  # noqa: A002
        """The body of this id. Raises UnknownBody."""
        try:
            return self.by_body[id]
        except KeyError:
            raise UnknownBody(id) from None

    def service(self, id: str) -> Service:  # noqa: A002
        """The service of this id. Raises UnknownService."""
        try:
            return self.by_service[id]
        except KeyError:
            raise UnknownService(id) from None

    def hours_of(self, service: str) -> OpeningHours:
        """When a service is open. Raises UnknownService."""
        found = self.service(service)
        return found.hours or self.body(found.body).hours

    def services_of(self, body: str) -> tuple[Service, ...]:
        """The services of a body, in order. Raises UnknownBody."""
        self.body(body)
        return tuple(service for service in self.services if service.body == body)


def load(path: Path) -> Catalogue:
    """Read and check a catalogue file. Raises CatalogueError, which names the first line that is wrong."""
    tree = _parse(path)
    try:
        return Catalogue.model_validate(tree)
    except ValidationError as error:
        first = error.errors()[0]
        place = first.get("ctx", {}).get("at") or first["loc"]
        named = [step for step in place if step != "[key]"]
        raise CatalogueError(str(path), _line(tree, named), ".".join(map(str, named)), first["msg"]) from error


def _parse(path: Path) -> object:
    try:
        return YAML().load(path.read_text(encoding="utf-8"))  # the round-trip loader, which knows lines
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = " ".join((error.problem or error.context or "not YAML").split())
        raise CatalogueError(str(path), line, "file", problem) from error
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise CatalogueError(str(path), 1, "file", str(error)) from error


def _line(tree: Any, place: list[int | str]) -> int:
    """The line (from 1) of the deepest node on the way to `place`: a missing field is its parent's fault."""
    line = 0
    for step in place:
        if isinstance(tree, CommentedMap) and step in tree:
            line = tree.lc.key(step)[0]
        elif isinstance(tree, CommentedSeq) and isinstance(step, int) and step < len(tree):
            line = tree.lc.item(step)[0]
        else:
            break
        tree = tree[step]
    return line + 1
