"""`wasl db`: moves a desk from one database to another, from the command line of its machine."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy import URL, Connection, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.util import greenlet_spawn

from wasl_records import address, copying, sqlite
from wasl_records.errors import CannotOpenDatabase, RecordsError
from wasl_records.postgresql import NAME
from wasl_signaling import migrate

db_app = typer.Typer(no_args_is_help=True, help="The database of this desk.")
Address = Annotated[str, typer.Argument(help="sqlite:///data/wasl.db or postgresql://user:password@host/name")]

_DESKS = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name = :name AND pid <> pg_backend_pid()"
)


class NotMoved(Exception):  # noqa: N818 - named after what happened
    """Why nothing was copied: a sentence for the operator."""


@db_app.callback()
def db() -> None:
    """The database of this desk."""


@db_app.command("copy")
def copy_command(source: Address, target: Address) -> None:
    """Copy everything into an empty database, then compare row by row. Stop the desk first."""
    try:
        counts = asyncio.run(greenlet_spawn(move, address.parse(source), address.parse(target)))
    except (NotMoved, RecordsError, DBAPIError) as error:
        typer.echo(f"Nothing was copied: {getattr(error, 'orig', error)}", err=True)
        raise typer.Exit(1) from None
    for table, rows in counts.items():
        typer.echo(f"{table:<24} {rows:>10}")
    typer.echo(f"{sum(counts.values())} rows copied; read back and compared one by one, all are the same.")


def move(source: URL, target: URL) -> dict[str, int]:
    """Copy all tables in one transaction of the target, so that it holds the whole desk or nothing.

    To be run by SQLAlchemy's `greenlet_spawn`, for a driver that waits. Returns how many rows each table has.
    Raises NotMoved, RecordsError.
    """
    with ExitStack() as stack:
        old = stack.enter_context(_source(source))
        new = stack.enter_context(_target(target))
        rows = {table: copying.count(old, table) for table in migrate.tables()}
        progress = stack.enter_context(Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()))
        copied = progress.add_task("copying", total=sum(rows.values()))
        compared = progress.add_task("comparing", total=sum(rows.values()))
        for table in rows:
            copying.copy(old, new, table, lambda done: progress.advance(copied, done))
        return {
            table.name: copying.compare(old, new, table, lambda done: progress.advance(compared, done))
            for table in rows
        }


@contextmanager
def _source(url: URL) -> Iterator[Connection]:
    """A connection to a database that no desk uses."""
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise NotMoved(f"there is no file {url.database}.")
    with _transaction(url, "BEGIN EXCLUSIVE") as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            if connection.execute(_DESKS, {"name": NAME}).scalar_one():
                raise NotMoved("a desk runs on the source. Stop it first.")
        if not migrate.is_current(connection):
            raise NotMoved("the source is not of this version of Wasl. Start and stop a desk on it once.")
        yield connection


@contextmanager
def _target(url: URL) -> Iterator[Connection]:
    """A connection to a database with all tables and no row in them, in a transaction."""
    if url.get_backend_name() == "sqlite":
        Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
    with _transaction(url, "BEGIN EXCLUSIVE") as connection:
        found = set(inspect(connection).get_table_names()) - {"alembic_version"}
        ours = migrate.tables()
        if found - {table.name for table in ours}:
            raise NotMoved("the target holds tables that are not Wasl's.")
        if any(table.name in found and copying.count(connection, table) for table in ours):
            raise NotMoved("the target is not empty.")
        migrate.upgrade_within(connection)
        yield connection


@contextmanager
def _transaction(url: URL, begin: str) -> Iterator[Connection]:
    """One connection; what is done is committed at the end, or undone."""
    engine = (
        # Locked as a whole: this fails while any other process has the file open.
        sqlite.engine(url, begin, "busy_timeout=0", "locking_mode=EXCLUSIVE", "synchronous=FULL")
        if url.get_backend_name() == "sqlite"
        else create_async_engine(url).sync_engine
    )
    with ExitStack() as stack:
        stack.callback(engine.dispose)
        try:
            connection = stack.enter_context(engine.begin())
        except DBAPIError as error:
            if "locked" in str(error.orig):
                raise NotMoved(f"another process uses {url.database}. Stop the desk first.") from error
            raise CannotOpenDatabase(str(url)) from error
        except OSError as error:
            raise CannotOpenDatabase(str(url)) from error
        yield connection
