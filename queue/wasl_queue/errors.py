"""What the queue refuses. Errors carry data; the words for people are made elsewhere."""

from __future__ import annotations

from dataclasses import dataclass


class QueueError(Exception):
    """The base of every refusal of the queue."""


@dataclass(eq=False)
class IllegalMove(QueueError):  # noqa: N818
    """The life cycle of this thing does not allow that now."""

    kind: str
    """What should have moved: ticket, offer or presence."""
    id: int | str
    state: str
    """The state it is in, as far as this transaction saw."""
    to: str


@dataclass(eq=False)
class UnknownTicket(QueueError):  # noqa: N818
    """There is no such ticket, or the secret is not its secret: from outside, the two look the same."""

    ticket: int


@dataclass(eq=False)
class UnknownAgent(QueueError):  # noqa: N818
    """This agent has never signed in."""

    agent: str


@dataclass(eq=False)
class UnknownOffer(QueueError):  # noqa: N818
    """There is no such offer, or it was made to somebody else."""

    offer: int


@dataclass(eq=False)
class OfferGone(QueueError):  # noqa: N818
    """The offer has ended before it was answered."""

    offer: int
    state: str


@dataclass(eq=False)
class TooLate(QueueError):  # noqa: N818
    """The time to undo leaving has passed."""

    ticket: int
    until: float
    """Epoch seconds."""


@dataclass(eq=False)
class AgentNotHere(QueueError):  # noqa: N818
    """This agent is not at the desk, or does not serve that line."""

    agent: str


@dataclass(eq=False)
class GroupTaken(QueueError):  # noqa: N818
    """Another write holds a routing group that this one turned out to need. Undone and run again, it waits for
    that group in good order: `sqlstate` tells the database so, as PostgreSQL's serialization_failure."""

    group: str
    sqlstate = "40001"
