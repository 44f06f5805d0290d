"""`wasl staff`: the people of a desk, from the command line of its machine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Concatenate, ParamSpec, TypeVar

import typer
from sqlalchemy import Connection

from wasl_records import audit, catalogue, password, staff
from wasl_records.database import Database
from wasl_records.demo import CATALOGUE
from wasl_records.errors import StaffExists, UnknownStaff
from wasl_records.staff import EVERY_SERVICE, USUAL_LEVEL, Role, Staff
from wasl_signaling import migrate
from wasl_signaling.settings import Settings

staff_app = typer.Typer(no_args_is_help=True, help="The people who work at this desk.")
P = ParamSpec("P")
T = TypeVar("T")
Username = Annotated[str, typer.Argument(help="The name to sign in with.")]
Data = Annotated[Path | None, typer.Option(help="Folder of the database; WASL_DATA otherwise.")]
NewPassword = Annotated[str, typer.Option(prompt=True, confirmation_prompt=True, hide_input=True)]


@staff_app.command()
def add(
    username: Username,
    name_ar: Annotated[str, typer.Option(prompt=True, help="The person's name in Arabic.")],
    name_en: Annotated[str, typer.Option(prompt=True, help="The person's name in English.")],
    password: NewPassword,
    role: Annotated[list[Role] | None, typer.Option(help="Once for each; else agent.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="ar, en, sgn-KW:5; once for each; else ar.")] = None,
    service: Annotated[list[str] | None, typer.Option(help="A service's id; once for each; else all.")] = None,
    data: Data = None,
) -> None:
    """Add a person. The password is asked for. A language or service may have a level from 1 to 5, else 3."""
    if username.isdigit():
        raise typer.BadParameter("a name of digits alone would be taken for a ticket.")
    services, languages = _levels(service or [EVERY_SERVICE]), _levels(language or ["ar"])
    _refuse_unknown(set(services) - {EVERY_SERVICE})
    person = Staff(
        id=username,
        name_ar=name_ar,
        name_en=name_en,
        roles=frozenset(role or [Role.AGENT]),
        services=services,
        languages=languages,
    )
    hashed = _hash(password)
    try:
        write(data, _add, person, hashed)
    except StaffExists:
        raise typer.BadParameter(f"{username} is taken.") from None
    print(f"{username} can sign in now.")


@staff_app.command("password")
def change_password(username: Username, password: NewPassword, data: Data = None) -> None:
    """Give a person a new password and end their sessions."""
    hashed = _hash(password)
    try:
        write(data, _set_password, username, hashed)
    except UnknownStaff:
        raise typer.BadParameter(f"there is nobody called {username}.") from None
    print(f"The password of {username} is changed.")


@staff_app.command("list")
def list_people(data: Data = None) -> None:
    """Everybody, with roles and languages."""
    for person in write(data, staff.list_all):
        roles = ", ".join(sorted(person.roles))
        languages = ", ".join(f"{name}:{level}" for name, level in sorted(person.languages.items()))
        print(f"{person.id:<16} {person.name_en:<24} {roles:<20} {languages}")


def _levels(named: list[str]) -> dict[str, int]:
    """What was given as `NAME` or `NAME:LEVEL`."""
    levels = {}
    for given in named:
        name, _, level = given.partition(":")
        if level not in ("", "1", "2", "3", "4", "5"):
            raise typer.BadParameter(f"a level goes from 1 to 5: {given}.")
        levels[name] = int(level or USUAL_LEVEL)
    return levels


def _refuse_unknown(services: set[str]) -> None:
    known = catalogue.load(Settings().catalogue or CATALOGUE).service_ids
    if unknown := sorted(services - known):
        raise typer.BadParameter(f"no such service: {', '.join(unknown)}.")


def _add(connection: Connection, person: Staff, hashed: str) -> None:
    staff.add(connection, person, hashed)
    _audit(connection, "staff.added", person.id)


def _set_password(connection: Connection, username: str, hashed: str) -> None:
    staff.set_password(connection, username, hashed)
    _audit(connection, "staff.password_changed", username)


def _audit(connection: Connection, action: str, username: str) -> None:
    audit.append(connection, actor="command line", action=action, subject=f"staff:{username}", data={}, now=time.time())


def _hash(text: str) -> str:
    return password.hash_password(text)


def write(data: Path | None, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs one function on the desk's database, which may be in use by a running desk."""

    async def run() -> T:
        database = Database.open(url)
        try:
            return await database.write(fn, *args, **kwargs)
        finally:
            await database.close()

    settings = Settings(data=data) if data else Settings()
    settings.data.mkdir(parents=True, exist_ok=True)
    url = settings.database_url
    migrate.upgrade(url)
    return asyncio.run(run())
