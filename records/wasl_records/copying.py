"""Copies whole tables from one database to another, and proves that the rows are the same."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, String, Table, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from wasl_records.errors import RowNotTaken, RowsDiffer

BATCH = 500
"""Rows per INSERT."""

_SET_SEQUENCE = text("SELECT setval(CAST(CAST(:sequence AS text) AS regclass), :highest)")

Told = Callable[[int], object]
"""Is told how many more rows are done."""


def count(connection: Connection, table: Table) -> int:
    """How many rows the table has."""
    found: int = connection.execute(select(func.count()).select_from(table)).scalar_one()
    return found


def copy(source: Connection, target: Connection, table: Table, told: Told) -> None:
    """Add every row of a table to the same table, which is empty there. Raises RowNotTaken."""
    rows = _rows(source, table)
    while batch := list(itertools.islice(rows, BATCH)):
        try:
            target.execute(insert(table), batch)
        except DBAPIError as error:
            raise RowNotTaken(table.name, str(error.orig)) from error
        told(len(batch))
    _set_sequence(target, table)


def compare(source: Connection, target: Connection, table: Table, told: Told) -> int:
    """Read a table back from both sides, in the order of its primary key. Returns how many rows are the same.

    Raises RowsDiffer at the first one that is not, or that only one side has.
    """
    same = 0
    for ours, theirs in itertools.zip_longest(_rows(source, table), _rows(target, table)):
        if ours is None or theirs is None or _digest(ours) != _digest(theirs):
            raise RowsDiffer(table.name, _key(table, theirs if ours is None else ours))
        same += 1
        if same % BATCH == 0:
            told(BATCH)
    told(same % BATCH)
    return same


def _rows(connection: Connection, table: Table) -> Iterator[dict[str, Any]]:
    by_code_point = "C" if connection.dialect.name == "postgresql" else "BINARY"  # whatever the server's collation
    order = (c.collate(by_code_point) if isinstance(c.type, String) else c for c in table.primary_key)
    query = select(table).order_by(*order).execution_options(stream_results=True, yield_per=BATCH)
    return (dict(row) for row in connection.execute(query).mappings())


def _digest(row: dict[str, Any]) -> bytes:
    return hashlib.sha256(json.dumps(row, sort_keys=True, default=bytes.hex).encode()).digest()


def _key(table: Table, row: dict[str, Any] | None) -> str:
    return ", ".join(f"{column.name}={row[column.name]!r}" for column in table.primary_key) if row else ""


def _set_sequence(connection: Connection, table: Table) -> None:
    """The next id comes after the copied ones; SQLite sees to that by itself."""
    column = table.autoincrement_column
    if column is None or connection.dialect.name != "postgresql":
        return
    name = connection.dialect.identifier_preparer.format_table(table)
    sequence = connection.execute(select(func.pg_get_serial_sequence(name, column.name))).scalar_one()
    highest = connection.execute(select(func.max(column))).scalar_one()
    if sequence is not None and highest is not None:
        connection.execute(_SET_SEQUENCE, {"sequence": sequence, "highest": highest})
