"""One write to the queue: its transaction, its time, and what it has touched so far."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from wasl_queue import history
from wasl_queue.changes import Changes
from wasl_queue.lock import Held
from wasl_queue.policy import Policy

if TYPE_CHECKING:
    from wasl_queue.presence import Presence
    from wasl_queue.ticket import Ticket


@dataclass
class Moment:
    """Passed through everything that moves within one transaction, and closed at its end.

    Whoever becomes free on the way is noted in `loose_tickets`, `loose_agents` and `loose_seats`; matching
    settles them once, at the end, so that no single step has to know what it set free.
    """

    connection: Connection
    now: float
    policy: Policy
    held: Held
    """The routing groups in which this write may match."""
    server: str | None = None
    """Which server process holds the pages of the citizens who write now."""
    loose_tickets: dict[int, Ticket] = field(default_factory=dict)
    loose_agents: dict[str, Presence] = field(default_factory=dict)
    loose_seats: set[int] = field(default_factory=set)
    """Tickets of which one seat rings and the other has just become empty."""
    new_tickets: set[int] = field(default_factory=set)
    """Tickets made in this moment: nobody can have refused them yet."""
    _tickets: set[int] = field(default_factory=set)
    _agents: set[str] = field(default_factory=set)
    _lines: set[int] = field(default_factory=set)
    _events: list[dict[str, Any]] = field(default_factory=list)

    def record(
        self,
        kind: history.Kind,
        from_state: str | None,
        to_state: str,
        *,
        ticket: int | None = None,
        agent: str | None = None,
        offer: int | None = None,
        line: int | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Note a move: for history, and for those who look at the ticket, the agent, the line."""
        self._events.append(
            {
                "at": self.now,
                "kind": kind,
                "ticket": ticket,
                "agent": agent,
                "offer": offer,
                "line": line,
                "from_state": from_state,
                "to_state": to_state,
                "detail": json.dumps(detail) if detail else None,
            }
        )
        if ticket is not None:
            self._tickets.add(ticket)
        if agent is not None:
            self._agents.add(agent)
        if line is not None and kind is history.Kind.TICKET:
            self._lines.add(line)

    def touch(self, tickets: set[int], lines: set[int]) -> None:
        """Note tickets that one statement moved together, with its own rows of history."""
        self._tickets |= tickets
        self._lines |= lines

    @property
    def changes(self) -> Changes:
        """What this write touched."""
        return Changes(frozenset(self._tickets), frozenset(self._agents), frozenset(self._lines))

    def close(self) -> None:
        """Write the history of this moment, in one message."""
        history.write(self.connection, self._events)
        self._events = []
