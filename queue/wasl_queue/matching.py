"""Who is offered to whom.

Tickets go by their static sort key, then by id; agents by who has been idle longest. At the end of every
write, `settle` looks at the tickets, agents and seats that became free in it, so that an idle agent and a
ticket she can serve are never both left standing.

A ticket is rung at one agent who has all it requires. A citizen who signs, and for whom no such agent is
free, is rung at an agent with the service and an interpreter together, if both are free.

Wishes narrow the choice of the agent until they relax; hard requirements never do. An agent who declined a
ticket, or let its offer lapse, is passed over for that ticket until one offer time later, or until she next
becomes available anew, whichever is first. Then she is asked again, after those who have not been asked, so
that nobody is stuck for ever with the only agent, who said no once.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
)

from wasl_queue import offer as offers
from wasl_queue import presence as presences
from wasl_queue import ticket as tickets
from wasl_queue.line import Seat
from wasl_queue.moment import Moment
from wasl_queue.offer import OfferState
from wasl_queue.presence import Presence
from wasl_queue.schema import agent, offer, servable, serves, ticket, word, words
from wasl_queue.statement import Statement
from wasl_queue.ticket import Ticket, TicketState
from wasl_queue.wishes import NO_WISHES

_available = agent.c.state == word("available")
_refused = offer.c.state.in_(words(OfferState.DECLINED, OfferState.EXPIRED))

_refused_at = (
    select(func.max(offer.c.ended_at))
    .where(offer.c.ticket == bindparam("ticket"), offer.c.agent == agent.c.id, _refused)
    .correlate(agent)
    .scalar_subquery()
)


_fills_seat = and_(
    serves.c.agent == agent.c.id,
    serves.c.line == bindparam("line"),
    serves.c.seat == bindparam("seat"),
)
_idle = presences.selected.where(_available).limit(1)

_FIRST = Statement(_idle.where(exists().where(_fills_seat)).order_by(agent.c.idle_since, agent.c.id))
"""The longest idle agent who can fill this seat, for a ticket that nobody can have refused yet."""


_asked_at = func.coalesce(_refused_at, literal_column("0.0"))
_NEXT = Statement(
    _idle.where(
        exists().where(_fills_seat, serves.c.level >= bindparam("want_level")),
        or_(_asked_at <= bindparam("rested"), _asked_at < agent.c.idle_since),
        or_(bindparam("any_agent") == 1, agent.c.id == bindparam("want_agent")),
        or_(bindparam("any_gender") == 1, agent.c.gender == bindparam("want_gender")),
    ).order_by(_asked_at, agent.c.idle_since, agent.c.id)
)
"""The same for any ticket: within its wishes, and those who refused it before come last."""

_mate, _mate_serves = agent.alias("mate"), serves.alias("mate_serves")
_other_seat = case((serves.c.seat == word(Seat.AGENT), word(Seat.INTERPRETER)), else_=word(Seat.AGENT))
_is_mate = and_(
    _mate.c.state == word("available"),
    _mate_serves.c.agent == _mate.c.id,
    _mate_serves.c.line == serves.c.line,
    _mate_serves.c.seat == _other_seat,
)
_alone = serves.c.seat == word(Seat.WHOLE)


def _passed_over(who: ColumnElement[Any], idle_since: ColumnElement[Any]) -> ColumnElement[bool]:
    return (
        exists()
        .where(
            offer.c.ticket == ticket.c.id,
            offer.c.agent == who,
            _refused,
            offer.c.ended_at > bindparam("rested"),
            offer.c.ended_at >= idle_since,
        )
        .correlate(ticket, _mate)
    )


def _wished(who: ColumnElement[Any], gender: ColumnElement[Any], level: ColumnElement[Any]) -> ColumnElement[bool]:
    def held(wish: ColumnElement[Any], until: ColumnElement[Any], met: ColumnElement[bool]) -> ColumnElement[bool]:
        return or_(wish.is_(None), until <= bindparam("now"), met)

    t = ticket.c
    return and_(
        held(t.want_agent, t.want_agent_until, t.want_agent == who),
        held(t.want_gender, t.want_gender_until, t.want_gender == func.coalesce(gender, word(""))),
        held(t.want_level, t.want_level_until, t.want_level <= level),
    )


def _mates(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    both: FromClause = _mate.join(_mate_serves, _mate_serves.c.agent == _mate.c.id)
    return select(literal_column("1")).select_from(both).where(_is_mate, *conditions).correlate(serves, ticket).exists()


_mate_suits = and_(
    ~_passed_over(_mate.c.id, _mate.c.idle_since),
    or_(_mate_serves.c.seat == word(Seat.INTERPRETER), _wished(_mate.c.id, _mate.c.gender, _mate_serves.c.level)),
)
_head_of_line = (
    select(ticket.c.id)
    .where(
        ticket.c.line == serves.c.line,
        servable,
        ~_passed_over(bindparam("agent"), bindparam("idle_since")),
        or_(
            serves.c.seat == word(Seat.INTERPRETER),
            _wished(bindparam("agent"), bindparam("gender"), serves.c.level),
        ),
        or_(_alone, _mates(_mate_suits)),
    )
    .order_by(ticket.c.sort_key, ticket.c.id)
    .limit(1)
    .correlate(serves)
    .scalar_subquery()
)
_heads = (
    select(_head_of_line.label("id"), serves.c.seat)
    .where(serves.c.agent == bindparam("agent"), or_(_alone, _mates()))
    .subquery()
)
_HEAD = Statement(
    tickets.selected.add_columns(_heads.c.seat)
    .join(_heads, _heads.c.id == ticket.c.id)
    .order_by(ticket.c.sort_key, ticket.c.id)
    .limit(1)
)
"""The first ticket of all the lines of this agent: one step into an index per line, however long it is."""

_STANDING = Statement(
    presences.selected.where(
        _available,
        exists().where(
            serves.c.agent == agent.c.id,
            exists().where(and_(ticket.c.line == serves.c.line, servable)),
        ),
    ).order_by(agent.c.idle_since, agent.c.id)
)
"""Idle agents in whose lines somebody waits."""


@dataclass(frozen=True, order=True)
class _Entry:
    """A ticket to try, in the order of the line; and the agent whose first ticket it is, if any."""

    sort_key: float
    id: int
    agent: str
    seat: Seat | None
    ticket: Ticket


def settle(moment: Moment) -> None:
    """Match those who became free in this moment: the first ticket first, to the longest idle agent."""
    for ticket_id in sorted(moment.loose_seats):
        _refill(moment, ticket_id)
    if not moment.loose_tickets and len(moment.loose_agents) == 1 and _settle_one(moment):
        return
    heap = [_Entry(t.sort_key, t.id, "", None, t) for t in moment.loose_tickets.values()]
    heap += [entry for presence in moment.loose_agents.values() for entry in _head(moment, presence)]
    heapq.heapify(heap)
    tried: set[int] = set()
    while heap:
        entry = heapq.heappop(heap)
        if entry.id not in tried:
            tried.add(entry.id)
            _match(moment, entry.ticket)
        if entry.agent in moment.loose_agents:
            for following in _head(moment, moment.loose_agents[entry.agent]):
                if following.id not in tried:
                    heapq.heappush(heap, following)


def disband(moment: Moment) -> None:
    """Nothing new is offered: tickets of which a seat became empty are back in line."""
    for ticket_id in sorted(moment.loose_seats):
        offers.withdraw_all(moment, ticket_id)


def standing(moment: Moment) -> None:
    """Let `settle` look again at every idle agent in whose lines somebody waits."""
    for row in _STANDING.rows(moment.connection):
        presences.loosen(moment, presences.from_row(row))


def _settle_one(moment: Moment) -> bool:
    """The common case, one agent became free. Whoever waits for her waits for nobody else who is idle, or they
    would have been matched before; so her first ticket is hers. Tells whether that settled it."""
    (presence,) = moment.loose_agents.values()
    for entry in _head(moment, presence):
        if entry.seat is not Seat.WHOLE:
            return False
        _ring(moment, entry.ticket, {Seat.AGENT: presence})
    return True


def _head(moment: Moment, presence: Presence) -> Iterator[_Entry]:
    row = _HEAD.row(
        moment.connection,
        agent=presence.agent,
        idle_since=presence.idle_since,
        gender=presence.gender,
        rested=_rested(moment),
        now=moment.now,
    )
    if row is not None:
        ticket = tickets.from_row(row)
        yield _Entry(ticket.sort_key, ticket.id, presence.agent, Seat(row[tickets.COLUMNS]), ticket)


def _match(moment: Moment, ticket: Ticket) -> None:
    """Ring for this ticket, if everyone it needs is free. An agent who has just been given away elsewhere is
    passed over, and the next one tried."""
    while chosen := _choose(moment, ticket):
        if _ring(moment, ticket, chosen):
            return


def _choose(moment: Moment, ticket: Ticket) -> dict[Seat, Presence] | None:
    alone = _find(moment, ticket, Seat.WHOLE)
    if alone is not None:
        return {Seat.AGENT: alone}
    if ticket.requirements.sign_language is None:
        return None
    agent_ = _find(moment, ticket, Seat.AGENT)
    interpreter = agent_ and _find(moment, ticket, Seat.INTERPRETER)
    return {Seat.AGENT: agent_, Seat.INTERPRETER: interpreter} if agent_ and interpreter else None


def _find(moment: Moment, ticket: Ticket, seat: Seat) -> Presence | None:
    wishes = ticket.wishes.held(moment.now) if seat is not Seat.INTERPRETER else NO_WISHES
    if ticket.id in moment.new_tickets and not wishes.any:
        row = _FIRST.row(moment.connection, line=ticket.line, seat=seat)
    else:
        row = _NEXT.row(
            moment.connection,
            line=ticket.line,
            seat=seat,
            ticket=ticket.id,
            rested=_rested(moment),
            any_agent=int(wishes.agent is None),
            want_agent=wishes.agent or "",
            any_gender=int(wishes.gender is None),
            want_gender=wishes.gender or "",
            want_level=wishes.level or 0,
        )
    return None if row is None else presences.from_row(row)


def _ring(moment: Moment, ticket: Ticket, chosen: dict[Seat, Presence]) -> bool:
    made = [offers.make(moment, ticket, presence, seat) for seat, presence in chosen.items()]
    if None in made:
        for offer_ in filter(None, made):
            offers.move(moment, offer_, OfferState.WITHDRAWN)
            offers.free_agent(moment, offer_)
        return False
    interpreter = chosen.get(Seat.INTERPRETER)
    tickets.move(
        moment,
        ticket,
        TicketState.OFFERED,
        agent=chosen[Seat.AGENT].agent,
        interpreter=None if interpreter is None else interpreter.agent,
    )
    return True


def _refill(moment: Moment, ticket_id: int) -> None:
    """Ring somebody else for the seat that became empty; if nobody is free, or the citizen is away, nobody is
    kept waiting for it."""
    ticket = tickets.get(moment.connection, ticket_id)
    if not ticket.present:
        offers.withdraw_all(moment, ticket_id)
        return
    live = {offer_.seat for offer_ in offers.of_ticket(moment.connection, ticket_id)}
    for seat in {Seat.AGENT, Seat.INTERPRETER} - live:
        presence = _find(moment, ticket, seat)
        while presence and not offers.make(moment, ticket, presence, seat):
            presence = _find(moment, ticket, seat)
        if presence is None:
            offers.withdraw_all(moment, ticket_id)
            return
        agents = {Seat.AGENT: ticket.agent, Seat.INTERPRETER: ticket.interpreter, seat: presence.agent}
        ticket = tickets.move(
            moment,
            ticket,
            TicketState.OFFERED,
            agent=agents[Seat.AGENT],
            interpreter=agents[Seat.INTERPRETER],
            grace_until=ticket.grace_until,
        )


def _rested(moment: Moment) -> float:
    return moment.now - moment.policy.offer_seconds
