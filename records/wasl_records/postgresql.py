"""PostgreSQL: several processes, each with a few connections; every function in a transaction of its own.

SQLAlchemy compiles the statements and keeps the connections; BEGIN and COMMIT go straight to the driver. So a
transaction costs two messages besides its statements, none is sent to test or reset a connection, and the
answer to COMMIT is seen: PostgreSQL answers ROLLBACK, without an error, when a statement had failed before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import await_, greenlet_spawn

from wasl_records.errors import CannotOpenDatabase, CommitFailed, CommitUnknown

T = TypeVar("T")
log = structlog.get_logger()

CONNECTIONS = 6
"""Of each process. More would only wait for one another in the server."""
ATTEMPTS = 10
"""How often a function is run when its transaction is in the way of others."""
PATIENCE = 5.0
"""Seconds for which a function is tried again while the server cannot be reached."""
PAUSE = 0.2
"""Seconds between two tries to reach the server."""
ANSWER_SECONDS = 30
"""How long one statement may take before the connection counts as lost."""
PREPARED = 500
"""Statements that each connection keeps prepared."""
NAME = "wasl"
"""What the server calls our connections (`application_name`)."""

_WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_CONFLICTS = ("40001", "40P01")  # serialization_failure, deadlock_detected
_REFUSALS = ("28", "3D", "42")  # classes: who we are, no such database, no right to connect


class _Again(Exception):  # noqa: N818 - no error, unless it goes on
    """The transaction left nothing behind and can be tried once more; its cause says why."""


class _Conflict(_Again):
    """Another transaction was in the way."""


class _Unreachable(_Again):
    """There is no connection, or it was lost before COMMIT was sent."""


class Postgresql:
    """See `Database`. To be used from one event loop."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._engine = engine(url, isolation_level="AUTOCOMMIT")  # BEGIN and COMMIT are ours
        self._turns = asyncio.Semaphore(CONNECTIONS)
        self._running: set[asyncio.Task[Any]] = set()

    async def write(self, run: Callable[[Connection], T]) -> T:
        """In a transaction that sees what was committed before each of its statements."""
        try:
            return await self._in_turn(_WRITE, run)
        except _Again as error:
            raise CommitFailed from error.__cause__

    async def read(self, run: Callable[[Connection], T]) -> T:
        """On one snapshot."""
        try:
            return await self._in_turn(_READ, run)
        except _Again as error:
            raise CannotOpenDatabase(str(self._url)) from error.__cause__

    async def close(self) -> None:
        """Wait for every function that was handed in (turns are taken in order), then disconnect."""
        for _ in range(CONNECTIONS):
            await self._turns.acquire()
        await self._engine.dispose()

    async def _in_turn(self, begin: str, run: Callable[[Connection], T]) -> T:
        await self._turns.acquire()
        task = asyncio.create_task(self._carry_through(begin, run))
        self._running.add(task)
        task.add_done_callback(self._end_turn)
        return await asyncio.shield(task)

    def _end_turn(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        self._turns.release()
        if not task.cancelled():
            task.exception()  # seen, even if the caller went away

    async def _carry_through(self, begin: str, run: Callable[[Connection], T]) -> T:
        loop = asyncio.get_running_loop()
        until, attempt = loop.time() + PATIENCE, 1
        while True:
            try:
                return await greenlet_spawn(self._transact, begin, run)
            except _Conflict as conflict:
                if attempt == ATTEMPTS:
                    raise
                log.info("transaction run again", attempt=attempt, cause=str(conflict.__cause__))
            except _Unreachable as lost:
                if loop.time() > until:
                    raise
                log.warning("database connection lost", attempt=attempt, cause=str(lost.__cause__))
                await asyncio.sleep(PAUSE)
            attempt += 1

    def _transact(self, begin: str, run: Callable[[Connection], T]) -> T:
        with self._connect() as connection:
            driver: Any = connection.connection.driver_connection
            try:
                await_(driver.execute(begin))
                value = run(connection)
            except BaseException as error:
                if not _undone(connection, driver):
                    raise _Unreachable from error
                if _sqlstate(error) in _CONFLICTS:
                    raise _Conflict from error
                raise
            _commit(connection, driver)
            return value

    def _connect(self) -> Connection:
        try:
            return self._engine.sync_engine.connect()
        except (DBAPIError, OSError) as error:
            if _sqlstate(error)[:2] in _REFUSALS:
                raise CannotOpenDatabase(str(self._url)) from error
            raise _Unreachable from error


def engine(url: URL, **options: Any) -> AsyncEngine:
    """Connections that cost nothing but their statements."""
    return create_async_engine(
        url,
        pool_size=CONNECTIONS,
        max_overflow=0,
        hide_parameters=True,  # what citizens write is not for the log
        pool_reset_on_return=None,  # each transaction is ended by whoever began it
        connect_args={
            "timeout": PATIENCE,
            "command_timeout": ANSWER_SECONDS,
            "prepared_statement_cache_size": PREPARED,
            "server_settings": {
                "application_name": NAME,
                "jit": "off",  # our statements are short
                # and always the same: planning one anew takes longer than running it
                "plan_cache_mode": "force_generic_plan",
                # Each takes a few steps into indices. A plan that was made while a table was nearly empty must
                # not read all of it once it is long; and a bitmap never forgets entries of rows long changed.
                "enable_bitmapscan": "off",
                "enable_hashjoin": "off",
                "enable_mergejoin": "off",
                "enable_seqscan": "off",
                # A process that froze, or whose machine is gone, must not hold its locks for ever.
                "idle_in_transaction_session_timeout": "10s",
            },
        },
        **options,
    )


def _commit(connection: Connection, driver: Any) -> None:
    if driver.is_closed():
        connection.invalidate()
        raise _Unreachable
    try:
        answer = await_(driver.execute("COMMIT"))
    except BaseException as error:
        state = _sqlstate(error)
        if not state or not _undone(connection, driver):
            connection.invalidate()
            raise CommitUnknown from error
        raise (_Conflict if state in _CONFLICTS else CommitFailed) from error
    if answer != "COMMIT":
        raise CommitFailed("a statement had failed, and the function went on without a savepoint")


def _undone(connection: Connection, driver: Any) -> bool:
    """Roll back. False if the connection is lost, so that the server rolls back by itself."""
    try:
        await_(driver.execute("ROLLBACK"))
    except Exception:  # whatever it is, this connection is of no use any more
        connection.invalidate()
        return False
    return True


def _sqlstate(error: BaseException) -> str:
    """The server's code for an error, from SQLAlchemy, its adapter or the driver; empty if it is not the server's."""
    return getattr(getattr(error, "orig", error), "sqlstate", None) or ""
