"""How long a ticket will still wait: a range, or nothing while history is too thin to tell.

The line drains by the agents who are really signed in and by those who give up (Erlang A: with m ahead, the
next departure comes at rate s·µ + m·θ). The low end counts only the citizen's own line and visits without
notes; the high end counts everyone ahead in all lines that her agents also serve, and notes of full length.
Each end is widened by the spread of such a drain, to the tenth and ninetieth percentile.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, select

from wasl_queue import standing
from wasl_queue.policy import Policy
from wasl_queue.schema import agent, in_line, is_over, offer, serves, ticket, word, words
from wasl_queue.ticket import Ticket, TicketState

_RECENT = 50
"""So many ended visits of the line are looked at."""
_ENOUGH = 10
"""So many finished ones it takes to say anything."""
_SPREAD = 1.2816
"""Standard deviations from the middle to the tenth and the ninetieth percentile."""


@dataclass(frozen=True)
class Estimate:
    """A range of seconds, meant to hold for 8 in 10 such tickets."""

    low: int
    high: int


@dataclass(frozen=True)
class _Past:
    """What the recent visits of a line tell: mean seconds, and how many give up per second of waiting."""

    visit: float
    giving_up: float


_served_at = (
    select(func.max(offer.c.ended_at))
    .where(offer.c.ticket == ticket.c.id, offer.c.state == word("accepted"))
    .correlate(ticket)
    .scalar_subquery()
)
_ENDED = (
    select(ticket.c.state, ticket.c.joined_at, ticket.c.since, _served_at)
    .where(ticket.c.line == bindparam("line"), is_over)
    .order_by(ticket.c.since.desc())
    .limit(_RECENT)
)
_at_work = agent.c.state.in_(words("available", "offered", "busy", "wrap_up"))
_STAFF = (
    select(func.count())
    .select_from(agent)
    .join(serves, serves.c.agent == agent.c.id)
    .where(serves.c.line == bindparam("line"), _at_work)
)
_mine, _theirs = serves.alias(), serves.alias()
_rival_lines = (
    select(_theirs.c.line)
    .join(_mine, _mine.c.agent == _theirs.c.agent)
    .join(agent, agent.c.id == _mine.c.agent)
    .where(_mine.c.line == bindparam("line"), _at_work)
)
_RIVALS_AHEAD = (
    select(func.count()).select_from(ticket).where(in_line, ticket.c.line.in_(_rival_lines), standing.before)
)


def estimate(connection: Connection, policy: Policy, subject: Ticket) -> Estimate | None:
    """How long this ticket will still wait; None when we cannot tell, or when it is not in line."""
    past = _past(connection, subject.line)
    staff = connection.scalar(_STAFF, {"line": subject.line}) or 0
    if past is None or not staff or subject.state not in (TicketState.WAITING, TicketState.OFFERED):
        return None
    values = {"line": subject.line, "sort_key": subject.sort_key, "this": subject.id}
    rivals = connection.scalar(_RIVALS_AHEAD, values) or 0
    middle, spread = _drain(standing.ahead(connection, subject), staff / past.visit, past.giving_up)
    low = middle - _SPREAD * spread
    middle, spread = _drain(rivals, staff / (past.visit + policy.wrap_up_seconds), past.giving_up)
    return Estimate(max(0, math.floor(low)), math.ceil(middle + _SPREAD * spread))


def _drain(ahead: int, service: float, giving_up: float) -> tuple[float, float]:
    """Mean and standard deviation, in seconds, until all ahead are gone and one more agent is free."""
    steps = [1 / (service + still * giving_up) for still in range(ahead + 1)]
    return sum(steps), math.sqrt(sum(step * step for step in steps))


def _past(connection: Connection, line: int) -> _Past | None:
    visits, waits, gave_up = [], 0.0, 0
    for state, joined_at, since, served_at in connection.execute(_ENDED, {"line": line}):
        waits += (served_at or since) - joined_at
        if served_at is None:
            gave_up += 1
        elif state == TicketState.DONE:
            visits.append(since - served_at)
    if len(visits) < _ENOUGH or not sum(visits):
        return None
    return _Past(sum(visits) / len(visits), gave_up / waits if waits else 0.0)
