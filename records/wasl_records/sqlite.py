"""SQLite: one file, a writer thread that commits in groups, and a few threads that read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from wasl_records.errors import CannotOpenDatabase
from wasl_records.writer import Writer

T = TypeVar("T")

READERS = 4
BUSY_MILLISECONDS = 10_000
"""How long to wait for another process (a migration, a backup) that holds the file."""
DURABLE = ("journal_mode=WAL", "synchronous=FULL")
"""What is committed has survived a power cut."""


class Sqlite:
    """See `Database`."""

    def __init__(self, url: URL) -> None:
        """Open the file. Raises CannotOpenDatabase."""
        self._write_engine = engine(url, "BEGIN IMMEDIATE", *DURABLE)
        self._read_engine = engine(url, "BEGIN", "query_only=ON")
        try:
            self._write_engine.connect().close()
        except DBAPIError as error:
            raise CannotOpenDatabase(str(url)) from error
        self._writer = Writer(self._write_engine)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="wasl-reader")

    async def write(self, run: Callable[[Connection], T]) -> T:
        """In the writer's next group."""
        value: T = await self._writer.submit(run)
        return value

    async def read(self, run: Callable[[Connection], T]) -> T:
        """In a thread that reads."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, run)

    async def close(self) -> None:
        """Finish what was handed in, then close the file."""
        await asyncio.to_thread(self._end)

    def _read(self, run: Callable[[Connection], T]) -> T:
        with self._read_engine.begin() as connection:
            return run(connection)

    def _end(self) -> None:
        self._readers.shutdown()
        self._writer.end()
        self._read_engine.dispose()
        self._write_engine.dispose()


def engine(url: URL, begin: str, *pragmas: str) -> Engine:
    """Connections that begin each transaction with the statement `begin` and were set up with the pragmas."""
    made = create_engine(url, pool_size=READERS, hide_parameters=True)

    @event.listens_for(made, "connect")
    def prepare(connection: Any, _record: object) -> None:
        # Python's driver would begin transactions by its own rules and so undo SAVEPOINTs; it is told to
        # leave them to SQLAlchemy (see "Non-Legacy SQLite Transactional Modes" in SQLAlchemy's manual).
        connection.isolation_level = None
        for pragma in (f"busy_timeout={BUSY_MILLISECONDS}", "foreign_keys=ON", *pragmas):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(made, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return made
