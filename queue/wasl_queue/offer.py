"""The life of an offer: a ticket that rings at one agent's desk.

Every ending settles three things at once, the offer, the ticket and the agent; who becomes free by it is
matched again at the end of the same moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, bindparam, insert, select, update

from wasl_queue import presence as presences
from wasl_queue import ticket as tickets
from wasl_queue.errors import IllegalMove, OfferGone, UnknownOffer
from wasl_queue.history import Kind
from wasl_queue.moment import Moment
from wasl_queue.presence import Presence, PresenceState
from wasl_queue.schema import offer as table
from wasl_queue.schema import pending
from wasl_queue.ticket import Ticket, TicketState


class OfferState(StrEnum):
    """How far an offer has come."""

    PENDING = "pending"
    """It rings."""
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    """Nobody answered in time."""
    WITHDRAWN = "withdrawn"
    """The citizen left or went away, or the agent did, before it was answered."""


MOVES: Mapping[OfferState, frozenset[OfferState]] = {
    OfferState.PENDING: frozenset({OfferState.ACCEPTED, OfferState.DECLINED, OfferState.EXPIRED, OfferState.WITHDRAWN}),
    OfferState.ACCEPTED: frozenset(),
    OfferState.DECLINED: frozenset(),
    OfferState.EXPIRED: frozenset(),
    OfferState.WITHDRAWN: frozenset(),
}


@dataclass(frozen=True)
class Offer:
    """A ticket that rings at one agent's desk. Times are epoch seconds."""

    id: int
    ticket: int
    agent: str
    state: OfferState
    made_at: float
    expires_at: float


_SELECTED = select(table.c.id, table.c.ticket, table.c.agent, table.c.state, table.c.made_at, table.c.expires_at)
_GET = _SELECTED.where(table.c.id == bindparam("this"))
_TO_AGENT = _SELECTED.where(pending, table.c.agent == bindparam("this"))
_OF_TICKET = _SELECTED.where(pending, table.c.ticket == bindparam("this"))
_OVERDUE = _SELECTED.where(pending, table.c.expires_at <= bindparam("now")).order_by(table.c.expires_at, table.c.id)
_INSERT = insert(table)
_MOVE = update(table).where(table.c.id == bindparam("this"), table.c.state == bindparam("was"))


def get(connection: Connection, offer: int, agent: str) -> Offer:
    """An offer that was made to this agent. Raises UnknownOffer."""
    found = _one(connection, _GET, offer)
    if found is None or found.agent != agent:
        raise UnknownOffer(offer)
    return found


def to_agent(connection: Connection, agent: str) -> Offer | None:
    """The offer that rings at this agent's desk now."""
    return _one(connection, _TO_AGENT, agent)


def of_ticket(connection: Connection, ticket: int) -> Offer | None:
    """The offer by which this ticket rings now."""
    return _one(connection, _OF_TICKET, ticket)


def overdue(connection: Connection, now: float) -> list[Offer]:
    """Those that have rung for long enough, oldest first."""
    return [_from_row(row) for row in connection.execute(_OVERDUE, {"now": now})]


def _one(connection: Connection, statement: Select[Any], this: int | str) -> Offer | None:
    row = connection.execute(statement, {"this": this}).one_or_none()
    return None if row is None else _from_row(row)


def _from_row(row: Iterable[Any]) -> Offer:
    id_, ticket, agent, state, made_at, expires_at = row
    return Offer(id_, ticket, agent, OfferState(state), made_at, expires_at)


def make(moment: Moment, ticket: Ticket, presence: Presence) -> Offer:
    """Ring this agent for this ticket. Raises IllegalMove if either is not free."""
    expires_at = moment.now + moment.policy.offer_seconds
    values = {
        "ticket": ticket.id,
        "agent": presence.agent,
        "state": OfferState.PENDING,
        "made_at": moment.now,
        "expires_at": expires_at,
    }
    tickets.move(moment, ticket, TicketState.OFFERED, agent=presence.agent)
    presences.move(moment, presence, PresenceState.OFFERED, misses=presence.misses, ticket=ticket.id)
    key = moment.connection.execute(_INSERT, values).inserted_primary_key
    assert key is not None
    made = Offer(int(key[0]), ticket.id, presence.agent, OfferState.PENDING, moment.now, expires_at)
    _note(moment, made, None)
    return made


def move(moment: Moment, offer: Offer, to: OfferState) -> Offer:
    """The one way an offer changes state. Raises IllegalMove."""
    moved = replace(offer, state=to)
    values = {"this": offer.id, "was": offer.state, "state": to, "ended_at": moment.now}
    if to not in MOVES[offer.state] or moment.connection.execute(_MOVE, values).rowcount != 1:
        raise IllegalMove("offer", offer.id, offer.state, to)
    _note(moment, moved, offer.state)
    return moved


def _note(moment: Moment, offer: Offer, was: OfferState | None) -> None:
    moment.record(Kind.OFFER, was, offer.state, ticket=offer.ticket, agent=offer.agent, offer=offer.id)


def accept(moment: Moment, offer: Offer) -> Ticket:
    """The agent answers. An answer that comes late, but before anyone noticed, counts.

    Raises OfferGone.
    """
    _must_ring(offer)
    ticket = tickets.get(moment.connection, offer.ticket)
    away_until = None if ticket.present else moment.now + moment.policy.grace_call
    move(moment, offer, OfferState.ACCEPTED)
    presence = presences.get(moment.connection, offer.agent)
    presences.move(moment, presence, PresenceState.BUSY, ticket=ticket.id)
    return tickets.move(moment, ticket, TicketState.SERVING, agent=offer.agent, grace_until=away_until)


def decline(moment: Moment, offer: Offer) -> None:
    """The agent says no, and stays available. Raises OfferGone."""
    _must_ring(offer)
    withdraw(moment, offer, OfferState.DECLINED)
    free_agent(moment, offer, misses=0)


def lapse(moment: Moment, offer: Offer) -> None:
    """Nobody answered: the ticket rings elsewhere. An agent who misses too many in a row is on a break."""
    withdraw(moment, offer, OfferState.EXPIRED)
    presence = presences.get(moment.connection, offer.agent)
    misses = presence.misses + 1
    if misses < moment.policy.misses_until_break:
        free_agent(moment, offer, misses)
    else:
        presences.move(
            moment, presence, PresenceState.BREAK, reason="missed_offers", misses=misses, ticket=offer.ticket
        )


def withdraw(moment: Moment, offer: Offer, to: OfferState = OfferState.WITHDRAWN) -> None:
    """The offer ends before it was accepted, and the ticket is back in line. The caller moves the agent."""
    move(moment, offer, to)
    ticket = tickets.get(moment.connection, offer.ticket)
    tickets.move(moment, ticket, TicketState.WAITING, grace_until=ticket.grace_until)


def free_agent(moment: Moment, offer: Offer, misses: int | None = None) -> None:
    """The agent is available again, in her old place among the idle."""
    presence = presences.get(moment.connection, offer.agent)
    misses = presence.misses if misses is None else misses
    presences.move(moment, presence, PresenceState.AVAILABLE, misses=misses, ticket=offer.ticket)


def _must_ring(offer: Offer) -> None:
    if offer.state is not OfferState.PENDING:
        raise OfferGone(offer.id, offer.state)
