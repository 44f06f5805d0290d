"""What only a server can do to a transaction: conflicts, lost connections, a refused desk."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Column, Connection, ForeignKey, Integer, MetaData, Table, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from livedesk import PATIENCE, until
from postgres import PostgresServer
from wasl_records import postgresql
from wasl_records.database import Database
from wasl_records.errors import CannotOpenDatabase, CommitFailed, CommitUnknown, DatabaseClosed

metadata = MetaData()
number = Table("number", metadata, Column("value", Integer, primary_key=True), Column("count", Integer))
deferred = ForeignKey(number.c.value, deferrable=True, initially="DEFERRED")
pointer = Table("pointer", metadata, Column("value", deferred, primary_key=True))


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    database = Database.open(postgres_url)
    await database.write(metadata.create_all)
    yield database
    await database.close()


def keep(connection: Connection, value: int) -> int:
    connection.execute(insert(number).values(value=value, count=0))
    return value


def kept(connection: Connection) -> set[int]:
    return set(connection.execute(select(number.c.value)).scalars())


def backend(connection: Connection) -> int:
    found: int = connection.execute(select(func.pg_backend_pid())).scalar_one()
    return found


def end_backend(server: PostgresServer, pid: int) -> None:
    server.sql(f"SELECT pg_terminate_backend({pid}, 5000)")


async def test_a_plain_address_will_do(postgres_url: str) -> None:
    database = Database.open(postgres_url.replace("+asyncpg", ""))
    assert await database.read(lambda c: c.execute(text("SELECT 1")).scalar_one()) == 1
    await database.close()


async def test_commits_wait_for_the_disk(database: Database) -> None:
    def settings(connection: Connection) -> list[str]:
        names = ("fsync", "synchronous_commit", "transaction_isolation", "transaction_read_only")
        return [connection.execute(text(f"SHOW {name}")).scalar_one() for name in names]

    assert await database.write(settings) == ["on", "on", "read committed", "off"]
    assert await database.read(settings) == ["on", "on", "repeatable read", "on"]


async def test_a_read_sees_one_moment(database: Database, postgres_server: PostgresServer, postgres_url: str) -> None:
    name = postgres_url.rpartition("/")[2]

    def twice(connection: Connection) -> list[set[int]]:
        before = kept(connection)
        postgres_server.sql("INSERT INTO number VALUES (7)", name)
        return [before, kept(connection)]

    assert await database.read(twice) == [set(), set()]
    assert await database.read(kept) == {7}


async def test_what_deadlocks_is_run_again(database: Database) -> None:
    await database.write(keep, 1)
    await database.write(keep, 2)
    runs: list[int] = []
    held: list[int] = []

    def cross(connection: Connection, first: int) -> None:
        runs.append(first)
        for value in (first, 3 - first):
            connection.execute(update(number).where(number.c.value == value).values(count=number.c.count + 1))
            held.append(value)
            while len(held) < 2:
                connection.execute(text("SELECT pg_sleep(0.01)"))  # until the other one holds its first row

    await asyncio.gather(database.write(cross, 1), database.write(cross, 2))
    assert len(runs) > 2
    counts = select(number.c.count)
    assert await database.read(lambda c: list(c.execute(counts).scalars())) == [2, 2]


async def test_a_backend_that_dies_in_the_middle_is_no_loss(
    database: Database, postgres_server: PostgresServer
) -> None:
    runs: list[int] = []

    def die_once(connection: Connection) -> int:
        keep(connection, 1)
        runs.append(backend(connection))
        if len(runs) == 1:
            end_backend(postgres_server, runs[0])
        return keep(connection, 2)

    assert await database.write(die_once) == 2
    assert len(set(runs)) == 2
    assert await database.read(kept) == {1, 2}


async def test_a_backend_that_dies_just_before_the_commit_is_no_loss(
    database: Database, postgres_server: PostgresServer
) -> None:
    runs: list[int] = []

    def die_once(connection: Connection) -> None:
        keep(connection, 1)
        runs.append(backend(connection))
        driver: Any = connection.connection.driver_connection
        if len(runs) == 1:
            end_backend(postgres_server, runs[0])
            postgresql.await_(_closed(driver))

    await database.write(die_once)
    assert len(runs) == 2
    assert await database.read(kept) == {1}


async def _closed(driver: Any) -> None:
    gone = asyncio.Event()
    driver.add_termination_listener(lambda _connection: gone.set())
    if not driver.is_closed():
        await asyncio.wait_for(gone.wait(), 5 * PATIENCE)


async def test_a_backend_that_dies_in_the_commit_leaves_it_unknown(
    database: Database, postgres_server: PostgresServer
) -> None:
    def die(connection: Connection) -> None:
        keep(connection, 1)
        end_backend(postgres_server, backend(connection))  # seen by nobody before COMMIT is sent

    with pytest.raises(CommitUnknown):
        await database.write(die)
    assert await database.write(keep, 2) == 2


async def test_a_server_that_comes_back_is_waited_for(
    database: Database, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "PATIENCE", 20 * PATIENCE)
    await asyncio.gather(*(database.write(keep, value) for value in range(20)))
    await asyncio.to_thread(postgres_server.stop)
    started = threading.Thread(target=lambda: (time.sleep(0.5), postgres_server.start()))
    started.start()
    assert await asyncio.gather(*(database.write(keep, value) for value in range(20, 40))) == list(range(20, 40))
    assert await database.read(kept) == set(range(40))
    started.join()


async def test_a_server_that_stays_away_is_an_error(
    database: Database, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "PATIENCE", 0.3)
    await asyncio.to_thread(postgres_server.stop)
    try:
        with pytest.raises(CommitFailed):
            await database.write(keep, 1)
        with pytest.raises(CannotOpenDatabase):
            await database.read(kept)
    finally:
        await asyncio.to_thread(postgres_server.start)


async def test_an_unknown_database_is_refused_at_once(postgres_server: PostgresServer) -> None:
    database = Database.open(postgres_server.url("nobody_made_this"))
    with pytest.raises(CannotOpenDatabase, match="nobody_made_this"):
        await database.write(keep, 1)
    await database.close()


async def test_a_swallowed_failure_is_never_taken_for_a_commit(database: Database) -> None:
    def swallow(connection: Connection) -> None:
        keep(connection, 1)
        with pytest.raises(DBAPIError):
            connection.execute(text("SELECT 1/0"))

    with pytest.raises(CommitFailed):
        await database.write(swallow)
    assert await database.read(kept) == set()


async def test_what_is_refused_at_the_commit_is_undone(database: Database) -> None:
    def point(connection: Connection) -> None:
        connection.execute(insert(pointer).values(value=99))  # checked only at COMMIT

    with pytest.raises(CommitFailed) as caught:
        await database.write(point)
    assert not isinstance(caught.value, CommitUnknown)
    assert await database.write(keep, 1) == 1


async def test_many_at_once_each_count(database: Database) -> None:
    await database.write(keep, 1)

    def add(connection: Connection) -> None:
        connection.execute(update(number).values(count=number.c.count + 1))

    await asyncio.gather(*(database.write(add) for _ in range(200)))
    assert await database.read(lambda c: c.execute(select(number.c.count)).scalar_one()) == 200


async def test_a_cancelled_caller_harms_nobody(database: Database) -> None:
    gate = await asyncpg.connect(_address(database).replace("+asyncpg", ""))
    await gate.execute("SELECT pg_advisory_lock(1)")

    def slow(connection: Connection, value: int) -> int:
        connection.execute(text("SELECT pg_advisory_xact_lock_shared(1)"))
        return keep(connection, value)

    running = [asyncio.create_task(database.write(slow, value)) for value in range(postgresql.CONNECTIONS)]
    waiting = asyncio.create_task(database.write(slow, 99))

    async def all_wait() -> bool:
        return bool(await gate.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted") == postgresql.CONNECTIONS)

    await until(all_wait)
    for task in (running[0], waiting):
        task.cancel()
    await gate.close()
    await asyncio.gather(*running[1:])
    await database.close()
    assert running[0].cancelled() or running[0].cancelling()
    again = Database.open(_address(database))
    assert await again.read(kept) == set(range(postgresql.CONNECTIONS))
    await again.close()


async def test_closing_finishes_what_was_handed_in(database: Database) -> None:
    writes = [asyncio.create_task(database.write(keep, value)) for value in range(50)]
    await asyncio.sleep(0)
    closings = [asyncio.create_task(database.close()) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(DatabaseClosed):
        await database.write(keep, 99)
    await asyncio.gather(*writes, *closings)
    again = Database.open(_address(database))
    assert await again.read(kept) == set(range(50))
    await again.close()


async def test_a_transaction_sends_its_statements_and_two_more(
    database: Database, postgres_server: PostgresServer
) -> None:
    log = postgres_server.folder / "log"
    await database.write(lambda c: c.execute(text("SET log_statement = 'all'")))
    before = len(log.read_text())
    for value in range(3):
        await database.write(keep, value)
        await database.read(kept)
    sent = re.findall(r"(?:statement|execute \S+): (\w+)", log.read_text()[before:])
    assert sent == ["BEGIN", "INSERT", "COMMIT", "BEGIN", "SELECT", "COMMIT"] * 3


async def test_an_error_of_the_function_is_its_own(database: Database) -> None:
    await database.write(keep, 1)
    with pytest.raises(IntegrityError):
        await database.write(keep, 1)
    assert await database.write(keep, 2) == 2


def _address(database: Database) -> str:
    assert isinstance(database._store, postgresql.Postgresql)
    return database._store._url.render_as_string(hide_password=False)
