"""Who is offered to whom.

Tickets go by their static sort key, then by id; agents by who has been idle longest. At the end of every
write, `settle` looks at the tickets and agents that became free in it, so that an idle agent and a ticket
she can serve are never both left standing.

An agent who declined a ticket, or let its offer lapse, is passed over for that ticket until one offer time
later, or until she next becomes available anew, whichever is first. Then she is asked again, after those who
have not been asked, so that nobody is stuck for ever with the only agent, who said no once.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from sqlalchemy import and_, bindparam, exists, func, or_, select

from wasl_queue import offer as offers
from wasl_queue import presence as presences
from wasl_queue import ticket as tickets
from wasl_queue.moment import Moment
from wasl_queue.offer import OfferState
from wasl_queue.presence import Presence
from wasl_queue.schema import agent, line, offer, servable, serves, ticket, word, words
from wasl_queue.ticket import Ticket

_available = agent.c.state == word("available")
_serves_it = exists().where(serves.c.agent == agent.c.id, serves.c.line == bindparam("line"))
_refused = offer.c.state.in_(words(OfferState.DECLINED, OfferState.EXPIRED))

_FRESH = (
    presences.selected.where(
        _available,
        _serves_it,
        ~exists().where(offer.c.ticket == bindparam("ticket"), offer.c.agent == agent.c.id, _refused),
    )
    .order_by(agent.c.idle_since, agent.c.id)
    .limit(1)
)
"""The longest idle agent who has not refused this ticket."""

_refusals = (
    select(offer.c.agent, func.max(offer.c.ended_at).label("at"))
    .where(offer.c.ticket == bindparam("ticket"), _refused)
    .group_by(offer.c.agent)
    .subquery()
)
_RESTED = (
    presences.selected.join(_refusals, _refusals.c.agent == agent.c.id)
    .where(
        _available,
        _serves_it,
        or_(_refusals.c.at <= bindparam("rested"), _refusals.c.at < agent.c.idle_since),
    )
    .order_by(_refusals.c.at, agent.c.idle_since, agent.c.id)
    .limit(1)
)
"""Of those who refused it and may be asked again, the one who was asked longest ago."""

_passed_over = exists().where(
    offer.c.ticket == ticket.c.id,
    offer.c.agent == bindparam("agent"),
    _refused,
    offer.c.ended_at > bindparam("rested"),
    offer.c.ended_at >= bindparam("idle_since"),
)
_head_of_line = (
    select(ticket.c.id)
    .where(ticket.c.line == serves.c.line, servable, ~_passed_over)
    .order_by(ticket.c.sort_key, ticket.c.id)
    .limit(1)
    .correlate(serves)
    .scalar_subquery()
)
_heads = select(_head_of_line.label("id")).where(serves.c.agent == bindparam("agent")).subquery()
_HEAD = tickets.selected.join(_heads, _heads.c.id == ticket.c.id).order_by(ticket.c.sort_key, ticket.c.id).limit(1)
"""The first ticket of all the lines of this agent: one step into an index per line, however long it is."""

_STANDING = presences.selected.where(
    _available,
    exists().where(
        serves.c.agent == agent.c.id,
        serves.c.line == line.c.id,
        exists().where(and_(ticket.c.line == line.c.id, servable)),
    ),
).order_by(agent.c.idle_since, agent.c.id)
"""Idle agents in whose lines somebody waits."""


def settle(moment: Moment) -> None:
    """Match those who became free in this moment: the first ticket first, to the longest idle agent."""
    heap: list[tuple[float, int, str, Ticket]] = [
        (ticket.sort_key, ticket.id, "", ticket) for ticket in moment.loose_tickets.values()
    ]
    heap += [entry for presence in moment.loose_agents.values() for entry in _head(moment, presence)]
    heapq.heapify(heap)
    tried: set[int] = set()
    while heap:
        _, id_, name, ticket = heapq.heappop(heap)
        if id_ not in tried:
            tried.add(id_)
            _offer(moment, ticket)
        if name in moment.loose_agents:
            for entry in _head(moment, moment.loose_agents[name]):
                if entry[1] not in tried:
                    heapq.heappush(heap, entry)


def standing(moment: Moment) -> None:
    """Let `settle` look again at every idle agent in whose lines somebody waits."""
    for row in moment.connection.execute(_STANDING):
        presences.loosen(moment, presences.from_row(row))


def _head(moment: Moment, presence: Presence) -> Iterator[tuple[float, int, str, Ticket]]:
    values = {"agent": presence.agent, "idle_since": presence.idle_since, "rested": _rested(moment)}
    for row in moment.connection.execute(_HEAD, values):
        ticket = tickets.from_row(row)
        yield ticket.sort_key, ticket.id, presence.agent, ticket


def _offer(moment: Moment, ticket: Ticket) -> None:
    values = {"line": ticket.line, "ticket": ticket.id}
    row = (
        moment.connection.execute(_FRESH, values).one_or_none()
        or moment.connection.execute(_RESTED, values | {"rested": _rested(moment)}).one_or_none()
    )
    if row is not None:
        offers.make(moment, ticket, presences.from_row(row))


def _rested(moment: Moment) -> float:
    return moment.now - moment.policy.offer_seconds
