"""Why a ticket waits, or waited, and why it went to whom it went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, bindparam, select

from wasl_queue import history, replay, scene
from wasl_queue import line as lines
from wasl_queue import ticket as tickets
from wasl_queue.errors import QueueError
from wasl_queue.history import Event, Kind
from wasl_queue.line import Requirements, Seat
from wasl_queue.offer import OfferState
from wasl_queue.presence import PresenceState
from wasl_queue.scene import Able, Place, Post, Scene
from wasl_queue.schema import agent, serves, skill, word
from wasl_queue.statement import Statement
from wasl_queue.ticket import Ticket, TicketState


class Why(StrEnum):
    """Why a ticket waits at this moment."""

    AGENTS_BUSY = "agents_busy"
    """Agents who can serve it are signed in, and all are with others."""
    NOBODY_SIGNED_IN = "nobody_signed_in"
    """Nobody who can serve it is at the desk now."""
    WAITING_FOR_SIGNER = "waiting_for_signer"
    """The desk is staffed, and it waits for somebody who signs the citizen's language."""
    ON_BREAK = "on_break"
    """Those who can serve it are on a break or finishing their notes."""
    WISH = "wish"
    """Somebody could serve it now; it waits a little longer for the one whom the citizen wishes for."""


@dataclass(eq=False)
class NotYetJoined(QueueError):  # noqa: N818
    """There was no such ticket yet at that time."""

    ticket: int
    joined_at: float
    """Epoch seconds."""


@dataclass(frozen=True)
class Refusal:
    """An agent who was rung for the ticket, and did not take it."""

    agent: str
    at: float
    state: OfferState
    """Declined, or expired: nobody answered."""
    reason: str | None


@dataclass(frozen=True)
class Choice:
    """Why one agent, or interpreter, was rung for the ticket."""

    agent: str
    seat: Seat
    """`whole` for one who was chosen as the agent and needs no interpreter."""
    at: float
    idle_since: float
    free: tuple[Post, ...]
    """All others who could have filled the seat and were free at that moment, longest idle first."""
    refusals: tuple[Refusal, ...]
    """Those before, oldest first."""


@dataclass(frozen=True)
class Explanation:
    """A ticket at one time. Times are epoch seconds."""

    at: float
    place: Place
    """Its state, whether she was present, her reasons of priority, her wishes and when each relaxes."""
    requirements: Requirements
    position: int
    """1 is the next of its line; 0 is one that is not in line."""
    why: Why | None
    """None unless it waits."""
    able: tuple[Able, ...]
    """Whole seats first; within a seat longest in their state first. Nobody who was offline."""
    refusals: tuple[Refusal, ...]
    choices: tuple[Choice, ...]
    """Of those who are rung for it, or served it: the agent, then the interpreter."""

    @property
    def ahead(self) -> int:
        """How many go before it in its line."""
        return max(0, self.position - 1)

    @property
    def head_start(self) -> float:
        """Seconds of waiting that its reasons of priority are worth: the strongest counts."""
        return self.place.joined_at - self.place.sort_key


_at_desk = agent.c.state != word("offline")
_SERVING_STATES = Statement(
    select(serves.c.seat, agent.c.state)
    .join(agent, serves.c.agent == agent.c.id)
    .where(serves.c.line == bindparam("line"), _at_desk)
    .distinct()
)
_STAFFED = Statement(
    select(agent.c.id)
    .join(skill, skill.c.agent == agent.c.id)
    .where(skill.c.kind == word("service"), skill.c.name == bindparam("service"), _at_desk)
    .limit(1)
)


def why(connection: Connection, ticket: Ticket, now: float) -> Why:
    """Why this ticket waits, from who can serve it and what they are doing."""
    doing: dict[str, set[str]] = {seat: set() for seat in Seat}
    for seat, state in _SERVING_STATES.rows(connection, line=ticket.line):
        doing[seat].add(state)
    wishes = ticket.wishes.any and ticket.wishes.held(now).any
    return _weighed(ticket.requirements, doing, wishes) or (
        Why.WAITING_FOR_SIGNER
        if doing[Seat.AGENT] or _STAFFED.scalar(connection, service=ticket.requirements.service)
        else Why.NOBODY_SIGNED_IN
    )


def _weighed(wants: Requirements, doing: Mapping[str, Set[str]], wishes: bool) -> Why | None:
    """From what those at the desk are doing who fill each seat; None: she signs, and nobody there does."""
    alone, pair = doing[Seat.WHOLE], doing[Seat.AGENT] and doing[Seat.INTERPRETER]
    if wishes and "available" in alone | doing[Seat.AGENT]:
        return Why.WISH
    if wants.sign_language is None or alone or pair:
        return _reason(alone | (doing[Seat.AGENT] | doing[Seat.INTERPRETER] if pair else set()))
    return None


def _reason(states: Set[str]) -> Why:
    """From the states of those who can serve it."""
    if not states:
        return Why.NOBODY_SIGNED_IN
    return Why.ON_BREAK if states <= {"break", "wrap_up"} else Why.AGENTS_BUSY


def explain(connection: Connection, ticket: int, at: float) -> Explanation:
    """Why this ticket waited at that time, and why it had gone to whom it had.

    As long as nothing has moved since, the tables tell; of an earlier time, the event rows do. Of agents who
    have not told their skills since history keeps them, it says nothing. Raises UnknownTicket, NotYetJoined.
    """
    if history.last_by(connection, at) < history.last(connection):
        return from_history(connection, ticket, at)
    return from_tables(connection, ticket, at)


def from_tables(connection: Connection, ticket: int, now: float) -> Explanation:
    """The same of the present, without a look at the past of others. Raises UnknownTicket."""
    found = tickets.get(connection, ticket)
    desk = scene.of_tables(connection)
    desk.places[ticket] = scene.place(found)
    return _explained(connection, desk, ticket, now, history.of_ticket(connection, ticket))


def from_history(connection: Connection, ticket: int, at: float) -> Explanation:
    """The same from event rows alone. Raises UnknownTicket, NotYetJoined."""
    joined_at = tickets.get(connection, ticket).joined_at
    desk = replay.at(connection, ticket, at)
    if ticket not in desk.places:
        raise NotYetJoined(ticket, joined_at)
    last = history.last_by(connection, at)
    past = [event for event in history.of_ticket(connection, ticket) if event.seq <= last]
    return _explained(connection, desk, ticket, at, past)


def _explained(connection: Connection, desk: Scene, ticket: int, at: float, past: list[Event]) -> Explanation:
    place = desk.places[ticket]
    wants = lines.get(connection, place.line)
    order = [each.ticket for each in desk.queue(place.line)]
    return Explanation(
        at,
        place,
        wants,
        order.index(ticket) + 1 if place.in_line else 0,
        _why(desk, place, wants, at) if place.state is TicketState.WAITING else None,
        desk.able(wants),
        tuple(_refusals(past)),
        tuple(_choices(connection, place, wants, past)),
    )


def _why(desk: Scene, place: Place, wants: Requirements, at: float) -> Why:
    doing: dict[str, set[str]] = {seat: set() for seat in Seat}
    for each in desk.able(wants):
        doing[each.seat].add(each.post.state)
    service = any(wants.service in post.skills.services for post in desk.here() if post.skills)
    nobody_signs = Why.WAITING_FOR_SIGNER if doing[Seat.AGENT] or service else Why.NOBODY_SIGNED_IN
    return _weighed(wants, doing, place.wishes.held(at).any) or nobody_signs


def _refusals(past: list[Event]) -> Iterator[Refusal]:
    for event in past:
        if event.kind is Kind.OFFER and event.to_state in (OfferState.DECLINED, OfferState.EXPIRED):
            state = OfferState(event.to_state)
            yield Refusal(str(event.agent), event.at, state, event.detail.get("reason"))


def _choices(connection: Connection, place: Place, wants: Requirements, past: list[Event]) -> Iterator[Choice]:
    made = [event for event in past if event.kind is Kind.OFFER and event.from_state is None]
    for agent_ in (place.agent, place.interpreter):
        rung = [event for event in made if event.agent == agent_]
        if rung:
            before = [event for event in past if event.seq < rung[-1].seq]
            yield _choice(replay.staff_before(connection, rung[-1]), rung[-1], wants, before)


def _choice(desk: Scene, rung: Event, wants: Requirements, before: list[Event]) -> Choice:
    chosen = desk.posts[str(rung.agent)]  # she is no longer free: her own move comes just before the offer
    seats = [seat for seat, _ in chosen.fills(wants)]
    free = [
        each.post
        for each in desk.able(wants)
        if each.seat in seats and each.post.state is PresenceState.AVAILABLE and each.post is not chosen
    ]
    return Choice(
        chosen.agent,
        seats[0] if seats else Seat(rung.detail["seat"]),
        rung.at,
        rung.detail["idle_since"],
        tuple(sorted(free, key=lambda post: (post.idle_since, post.agent))),
        tuple(_refusals(before)),
    )
