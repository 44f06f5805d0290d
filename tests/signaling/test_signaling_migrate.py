"""Migrations, where several processes start at once or there is nothing to migrate."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from postgres import PostgresServer
from wasl_records.database import Database
from wasl_records.errors import CannotOpenDatabase, UnsupportedDatabase
from wasl_signaling import migrate


async def test_processes_that_start_together_migrate_once(postgres_url: str, postgres_server: PostgresServer) -> None:
    await asyncio.gather(*(asyncio.to_thread(_upgrade_elsewhere, postgres_url) for _ in range(3)))
    assert postgres_server.sql("SELECT count(*) FROM alembic_version", postgres_url.rpartition("/")[2]) == "1"


def test_an_upgrade_may_be_repeated(migrated_url: str) -> None:
    migrate.upgrade(migrated_url)


@pytest.mark.filterwarnings("ignore:.*expression-based index")  # SQLite cannot read one back
async def test_the_migrations_make_the_tables_of_the_code(migrated_url: str) -> None:
    def compare(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"include_object": _is_ours})
        return list(compare_metadata(context, migrate.METADATA))

    database = Database.open(migrated_url)
    assert await database.read(compare) == []
    await database.close()


def _is_ours(thing: object, name: str, kind: str, *_: object) -> bool:
    return not (kind == "index" and name == "uq_line_requirements")  # each database writes its expression differently


@pytest.mark.parametrize("url", ["postgresql://wasl@127.0.0.1:1/wasl", "sqlite:////nowhere/wasl.db"])
def test_a_database_that_cannot_be_reached_is_an_error(url: str) -> None:
    with pytest.raises(CannotOpenDatabase):
        migrate.upgrade(url)


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(UnsupportedDatabase):
        migrate.upgrade("mysql://wasl@host/wasl")


def _upgrade_elsewhere(url: str) -> None:
    """In a process of its own, as desks do: Alembic's context is one for a process."""
    command = "import sys; from wasl_signaling import migrate; migrate.upgrade(sys.argv[1])"
    subprocess.run([sys.executable, "-c", command, url], check=True)
