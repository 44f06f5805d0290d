"""`wasl roster`: who is planned to work when, from the command line of the desk's machine.

Appointments are promised from it.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, NoReturn
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import track
from sqlalchemy import Connection

from wasl_queue import roster
from wasl_queue.hours import BadHours, Span
from wasl_queue.queue import Queue
from wasl_queue.roster import ShiftsOverlap, UnknownShift
from wasl_records import catalogue, staff
from wasl_records.catalogue import Catalogue
from wasl_records.demo import CATALOGUE
from wasl_records.errors import UnknownStaff
from wasl_signaling import visits
from wasl_signaling.settings import Settings
from wasl_signaling.staffing import Data, Username, write

roster_app = typer.Typer(no_args_is_help=True, help="Who is planned to work when: what appointments are promised from.")
COLUMNS = ("username", "date", "hours")
"""Of the file that `import` reads."""
Day = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="The first day, as 2027-01-31.")]
Hours = Annotated[str, typer.Argument(help="As 08:00-14:00; 22:00-06:00 ends on the next day.")]
MOST_DAYS = 366


class CannotPlan(Exception):  # noqa: N818 - named after what is found
    """One of the shifts cannot be; the sentence says which and why."""


@dataclass(frozen=True)
class Plan:
    """A shift as somebody wrote it down."""

    agent: str
    starts_at: float
    ends_at: float
    where: str = ""
    """The place in a file, for whoever has to mend it."""


@roster_app.command()
def plan(
    username: Username,
    day: Day,
    hours: Hours,
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="So many in a row.")] = 1,
    data: Data = None,
) -> None:
    """Plan a person to work, on one day or several in a row."""
    span = _span(hours)
    plans = [_on(username, day.date() + timedelta(days=more), span) for more in range(days)]
    _plan(data, plans)
    print(f"{username}: {len(plans)} x {hours} planned.")


@roster_app.command("import")
def import_plans(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV with username, date, hours.")],
    data: Data = None,
) -> None:
    """Plan everybody in a file: one shift in each row, all of them or, if one cannot be, none."""
    plans = list(_read(file))
    _plan(data, plans)
    print(f"{len(plans)} shifts planned.")


@roster_app.command()
def show(
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The first day; else today.")] = None,
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="So many days.")] = 7,
    data: Data = None,
) -> None:
    """Who is planned, in order of their beginning."""
    first = day.date() if day else datetime.now(_zone()).date()
    begin, end = (_midnight(first + timedelta(days=more)) for more in (0, days))
    shifts = write(data, roster.planned, begin, end)
    if not shifts:
        print("Nobody is planned in this time.")
    for shift in shifts:
        print(f"{shift.agent:<16} {_told(shift.starts_at)} to {_told(shift.ends_at)}")


@roster_app.command()
def remove(username: Username, day: Day, data: Data = None) -> None:
    """Take back the shifts of a person that begin on a day. Appointments promised from them stay: look who else
    can hold them."""
    begin, end = (_midnight(day.date() + timedelta(days=more)) for more in (0, 1))
    try:
        removed = write(data, _remove, username, begin, end)
    except UnknownShift:
        _refuse(f"{username} is not planned on {day.date()}.")
    print(f"{username}: {removed} taken back.")


def plan_all(connection: Connection, plans: Sequence[Plan], services: Catalogue, now: float) -> None:
    """Plan these shifts, and let the queue know what the people can do. Raises CannotPlan."""
    queue, known = Queue(), set[str]()
    for shift in track(plans, "Planning", transient=True):
        try:
            if shift.agent not in known:
                queue.enroll(
                    connection, shift.agent, visits.skills_of(services, staff.get(connection, shift.agent)), now
                )
                known.add(shift.agent)
            roster.plan(connection, shift.agent, shift.starts_at, shift.ends_at)
        except UnknownStaff:
            raise CannotPlan(f"{shift.where}there is nobody called {shift.agent}.") from None
        except ShiftsOverlap as other:
            taken = f"{_told(other.starts_at)} to {_told(other.ends_at)}"
            raise CannotPlan(f"{shift.where}{shift.agent} is already planned from {taken}.") from None


def _plan(data: Path | None, plans: Sequence[Plan]) -> None:
    try:
        write(data, plan_all, plans, _services(), time.time())
    except CannotPlan as sentence:
        _refuse(f"{sentence} Nothing was planned.")


def _remove(connection: Connection, username: str, begin: float, end: float) -> int:
    shifts = [
        shift
        for shift in roster.planned(connection, begin, end)
        if shift.agent == username and shift.starts_at >= begin
    ]
    if not shifts:
        raise UnknownShift(username, begin)
    for shift in shifts:
        roster.remove(connection, shift.agent, shift.starts_at)
    return len(shifts)


def _read(file: Path) -> Iterator[Plan]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = csv.DictReader(text)
        if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
            _refuse(f"{file} line 1: no column {missing[0]} (there must be {', '.join(COLUMNS)}).")
        for row in rows:
            where = f"{file} line {rows.line_num}: "
            try:
                yield _on(
                    row["username"], date.fromisoformat(row["date"] or ""), _span(row["hours"] or "", where), where
                )
            except ValueError:
                _refuse(f"{where}not a day: {row['date']} (2027-01-31 is one).")


def _on(agent: str, day: date, span: Span, where: str = "") -> Plan:
    return Plan(agent, *span.on(day, _zone()), where)


def _span(hours: str, where: str = "") -> Span:
    try:
        return Span.read(hours)
    except BadHours:
        _refuse(f"{where}not hours: {hours} (08:00-14:00 are).")


def _services() -> Catalogue:
    return catalogue.load(Settings().catalogue or CATALOGUE)


def _zone() -> ZoneInfo:
    return ZoneInfo(Settings().zone)


def _midnight(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=_zone()).timestamp()


def _told(at: float) -> str:
    return f"{datetime.fromtimestamp(at, _zone()):%Y-%m-%d %H:%M}"


def _refuse(sentence: str) -> NoReturn:
    Console(stderr=True, soft_wrap=True).print(sentence, markup=False, highlight=False)
    raise typer.Exit(2)
