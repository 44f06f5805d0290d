"""Lines and who serves them.

A line is one distinct set of hard requirements. It is opened when the first citizen needs it, and stays.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select
from sqlalchemy.sql.expression import ColumnElement

from wasl_queue.schema import line, serves, skill, word


@dataclass(frozen=True)
class Requirements:
    """What a citizen cannot do without. None of it ever relaxes."""

    service: str
    language: str
    sign_language: str | None
    """A tag like sgn-KW, and then it is this language that an agent must have; hearing citizens have none."""
    modality: str


@dataclass(frozen=True)
class Skills:
    """What an agent has. `languages` holds signed ones too: {"ar", "en", "sgn-KW"}."""

    services: frozenset[str]
    languages: frozenset[str]


_SERVICE, _LANGUAGE = word("service"), word("language")


def _signed(column: ColumnElement[Any]) -> ColumnElement[str]:
    return func.coalesce(column, word(""))


_FIND = select(line.c.id).where(
    line.c.service == bindparam("service"),
    line.c.language == bindparam("language"),
    _signed(line.c.sign_language) == bindparam("signed"),
    line.c.modality == bindparam("modality"),
)
_INSERT = insert(line)

_tongue_skill = skill.alias()
_STAFF = insert(serves).from_select(
    ["agent", "line"],
    select(skill.c.agent, line.c.id)
    .join(_tongue_skill, _tongue_skill.c.agent == skill.c.agent)
    .join(line, line.c.service == skill.c.name)
    .where(
        line.c.id == bindparam("this"),
        skill.c.kind == _SERVICE,
        _tongue_skill.c.kind == _LANGUAGE,
        _tongue_skill.c.name == func.coalesce(line.c.sign_language, line.c.language),
    ),
)

_SKILLS = select(skill.c.kind, skill.c.name).where(skill.c.agent == bindparam("this"))
_FORGET_SKILLS = delete(skill).where(skill.c.agent == bindparam("this"))
_LEARN = insert(skill)
_LINES = select(line.c.id, line.c.service, func.coalesce(line.c.sign_language, line.c.language))
_FORGET_LINES = delete(serves).where(serves.c.agent == bindparam("this"))
_SERVE = insert(serves)
_SERVES = select(serves.c.line).where(serves.c.agent == bindparam("this"), serves.c.line == bindparam("that"))


def opened(connection: Connection, requirements: Requirements) -> int:
    """The id of the line with these requirements, opened now if it is the first time."""
    values = asdict(requirements)
    found: int | None = connection.scalar(_FIND, values | {"signed": requirements.sign_language or ""})
    return found if found is not None else _open(connection, values)


def _open(connection: Connection, values: dict[str, str | None]) -> int:
    key = connection.execute(_INSERT, values).inserted_primary_key
    assert key is not None
    connection.execute(_STAFF, {"this": key[0]})
    return int(key[0])


def skills_of(connection: Connection, agent: str) -> Skills:
    """What an agent has, as last told."""
    rows = list(connection.execute(_SKILLS, {"this": agent}))
    return Skills(
        frozenset(name for kind, name in rows if kind == "service"),
        frozenset(name for kind, name in rows if kind == "language"),
    )


def assign(connection: Connection, agent: str, skills: Skills) -> bool:
    """Give an agent these skills, and the lines they serve. Tells whether anything changed."""
    if skills_of(connection, agent) == skills:
        return False
    this = {"this": agent}
    connection.execute(_FORGET_SKILLS, this)
    connection.execute(_FORGET_LINES, this)
    rows = [("service", name) for name in skills.services] + [("language", name) for name in skills.languages]
    if rows:
        connection.execute(_LEARN, [{"agent": agent, "kind": kind, "name": name} for kind, name in rows])
    lines = [
        id_
        for id_, service, tongue in connection.execute(_LINES)
        if service in skills.services and tongue in skills.languages
    ]
    if lines:
        connection.execute(_SERVE, [{"agent": agent, "line": id_} for id_ in lines])
    return True


def is_served_by(connection: Connection, line_id: int, agent: str) -> bool:
    """Whether this agent's skills cover the line."""
    return connection.scalar(_SERVES, {"this": agent, "that": line_id}) is not None
