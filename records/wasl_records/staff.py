"""The people who work at the desk: who they are, what they may do, whom they can serve."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from wasl_records.errors import StaffExists, UnknownStaff
from wasl_records.schema import staff, staff_session

EVERY_SERVICE = "*"
"""In `Staff.services`: each service of the catalogue, whatever it will hold."""
USUAL_LEVEL = 3
"""How well somebody can do a thing, from 1 to 5, when nobody said more."""


class Role(StrEnum):
    """What a person may do."""

    AGENT = "agent"
    """Serves citizens."""
    INTERPRETER = "interpreter"
    """Joins the calls of others and signs for them."""
    SUPERVISOR = "supervisor"
    """Watches and steers the lines."""
    ADMIN = "admin"
    """Changes staff, services and settings."""


@dataclass(frozen=True, kw_only=True)
class Staff:
    """One person."""

    id: str
    """The user name."""
    name_ar: str
    name_en: str
    roles: frozenset[Role]
    body: str | None = None
    """The body the person belongs to; none serves them all."""
    services: Mapping[str, int] = field(default_factory=dict)
    """Ids of the services this person can finish, or EVERY_SERVICE, each with a level from 1 to 5."""
    languages: Mapping[str, int] = field(default_factory=dict)
    """Spoken and signed languages as BCP 47 tags, such as `ar`, `en`, `sgn-KW`, each with a level from 1 to 5."""

    def name(self, language: str) -> str:
        """The person's name as readers of `language` write it."""
        return self.name_ar if language == "ar" else self.name_en

    def serves(self, services: Collection[str]) -> dict[str, int]:
        """Those of `services` that this person can finish, with the level; one that is named counts as named."""
        levels = {id_: self.services.get(id_, self.services.get(EVERY_SERVICE)) for id_ in services}
        return {id_: level for id_, level in levels.items() if level is not None}


def add(connection: Connection, person: Staff, password_hash: str) -> None:
    """Add a person. Raises StaffExists if the user name is taken."""
    values = {
        "id": person.id,
        "name_ar": person.name_ar,
        "name_en": person.name_en,
        "roles": sorted(person.roles),
        "body": person.body,
        "services": dict(person.services),
        "languages": dict(person.languages),
        "password_hash": password_hash,
    }
    try:
        with connection.begin_nested():
            connection.execute(insert(staff).values(values))
    except IntegrityError as error:
        raise StaffExists(person.id) from error


def get(connection: Connection, id: str) -> Staff:  # noqa: A002
    """The person of this user name. Raises UnknownStaff."""
    row = connection.execute(select(staff).where(staff.c.id == id)).one_or_none()
    if row is None:
        raise UnknownStaff(id)
    return from_row(row)


def list_all(connection: Connection) -> list[Staff]:
    """Everybody, by user name."""
    return [from_row(row) for row in connection.execute(select(staff).order_by(staff.c.id))]


def password_hash(connection: Connection, id: str) -> str | None:  # noqa: A002
    """The stored hash, for `password.verify`; none for an unknown user name."""
    return connection.execute(select(staff.c.password_hash).where(staff.c.id == id)).scalar_one_or_none()


def set_password(connection: Connection, id: str, password_hash: str) -> None:  # noqa: A002
    """Change a password and end the person's sessions. Raises UnknownStaff."""
    changed = connection.execute(update(staff).where(staff.c.id == id).values(password_hash=password_hash))
    if changed.rowcount == 0:
        raise UnknownStaff(id)
    connection.execute(delete(staff_session).where(staff_session.c.staff == id))


def from_row(row: Row[Any]) -> Staff:
    """The person that a row of the staff table describes."""
    return Staff(
        id=row.id,
        name_ar=row.name_ar,
        name_en=row.name_en,
        roles=frozenset(Role(role) for role in row.roles),
        body=row.body,
        services=row.services,
        languages=row.languages,
    )
