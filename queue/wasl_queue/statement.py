"""Statements that run on the database driver itself.

A statement is written with SQLAlchemy Core, once for both databases, and compiled once for each. It then runs
on the driver itself, within the caller's transaction: preparing and unpacking an execution costs SQLAlchemy
four to eight times what SQLite needs to answer it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, Select
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.util import concurrency

Row = tuple[Any, ...]


class _Driver(Protocol):
    """How a driver runs the text of a statement."""

    def rows(self, connection: Connection, sql: str, arguments: Row) -> list[Row]: ...

    def run(self, connection: Connection, sql: str, arguments: Row) -> int: ...

    def run_many(self, connection: Connection, sql: str, arguments: list[Row]) -> None: ...


class _Cursor:
    """A driver that works as the Python standard for databases says (PEP 249)."""

    def rows(self, connection: Connection, sql: str, arguments: Row) -> list[Row]:
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute(sql, arguments)
            return list(cursor.fetchall())

    def run(self, connection: Connection, sql: str, arguments: Row) -> int:
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute(sql, arguments)
            return int(cursor.rowcount)

    def run_many(self, connection: Connection, sql: str, arguments: list[Row]) -> None:
        with closing(connection.connection.cursor()) as cursor:
            cursor.executemany(sql, arguments)


class _Asyncpg:
    """asyncpg itself, without the cursor that SQLAlchemy makes of it: half the time of a short statement."""

    def rows(self, connection: Connection, sql: str, arguments: Row) -> list[Row]:
        return [tuple(row) for row in _wait(self._of(connection).fetch(sql, *arguments))]

    def run(self, connection: Connection, sql: str, arguments: Row) -> int:
        status: str = _wait(self._of(connection).execute(sql, *arguments))
        return int(status.rpartition(" ")[2])  # "UPDATE 1"

    def run_many(self, connection: Connection, sql: str, arguments: list[Row]) -> None:
        _wait(self._of(connection).executemany(sql, arguments))

    def _of(self, connection: Connection) -> Any:
        return connection.connection.driver_connection


def _wait(awaitable: Awaitable[Any]) -> Any:
    return concurrency.await_(awaitable)


@dataclass(frozen=True)
class _Compiled:
    driver: _Driver
    sql: str
    names: Sequence[str]
    """The parameters in the order of their places in the text."""
    constants: dict[str, Any]
    """Those that the statement brings itself, like a LIMIT."""

    def arguments(self, values: dict[str, Any]) -> Row:
        constants = self.constants
        return tuple([values[name] if name in values else constants[name] for name in self.names])


class Statement:
    """A SELECT, INSERT, UPDATE or DELETE. Parameters are given by name; values must be what the driver takes
    as it is (numbers, text, None): no SQLAlchemy type converts them. Errors are the driver's own.

    The caller's transaction must have begun in the database.
    """

    def __init__(self, clause: Select[Any] | UpdateBase, sets: Iterable[str] = ()) -> None:
        """`sets`: the columns that an INSERT or UPDATE fills from parameters of the same name."""
        self.clause = clause
        self._sets = list(sets)
        self._by_driver: dict[str, _Compiled] = {}

    def rows(self, connection: Connection, **values: Any) -> list[Row]:
        """All rows."""
        compiled = self.compiled(connection)
        return compiled.driver.rows(connection, compiled.sql, compiled.arguments(values))

    def row(self, connection: Connection, **values: Any) -> Row | None:
        """The first row, or None."""
        rows = self.rows(connection, **values)
        return rows[0] if rows else None

    def scalar(self, connection: Connection, **values: Any) -> Any:
        """The first column of the first row, or None."""
        rows = self.rows(connection, **values)
        return rows[0][0] if rows else None

    def run(self, connection: Connection, **values: Any) -> int:
        """How many rows it changed."""
        compiled = self.compiled(connection)
        return compiled.driver.run(connection, compiled.sql, compiled.arguments(values))

    def run_many(self, connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
        """Run it once for each, in one message to the server."""
        if rows:
            compiled = self.compiled(connection)
            compiled.driver.run_many(connection, compiled.sql, [compiled.arguments(row) for row in rows])

    def compiled(self, connection: Connection) -> _Compiled:
        """The text for this connection's database."""
        found = self._by_driver.get(connection.dialect.driver)
        return found or self._compile(connection)

    def _compile(self, connection: Connection) -> _Compiled:
        dialect = connection.dialect
        text = self.clause.compile(dialect=dialect, column_keys=self._sets or None)
        constants = {name: value for name, value in text.params.items() if value is not None}
        driver: _Driver = _Asyncpg() if dialect.driver == "asyncpg" else _Cursor()
        made = _Compiled(driver, str(text), list(text.positiontup or ()), constants)
        self._by_driver[dialect.driver] = made
        return made
