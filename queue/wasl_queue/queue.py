"""The way into the queue: every write is one moment, every read a question.

All functions run inside the caller's transaction and never commit. `now` is epoch seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection

from wasl_queue import attendance, explanation, history, lock, matching, shift, standing, visit
from wasl_queue import estimate as estimates
from wasl_queue import offer as offers
from wasl_queue import presence as presences
from wasl_queue import sweep as sweeping
from wasl_queue import ticket as tickets
from wasl_queue.changes import Changes
from wasl_queue.estimate import Estimate
from wasl_queue.explanation import Why
from wasl_queue.history import Event
from wasl_queue.line import Requirements, Skills
from wasl_queue.moment import Moment
from wasl_queue.offer import Offer, OfferState
from wasl_queue.policy import Policy
from wasl_queue.presence import Presence, PresenceState
from wasl_queue.standing import AgentStanding, LineStanding
from wasl_queue.ticket import Ticket, TicketState

__all__ = [
    "Accepted",
    "AgentStanding",
    "Changes",
    "Estimate",
    "Event",
    "Joined",
    "LineStanding",
    "Offer",
    "OfferState",
    "Policy",
    "Presence",
    "PresenceState",
    "Queue",
    "Requirements",
    "Resumed",
    "Skills",
    "Ticket",
    "TicketState",
    "Why",
]


@dataclass(frozen=True)
class Joined:
    """A new ticket's id."""

    ticket: int
    changes: Changes


@dataclass(frozen=True)
class Resumed:
    """A ticket whose page is back, as it is now."""

    ticket: Ticket
    changes: Changes


@dataclass(frozen=True)
class Accepted:
    """The ticket an agent has just begun to serve."""

    ticket: int
    changes: Changes


@dataclass
class Queue:
    """The desk's queue. It holds settings only; all that is true stands in the database."""

    policy: Policy = field(default_factory=Policy)
    matching: bool = True
    """False while the server drains: nothing new is offered."""

    @contextmanager
    def _moment(self, connection: Connection, now: float) -> Iterator[Moment]:
        lock.take(connection)
        moment = Moment(connection, now, self.policy)
        yield moment
        if self.matching:
            matching.settle(moment)
        moment.close()

    # The citizen

    def join(
        self,
        connection: Connection,
        requirements: Requirements,
        secret: str,
        now: float,
        *,
        priority: int = 0,
    ) -> Joined:
        """A new place in line, and an offer at once if somebody who can serve it is idle.

        `secret` is the proof of ownership that `resume` asks for; only its digest is stored. Each step of
        `priority` is worth `policy.priority_bonus` seconds of waiting.
        """
        with self._moment(connection, now) as moment:
            ticket = visit.join(moment, requirements, secret, priority)
        return Joined(ticket.id, moment.changes)

    def resume(self, connection: Connection, ticket: int, secret: str, now: float) -> Resumed:
        """Her page is back. A ticket that has ended is returned as it is. Raises UnknownTicket."""
        with self._moment(connection, now) as moment:
            attendance.back(moment, tickets.proven(connection, ticket, secret))
        return Resumed(tickets.get(connection, ticket), moment.changes)

    def absent(self, connection: Connection, ticket: int, now: float) -> Changes:
        """Her page is gone: the grace time starts. Raises UnknownTicket."""
        with self._moment(connection, now) as moment:
            attendance.gone(moment, tickets.get(connection, ticket))
        return moment.changes

    def leave(self, connection: Connection, ticket: int, now: float) -> Changes:
        """She gives up her place. Raises UnknownTicket; IllegalMove in a call or after the end."""
        with self._moment(connection, now) as moment:
            visit.leave(moment, tickets.get(connection, ticket))
        return moment.changes

    def undo_leave(self, connection: Connection, ticket: int, now: float) -> Changes:
        """She takes her place back, where it was. Raises UnknownTicket, TooLate, IllegalMove."""
        with self._moment(connection, now) as moment:
            visit.undo_leave(moment, tickets.get(connection, ticket))
        return moment.changes

    # The agent

    def sign_in(self, connection: Connection, agent: str, skills: Skills, now: float) -> Changes:
        """Her desk is open, on a break (signed_in) at first; after a page reload, in the state she was in."""
        with self._moment(connection, now) as moment:
            shift.sign_in(moment, agent, skills)
        return moment.changes

    def available(self, connection: Connection, agent: str, now: float) -> Changes:
        """She is ready for the next citizen. Raises UnknownAgent; IllegalMove in a call or offline."""
        with self._moment(connection, now) as moment:
            shift.available(moment, presences.get(connection, agent))
        return moment.changes

    def take_break(self, connection: Connection, agent: str, reason: str, now: float) -> Changes:
        """No offers for her; a ringing one is declined. Raises UnknownAgent; IllegalMove if busy, offline."""
        with self._moment(connection, now) as moment:
            shift.take_break(moment, presences.get(connection, agent), reason)
        return moment.changes

    def sign_out(self, connection: Connection, agent: str, now: float) -> Changes:
        """She goes home. Raises UnknownAgent; IllegalMove in a call."""
        with self._moment(connection, now) as moment:
            shift.sign_out(moment, presences.get(connection, agent))
        return moment.changes

    def renew(self, connection: Connection, agents: Iterable[str], now: float) -> None:
        """The desks of these agents were heard of."""
        presences.renew(connection, agents, now + self.policy.lease_seconds)

    def accept(self, connection: Connection, offer: int, agent: str, now: float) -> Accepted:
        """She answers. Raises UnknownOffer, OfferGone."""
        with self._moment(connection, now) as moment:
            ticket = offers.accept(moment, offers.get(connection, offer, agent))
        return Accepted(ticket.id, moment.changes)

    def decline(self, connection: Connection, offer: int, agent: str, now: float) -> Changes:
        """She says no; the ticket rings at the next desk. Raises UnknownOffer, OfferGone."""
        with self._moment(connection, now) as moment:
            offers.decline(moment, offers.get(connection, offer, agent))
        return moment.changes

    def finish(self, connection: Connection, ticket: int, now: float) -> Changes:
        """The visit is done, and the agent writes it up. Raises UnknownTicket, IllegalMove."""
        with self._moment(connection, now) as moment:
            visit.finish(moment, tickets.get(connection, ticket))
        return moment.changes

    def lose_agent(self, connection: Connection, ticket: int, now: float) -> Changes:
        """Her agent's machine died: she is back in line where she was. Raises UnknownTicket, IllegalMove."""
        with self._moment(connection, now) as moment:
            visit.lose_agent(moment, tickets.get(connection, ticket))
        return moment.changes

    # The clock

    def sweep(self, connection: Connection, now: float) -> Changes:
        """What time brings about: the ends of offers, graces, wrap-ups, leases; then pairs left standing."""
        with self._moment(connection, now) as moment:
            sweeping.sweep(moment)
        return moment.changes

    def recover(self, connection: Connection, now: float) -> Changes:
        """The server has started: citizens have the full grace time to come back, agents one lease."""
        with self._moment(connection, now) as moment:
            attendance.all_gone(moment)
            presences.renew_all(connection, now + self.policy.lease_seconds)
        return moment.changes

    # Questions

    def ticket(self, connection: Connection, ticket: int) -> Ticket:
        """Raises UnknownTicket."""
        return tickets.get(connection, ticket)

    def open_tickets(self, connection: Connection) -> list[Ticket]:
        """Every ticket that has not ended, oldest first."""
        return tickets.all_open(connection)

    def waiting_tickets(self, connection: Connection, lines: frozenset[int]) -> list[int]:
        """The tickets still waiting in these lines, each line in its order."""
        return standing.waiting_tickets(connection, lines)

    def position(self, connection: Connection, ticket: int) -> int:
        """1 is the next of its line; 0 is one that is not in line. Raises UnknownTicket."""
        subject = tickets.get(connection, ticket)
        in_line = subject.state in (TicketState.WAITING, TicketState.OFFERED)
        return standing.ahead(connection, subject) + 1 if in_line else 0

    def why(self, connection: Connection, ticket: int) -> Why:
        """Why it waits. Raises UnknownTicket."""
        return explanation.why(connection, tickets.get(connection, ticket))

    def estimate(self, connection: Connection, ticket: int, now: float) -> Estimate | None:
        """How long it will still wait, from `now` on; None: we can't tell yet. Raises UnknownTicket."""
        return estimates.estimate(connection, self.policy, tickets.get(connection, ticket))

    def history(self, connection: Connection, ticket: int) -> list[Event]:
        """All that happened to it, oldest first; empty for an unknown ticket."""
        return history.of_ticket(connection, ticket)

    def presence(self, connection: Connection, agent: str) -> Presence:
        """Raises UnknownAgent."""
        return presences.get(connection, agent)

    def agents(self, connection: Connection) -> list[AgentStanding]:
        """Everyone who is signed in, longest in their state first."""
        return standing.at_desk(connection)

    def lines_for(self, connection: Connection, agent: str) -> list[LineStanding]:
        """The lines this agent serves in which somebody waits, longest wait first."""
        return standing.lines_of(connection, agent)

    def offer_for(self, connection: Connection, agent: str) -> Offer | None:
        """The offer that rings at this agent's desk."""
        return offers.to_agent(connection, agent)

    def offer_of(self, connection: Connection, ticket: int) -> Offer | None:
        """The offer by which this ticket rings."""
        return offers.of_ticket(connection, ticket)
