"""The database: functions in transactions, many per commit, none acknowledged before it is on the disk."""

import asyncio
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    event,
    insert,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from wasl_records.database import Database
from wasl_records.errors import CannotOpenDatabase, CommitFailed, DatabaseClosed, UnsupportedDatabase
from wasl_records.sqlite import Sqlite

metadata = MetaData()
number = Table("number", metadata, Column("value", Integer, primary_key=True))
deferred = ForeignKey(number.c.value, deferrable=True, initially="DEFERRED")
pointer = Table("pointer", metadata, Column("value", deferred, primary_key=True))


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database.open(url(tmp_path))
    await database.write(metadata.create_all)
    yield database
    await database.close()


@pytest.fixture
async def either(database_url: str) -> AsyncIterator[Database]:
    """The database, of each kind in turn."""
    database = Database.open(database_url)
    await database.write(metadata.create_all)
    yield database
    await database.close()


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'test.db'}"


def keep(connection: Connection, value: int) -> int:
    connection.execute(insert(number).values(value=value))
    return value


def keep_then_fail(connection: Connection, value: int) -> None:
    keep(connection, value)
    raise LookupError(value)


def kept(connection: Connection) -> set[int]:
    return set(connection.execute(select(number.c.value)).scalars())


class Gate:
    """A function that holds the writer until it is opened."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()

    def __call__(self, connection: Connection) -> None:
        self.reached.set()
        assert self.opened.wait(10)


async def behind(gate: Gate, database: Database) -> asyncio.Task[None]:
    task = asyncio.create_task(database.write(gate))
    await asyncio.to_thread(gate.reached.wait)
    return task


@pytest.mark.parametrize(
    "bad", ["mysql://host/db", "postgresql+psycopg://host/db", "postgresql://host", "sqlite://", "nonsense"]
)
def test_other_databases_are_refused(bad: str) -> None:
    with pytest.raises(UnsupportedDatabase) as caught:
        Database.open(bad)
    assert caught.value.url == bad


def test_a_database_in_memory_is_refused() -> None:
    with pytest.raises(UnsupportedDatabase):
        Database.open("sqlite:///:memory:")


def test_a_refusal_hides_the_password() -> None:
    with pytest.raises(UnsupportedDatabase, match=r"wasl:\*\*\*@host"):
        Database.open("mysql://wasl:secret@host/db")


def test_a_file_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CannotOpenDatabase):
        Database.open(url(tmp_path / "missing"))


async def test_the_file_is_safe_against_power_cuts(database: Database) -> None:
    def pragmas(connection: Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names]

    assert await database.write(pragmas) == ["wal", 2, 1]


async def test_values_and_arguments_pass_through(either: Database) -> None:
    assert await either.write(keep, value=7) == 7
    assert await either.read(kept) == {7}


async def test_a_failing_function_undoes_only_itself(database: Database) -> None:
    gate = Gate()
    waiting = await behind(gate, database)
    plan = [(keep, 1), (keep_then_fail, 2), (keep, 1), (keep, 3)]
    writes = [database.write(fn, value) for fn, value in plan]
    results = asyncio.gather(*writes, return_exceptions=True)
    gate.opened.set()
    await waiting
    one, failed, twice, three = await results
    assert (one, three) == (1, 3)
    assert isinstance(failed, LookupError)
    assert isinstance(twice, IntegrityError)
    assert await database.read(kept) == {1, 3}


async def test_one_failure_among_fifty_undoes_nothing_else(either: Database) -> None:
    plan = [(keep_then_fail if value == 25 else keep, value) for value in range(50)]
    results = await asyncio.gather(*(either.write(fn, value) for fn, value in plan), return_exceptions=True)
    assert isinstance(results.pop(25), LookupError)
    assert await either.read(kept) == set(results) == set(range(50)) - {25}


async def test_functions_take_savepoints_only_when_one_of_them_fails(database: Database) -> None:
    statements: list[str] = []
    assert isinstance(database._store, Sqlite)

    @event.listens_for(database._store._write_engine, "savepoint")
    def note(connection: Connection, name: str) -> None:
        statements.append(name)

    await asyncio.gather(*(database.write(keep, value) for value in range(20)))
    assert statements == []
    gate = Gate()
    waiting = await behind(gate, database)
    mixed = asyncio.gather(database.write(keep, 30), database.write(keep_then_fail, 31), return_exceptions=True)
    gate.opened.set()
    await waiting
    await mixed
    assert len(statements) >= 2


async def test_the_transaction_has_begun_when_the_driver_is_used(either: Database) -> None:
    def raw(connection: Connection, fails: bool) -> None:
        cursor = connection.connection.cursor()
        cursor.execute(f"INSERT INTO number VALUES ({int(fails)})")
        cursor.close()
        if fails:
            raise LookupError

    await either.write(raw, False)
    with pytest.raises(LookupError):
        await either.write(raw, True)
    assert await either.read(kept) == {0}


async def test_a_savepoint_inside_a_function_works(either: Database) -> None:
    def half(connection: Connection) -> None:
        keep(connection, 1)
        with pytest.raises(LookupError), connection.begin_nested():
            keep_then_fail(connection, 2)

    await either.write(half)
    assert await either.read(kept) == {1}


async def test_many_writes_share_a_commit(database: Database) -> None:
    commits = 0

    assert isinstance(database._store, Sqlite)

    @event.listens_for(database._store._write_engine, "commit")
    def count(connection: Connection) -> None:
        nonlocal commits
        commits += 1

    gate = Gate()
    waiting = await behind(gate, database)
    writes = asyncio.gather(*(database.write(keep, value) for value in range(200)))
    gate.opened.set()
    await waiting
    await writes
    assert await database.read(kept) == set(range(200))
    assert commits < 50


async def test_a_commit_that_fails_fails_each_of_its_functions(database: Database) -> None:
    def point(connection: Connection, value: int) -> None:
        connection.execute(insert(pointer).values(value=value))  # checked only at COMMIT

    writes = [database.write(keep, 1), database.write(point, 99), database.write(keep_then_fail, 2)]
    first, second, third = await asyncio.gather(*writes, return_exceptions=True)
    assert isinstance(first, CommitFailed)
    assert isinstance(second, CommitFailed)
    assert isinstance(second.__cause__, IntegrityError)
    assert isinstance(third, LookupError)
    assert await database.read(kept) == set()
    assert await database.write(keep, 3) == 3


async def test_a_lost_transaction_fails_each_of_its_functions(database: Database) -> None:
    def lose(connection: Connection) -> None:
        connection.exec_driver_sql("ROLLBACK")  # what SQLite does by itself when the disk is full
        raise LookupError

    writes = [database.write(keep, 1), database.write(lose), database.write(keep, 2)]
    first, _, third = await asyncio.gather(*writes, return_exceptions=True)
    assert isinstance(first, CommitFailed)
    left = await database.read(kept)
    assert left == (set() if isinstance(third, CommitFailed) else {2})
    assert await database.write(keep, 3) == 3


def fill(connection: Connection) -> None:
    """No page more fits on the disk."""
    connection.exec_driver_sql("PRAGMA max_page_count=1")


def keep_much(connection: Connection) -> None:
    connection.execute(insert(number), [{"value": value} for value in range(10_000)])


async def test_a_full_disk_is_known_and_passes(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await database.write(fill)
    assert database.takes_writes
    with pytest.raises(OperationalError, match="full"):
        await database.write(keep_much)
    await database.read(kept)
    assert not database.takes_writes
    monkeypatch.setattr("wasl_records.database.REMEMBERED", 0.0)
    assert database.takes_writes


async def test_what_is_wrong_with_a_write_says_nothing_of_the_database(either: Database) -> None:
    await either.write(keep, 1)
    with pytest.raises(IntegrityError):
        await either.write(keep, 1)
    with pytest.raises(LookupError):
        await either.write(keep_then_fail, 2)
    assert either.takes_writes


async def test_a_reader_cannot_write(either: Database) -> None:
    with pytest.raises(DBAPIError, match=r"read-?only"):
        await either.read(keep, 1)


async def test_a_reader_sees_what_was_acknowledged_and_nothing_else(database: Database) -> None:
    await database.write(keep, 1)
    gate = Gate()

    def keep_and_hold(connection: Connection) -> None:
        keep(connection, 2)
        gate(connection)

    task = asyncio.create_task(database.write(keep_and_hold))
    await asyncio.to_thread(gate.reached.wait)
    assert await database.read(kept) == {1}
    gate.opened.set()
    await task
    assert await database.read(kept) == {1, 2}


async def test_a_cancelled_caller_harms_nobody(database: Database) -> None:
    gate = Gate()
    running = await behind(gate, database)
    before_its_turn = asyncio.create_task(database.write(keep, 1))
    other = asyncio.create_task(database.write(keep, 2))
    await asyncio.sleep(0)
    running.cancel()
    before_its_turn.cancel()
    gate.opened.set()
    assert await other == 2
    assert running.cancelled() or running.cancelling()
    assert await database.read(kept) == {2}


async def test_closing_finishes_what_was_handed_in(tmp_path: Path) -> None:
    database = Database.open(url(tmp_path))
    await database.write(metadata.create_all)
    gate = Gate()
    running = await behind(gate, database)
    writes = [asyncio.create_task(database.write(keep, value)) for value in range(20)]
    await asyncio.sleep(0)
    closings = [asyncio.create_task(database.close()) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(DatabaseClosed):
        await database.write(keep, 99)
    gate.opened.set()
    await asyncio.gather(running, *writes, *closings)
    again = Database.open(url(tmp_path))
    assert await again.read(kept) == set(range(20))
    await again.close()


def test_a_caller_whose_loop_is_gone_harms_nobody(tmp_path: Path) -> None:
    database = Database.open(url(tmp_path))
    gate = Gate()

    async def give_up() -> None:
        await database.write(metadata.create_all)
        (await behind(gate, database)).cancel()

    asyncio.run(give_up())
    gate.opened.set()

    async def go_on() -> set[int]:
        await database.write(keep, 1)
        found = await database.read(kept)
        await database.close()
        return found

    assert asyncio.run(go_on()) == {1}


Plan = tuple[int, Callable[[Connection, int], object]]
plans: st.SearchStrategy[list[Plan]] = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from([keep, keep_then_fail])), max_size=30
)


@given(plan=plans)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_fails_each_success_is_kept_once(plan: list[Plan], database_url: str) -> None:
    async def carry_out() -> tuple[list[object], set[int]]:
        database = Database.open(database_url)
        await database.write(metadata.drop_all)
        await database.write(metadata.create_all)
        writes = [database.write(fn, value) for value, fn in plan]
        results = await asyncio.gather(*writes, return_exceptions=True)
        found = await database.read(kept)
        await database.close()
        return results, found

    results, found = asyncio.run(carry_out())
    expected = {value for value, fn in plan if fn is keep}
    for (value, fn), result in zip(plan, results, strict=True):
        # PostgreSQL runs them side by side: a value may have been kept by the time it is kept only to fail.
        taken = value in expected and isinstance(result, IntegrityError)
        assert taken or (isinstance(result, LookupError) if fn is keep_then_fail else result == value)
    assert found == expected
    assert sorted(result for result in results if isinstance(result, int)) == sorted(expected)


CHILD = """
import asyncio, itertools, sys
from sqlalchemy import text
from wasl_records.database import Database

def keep(connection, value):
    connection.execute(text("insert into number values (:v)"), {"v": value})

async def main():
    database = Database.open(sys.argv[1])
    numbers = itertools.count()
    async def work():
        for value in numbers:
            await database.write(keep, value)
            sys.stdout.write(f"{value}\\n"); sys.stdout.flush()
    await asyncio.gather(*(work() for _ in range(20)))

asyncio.run(main())
"""


@pytest.mark.fault
def test_nothing_acknowledged_is_lost_when_the_process_is_killed(database_url: str) -> None:
    asyncio.run(_make(database_url))
    command = [sys.executable, "-c", CHILD, database_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        acknowledged = {int(child.stdout.readline()) for _ in range(500)}
        child.send_signal(signal.SIGKILL)
        acknowledged |= {int(line) for line in child.stdout if line.endswith("\n")}
    assert acknowledged <= asyncio.run(_found(database_url))


async def _make(address: str) -> None:
    database = Database.open(address)
    await database.write(metadata.create_all)
    await database.close()


async def _found(address: str) -> set[int]:
    database = Database.open(address)
    if address.startswith("sqlite"):
        assert await database.read(lambda c: c.execute(text("pragma integrity_check")).scalar_one()) == "ok"
    found = await database.read(kept)
    await database.close()
    return found
