"""`wasl db copy`: a whole desk from one database to another, or nothing."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Connection, Float, Integer, Table, insert, inspect, select
from sqlalchemy.types import JSON
from typer.testing import CliRunner, Result

from postgres import PostgresServer
from wasl_records import audit
from wasl_records.database import Database
from wasl_signaling import migrate
from wasl_signaling.moving import db_app

ROWS = 1_200
"""In each table that takes any number of rows: more than two batches."""


def copy(source: str, target: str) -> Result:
    return CliRunner().invoke(db_app, ["copy", source, target])


async def run(url: str, fn: Any, *args: Any) -> Any:
    database = Database.open(url)
    try:
        return await database.write(fn, *args)
    finally:
        await database.close()


def value(table: Table, name: str, row: int) -> Any:
    """Something different for each row, that both databases can hold; awkward where it may be."""
    column = table.c[name]
    if column.foreign_keys:
        return value(next(iter(column.foreign_keys)).column.table, next(iter(column.foreign_keys)).column.name, row)
    if table.name == "contact" and name in ("ticket", "booking"):  # one of both
        return row + 1 if (name == "ticket") == (row % 2 == 0) else None
    if column.nullable and row % 3 == 0:
        return None
    if isinstance(column.type, JSON):
        return {"اسم": [row, 0.1 + row, None, True], "b": "\u2028'\"\\"}
    if isinstance(column.type, Boolean):
        return row % 2 == 1
    if isinstance(column.type, Integer):
        return row + 1
    if isinstance(column.type, Float):
        return 1_700_000_000.123456 + row / 7
    if name in ("state", "result"):  # of a life cycle, or one of few words
        return {"media_worker": "gone", "line_check": "weak"}.get(table.name, "ended")
    return f"{'Aa-ب_Z'[row % 6]}{row}é"[: getattr(column.type, "length", None) or 99]


def fill(connection: Connection) -> None:
    for table in migrate.tables():
        rows = [{c.name: value(table, c.name, row) for c in table.columns} for row in range(ROWS)]
        connection.execute(insert(table), rows)


def contents(connection: Connection) -> dict[str, set[str]]:
    return {table.name: {repr(tuple(row)) for row in connection.execute(select(table))} for table in migrate.tables()}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a desk in it, to be copied."""
    file = tmp_path_factory.mktemp("filled") / "full.db"
    migrate.upgrade(f"sqlite:///{file}")
    asyncio.run(run(f"sqlite:///{file}", fill))
    return file


@pytest.fixture
def full(filled: Path, tmp_path: Path) -> str:
    """The address of a file with a desk in it."""
    return f"sqlite:///{shutil.copy(filled, tmp_path)}"


def test_there_and_back_is_the_same(full: str, postgres_url: str, tmp_path: Path) -> None:
    there = copy(full, postgres_url)
    assert there.exit_code == 0, there.output
    assert f"{ROWS * len(migrate.tables())} rows copied" in there.output
    back = f"sqlite:///{tmp_path / 'back' / 'wasl.db'}"
    assert copy(postgres_url, back).exit_code == 0
    before = asyncio.run(run(full, contents))
    assert asyncio.run(run(postgres_url, contents)) == before
    assert asyncio.run(run(back, contents)) == before


def test_the_next_ids_come_after_the_copied_ones(full: str, migrated_url: str, tmp_path: Path) -> None:
    assert copy(full, migrated_url).exit_code == 0

    def add(connection: Connection) -> int:
        audit.append(connection, actor="x", action="x", subject="new", data={}, now=0)
        return audit.read(connection, "new")[0].id

    assert asyncio.run(run(migrated_url, add)) == ROWS + 1


def test_a_target_that_is_not_empty_is_refused(full: str, migrated_url: str) -> None:
    def one(connection: Connection) -> None:
        audit.append(connection, actor="x", action="x", subject="x", data={}, now=0)

    asyncio.run(run(migrated_url, one))
    refused = copy(full, migrated_url)
    assert (refused.exit_code, "the target is not empty" in refused.output) == (1, True)


def test_a_target_of_somebody_else_is_refused(full: str, postgres_url: str, postgres_server: PostgresServer) -> None:
    postgres_server.sql("CREATE TABLE theirs (id integer)", postgres_url.rpartition("/")[2])
    refused = copy(full, postgres_url)
    assert (refused.exit_code, "not Wasl's" in refused.output) == (1, True)


async def test_a_source_in_use_is_refused(migrated_url: str, tmp_path: Path) -> None:
    desk = Database.open(migrated_url)
    await desk.read(audit.read, "anything")
    refused = await asyncio.to_thread(copy, migrated_url, f"sqlite:///{tmp_path / 'new.db'}")
    await desk.close()
    assert (refused.exit_code, "Stop" in refused.output) == (1, True), refused.output


def test_a_difference_is_told_and_leaves_nothing(
    full: str, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres_server.migrated()
    name = url.rpartition("/")[2]
    postgres_server.sql(
        "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN IF NEW.id = 700 THEN NEW.actor = 'somebody else'; END IF; RETURN NEW; END$$;"
        " CREATE TRIGGER spoil BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION spoil()",
        name,
    )
    refused = copy(full, url)
    assert (refused.exit_code, "audit: the row id=700 is not the same" in refused.output) == (1, True), refused.output
    assert not any(asyncio.run(run(url, contents)).values())


def test_a_row_that_does_not_fit_is_told_and_leaves_nothing(full: str, postgres_url: str) -> None:
    def with_nul(connection: Connection) -> None:
        audit.append(connection, actor="a\0b", action="x", subject="x", data={}, now=0)

    asyncio.run(run(full, with_nul))
    refused = copy(full, postgres_url)
    assert (refused.exit_code, "table audit" in refused.output) == (1, True), refused.output
    assert asyncio.run(run(postgres_url, lambda c: inspect(c).get_table_names())) == []


@pytest.mark.parametrize("source", ["sqlite:////nowhere/wasl.db", "postgresql://wasl@127.0.0.1:1/wasl", "mysql://x/y"])
def test_what_is_not_there_is_a_sentence(source: str, tmp_path: Path) -> None:
    refused = copy(source, f"sqlite:///{tmp_path / 'new.db'}")
    assert (refused.exit_code, refused.output.startswith("Nothing was copied: ")) == (1, True), refused.output


def test_a_source_of_another_version_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.db"
    empty.touch()
    addresses = (f"sqlite:///{empty}", f"sqlite:///{tmp_path / 'new.db'}")
    command = [sys.executable, "-m", "wasl_signaling", "db", "copy", *addresses]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (refused.returncode, "not of this version" in refused.stderr) == (1, True), refused.stderr
