"""Every move of every life cycle: the allowed ones move and leave a row of history, the others are refused."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import Connection, func, select, update

from wasl_queue import lock, schema
from wasl_queue import offer as offers
from wasl_queue import presence as presences
from wasl_queue import ticket as tickets
from wasl_queue.errors import IllegalMove
from wasl_queue.line import Requirements, Seat, opened
from wasl_queue.moment import Moment
from wasl_queue.offer import OfferState
from wasl_queue.policy import Policy
from wasl_queue.presence import PresenceState
from wasl_queue.ticket import TicketState
from wasl_queue.wishes import Wishes


@pytest.fixture
def moment(connection: Connection) -> Moment:
    return Moment(connection, 5.0, Policy(), lock.everything(connection))


def events(moment: Moment) -> int:
    moment.close()
    return moment.connection.scalar(select(func.count()).select_from(schema.queue_event)) or 0


def a_ticket(moment: Moment, state: TicketState = TicketState.WAITING) -> tickets.Ticket:
    wants = Requirements("deed", "ar", None, "video")
    made = tickets.new(moment, opened(moment.connection, wants), wants, "secret", frozenset(), Wishes())
    moment.connection.execute(update(schema.ticket).values(state=state))
    return tickets.get(moment.connection, made.id)


def an_agent(moment: Moment, state: PresenceState = PresenceState.OFFLINE) -> presences.Presence:
    presences.new(moment, "amal")
    moment.connection.execute(update(schema.agent).values(state=state))
    return presences.get(moment.connection, "amal")


def an_offer(moment: Moment, state: OfferState = OfferState.PENDING) -> offers.Offer:
    made = offers.make(moment, a_ticket(moment), an_agent(moment, PresenceState.AVAILABLE), Seat.AGENT)
    assert made is not None
    moment.connection.execute(update(schema.offer).values(state=state))
    return offers.get(moment.connection, made.id, "amal")


@pytest.mark.parametrize(("was", "to"), list(product(TicketState, TicketState)))
def test_ticket_moves(moment: Moment, was: TicketState, to: TicketState) -> None:
    ticket = a_ticket(moment, was)
    before = events(moment)
    if to in tickets.MOVES[was]:
        assert tickets.move(moment, ticket, to) == tickets.get(moment.connection, ticket.id)
        assert events(moment) == before + 1
    else:
        with pytest.raises(IllegalMove) as refused:
            tickets.move(moment, ticket, to)
        assert (refused.value.kind, refused.value.state, refused.value.to) == ("ticket", was, to)
        assert tickets.get(moment.connection, ticket.id) == ticket
        assert events(moment) == before


@pytest.mark.parametrize(("was", "to"), list(product(PresenceState, PresenceState)))
def test_presence_moves(moment: Moment, was: PresenceState, to: PresenceState) -> None:
    presence = an_agent(moment, was)
    if to in presences.MOVES[was]:
        assert presences.move(moment, presence, to) == presences.get(moment.connection, "amal")
        assert events(moment) == 1
    else:
        with pytest.raises(IllegalMove):
            presences.move(moment, presence, to)
        assert presences.get(moment.connection, "amal") == presence
        assert events(moment) == 0


@pytest.mark.parametrize(("was", "to"), list(product(OfferState, OfferState)))
def test_offer_moves(moment: Moment, was: OfferState, to: OfferState) -> None:
    offer = an_offer(moment, was)
    before = events(moment)
    if to in offers.MOVES[was]:
        assert offers.move(moment, offer, to) == offers.get(moment.connection, offer.id, "amal")
        assert events(moment) == before + 1
    else:
        with pytest.raises(IllegalMove):
            offers.move(moment, offer, to)
        assert offers.get(moment.connection, offer.id, "amal") == offer
        assert events(moment) == before


def test_a_move_from_a_state_that_is_gone_is_refused(moment: Moment) -> None:
    stale = an_offer(moment)
    offers.move(moment, stale, OfferState.ACCEPTED)
    with pytest.raises(IllegalMove):
        offers.move(moment, stale, OfferState.DECLINED)
    ticket = tickets.get(moment.connection, stale.ticket)
    tickets.move(moment, ticket, TicketState.LEFT)
    with pytest.raises(IllegalMove):
        tickets.move(moment, ticket, TicketState.WAITING)


@pytest.mark.parametrize("moves", [tickets.MOVES, presences.MOVES, offers.MOVES])
def test_every_state_has_its_moves(moves: dict[str, frozenset[str]]) -> None:
    states = type(next(iter(moves)))
    assert set(moves) == set(states)
    assert set().union(*moves.values()) | {next(iter(moves))} == set(states)
