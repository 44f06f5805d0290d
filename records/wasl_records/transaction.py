"""A transaction: what the citizen came for. It has a reference number and outlives the call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from wasl_records import reference
from wasl_records.errors import IllegalMove, UnknownTransaction
from wasl_records.schema import service_transaction, transaction_event


class State(StrEnum):
    """Where a transaction stands."""

    OPEN = "open"
    """An agent works on it."""
    COMPLETED = "completed"
    """The citizen has what she came for."""
    FOLLOW_UP = "follow_up"
    """A further step is needed; it will be opened again under the same reference."""
    NOT_POSSIBLE = "not_possible"
    """It cannot be done, and the citizen was told why."""


MOVES: Mapping[State, frozenset[State]] = {
    State.OPEN: frozenset({State.COMPLETED, State.FOLLOW_UP, State.NOT_POSSIBLE}),
    State.FOLLOW_UP: frozenset({State.OPEN}),
    State.COMPLETED: frozenset(),
    State.NOT_POSSIBLE: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class Transaction:
    """One transaction. Times are seconds since the epoch."""

    id: int
    reference: str
    service: str
    ticket: int
    agent: str
    state: State
    notes: str
    """The agent's own; the citizen never sees them."""
    note: str
    """For the citizen: what happens next."""
    opened_at: float
    changed_at: float
    """When its state or its notes last changed."""
    closed_at: float | None


def open(connection: Connection, *, service: str, ticket: int, agent: str, now: float) -> Transaction:  # noqa: A001
    """Begin the transaction of a ticket, under a fresh reference number.

    `agent` is a staff id. Raises sqlalchemy's IntegrityError if the ticket has one already.
    """
    statement = insert(service_transaction).values(
        reference=_free_reference(connection),
        service=service,
        ticket=ticket,
        agent=agent,
        state=State.OPEN,
        notes="",
        note="",
        opened_at=now,
        changed_at=now,
    )
    key = connection.execute(statement.returning(service_transaction.c.id)).scalar_one()
    _write_history(connection, key, None, State.OPEN, now)
    return get(connection, key)


def close(connection: Connection, id: int, state: State, note: str, now: float) -> Transaction:  # noqa: A002
    """End it with an outcome and a note for the citizen. Raises IllegalMove, UnknownTransaction."""
    return _move(connection, id, state, now, note=note, closed_at=now)


def reopen(connection: Connection, id: int, now: float) -> Transaction:  # noqa: A002
    """Take up one that waits for a further step. Raises IllegalMove, UnknownTransaction."""
    return _move(connection, id, State.OPEN, now, closed_at=None)


def hand_to(connection: Connection, id: int, agent: str, now: float) -> None:  # noqa: A002
    """Another agent goes on with it. Raises UnknownTransaction."""
    mine = service_transaction.c.id == id
    values = {"agent": agent, "changed_at": now}
    if connection.execute(update(service_transaction).where(mine).values(values)).rowcount == 0:
        raise UnknownTransaction(id)


def send_on(connection: Connection, id: int, service: str, note: str, now: float) -> None:  # noqa: A002
    """Whoever goes on with it does so for this service, and reads this note under those written before.

    Raises UnknownTransaction.
    """
    notes = "\n".join(filter(None, [get(connection, id).notes, note]))
    _changed(connection, service_transaction.c.id == id, service=service, notes=notes, changed_at=now)


def set_notes(connection: Connection, ticket: int, notes: str) -> None:
    """Replace the agent's own notes. Raises UnknownTransaction if the ticket has no transaction."""
    if not _changed(connection, service_transaction.c.ticket == ticket, notes=notes):
        raise UnknownTransaction(ticket)


def get(connection: Connection, id: int) -> Transaction:  # noqa: A002
    """The transaction of this id. Raises UnknownTransaction."""
    found = _find(connection, service_transaction.c.id == id)
    if found is None:
        raise UnknownTransaction(id)
    return found


def find_by_ticket(connection: Connection, ticket: int) -> Transaction | None:
    """The transaction that was begun for this ticket."""
    return _find(connection, service_transaction.c.ticket == ticket)


def last_of(connection: Connection, agent: str) -> Transaction | None:
    """The transaction that this agent (a staff id) worked on last."""
    newest = select(service_transaction.c.id).where(service_transaction.c.agent == agent)
    newest = newest.order_by(service_transaction.c.changed_at.desc(), service_transaction.c.id.desc()).limit(1)
    return _find(connection, service_transaction.c.id == newest.scalar_subquery())


def _move(connection: Connection, key: int, to: State, now: float, **values: Any) -> Transaction:
    before = get(connection, key).state
    mine = (service_transaction.c.id == key) & (service_transaction.c.state == before)
    if to not in MOVES[before] or not _changed(connection, mine, state=to, changed_at=now, **values):
        raise IllegalMove("transaction", key, before, to)
    _write_history(connection, key, before, to, now)
    return get(connection, key)


def _changed(connection: Connection, which: ColumnElement[bool], **values: Any) -> bool:
    return connection.execute(update(service_transaction).where(which).values(**values)).rowcount == 1


def _write_history(connection: Connection, key: int, before: State | None, after: State, now: float) -> None:
    values = {"transaction": key, "from_state": before, "to_state": after, "at": now}
    connection.execute(insert(transaction_event).values(values))


def _find(connection: Connection, which: ColumnElement[bool]) -> Transaction | None:
    row = connection.execute(select(service_transaction).where(which)).one_or_none()
    return None if row is None else _from_row(row)


def _from_row(row: Row[Any]) -> Transaction:
    return Transaction(**{**row._mapping, "state": State(row.state)})


def _free_reference(connection: Connection) -> str:
    while True:
        candidate = reference.new()
        taken = select(service_transaction.c.id).where(service_transaction.c.reference == candidate)
        if connection.execute(taken).first() is None:
            return candidate
