"""What happened, row by row: written with every move, read to explain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from wasl_queue.schema import queue_event


class Kind(StrEnum):
    """What moved."""

    TICKET = "ticket"
    OFFER = "offer"
    PRESENCE = "presence"
    """An agent."""
    PAGE = "page"
    """The citizen's page: present or absent. Not a state of the ticket."""


@dataclass(frozen=True)
class Event:
    """One move. `seq` grows in the order of the moves; `at` is epoch seconds."""

    seq: int
    at: float
    kind: Kind
    ticket: int | None
    agent: str | None
    offer: int | None
    from_state: str | None
    """None for the first state of a new thing."""
    to_state: str
    detail: Mapping[str, Any]


_INSERT = insert(queue_event)
_OF_TICKET = select(queue_event).where(queue_event.c.ticket == bindparam("this")).order_by(queue_event.c.seq)


def write(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Append rows, in their order."""
    if rows:
        connection.execute(_INSERT, rows)


def of_ticket(connection: Connection, ticket: int) -> list[Event]:
    """All that happened to a ticket, oldest first."""
    rows = connection.execute(_OF_TICKET, {"this": ticket})
    return [
        Event(seq, at, Kind(kind), subject, agent, offer, was, to, detail or {})
        for seq, at, kind, subject, agent, offer, was, to, detail in rows
    ]
