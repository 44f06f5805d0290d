"""One writer at a time in a routing group.

A join and a freed agent that start together each look before the other has committed, and miss each other
for ever. Who holds the lock sees everything that was committed before. A routing group is a set of lines and
agents that can only be matched with one another; today the whole desk is one.
"""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, func, select

DESK = 0x7761_736C
"""The routing group of the whole desk."""

_LOCK = select(func.pg_advisory_xact_lock(bindparam("group")))


def take(connection: Connection, group: int = DESK) -> None:
    """Hold the group until the transaction ends. SQLite has one writer, who is the lock."""
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"group": group})
