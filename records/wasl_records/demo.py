"""People for a desk that somebody tries out: never added unless asked for."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from wasl_records import catalogue, password, schema, staff
from wasl_records.staff import EVERY_SERVICE, USUAL_LEVEL, Role, Staff

CATALOGUE = Path(__file__).parent / "demo" / "catalogue.yaml"
"""The file of the demo bodies and services."""

ARABIC = {"ar": USUAL_LEVEL}
BOTH = {"ar": USUAL_LEVEL, "en": USUAL_LEVEL}
SIGN = {"sgn-KW": USUAL_LEVEL}


@dataclass(frozen=True)
class DemoPerson:
    """A person, and the password to print once."""

    staff: Staff
    password: str
    password_hash: str


def demo_staff(fixed_password: str | None = None) -> list[tuple[Staff, str]]:
    """Everybody with a password: a random one each, or the fixed one for all.

    Every service of the demo catalogue has two agents in each spoken language, and two who sign.
    """
    return [(person, fixed_password or _readable_password()) for person in (*_agents(), *_others())]


def prepare(fixed_password: str | None = None) -> list[DemoPerson]:
    """`demo_staff` with hashed passwords: half a second of a core, so run it in a thread."""
    people = demo_staff(fixed_password)
    # The fixed one is hashed once for all: who knows it of one person knows it of everybody anyway.
    hashes = {clear: password.hash_password(clear) for clear in {clear for _, clear in people}}
    return [DemoPerson(person, clear, hashes[clear]) for person, clear in people]


def install(connection: Connection, people: Collection[DemoPerson]) -> bool:
    """Add them if nobody works here yet. Returns whether it did."""
    if connection.execute(select(schema.staff.c.id).limit(1)).first() is not None:
        return False
    for person in people:
        staff.add(connection, person.staff, person.password_hash)
    return True


def _agents() -> list[Staff]:
    services = catalogue.load(CATALOGUE).services

    def of(*bodies: str) -> dict[str, int]:
        return {service.id: USUAL_LEVEL for service in services if service.body in bodies}

    every = {EVERY_SERVICE: USUAL_LEVEL}
    return [
        _agent("agent1", "مريم العنزي", "Maryam Al-Enezi", of("housing", "justice", "social-affairs"), BOTH),
        _agent("agent2", "عبدالله المطيري", "Abdullah Al-Mutairi", of("housing", "interior"), BOTH),
        _agent("agent3", "نورة الرشيدي", "Noura Al-Rashidi", every, ARABIC | SIGN),
        _agent("agent4", "فهد العجمي", "Fahad Al-Ajmi", of("health", "electricity", "civil-information"), BOTH),
        _agent("agent5", "شيخة الدوسري", "Shaikha Al-Dosari", of("social-security", "disability", "commerce"), BOTH),
        _agent("agent6", "يوسف الكندري", "Yousef Al-Kandari", every, BOTH | SIGN),
    ]


def _others() -> list[Staff]:
    return [
        Staff(
            id="interpreter1",
            name_ar="دلال الشمري",
            name_en="Dalal Al-Shammari",
            roles=frozenset({Role.INTERPRETER}),
            languages=ARABIC | SIGN,
        ),
        Staff(
            id="interpreter2",
            name_ar="بدر الهاجري",
            name_en="Bader Al-Hajri",
            roles=frozenset({Role.INTERPRETER}),
            languages=BOTH | SIGN,
        ),
        Staff(
            id="supervisor1",
            name_ar="خالد العازمي",
            name_en="Khaled Al-Azmi",
            roles=frozenset({Role.SUPERVISOR}),
            languages=BOTH,
        ),
        Staff(
            id="admin",
            name_ar="أحمد الصالح",
            name_en="Ahmad Al-Saleh",
            roles=frozenset({Role.ADMIN}),
            languages=BOTH,
        ),
    ]


def _agent(id: str, ar: str, en: str, services: Mapping[str, int], languages: Mapping[str, int]) -> Staff:  # noqa: A002
    roles = frozenset({Role.AGENT})
    return Staff(id=id, name_ar=ar, name_en=en, roles=roles, services=services, languages=languages)


def _readable_password() -> str:
    """Four groups of two syllables, such as `kato-mibe-lufa-dori`: 49 random bits that can be read out."""
    return "-".join(_syllable() + _syllable() for _ in range(4))


def _syllable() -> str:
    return secrets.choice("bdfghklmnprstz") + secrets.choice("aeiou")
