"""Brings the database to the present tables. The migrations are part of the wheel."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table
from sqlalchemy.exc import DBAPIError

from wasl_queue.schema import metadata as queue_metadata
from wasl_records import address
from wasl_records.errors import CannotOpenDatabase
from wasl_records.schema import metadata as records_metadata
from wasl_signaling.schema import metadata as calls_metadata

METADATA: list[MetaData] = [records_metadata, queue_metadata, calls_metadata]


def tables() -> list[Table]:
    """All tables, each after those that it refers to."""
    return [table for metadata in METADATA for table in metadata.sorted_tables]


def config(url: str) -> Config:
    """Alembic's settings for a database URL."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    settings.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return settings


def upgrade(url: str) -> None:
    """Applies all migrations that are missing; a new database gets all of them.

    Runs an event loop of its own for PostgreSQL: call it in a thread, or before there is a loop. Raises
    UnsupportedDatabase; CannotOpenDatabase if the database cannot be reached.
    """
    parsed = address.parse(url)
    try:
        command.upgrade(config(url), "head")
    except (DBAPIError, OSError) as error:
        raise CannotOpenDatabase(str(parsed)) from error


def upgrade_within(connection: Connection) -> None:
    """The same in a transaction that has begun, and that the caller commits."""
    settings = config("")
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")


def is_current(connection: Connection) -> bool:
    """Whether all migrations were applied, and no newer ones."""
    found = MigrationContext.configure(connection).get_current_heads()
    return set(found) == set(ScriptDirectory.from_config(config("")).get_heads())
