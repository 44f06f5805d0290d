"""How fast a line has moved lately: how long its visits keep an agent, and how soon its citizens give up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from wasl_queue.policy import Policy
from wasl_queue.schema import in_line, is_over, line, offer, serves, ticket, word
from wasl_queue.statement import Statement

_RECENT = 400
"""So many ended tickets of the line are looked at: enough that the mean is known to some 5 %."""
_ENOUGH = 10
"""So many finished visits it takes to say anything."""
_KINDRED = 8
"""So many other lines are asked when the line itself has seen too little."""
_PRIOR_WAITS, _PRIOR_LEFT = 1800.0, 2.0
"""Before anything is known of them, citizens are taken to give up after 15 minutes in the mean."""
_PAIRS = 5
"""So many visits in a row by the same agents tell how long their notes take."""


@dataclass(frozen=True)
class Pace:
    """What recent visits tell. Times are seconds."""

    visits: list[float]
    """Lengths of visits from answer to end, sorted."""
    around: float
    """From the end of a visit to the same agent's next answer, if somebody waits: notes and ringing."""
    giving_up: float
    """How many of those who wait give up, per second of waiting."""
    doubt: float
    """The standard deviation of that figure, as a share of it: few have been seen to give up."""


served_at = (
    select(func.max(offer.c.ended_at))
    .where(offer.c.ticket == ticket.c.id, offer.c.state == word("accepted"))
    .correlate(ticket)
    .scalar_subquery()
)
"""When the ticket was answered, in epoch seconds; null for one that never was."""
_ENDED = Statement(
    select(ticket.c.agent, ticket.c.state, ticket.c.joined_at, ticket.c.since, served_at)
    .where(ticket.c.line == bindparam("line"), is_over)
    .order_by(ticket.c.since.desc())
    .limit(_RECENT)
)
_STILL = Statement(
    select(func.count(), func.coalesce(func.sum(ticket.c.sort_key), 0.0)).where(
        in_line, ticket.c.line == bindparam("line")
    )
)
"""Those who have not given up yet; by sort key, which the index holds, for the time of joining."""
_mine, _theirs, _own = serves.alias(), serves.alias(), line.alias()
_LIKE = Statement(
    select(line.c.id)
    .join(_theirs, _theirs.c.line == line.c.id)
    .join(_mine, _mine.c.agent == _theirs.c.agent)
    .join(_own, _own.c.id == _mine.c.line)
    .where(_mine.c.line == bindparam("line"), line.c.id != _mine.c.line)
    .group_by(line.c.id, line.c.service, _own.c.service)
    .order_by((line.c.service == _own.c.service).desc(), line.c.id)
    .limit(_KINDRED)
)
"""Lines that the same agents serve, those of the same service first."""


def of_line(connection: Connection, policy: Policy, line_id: int, now: float) -> Pace | None:
    """From the line's own visits, or else from those of lines that the same agents serve; None if too few."""
    rows = _ended(connection, line_id)
    if sum(row[1] == "done" for row in rows) < _ENOUGH:
        for (other,) in _LIKE.rows(connection, line=line_id):
            rows += _ended(connection, other)
    [(waiting, keys)] = _STILL.rows(connection, line=line_id)
    return _pace(rows, max(0.0, waiting * now - keys), policy)


def _ended(connection: Connection, line_id: int) -> list[Any]:
    return _ENDED.rows(connection, line=line_id)


def _pace(rows: list[Any], still: float, policy: Policy) -> Pace | None:
    visits = [since - served for _, state, _, since, served in rows if state == "done" and served is not None]
    if len(visits) < _ENOUGH or not sum(visits):
        return None
    waits = still + sum((since if served is None else served) - joined for _, _, joined, since, served in rows)
    left = sum(served is None for *_, served in rows)
    giving_up = (left + _PRIOR_LEFT) / (waits + _PRIOR_WAITS)
    return Pace(sorted(visits), _around(rows, policy), giving_up, doubt=(left + _PRIOR_LEFT) ** -0.5)


def _around(rows: Iterable[Any], policy: Policy) -> float:
    """Mean seconds from the end of a visit to the same agent's next answer, where the next was waiting already."""
    gaps: list[float] = []
    later: dict[str, tuple[float, float]] = {}
    longest = policy.wrap_up_seconds + 2 * policy.offer_seconds
    for agent, _, joined, since, served in rows:  # latest first
        if served is None:
            continue
        next_joined, next_served = later.get(agent, (since, since))
        if next_joined < since <= next_served <= since + longest:
            gaps.append(next_served - since)
        later[agent] = joined, served
    return sum(gaps) / len(gaps) if len(gaps) >= _PAIRS else policy.wrap_up_seconds
