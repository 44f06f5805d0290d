"""What was asked with a key is done once: the same key is the same act and the same answer.

A page makes a key at random for each wish and sends it again when no answer came, so that a lost answer doubles
nothing. The keys are those of the IETF draft "The Idempotency-Key HTTP Header Field", carried in the request: unique,
known for a stated while, refused with another request (its 422). A key is claimed in the transaction of its act; so of
two at once the table's own key decides, in whichever process they are.

A citizen without a ticket is known by nothing else: her key is the secret of what it made, and proves that it is hers.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from wasl_signaling.schema import wish as table
from wasl_web.errors import Problem

KEPT = 86_400.0
"""Seconds for which a key is known."""


class Keyed(Protocol):
    """A request that may carry a key."""

    @property
    def idempotency_key(self) -> str | None: ...

    def model_dump_json(self, *, exclude: set[str]) -> str: ...


@dataclass(frozen=True)
class Wish:
    """A request with a key, as it is kept: digests of its key and of what is asked."""

    key: str
    request: str

    @classmethod
    def of(cls, request: Keyed, asker: str = "") -> Wish | None:
        """None without a key. `asker`: who is signed in; a key is known to nobody else."""
        if request.idempotency_key is None:
            return None
        asked = f"{type(request).__name__} {request.model_dump_json(exclude={'idempotency_key'})}"
        return cls(_digest(f"{asker}\n{request.idempotency_key}"), _digest(asked))


def made(connection: Connection, wish: Wish | None) -> int | None:
    """The number of what came of this wish (0 where nothing has one), if it was fulfilled. Raises Problem."""
    if wish is None:
        return None
    row = connection.execute(select(table.c.request, table.c.made).where(table.c.key == wish.key)).first()
    if row is None:
        return None
    if row.request != wish.request:
        raise Problem("key_of_another_request")
    return int(row.made)


def claim(connection: Connection, wish: Wish | None, now: float) -> int | None:
    """Begins to fulfil this wish, once: what `made` gives if that was done before. Raises Problem."""
    if wish is None:
        return None
    values = {"key": wish.key, "request": wish.request, "made": 0, "until": now + KEPT}
    try:
        with connection.begin_nested():
            connection.execute(insert(table).values(values))
    except IntegrityError:
        return made(connection, wish)
    return None


def keep(connection: Connection, wish: Wish | None, number: int) -> None:
    """This is the number of what came of the wish."""
    if wish is not None:
        connection.execute(update(table).where(table.c.key == wish.key).values(made=number))


def forget(connection: Connection, now: float) -> None:
    """Keys whose time is over."""
    connection.execute(delete(table).where(table.c.until < now))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
