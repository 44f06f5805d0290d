"""The audit log: who did what to whom, and when. Rows are only ever added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from wasl_records import schema


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One act."""

    id: int
    at: float
    """Seconds since the epoch."""
    actor: str
    """The staff id of who acted, or the part of the system that did."""
    action: str
    """A stable dotted name, such as `staff.signed_in`."""
    subject: str
    """What it was done to, such as `ticket:12`."""
    data: Mapping[str, Any]
    """What else matters, as JSON values. Never a civil id, a phone number or a secret in the clear."""


def append(
    connection: Connection, *, actor: str, action: str, subject: str, data: Mapping[str, Any], now: float
) -> None:
    """Write down an act, in the transaction that carries it out."""
    values = {"at": now, "actor": actor, "action": action, "subject": subject, "data": dict(data)}
    connection.execute(insert(schema.audit).values(values))


def read(connection: Connection, subject: str) -> list[Entry]:
    """What was done to a subject, the first act first."""
    query = select(schema.audit).where(schema.audit.c.subject == subject).order_by(schema.audit.c.id)
    return [Entry(**row._mapping) for row in connection.execute(query)]
