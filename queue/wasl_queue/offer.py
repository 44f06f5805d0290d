"""The life of an offer: a ticket that rings at one agent's desk, for one seat of the call.

Every ending settles three things at once, the offer, the ticket and the agent; who becomes free by it is
matched again at the end of the same moment. A ticket that rings has one live offer for each of its seats:
one (the agent) or two (an agent and an interpreter). Whoever accepts first is held until the other does, for
no longer than an offer rings.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, insert, select, update

from wasl_queue import presence as presences
from wasl_queue import ticket as tickets
from wasl_queue.errors import IllegalMove, OfferGone, UnknownOffer
from wasl_queue.history import Kind
from wasl_queue.line import Seat
from wasl_queue.moment import Moment
from wasl_queue.presence import Presence, PresenceState
from wasl_queue.schema import agent as agent_table
from wasl_queue.schema import live
from wasl_queue.schema import offer as table
from wasl_queue.schema import ticket as ticket_table
from wasl_queue.statement import Row, Statement
from wasl_queue.ticket import Ticket, TicketState


class OfferState(StrEnum):
    """How far an offer has come."""

    PENDING = "pending"
    """It rings."""
    HELD = "held"
    """Accepted, and the other seat still rings: the call begins when both have accepted."""
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    """Nobody answered in time."""
    WITHDRAWN = "withdrawn"
    """It ended through somebody else: the citizen left or went away, the agent did, or the other seat stayed
    empty."""


MOVES: Mapping[OfferState, frozenset[OfferState]] = {
    OfferState.PENDING: frozenset(
        {OfferState.HELD, OfferState.ACCEPTED, OfferState.DECLINED, OfferState.EXPIRED, OfferState.WITHDRAWN}
    ),
    OfferState.HELD: frozenset({OfferState.ACCEPTED, OfferState.DECLINED, OfferState.WITHDRAWN}),
    OfferState.ACCEPTED: frozenset(),
    OfferState.DECLINED: frozenset(),
    OfferState.EXPIRED: frozenset(),
    OfferState.WITHDRAWN: frozenset(),
}


class Offer(NamedTuple):
    """A ticket that rings at one agent's desk. Times are epoch seconds."""

    id: int
    ticket: int
    agent: str
    seat: Seat
    state: OfferState
    reason: str | None
    """Why it was declined, if she told."""
    made_at: float
    expires_at: float
    """Until when it rings, or is held."""


_COLUMNS = ("ticket", "agent", "seat", "state", "reason", "made_at", "expires_at")
_SELECTED = select(table.c.id, *(table.c[name] for name in _COLUMNS))
_GET = Statement(_SELECTED.where(table.c.id == bindparam("this")))
_RINGING = Statement(
    tickets.selected.add_columns(*presences.selected.selected_columns, *_SELECTED.selected_columns)
    .join(table, table.c.ticket == ticket_table.c.id)
    .join(agent_table, agent_table.c.id == table.c.agent)
    .where(table.c.id == bindparam("this"))
)
"""An offer with its ticket and its agent, in one question."""
_TO_AGENT = Statement(_SELECTED.where(live, table.c.agent == bindparam("this")))
_OF_TICKET = Statement(_SELECTED.where(live, table.c.ticket == bindparam("this")).order_by(table.c.seat))
_OVERDUE = Statement(
    _SELECTED.where(live, table.c.expires_at <= bindparam("now")).order_by(table.c.expires_at, table.c.id)
)
_INSERT = Statement(insert(table).returning(table.c.id), sets=_COLUMNS)
_MOVE = Statement(
    update(table).where(table.c.id == bindparam("this"), table.c.state == bindparam("was")),
    sets=("state", "reason", "expires_at", "ended_at"),
)


def get(connection: Connection, offer: int, agent: str) -> Offer:
    """An offer that was made to this agent. Raises UnknownOffer."""
    row = _GET.row(connection, this=offer)
    found = None if row is None else _from_row(row)
    if found is None or found.agent != agent:
        raise UnknownOffer(offer)
    return found


def to_agent(connection: Connection, agent: str) -> Offer | None:
    """The live offer at this agent's desk."""
    row = _TO_AGENT.row(connection, this=agent)
    return None if row is None else _from_row(row)


def of_ticket(connection: Connection, ticket: int) -> list[Offer]:
    """The live offers of this ticket, the agent's first."""
    return [_from_row(row) for row in _OF_TICKET.rows(connection, this=ticket)]


def overdue(connection: Connection, now: float) -> list[Offer]:
    """Those that have rung, or been held, for long enough, oldest first."""
    return [_from_row(row) for row in _OVERDUE.rows(connection, now=now)]


def _from_row(row: Row) -> Offer:
    id_, ticket, agent, seat, state, *rest = row
    return Offer(id_, ticket, agent, Seat(seat), OfferState(state), *rest)


def make(moment: Moment, ticket: Ticket, presence: Presence, seat: Seat) -> Offer | None:
    """Ring this agent for a seat of this ticket; the caller moves the ticket.

    None if the agent is not free any more: another routing group, under its own lock, was quicker.
    """
    try:
        presences.move(moment, presence, PresenceState.OFFERED, misses=presence.misses, ticket=ticket.id)
    except IllegalMove:
        moment.loose_agents.pop(presence.agent, None)
        return None
    expires_at = moment.now + moment.policy.offer_seconds
    made = Offer(0, ticket.id, presence.agent, seat, OfferState.PENDING, None, moment.now, expires_at)
    id_ = _INSERT.scalar(
        moment.connection,
        ticket=made.ticket,
        agent=made.agent,
        seat=seat,
        state=made.state,
        reason=None,
        made_at=made.made_at,
        expires_at=expires_at,
    )
    made = made._replace(id=int(id_))
    moment.record(
        Kind.OFFER,
        None,
        made.state,
        ticket=ticket.id,
        agent=made.agent,
        offer=made.id,
        line=ticket.line,
        detail={"seat": seat, "idle_since": presence.idle_since},
    )
    return made


def move(
    moment: Moment, offer: Offer, to: OfferState, *, reason: str | None = None, expires_at: float | None = None
) -> Offer:
    """The one way an offer changes state. Raises IllegalMove."""
    moved = offer._replace(state=to, reason=reason, expires_at=expires_at or offer.expires_at)
    changed = to in MOVES[offer.state] and _MOVE.run(
        moment.connection,
        this=offer.id,
        was=offer.state,
        state=to,
        reason=reason,
        expires_at=moved.expires_at,
        ended_at=moment.now,
    )
    if not changed:
        raise IllegalMove("offer", offer.id, offer.state, to)
    moment.record(
        Kind.OFFER,
        offer.state,
        to,
        ticket=offer.ticket,
        agent=offer.agent,
        offer=offer.id,
        detail={"reason": reason} if reason else None,
    )
    return moved


def accept(moment: Moment, offer_id: int, agent: str) -> Ticket:
    """The agent answers. An answer that comes late, but before anyone noticed, counts. The ticket is served
    once every seat has accepted; until then it comes back as it was.

    Raises UnknownOffer, OfferGone.
    """
    offer, ticket, presence = _ringing(moment, offer_id, agent)
    _must_ring(offer)
    others = [] if ticket.interpreter is None else _others(moment, offer)
    if any(other.state is OfferState.PENDING for other in others):
        move(moment, offer, OfferState.HELD, expires_at=moment.now + moment.policy.offer_seconds)
        return ticket
    _begin(moment, offer, presence)
    for other in others:
        _begin(moment, other, presences.get(moment.connection, other.agent))
    return tickets.move(
        moment,
        ticket,
        TicketState.SERVING,
        agent=ticket.agent,
        interpreter=ticket.interpreter,
        grace_until=None if ticket.present else moment.now + moment.policy.grace_call,
    )


def _ringing(moment: Moment, offer_id: int, agent: str) -> tuple[Offer, Ticket, Presence]:
    row = _RINGING.row(moment.connection, this=offer_id)
    offer = None if row is None else _from_row(row[tickets.COLUMNS + presences.COLUMNS :])
    if row is None or offer is None or offer.agent != agent:
        raise UnknownOffer(offer_id)
    presence = presences.from_row(row[tickets.COLUMNS : tickets.COLUMNS + presences.COLUMNS])
    return offer, tickets.from_row(row), presence


def _begin(moment: Moment, offer: Offer, presence: Presence) -> None:
    move(moment, offer, OfferState.ACCEPTED)
    presences.move(moment, presence, PresenceState.BUSY, ticket=offer.ticket)


def decline(moment: Moment, offer: Offer, reason: str | None) -> None:
    """The agent says no, and stays available. Raises OfferGone."""
    _must_ring(offer)
    empty(moment, offer, OfferState.DECLINED, reason)
    free_agent(moment, offer, misses=0)


def lapse(moment: Moment, offer: Offer) -> None:
    """Its time is over. Nobody answered: the seat rings elsewhere, and an agent who misses too many in a row is
    on a break. Or somebody was held for too long: she is free again, and the ticket is matched anew."""
    if offer.state is OfferState.HELD:
        withdraw_all(moment, offer.ticket)
        return
    empty(moment, offer, OfferState.EXPIRED)
    presence = presences.get(moment.connection, offer.agent)
    misses = presence.misses + 1
    if misses < moment.policy.misses_until_break:
        free_agent(moment, offer, misses)
    else:
        presences.move(
            moment, presence, PresenceState.BREAK, reason="missed_offers", misses=misses, ticket=offer.ticket
        )


def empty(moment: Moment, offer: Offer, to: OfferState = OfferState.WITHDRAWN, reason: str | None = None) -> None:
    """A seat becomes empty before the call: if the other one rings, this one is filled again at the end of the
    moment; otherwise the ticket is back in line. The caller moves the agent."""
    move(moment, offer, to, reason=reason)
    ticket = tickets.get(moment.connection, offer.ticket)
    if ticket.interpreter is not None and _others(moment, offer):
        moment.loose_seats.add(ticket.id)
    else:
        moment.loose_seats.discard(ticket.id)
        tickets.move(moment, ticket, TicketState.WAITING, grace_until=ticket.grace_until)


def withdraw_all(moment: Moment, ticket_id: int) -> None:
    """Whoever is rung or held for a ticket is free again, and the ticket back in line."""
    moment.loose_seats.discard(ticket_id)
    for offer in of_ticket(moment.connection, ticket_id):
        move(moment, offer, OfferState.WITHDRAWN)
        free_agent(moment, offer)
    ticket = tickets.get(moment.connection, ticket_id)
    if ticket.state is TicketState.OFFERED:
        tickets.move(moment, ticket, TicketState.WAITING, grace_until=ticket.grace_until)


def free_agent(moment: Moment, offer: Offer, misses: int | None = None) -> None:
    """The agent is available again, in her old place among the idle."""
    presence = presences.get(moment.connection, offer.agent)
    misses = presence.misses if misses is None else misses
    presences.move(moment, presence, PresenceState.AVAILABLE, misses=misses, ticket=offer.ticket)


def _others(moment: Moment, offer: Offer) -> list[Offer]:
    return [other for other in of_ticket(moment.connection, offer.ticket) if other.id != offer.id]


def _must_ring(offer: Offer) -> None:
    if offer.state is not OfferState.PENDING:
        raise OfferGone(offer.id, offer.state)
