"""`wasl queue` on real databases: a file, and a PostgreSQL server."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, create_engine
from typer.testing import CliRunner, Result

from insidedesk import InsideDesk
from postgres import blocking_engine
from wasl_queue.queue import Queue, Reason, Requirements, Skills
from wasl_signaling import migrate
from wasl_signaling.queueing import queue_app
from wasl_signaling.sentences import Sentences

DEED = Requirements("deed", "ar", None, "video")
SIGNED = Requirements("deed", "ar", "sgn-KW", "video")
HEARING = Skills({"deed": 3}, {"ar": 5})
INTERPRETER = Skills({}, {"ar": 5, "sgn-KW": 5}, interpreter=True)
NOON = datetime(2026, 3, 2, 12).timestamp()


def wasl(*arguments: str) -> Result:
    return CliRunner().invoke(queue_app, list(arguments), catch_exceptions=False)


@contextmanager
def opened(url: str) -> Iterator[Connection]:
    """A plain connection to the database of a test, committed at the end."""
    if url.startswith("sqlite"):
        engine = create_engine(url)
        with engine.begin() as connection:
            yield connection
        engine.dispose()
    else:
        with blocking_engine(url) as engine, engine.begin() as connection:
            yield connection


@pytest.fixture
def desk(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a desk where nothing has happened yet."""
    with opened(database_url) as connection:
        for each in migrate.METADATA:
            each.create_all(connection)
    command.stamp(migrate.config(database_url), "head")
    monkeypatch.setenv("WASL_DATABASE", database_url)
    return database_url


@pytest.fixture
def noon(desk: str) -> Queue:
    """Ticket 1 is served by amal, who was idle longest; 2 and 3 wait, 4 waits for a signer; badr refused 2."""
    queue = Queue()
    with opened(desk) as connection:
        for seconds, agent in enumerate(("amal", "badr")):
            queue.sign_in(connection, agent, HEARING, NOON + seconds)
            queue.available(connection, agent, NOON + seconds)
        for number in range(3):
            reasons = frozenset({Reason.AGE}) if number == 2 else frozenset[Reason]()
            queue.join(connection, DEED, "x", NOON + 10 + number, reasons=reasons)
        queue.accept(connection, 1, "amal", NOON + 15)
        queue.join(connection, SIGNED, "x", NOON + 16)
        queue.decline(connection, 2, "badr", NOON + 20, "technical")
        queue.take_break(connection, "badr", "meal", NOON + 21)
    return queue


def test_lines_and_agents_are_shown_a_row_each(desk: str, noon: Queue) -> None:
    shown = wasl("show")
    assert shown.exit_code == 0
    rows = shown.stdout.splitlines()
    assert rows[0].startswith("Line: 1; Requires: deed, ar, video; Waiting: 2; Longest wait: ")
    assert rows[0].endswith("; At the desk: 1 with a citizen (alone), 1 on a break (alone)")
    assert rows[1].startswith("Line: 2; Requires: deed, ar, sgn-KW, video; Waiting: 1; ")
    assert rows[2] == "Agent: amal; Does: with a citizen; Since: 2026-03-02 12:00:15; Ticket number: 1"


def test_a_line_is_shown_in_its_order(desk: str, noon: Queue) -> None:
    rows = wasl("show", "--line", "1").stdout.splitlines()
    assert [row.split("; ")[:2] for row in rows] == [
        ["Position: 1", "Ticket number: 3"],
        ["Position: 2", "Ticket number: 2"],
    ]
    assert wasl("show", "--line", "9").stderr == "There is no line 9.\n"


def test_a_ticket_is_explained(desk: str, noon: Queue) -> None:
    told = wasl("explain", "3", "--at", "2026-03-02 12:00:25").stdout
    assert told.startswith("Ticket 3 in line 1 (deed, ar, video), at 2026-03-02 12:00:25:\n")
    for sentence in (
        "Its priority (age) is worth 2 minutes of waiting.",
        "It is the next of its line.",
        "amal, alone, level 3: with a citizen (ticket 1) since 2026-03-02 12:00:15.",
        "badr, alone, level 3: on a break since 2026-03-02 12:00:21.",
        "Everyone who can serve it is taken.",
        "2026-03-02 12:00:12 Ticket 3 joined.",
    ):
        assert sentence in told.splitlines()
    served = wasl("explain", "1").stdout.splitlines()
    assert "It rang at amal (alone) at 2026-03-02 12:00:10." in served
    assert "Of 2 who were free, amal had been idle longest, since 2026-03-02 12:00:00." in served
    assert "Nobody at the desk signs the citizen's language." in wasl("explain", "4").stdout
    assert "badr declined at 2026-03-02 12:00:20 (technical)." in wasl("explain", "2").stdout


def test_a_line_is_replayed_as_it_went(desk: str, noon: Queue) -> None:
    rows = wasl("replay", "1").stdout.splitlines()
    joined = rows.index("2026-03-02 12:00:10 Ticket 1 joined. amal is rung for ticket 1.")
    assert rows[joined + 1] == "  In line: 1. Ringing: 1 at amal."
    served = rows.index("2026-03-02 12:00:15 Ticket 1 is served by amal.")
    assert rows[served + 1].endswith("Served: 1 with amal.")
    part = wasl("replay", "1", "--from", "2026-03-02 12:00:11", "--to", "2026-03-02 12:00:15").stdout.splitlines()
    assert part == [row for number, row in enumerate(rows) if joined + 2 <= number <= served + 1]
    assert wasl("replay", "1", "--to", "2020-01-01").stdout == "Nothing happened in this line then.\n"


def test_what_is_not_there_is_said(desk: str, noon: Queue) -> None:
    for arguments, sentence in (
        (("explain", "77"), "There is no ticket 77."),
        (("explain", "1", "--at", "2026-03-01"), "Ticket 1 joined later, at 2026-03-02 12:00:10."),
        (("replay", "77"), "There is no line 77."),
    ):
        refused = wasl(*arguments)
        assert (refused.exit_code, refused.stderr) == (1, f"{sentence}\n")


def test_an_empty_desk_says_so(desk: str) -> None:
    assert wasl("show").stdout == "Nobody waits, and nobody is at the desk.\n"


def test_no_database_is_made(tmp_path: Path) -> None:
    for arguments in (("show",), ("explain", "1"), ("replay", "1")):
        refused = wasl(*arguments, "--data", str(tmp_path))
        assert refused.exit_code == 1
        assert "There is no desk in " in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_database_of_another_version_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'wasl.db'}"
    migrate.upgrade(url)
    command.stamp(migrate.config(url), "base")
    assert wasl("show", "--data", str(tmp_path)).stderr.startswith("The database is not of this version")


def test_an_empty_postgresql_and_one_that_is_gone(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WASL_DATABASE", postgres_url)
    assert "There is no desk in " in wasl("show").stderr
    monkeypatch.setenv("WASL_DATABASE", "postgresql://wasl@127.0.0.1:1/wasl")
    assert wasl("show").stderr == "The database cannot be reached.\n"


def test_it_speaks_arabic(desk: str, noon: Queue) -> None:
    told = wasl("explain", "2", "--language", "ar").stdout
    assert Sentences("ar").gettext("Everyone who can serve it is taken.") in told


def test_a_terminal_gets_a_table(desk: str, noon: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    assert "─" in wasl("show").stdout


async def test_it_works_beside_a_running_desk(inside_desk: InsideDesk) -> None:
    command = [sys.executable, "-m", "wasl_signaling", "queue", "show", "--data", str(inside_desk.door.data)]
    shown = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    assert (shown.returncode, shown.stdout) == (0, "Nobody waits, and nobody is at the desk.\n"), shown.stderr
