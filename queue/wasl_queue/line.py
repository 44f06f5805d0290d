"""Lines and who serves them.

A line is one distinct set of hard requirements. It is opened when the first citizen needs it, and stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, literal_column, select, update
from sqlalchemy.sql.expression import ColumnElement

from wasl_queue import lock
from wasl_queue.schema import agent as person
from wasl_queue.schema import line, serves, skill
from wasl_queue.statement import Row, Statement

MODALITIES = frozenset({"video", "voice", "text"})
HIGHEST_LEVEL = 5
DESK = "desk"
"""The routing group of a desk that has only one."""


class Seat(StrEnum):
    """What somebody does in a call of a line."""

    WHOLE = "whole"
    """She has all that the line requires, and is the agent alone."""
    AGENT = "agent"
    """She has the service and hears the citizen through an interpreter."""
    INTERPRETER = "interpreter"


@dataclass(frozen=True)
class Requirements:
    """What a citizen cannot do without. None of it ever relaxes."""

    service: str
    language: str
    """A tag like ar: the language in which she and the agent speak or write."""
    sign_language: str | None
    """A tag like sgn-KW, for citizens who sign; hearing citizens have none."""
    modality: str
    level: int = 1
    """The least that an agent must have in the service and in the citizen's language, 1 to 5."""
    group: str = DESK
    """The routing group of the service. It follows from the service."""

    @property
    def tongue(self) -> str:
        """The language that the citizen herself uses."""
        return self.sign_language or self.language


@dataclass(frozen=True)
class Skills:
    """What an agent has, by level from 1 to 5. `languages` holds signed ones too: {"ar": 5, "sgn-KW": 3}."""

    services: Mapping[str, int]
    languages: Mapping[str, int]
    modalities: frozenset[str] = MODALITIES
    groups: frozenset[str] = frozenset({DESK})
    """She serves only lines of these routing groups. Their names have no spaces."""
    interpreter: bool = False
    """Whether she interprets between the languages she has."""
    gender: str | None = field(default=None, compare=False)
    """What a citizen may wish for; None: she does not tell."""


def seats(skills: Skills, wants: Requirements) -> dict[Seat, int]:
    """Which seats somebody with these skills can fill in a line, and at which level."""
    if wants.modality not in skills.modalities or wants.group not in skills.groups:
        return {}
    service, tongue = skills.services.get(wants.service, 0), skills.languages.get(wants.tongue, 0)
    spoken = skills.languages.get(wants.language, 0)
    if min(service, tongue) >= wants.level:
        return {Seat.WHOLE: min(service, tongue)}
    if wants.sign_language is None:
        return {}
    if min(service, spoken) >= wants.level:
        return {Seat.AGENT: min(service, spoken)}
    if skills.interpreter and tongue >= wants.level and spoken:
        return {Seat.INTERPRETER: tongue}
    return {}


def _signed(column: ColumnElement[str] | ColumnElement[str | None]) -> ColumnElement[str]:
    return func.coalesce(column, literal_column("''"))


_COLUMNS = ("service", "language", "sign_language", "modality", "level", "routing_group")
_FIND = Statement(
    select(line.c.id).where(
        line.c.service == bindparam("service"),
        line.c.language == bindparam("language"),
        _signed(line.c.sign_language) == bindparam("signed"),
        line.c.modality == bindparam("modality"),
        line.c.level == bindparam("level"),
    )
)
_INSERT = Statement(insert(line).returning(line.c.id), sets=_COLUMNS)
_GET = Statement(select(*(line.c[name] for name in _COLUMNS)).where(line.c.id == bindparam("this")))
_LINES = Statement(select(line.c.id, *(line.c[name] for name in _COLUMNS)).order_by(line.c.id))
_skills = select(skill.c.agent, person.c.interpreter, skill.c.kind, skill.c.name, skill.c.level).join(
    person, person.c.id == skill.c.agent
)
_SKILLS = Statement(_skills.where(skill.c.agent == bindparam("this")))
_ALL_SKILLS = Statement(_skills.order_by(skill.c.agent))
_FORGET_SKILLS = Statement(delete(skill).where(skill.c.agent == bindparam("this")))
_LEARN = Statement(insert(skill), sets=("agent", "kind", "name", "level"))
_FORGET_LINES = Statement(delete(serves).where(serves.c.agent == bindparam("this")))
_SERVE = Statement(insert(serves), sets=("agent", "line", "seat", "level"))
_SERVES = Statement(
    select(serves.c.seat).where(serves.c.agent == bindparam("this"), serves.c.line == bindparam("that"))
)
_PERSON = Statement(update(person).where(person.c.id == bindparam("this")), sets=("gender", "interpreter", "groups"))


def requirements(row: Row) -> Requirements:
    """Read the columns service, language, sign_language, modality, level, routing_group."""
    return Requirements(*row)


def get(connection: Connection, line_id: int) -> Requirements:
    """What a line requires. Raises LookupError."""
    row = _GET.row(connection, this=line_id)
    if row is None:
        raise LookupError(line_id)
    return requirements(row)


def opened(connection: Connection, wants: Requirements) -> int:
    """The id of the line with these requirements, opened now if it is the first time."""
    found = _find(connection, wants)
    if found is None:
        lock.lines(connection)
        found = _find(connection, wants)  # somebody else may have opened it meanwhile
    return found if found is not None else _open(connection, wants)


def _find(connection: Connection, wants: Requirements) -> int | None:
    found: int | None = _FIND.scalar(
        connection,
        service=wants.service,
        language=wants.language,
        signed=wants.sign_language or "",
        modality=wants.modality,
        level=wants.level,
    )
    return found


def _open(connection: Connection, wants: Requirements) -> int:
    made: int = _INSERT.scalar(
        connection,
        service=wants.service,
        language=wants.language,
        sign_language=wants.sign_language,
        modality=wants.modality,
        level=wants.level,
        routing_group=wants.group,
    )
    rows: list[dict[str, object]] = []
    for agent, skills in _everyone(connection):
        rows += [_place(agent, made, seat, level) for seat, level in seats(skills, wants).items()]
    _SERVE.run_many(connection, rows)
    return made


def _place(agent: str, line_id: int, seat: Seat, level: int) -> dict[str, object]:
    return {"agent": agent, "line": line_id, "seat": seat, "level": level}


def _everyone(connection: Connection) -> Iterator[tuple[str, Skills]]:
    for agent, rows in groupby(_ALL_SKILLS.rows(connection), key=itemgetter(0)):
        yield agent, _from_rows(list(rows))


def _from_rows(rows: list[Row]) -> Skills:
    by_kind: dict[str, dict[str, int]] = {"service": {}, "language": {}, "modality": {}, "group": {}}
    for _, _, kind, name, level in rows:
        by_kind[kind][name] = level
    return Skills(
        by_kind["service"],
        by_kind["language"],
        frozenset(by_kind["modality"]),
        frozenset(by_kind["group"]),
        interpreter=any(row[1] for row in rows),
    )


def skills_of(connection: Connection, agent: str) -> Skills:
    """What an agent has, as last told."""
    return _from_rows(_SKILLS.rows(connection, this=agent))


def assign(connection: Connection, agent: str, skills: Skills) -> bool:
    """Give an agent these skills, and the seats they fill. Tells whether anything changed."""
    known = skills_of(connection, agent) == skills
    _PERSON.run(
        connection,
        this=agent,
        gender=skills.gender,
        interpreter=skills.interpreter,
        groups=" ".join(sorted(skills.groups)),
    )
    if known:
        return False
    lock.lines(connection)
    _FORGET_SKILLS.run(connection, this=agent)
    _FORGET_LINES.run(connection, this=agent)
    rows = [("service", *item) for item in skills.services.items()]
    rows += [("language", *item) for item in skills.languages.items()]
    rows += [("modality", name, HIGHEST_LEVEL) for name in skills.modalities]
    rows += [("group", name, HIGHEST_LEVEL) for name in skills.groups]
    _LEARN.run_many(
        connection, [{"agent": agent, "kind": kind, "name": name, "level": level} for kind, name, level in rows]
    )
    _SERVE.run_many(
        connection,
        [
            _place(agent, id_, seat, level)
            for id_, *wants in _LINES.rows(connection)
            for seat, level in seats(skills, requirements(tuple(wants))).items()
        ],
    )
    return True


def told(skills: Skills) -> dict[str, Any]:
    """Skills, as history tells them."""
    return {
        "services": dict(skills.services),
        "languages": dict(skills.languages),
        "modalities": sorted(skills.modalities),
        "groups": sorted(skills.groups),
        "interpreter": skills.interpreter,
    }


def heard(detail: Mapping[str, Any]) -> Skills:
    """What `told` made."""
    return Skills(
        detail["services"],
        detail["languages"],
        frozenset(detail["modalities"]),
        frozenset(detail["groups"]),
        detail["interpreter"],
    )


def seat_of(connection: Connection, line_id: int, agent: str) -> Seat | None:
    """The seat that an agent's skills fill in this line, if any."""
    found = _SERVES.scalar(connection, this=agent, that=line_id)
    return None if found is None else Seat(found)


def of_services(connection: Connection, services: Iterable[str]) -> list[int]:
    """The lines of these services."""
    wanted = set(services)
    return [id_ for id_, service, *_ in _LINES.rows(connection) if service in wanted]
