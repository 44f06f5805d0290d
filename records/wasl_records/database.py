"""The database that all packages share: plain functions over a connection, run in transactions."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError

from wasl_records import address
from wasl_records.errors import CannotOpenDatabase, CommitFailed, DatabaseClosed
from wasl_records.postgresql import Postgresql
from wasl_records.sqlite import Sqlite

P = ParamSpec("P")
T = TypeVar("T")

REMEMBERED = 15.0
"""Seconds for which a write that failed counts as how things stand; a desk renews its leases more often than that."""


class Store(Protocol):
    """One kind of database: how it runs a function in a transaction."""

    async def write(self, run: Callable[[Connection], T]) -> T:
        """See `Database.write`."""

    async def read(self, run: Callable[[Connection], T]) -> T:
        """See `Database.read`."""

    async def close(self) -> None:
        """Finish what was handed in, then let go of the database."""


class Database:
    """SQLite for one process, PostgreSQL for several: the same functions run on either.

    A function handed in is `fn(connection, *args, **kwargs) -> value`. It must not commit or roll back. Its
    transaction has begun when it is called, so it may also use the driver's own cursor
    (`connection.connection.cursor()`). PostgreSQL must be used from one event loop.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._closing: asyncio.Future[None] | None = None
        self._failed_at = float("-inf")

    @property
    def takes_writes(self) -> bool:
        """Whether what was written lately could be written: false while the disk is full or the server away.

        It asks nothing. One write that succeeded does not tell the opposite: it may have had nothing to change.
        """
        return time.monotonic() - self._failed_at > REMEMBERED

    @classmethod
    def open(cls, url: str) -> Database:
        """Open what a URL names: `sqlite:///data/wasl.db` (made if it does not exist) or `postgresql://wasl@host/wasl`.

        Raises UnsupportedDatabase for any other kind of URL; CannotOpenDatabase if the file cannot be opened.
        PostgreSQL is not connected to before the first function.
        """
        parsed = address.parse(url)
        return cls(Sqlite(parsed) if parsed.get_backend_name() == "sqlite" else Postgresql(parsed))

    async def write(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `fn` in a transaction; return its value once that is on the disk.

        `fn` may be run again, from the same beginning, when another function of its group failed, when
        transactions were in each other's way, or when the connection was lost: it must have no effect besides
        the connection. What `fn` raises undoes only what `fn` did, and is raised here. Raises CommitFailed if
        nothing could be made durable (CommitUnknown: if nobody can tell), CannotOpenDatabase if a server
        refuses this desk, DatabaseClosed after `close`. Cancelled before its turn, `fn` does not run; once it
        has begun it is carried through.
        """
        self._refuse_closed()
        try:
            return await self._store.write(lambda connection: fn(connection, *args, **kwargs))
        except Exception as error:
            if _is_of_the_database(error):
                self._failed_at = time.monotonic()
            raise

    async def read(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `fn` on one snapshot that holds every write acknowledged so far. It cannot write.

        Raises CannotOpenDatabase if a server cannot be reached, DatabaseClosed after `close`.
        """
        self._refuse_closed()
        return await self._store.read(lambda connection: fn(connection, *args, **kwargs))

    async def close(self) -> None:
        """Finish every function that was handed in, then close the database. Closing twice is harmless."""
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._store.close())
        await asyncio.shield(self._closing)

    def _refuse_closed(self) -> None:
        if self._closing is not None:
            raise DatabaseClosed


def _is_of_the_database(error: Exception) -> bool:
    """Whether a write failed for the database's own reasons, and not for what was to be written."""
    if isinstance(error, DataError | IntegrityError | ProgrammingError):
        return False
    return isinstance(error, DBAPIError | CannotOpenDatabase) or (
        isinstance(error, CommitFailed) and not isinstance(error.__cause__, IntegrityError)
    )
