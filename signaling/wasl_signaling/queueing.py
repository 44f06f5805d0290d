"""`wasl queue`: what happens in the lines, and why, from the command line of the desk's machine.

It only reads, beside a running desk or without one.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Concatenate, NoReturn, ParamSpec, TypeVar

import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from sqlalchemy import URL, Connection, inspect

from wasl_locales.catalogue import gettext_noop as _
from wasl_queue import explanation, history, replay, scene
from wasl_queue.errors import UnknownTicket
from wasl_queue.explanation import Explanation, NotYetJoined
from wasl_queue.history import Event
from wasl_queue.line import Requirements
from wasl_queue.replay import UnknownLine
from wasl_queue.scene import Able, Scene
from wasl_records import address
from wasl_records.database import Database
from wasl_records.errors import CannotOpenDatabase
from wasl_signaling import migrate
from wasl_signaling.sentences import DOING, SEAT, Sentences
from wasl_signaling.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")
queue_app = typer.Typer(no_args_is_help=True, help="The lines of this desk: who waits, and why.")
CLOCKS = ["%H:%M", "%H:%M:%S", "%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"]


class Language(StrEnum):
    """A language of the sentences."""

    AR = "ar"
    EN = "en"


class NoDesk(Exception):  # noqa: N818 - named after what is found
    """There is no desk in this database; the argument is where it was looked for."""


class OtherVersion(Exception):  # noqa: N818 - named after what is found
    """The tables are not those of this version of Wasl."""


Data = Annotated[Path | None, typer.Option(help="Folder of the database; else WASL_DATABASE, or WASL_DATA.")]
Spoken = Annotated[Language, typer.Option(help="Language of the answer.")]
Clock = Annotated[
    datetime | None, typer.Option(formats=CLOCKS, help="A time of this machine's clock; without a date, today.")
]


@queue_app.command()
def show(
    line: Annotated[int | None, typer.Option(help="One line: its tickets in their order.")] = None,
    language: Spoken = Language.EN,
    data: Data = None,
) -> None:
    """Who waits, and who is at the desk."""
    say = Sentences(language)
    found, wants = read(say, data, _standing)
    if line is not None:
        _show_line(say, found, line, wants)
    elif not any(place.in_line for place in found.places.values()) and not found.here():
        print(say.gettext("Nobody waits, and nobody is at the desk."))
    else:
        headings = [_("Line"), _("Requires"), _("Waiting"), _("Longest wait"), _("At the desk")]
        table(headings, _lines(say, found, wants), say)
        table([_("Agent"), _("Does"), _("Since"), _("Ticket number")], _agents(say, found), say)


@queue_app.command()
def explain(ticket: int, at: Clock = None, language: Spoken = Language.EN, data: Data = None) -> None:
    """Why a ticket waits, or waited at a time, why it went to this agent, and all that happened to it."""
    say = Sentences(language)
    try:
        why, past = read(say, data, _explained, ticket, _epoch(at) or time.time())
    except UnknownTicket:
        refuse(say.gettext("There is no ticket %(ticket)s.", ticket=ticket))
    except NotYetJoined as error:
        joined = say.time(error.joined_at)
        refuse(say.gettext("Ticket %(ticket)s joined later, at %(time)s.", ticket=ticket, time=joined))
    for sentence in say.explanation(why):
        print(sentence)
    print(say.gettext("What happened:"))
    for event in past:
        if event.at <= why.at and (told := say.event(event)):
            print(say.time(event.at), told)


@queue_app.command("replay")
def replay_line(
    line: int,
    start: Annotated[datetime | None, typer.Option("--from", formats=CLOCKS, help="Else from its beginning.")] = None,
    end: Annotated[datetime | None, typer.Option("--to", formats=CLOCKS, help="Else until now.")] = None,
    language: Spoken = Language.EN,
    data: Data = None,
) -> None:
    """A line as it went: what happened, and how it stood after each time."""
    say = Sentences(language)
    try:
        told = read(say, data, _replayed, say, line, _epoch(start) or 0.0, _epoch(end))
    except UnknownLine:
        _refuse_line(say, line)
    print("\n".join(told) if told else say.gettext("Nothing happened in this line then."))


def _standing(connection: Connection) -> tuple[Scene, dict[int, Requirements]]:
    """The desk, and what its lines require."""
    return scene.of_tables(connection), scene.lines_of(connection)


def _explained(connection: Connection, ticket: int, at: float) -> tuple[Explanation, list[Event]]:
    return explanation.explain(connection, ticket, at), history.of_ticket(connection, ticket)


def _replayed(connection: Connection, say: Sentences, line: int, start: float, end: float | None) -> list[str]:
    return [row for frame in replay.of_line(connection, line, start, end) for row in say.frame(frame)]


def _lines(say: Sentences, found: Scene, every: dict[int, Requirements]) -> Iterable[list[str]]:
    for line, wants in every.items():
        waiting, able = found.queue(line), found.able(wants)
        if waiting or able:
            longest = min((place.joined_at for place in waiting), default=None)
            wait = "" if longest is None else say.duration(time.time() - longest)
            yield [str(line), say.requirements(wants), str(len(waiting)), wait, _counted(say, able)]


def _counted(say: Sentences, able: Sequence[Able]) -> str:
    """How many fill each seat, by what they do."""
    counts = Counter((each.seat, each.post.state) for each in able)
    return ", ".join(
        f"{count} {say.gettext(DOING[state])} ({say.gettext(SEAT[seat])})" for (seat, state), count in counts.items()
    )


def _agents(say: Sentences, found: Scene) -> Iterable[list[str]]:
    for post in sorted(found.here(), key=lambda post: (post.since, post.agent)):
        yield [post.agent, say.gettext(DOING[post.state]), say.time(post.since), str(post.ticket or "")]


def _show_line(say: Sentences, found: Scene, line: int, every: dict[int, Requirements]) -> None:
    if line not in every:
        _refuse_line(say, line)
    rows = [
        [str(number), str(place.ticket), say.time(place.joined_at), _state(say, found, place)]
        for number, place in enumerate(found.queue(line), 1)
    ]
    if rows:
        table([_("Position"), _("Ticket number"), _("Since"), _("State")], rows, say)
    else:
        print(say.gettext("Nobody waits in line %(line)s.", line=line))


def _state(say: Sentences, found: Scene, place: scene.Place) -> str:
    if rings := found.rings.get(place.ticket):
        return say.gettext("rings at %(agents)s", agents=", ".join(ring.agent for ring in rings.values()))
    return say.gettext("waits") if place.present else say.gettext("waits, page away")


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], say: Sentences) -> None:
    """As a table on a terminal; elsewhere a sentence for each row, for whoever hears it."""
    names = [say.gettext(heading) for heading in headings]
    console = Console()
    if console.is_terminal:
        drawn = Table(*names, box=SIMPLE)
        for row in rows:
            drawn.add_row(*row)
        console.print(drawn)
        return
    for row in rows:
        print("; ".join(f"{name}: {cell}" for name, cell in zip(names, row, strict=True) if cell))


def _epoch(clock: datetime | None) -> float | None:
    """A time of day alone, which has no year, is one of today."""
    if clock is None:
        return None
    return (datetime.combine(datetime.now(), clock.time()) if clock.year == 1900 else clock).timestamp()


def refuse(sentence: str) -> NoReturn:
    """Ends the command with a sentence."""
    typer.echo(sentence, err=True)
    raise typer.Exit(1)


def _refuse_line(say: Sentences, line: int) -> NoReturn:
    refuse(say.gettext("There is no line %(line)s.", line=line))


def read(
    say: Sentences, data: Path | None, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Runs a function on the desk's database. Whatever stands in the way is told, and ends the command."""
    url = address.parse(Settings().database_url if data is None else f"sqlite:///{data / 'wasl.db'}")
    try:
        _refuse_absent(url)
        return asyncio.run(_run(url, fn, *args, **kwargs))
    except NoDesk as error:
        refuse(say.gettext("There is no desk in %(database)s yet.", database=error))
    except OtherVersion:
        refuse(say.gettext("The database is not of this version of Wasl. Start the desk once."))
    except CannotOpenDatabase:
        refuse(say.gettext("The database cannot be reached."))


def _refuse_absent(url: URL) -> None:
    """A file that does not exist would be made by opening it."""
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise NoDesk(url.database)


async def _run(url: URL, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    database = Database.open(url.render_as_string(hide_password=False))
    try:
        await database.read(_refuse_other, url.database)
        return await database.read(fn, *args, **kwargs)
    finally:
        await database.close()


def _refuse_other(connection: Connection, database: str | None) -> None:
    if not inspect(connection).has_table("ticket"):
        raise NoDesk(database)
    if not migrate.is_current(connection):
        raise OtherVersion
