"""The way into the queue: every write is one moment, every read a question.

All functions run inside the caller's transaction and never commit. `now` is epoch seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection

from wasl_queue import attendance, callback, explanation, history, lock, matching, server, shift, standing, visit
from wasl_queue import estimate as estimates
from wasl_queue import line as lines
from wasl_queue import offer as offers
from wasl_queue import presence as presences
from wasl_queue import sweep as sweeping
from wasl_queue import ticket as tickets
from wasl_queue.changes import Changes
from wasl_queue.estimate import Estimate
from wasl_queue.explanation import Why
from wasl_queue.history import Event
from wasl_queue.line import Requirements, Seat, Skills
from wasl_queue.lock import Held
from wasl_queue.moment import Moment
from wasl_queue.offer import Offer, OfferState
from wasl_queue.policy import Policy
from wasl_queue.presence import Presence, PresenceState
from wasl_queue.priority import Reason
from wasl_queue.standing import AgentStanding, LineStanding
from wasl_queue.ticket import Ticket, TicketState
from wasl_queue.wishes import NO_WISHES, Wishes

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
    "Reason",
    "Requirements",
    "Resumed",
    "Seat",
    "Skills",
    "Ticket",
    "TicketState",
    "Why",
    "Wishes",
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
    """The ticket of an offer that was accepted."""

    ticket: int
    serving: bool
    """False: the agent is held until the other seat accepts too, and the call has not begun."""
    changes: Changes


@dataclass
class Queue:
    """The desk's queue. It holds settings only; all that is true stands in the database."""

    policy: Policy = field(default_factory=Policy)
    matching: bool = True
    """False while the server drains: nothing new is offered."""
    server: str | None = None
    """This process, whose lease (`renew_server`) keeps the pages it holds present. None: pages are present
    until `absent` says otherwise."""

    @contextmanager
    def _moment(self, connection: Connection, now: float, held: Held) -> Iterator[Moment]:
        moment = Moment(connection, now, self.policy, held, self.server)
        yield moment
        if self.matching:
            matching.settle(moment)
        else:
            matching.disband(moment)
        moment.close()

    @contextmanager
    def _of_ticket(self, connection: Connection, ticket: int, now: float) -> Iterator[tuple[Moment, Ticket]]:
        with self._moment(connection, now, lock.of_ticket(connection, ticket)) as moment:
            yield moment, tickets.get(connection, ticket)

    @contextmanager
    def _of_agent(
        self, connection: Connection, agent: str, now: float, hold: Callable[[Connection, str], Held]
    ) -> Iterator[tuple[Moment, Presence]]:
        with self._moment(connection, now, hold(connection, agent)) as moment:
            yield moment, presences.get(connection, agent)

    # The citizen

    def join(
        self,
        connection: Connection,
        requirements: Requirements,
        secret: str,
        now: float,
        *,
        reasons: frozenset[Reason] = frozenset(),
        wishes: Wishes = NO_WISHES,
    ) -> Joined:
        """A new place in line, and an offer at once if somebody who can serve it is idle.

        `secret` is the proof of ownership that `resume` asks for; only its digest is stored. `reasons` put it
        before others; `wishes` (without times) narrow the choice of the agent until they relax.
        """
        with self._moment(connection, now, lock.group(connection, requirements.group)) as moment:
            ticket = visit.join(moment, requirements, secret, reasons, wishes)
        return Joined(ticket.id, moment.changes)

    def resume(self, connection: Connection, ticket: int, secret: str, now: float) -> Resumed:
        """Her page is back. A ticket that has ended is returned as it is. Raises UnknownTicket."""
        tickets.prove(connection, ticket, secret)
        with self._of_ticket(connection, ticket, now) as (moment, subject):
            attendance.back(moment, subject)
        return Resumed(tickets.get(connection, ticket), moment.changes)

    def here(self, connection: Connection, ticket: int, now: float) -> Changes:
        """Her page is here, whatever became of the write that should have said so. Raises UnknownTicket."""
        with self._of_ticket(connection, ticket, now) as (moment, subject):
            attendance.back(moment, subject)
        return moment.changes

    def absent(self, connection: Connection, ticket: int, now: float) -> Changes:
        """Her page is gone: the grace time starts. Raises UnknownTicket."""
        with self._of_ticket(connection, ticket, now) as (moment, subject):
            attendance.gone(moment, subject)
        return moment.changes

    def leave(self, connection: Connection, ticket: int, now: float) -> Changes:
        """She gives up her place. Raises UnknownTicket; IllegalMove in a call or after the end."""
        with self._of_ticket(connection, ticket, now) as (moment, subject):
            visit.leave(moment, subject)
        return moment.changes

    def undo_leave(self, connection: Connection, ticket: int, now: float) -> Changes:
        """She takes her place back, where it was. Raises UnknownTicket, TooLate, IllegalMove."""
        with self._of_ticket(connection, ticket, now) as (moment, subject):
            visit.undo_leave(moment, subject)
        return moment.changes

    def ask_callback(self, connection: Connection, ticket: int, now: float) -> Changes:
        """She keeps her place, may go, and is rung when her turn is near. Raises UnknownTicket, IllegalMove."""
        with self._of_ticket(connection, ticket, now) as (moment, subject):
            callback.ask(moment, subject)
        return moment.changes

    def cancel_callback(self, connection: Connection, ticket: int, now: float) -> Changes:
        """She waits on the page again. Raises UnknownTicket."""
        with self._of_ticket(connection, ticket, now) as (moment, subject):
            callback.cancel(moment, subject)
        return moment.changes

    # The agent

    def sign_in(self, connection: Connection, agent: str, skills: Skills, now: float) -> Changes:
        """Her desk is open, on a break (signed_in) at first; after a page reload, in the state she was in."""
        with self._moment(connection, now, lock.everything(connection)) as moment:
            shift.sign_in(moment, agent, skills)
        return moment.changes

    def enroll(self, connection: Connection, agent: str, skills: Skills, now: float) -> None:
        """She works here: appointments can be promised from her skills before she ever signs in."""
        with self._moment(connection, now, lock.everything(connection)) as moment:
            shift.enroll(moment, agent, skills)

    def available(self, connection: Connection, agent: str, now: float) -> Changes:
        """She is ready for the next citizen. Raises UnknownAgent; IllegalMove in a call or offline."""
        with self._of_agent(connection, agent, now, lock.of_agent) as (moment, presence):
            shift.available(moment, presence)
        return moment.changes

    def take_break(self, connection: Connection, agent: str, reason: str, now: float) -> Changes:
        """No offers for her; a ringing one is declined. Raises UnknownAgent; IllegalMove if busy, offline."""
        with self._of_agent(connection, agent, now, lock.of_agent_rung) as (moment, presence):
            shift.take_break(moment, presence, reason)
        return moment.changes

    def sign_out(self, connection: Connection, agent: str, now: float) -> Changes:
        """She goes home. Raises UnknownAgent; IllegalMove in a call."""
        with self._of_agent(connection, agent, now, lock.of_agent_rung) as (moment, presence):
            shift.sign_out(moment, presence)
        return moment.changes

    def renew(self, connection: Connection, agents: Iterable[str], now: float) -> None:
        """The desks of these agents were heard of."""
        lock.everything(connection)  # it writes many agents' rows, in another order than a move does
        presences.renew(connection, agents, now + self.policy.lease_seconds)

    def accept(self, connection: Connection, offer: int, agent: str, now: float) -> Accepted:
        """She answers; the call begins once every seat has. Raises UnknownOffer, OfferGone."""
        with self._moment(connection, now, lock.of_offer(connection, offer)) as moment:
            ticket = offers.accept(moment, offer, agent)
        return Accepted(ticket.id, ticket.state is TicketState.SERVING, moment.changes)

    def decline(self, connection: Connection, offer: int, agent: str, now: float, reason: str | None = None) -> Changes:
        """She says no; the seat rings at the next desk. Raises UnknownOffer, OfferGone."""
        with self._moment(connection, now, lock.of_offer(connection, offer)) as moment:
            offers.decline(moment, offers.get(connection, offer, agent), reason)
        return moment.changes

    def finish(self, connection: Connection, ticket: int, now: float) -> Changes:
        """The visit is done, and the agent writes it up. Raises UnknownTicket, IllegalMove."""
        with self._of_ticket(connection, ticket, now) as (moment, subject):
            visit.finish(moment, subject)
        return moment.changes

    def transfer(self, connection: Connection, ticket: int, to: Requirements | str, now: float) -> Changes:
        """The agent sends her on to another line, or to one agent by id: she is at the front there.

        Raises UnknownTicket, AgentNotHere, IllegalMove outside a call.
        """
        with self._moment(connection, now, lock.everything(connection)) as moment:
            visit.transfer(moment, tickets.get(connection, ticket), to)
        return moment.changes

    def lose_agent(self, connection: Connection, ticket: int, agent: str, now: float) -> Changes:
        """The machine of this agent, or interpreter, died in the call: the citizen is back at the front.

        Raises UnknownTicket, IllegalMove.
        """
        with self._of_ticket(connection, ticket, now) as (moment, subject):
            visit.lose(moment, subject, agent)
        return moment.changes

    # The clock

    def sweep(self, connection: Connection, now: float) -> Changes:
        """What time brings about: the ends of offers, graces, wrap-ups, leases; call-backs whose turn is near;
        then pairs left standing."""
        with self._moment(connection, now, lock.everything(connection)) as moment:
            sweeping.sweep(moment)
        return moment.changes

    def close(self, connection: Connection, services: Iterable[str], now: float) -> Changes:
        """These services are closed for the day: who waits for one, and nobody at work serves her line, has to
        come another time."""
        with self._moment(connection, now, lock.everything(connection)) as moment:
            for line in lines.of_services(connection, services):
                visit.close(moment, line)
        return moment.changes

    def renew_server(self, connection: Connection, now: float) -> None:
        """This server process lives, and holds the pages of its citizens for one more lease."""
        if self.server is not None:
            server.renew(connection, self.server, now + self.policy.lease_seconds)

    def recover(self, connection: Connection, now: float, *, alone: bool = True) -> Changes:
        """A server process has started. If it is the only one, the pages of all earlier ones are gone:
        citizens have the full grace time to come back, agents one lease. Otherwise leases decide."""
        with self._moment(connection, now, lock.everything(connection)) as moment:
            self.renew_server(connection, now)
            if alone:
                for gone in server.others(connection, self.server or ""):
                    server.let_go(moment, gone)
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

    def why(self, connection: Connection, ticket: int, now: float) -> Why:
        """Why it waits. Raises UnknownTicket."""
        return explanation.why(connection, tickets.get(connection, ticket), now)

    def estimate(self, connection: Connection, ticket: int, now: float) -> Estimate | None:
        """How long it will still wait, from `now` on; None: we can't tell yet. Raises UnknownTicket."""
        return estimates.estimate(connection, self.policy, tickets.get(connection, ticket), now)

    def held(self, connection: Connection) -> list[Ticket]:
        """The open tickets whose pages this process holds, or held last."""
        return [] if self.server is None else attendance.held(connection, self.server)

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
        """The offer that rings, or is held, at this agent's desk."""
        return offers.to_agent(connection, agent)

    def offers_of(self, connection: Connection, ticket: int) -> list[Offer]:
        """The offers by which this ticket rings, the agent's seat first."""
        return offers.of_ticket(connection, ticket)
