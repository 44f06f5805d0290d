"""The database that all packages share: plain functions over a connection, run in transactions."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from wasl_records.errors import CannotOpenDatabase, DatabaseClosed, UnsupportedDatabase
from wasl_records.writer import Writer

P = ParamSpec("P")
T = TypeVar("T")

READERS = 4
BUSY_MILLISECONDS = 10_000
"""How long to wait for another process (a migration, a backup) that holds the file."""


class Database:
    """One SQLite file: a writer thread that commits in groups, and a few threads that read.

    A function handed in is `fn(connection, *args, **kwargs) -> value`. It must not commit or roll back.
    """

    def __init__(self, url: str) -> None:
        """See `open`."""
        durable = ("journal_mode=WAL", "synchronous=FULL")
        self._write_engine = _engine(url, begin="BEGIN IMMEDIATE", pragmas=durable)
        self._read_engine = _engine(url, begin="BEGIN", pragmas=("query_only=ON",))
        try:
            self._write_engine.connect().close()
        except DBAPIError as error:
            raise CannotOpenDatabase(url) from error
        self._writer = Writer(self._write_engine)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="wasl-reader")
        self._closing: asyncio.Future[None] | None = None

    @classmethod
    def open(cls, url: str) -> Database:
        """Open the file that a URL like `sqlite:///data/wasl.db` names, making it if it does not exist.

        Raises UnsupportedDatabase for any other kind of URL, and for a database in memory, which threads
        cannot share; CannotOpenDatabase if the file cannot be opened.
        """
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise UnsupportedDatabase(url) from error
        if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
            raise UnsupportedDatabase(str(parsed))
        return cls(url)

    async def write(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `fn` in a transaction; return its value once that is on the disk.

        What `fn` raises undoes only what `fn` did, and is raised here. Raises CommitFailed if nothing could
        be made durable, DatabaseClosed after `close`. Cancelled before its turn, `fn` does not run; once it
        has begun it is carried through.
        """
        self._refuse_closed()
        value: T = await self._writer.submit(lambda connection: fn(connection, *args, **kwargs))
        return value

    async def read(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `fn` on one snapshot that holds every write acknowledged so far. It cannot write."""
        self._refuse_closed()
        work = functools.partial(self._read, lambda connection: fn(connection, *args, **kwargs))
        return await asyncio.get_running_loop().run_in_executor(self._readers, work)

    async def close(self) -> None:
        """Finish every function that was handed in, then close the file. Closing twice is harmless."""
        if self._closing is None:
            self._closing = asyncio.ensure_future(asyncio.to_thread(self._end))
        await asyncio.shield(self._closing)

    def _refuse_closed(self) -> None:
        if self._closing is not None:
            raise DatabaseClosed

    def _read(self, run: Callable[[Connection], T]) -> T:
        with self._read_engine.connect() as connection, connection.begin():
            return run(connection)

    def _end(self) -> None:
        self._readers.shutdown()
        self._writer.end()
        self._read_engine.dispose()
        self._write_engine.dispose()


def _engine(url: str, begin: str, pragmas: tuple[str, ...]) -> Engine:
    engine = create_engine(url, pool_size=READERS)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        # Python's driver would begin transactions by its own rules and so undo SAVEPOINTs; it is told to
        # leave them to SQLAlchemy (see "Non-Legacy SQLite Transactional Modes" in SQLAlchemy's manual).
        connection.isolation_level = None
        for pragma in (f"busy_timeout={BUSY_MILLISECONDS}", "foreign_keys=ON", *pragmas):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
