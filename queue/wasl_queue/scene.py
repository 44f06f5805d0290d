"""The desk as it is, or was: everybody's state, either read from the tables or told by the event rows.

Both must give the same. What does not matter to who waits, and why, is left out: graces and clocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, select

from wasl_queue import line as lines
from wasl_queue import offer as offers
from wasl_queue import presence as presences
from wasl_queue import standing
from wasl_queue import ticket as tickets
from wasl_queue.history import Event, Kind
from wasl_queue.line import Requirements, Seat, Skills
from wasl_queue.offer import OfferState
from wasl_queue.presence import PresenceState
from wasl_queue.priority import Reason
from wasl_queue.schema import line as line_table
from wasl_queue.schema import live
from wasl_queue.schema import offer as offer_table
from wasl_queue.statement import Statement
from wasl_queue.ticket import Ticket, TicketState
from wasl_queue.wishes import NO_WISHES, Wishes

_AGENTS = Statement(presences.selected)
_RUNG = Statement(select(offer_table.c.ticket).where(live).distinct())
_WANTS = ("service", "language", "sign_language", "modality", "level", "routing_group")
_LINES = Statement(select(line_table.c.id, *(line_table.c[name] for name in _WANTS)).order_by(line_table.c.id))
_NOBODY = (TicketState.WAITING, TicketState.LEFT, TicketState.CLOSED)
"""Nobody is rung for it, nor serves it."""
_HERE = (TicketState.LEFT, TicketState.CLOSED)
"""It no longer matters whether she is away."""
_WITH_CITIZEN = (PresenceState.OFFERED, PresenceState.BUSY)


@dataclass(frozen=True)
class Place:
    """A ticket. Times are epoch seconds."""

    ticket: int
    line: int
    state: TicketState
    since: float
    joined_at: float
    sort_key: float
    reasons: frozenset[Reason] = frozenset()
    wishes: Wishes = NO_WISHES
    present: bool = True
    """Whether her page is there."""
    agent: str | None = None
    """Who is rung for it, serves it, or served it last."""
    interpreter: str | None = None
    callback_at: float | None = None
    """When she asked to be rung."""
    rung_at: float | None = None

    @property
    def in_line(self) -> bool:
        """Whether others stand behind it."""
        return self.state in (TicketState.WAITING, TicketState.OFFERED)


@dataclass(frozen=True)
class Ring:
    """An offer that rings, or is held."""

    offer: int
    ticket: int
    agent: str
    seat: Seat
    state: OfferState
    made_at: float


@dataclass(frozen=True)
class Post:
    """An agent. Times are epoch seconds."""

    agent: str
    state: PresenceState
    reason: str | None
    """Why, on a break."""
    since: float
    idle_since: float
    ticket: int | None = None
    """Whom she is rung for, or with."""
    skills: Skills | None = None
    """None: she had not told any."""

    def fills(self, wants: Requirements) -> list[tuple[Seat, int]]:
        """Which seats of a line she fills, and at which level."""
        return [] if self.skills is None else list(lines.seats(self.skills, wants).items())


@dataclass(frozen=True)
class Able:
    """Somebody at the desk who fills a seat in the line of a ticket."""

    seat: Seat
    level: int
    """In the service and the language, 1 to 5."""
    post: Post


@dataclass
class Scene:
    """All open tickets (of the line, or lines, that were asked for), what rings, and all agents."""

    places: dict[int, Place] = field(default_factory=dict)
    rings: dict[int, dict[Seat, Ring]] = field(default_factory=dict)
    """By ticket."""
    posts: dict[str, Post] = field(default_factory=dict)

    def queue(self, line: int) -> list[Place]:
        """Those who stand in this line, in its order."""
        found = [place for place in self.places.values() if place.line == line and place.in_line]
        return sorted(found, key=lambda place: (place.sort_key, place.ticket))

    def rung(self, line: int) -> list[Ring]:
        """What rings for this line, or is held."""
        return [ring for place in self.queue(line) for _, ring in sorted(self.rings.get(place.ticket, {}).items())]

    def served(self, line: int) -> list[Place]:
        """Those of this line who are with an agent, longest first."""
        found = [p for p in self.places.values() if p.line == line and p.state is TicketState.SERVING]
        return sorted(found, key=lambda place: (place.since, place.ticket))

    def here(self) -> list[Post]:
        """The agents at the desk."""
        return [post for post in self.posts.values() if post.state is not PresenceState.OFFLINE]

    def able(self, wants: Requirements) -> tuple[Able, ...]:
        """Those at the desk who fill a seat in a line: whole seats first, then longest in their state first."""
        able = [Able(*fills, post) for post in self.here() for fills in post.fills(wants)]
        order = list(Seat)
        return tuple(sorted(able, key=lambda each: (order.index(each.seat), each.post.since, each.post.agent)))

    def forget_ended(self) -> None:
        """Let go of tickets that will not come back."""
        over = (TicketState.DONE, TicketState.EXPIRED, TicketState.CLOSED)
        self.places = {id_: place for id_, place in self.places.items() if place.state not in over}

    def apply(self, event: Event) -> None:
        """Let happen what an event tells."""
        match event.kind:
            case Kind.TICKET:
                self._ticket(event)
            case Kind.OFFER:
                self._offer(event)
            case Kind.PRESENCE:
                self._presence(event)
            case Kind.PAGE:
                self._page(event)
            case Kind.SKILLS:
                self._skills(event)
            case Kind.BOOKING:
                pass

    def _ticket(self, event: Event) -> None:
        assert event.ticket is not None
        assert event.line is not None
        state = TicketState(event.to_state)
        if event.from_state is None:
            place = Place(event.ticket, event.line, state, event.at, event.at, event.at)
            self.places[event.ticket] = _put(place, event)
        elif "sort_key" in event.detail:
            self.places[event.ticket] = _put(self.places[event.ticket], event)
        else:
            self.places[event.ticket] = self._moved(self.places[event.ticket], state, event.at)

    def _moved(self, place: Place, state: TicketState, at: float) -> Place:
        agent, interpreter = self._staff(place, state)
        present = place.present or state in _HERE
        return replace(place, state=state, since=at, present=present, agent=agent, interpreter=interpreter)

    def _staff(self, place: Place, state: TicketState) -> tuple[str | None, str | None]:
        if state in _NOBODY:
            return None, None
        if state is not TicketState.OFFERED:
            return place.agent, place.interpreter
        rings = {seat: ring.agent for seat, ring in self.rings[place.ticket].items()}
        return rings.get(Seat.AGENT), rings.get(Seat.INTERPRETER)

    def _offer(self, event: Event) -> None:
        assert event.ticket is not None
        assert event.offer is not None
        state = OfferState(event.to_state)
        rings = self.rings.setdefault(event.ticket, {})
        if event.from_state is None:
            seat = Seat(event.detail["seat"])
            rings[seat] = Ring(event.offer, event.ticket, str(event.agent), seat, state, event.at)
        else:
            ring = next(ring for ring in rings.values() if ring.offer == event.offer)
            if state is OfferState.HELD:
                rings[ring.seat] = replace(ring, state=state)
            else:
                del rings[ring.seat]
        if not rings:
            del self.rings[event.ticket]

    def _skills(self, event: Event) -> None:
        """They may be known before she ever comes: she was planned to work."""
        agent = str(event.agent)
        post = self.posts.get(agent) or Post(agent, PresenceState.OFFLINE, None, event.at, event.at)
        self.posts[agent] = replace(post, skills=lines.heard(event.detail))

    def _presence(self, event: Event) -> None:
        agent, state = str(event.agent), PresenceState(event.to_state)
        known = self.posts.get(agent)
        fresh = state is PresenceState.AVAILABLE and event.from_state != PresenceState.OFFERED
        self.posts[agent] = Post(
            agent,
            state,
            event.detail.get("reason"),
            event.at,
            event.at if fresh or known is None else known.idle_since,
            event.ticket if state in _WITH_CITIZEN else None,
            None if known is None else known.skills,
        )

    def _page(self, event: Event) -> None:
        assert event.ticket is not None
        changes: dict[str, dict[str, Any]] = {
            "present": {"present": True},
            "absent": {"present": False},
            "keeps_place": {"callback_at": event.at, "rung_at": None},
            "stays": {"callback_at": None, "rung_at": None},
            "rung": {"rung_at": event.at},
        }
        self.places[event.ticket] = replace(self.places[event.ticket], **changes[event.to_state])


def _put(place: Place, event: Event) -> Place:
    """With the place in line that the event tells; one that tells none is at the end."""
    told = event.detail
    return replace(
        place,
        line=place.line if event.line is None else event.line,
        sort_key=told.get("sort_key", place.joined_at),
        reasons=frozenset(map(Reason, told.get("reasons", ()))),
        wishes=Wishes(**told.get("wishes", {})),
    )


def of_tables(connection: Connection) -> Scene:
    """The desk as it is now: all open tickets of all lines."""
    return Scene(
        {ticket.id: place(ticket) for ticket in tickets.all_open(connection)},
        {id_: {ring.seat: ring for ring in _rings(connection, id_)} for (id_,) in _RUNG.rows(connection)},
        {post.agent: post for post in _posts(connection)},
    )


def lines_of(connection: Connection) -> dict[int, Requirements]:
    """What each line requires, by its id."""
    return {row[0]: lines.requirements(row[1:]) for row in _LINES.rows(connection)}


def place(ticket: Ticket) -> Place:
    """A ticket of the tables."""
    return Place(
        ticket.id,
        ticket.line,
        ticket.state,
        ticket.since,
        ticket.joined_at,
        ticket.sort_key,
        ticket.reasons,
        ticket.wishes,
        ticket.present,
        ticket.agent,
        ticket.interpreter,
        ticket.callback_at,
        ticket.rung_at,
    )


def _rings(connection: Connection, ticket: int) -> Iterator[Ring]:
    for offer in offers.of_ticket(connection, ticket):
        yield Ring(offer.id, offer.ticket, offer.agent, offer.seat, offer.state, offer.made_at)


def _posts(connection: Connection) -> Iterator[Post]:
    current = {at_desk.presence.agent: at_desk.ticket for at_desk in standing.at_desk(connection)}
    for row in _AGENTS.rows(connection):
        found = presences.from_row(row)
        skills = lines.skills_of(connection, found.agent)
        ticket = current.get(found.agent)
        yield Post(found.agent, found.state, found.reason, found.since, found.idle_since, ticket, skills)
