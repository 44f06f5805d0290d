"""The life of an agent at the desk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, insert, select, update

from wasl_queue.errors import IllegalMove, UnknownAgent
from wasl_queue.history import Kind
from wasl_queue.moment import Moment
from wasl_queue.schema import agent as table
from wasl_queue.schema import word
from wasl_queue.statement import Row, Statement


class PresenceState(StrEnum):
    """What an agent is doing."""

    OFFLINE = "offline"
    """Not signed in, or the desk has not been heard of."""
    AVAILABLE = "available"
    """Ready for the next citizen."""
    OFFERED = "offered"
    """Being rung."""
    BUSY = "busy"
    """With a citizen."""
    WRAP_UP = "wrap_up"
    """Finishing the notes of the last visit; there is one such clock per agent."""
    BREAK = "break"
    """Signed in and not ready, for a reason."""


MOVES: Mapping[PresenceState, frozenset[PresenceState]] = {
    PresenceState.OFFLINE: frozenset({PresenceState.BREAK}),
    PresenceState.AVAILABLE: frozenset({PresenceState.OFFERED, PresenceState.BREAK, PresenceState.OFFLINE}),
    PresenceState.OFFERED: frozenset(
        {PresenceState.BUSY, PresenceState.AVAILABLE, PresenceState.BREAK, PresenceState.OFFLINE}
    ),
    PresenceState.BUSY: frozenset({PresenceState.WRAP_UP, PresenceState.AVAILABLE, PresenceState.OFFLINE}),
    PresenceState.WRAP_UP: frozenset({PresenceState.AVAILABLE, PresenceState.BREAK, PresenceState.OFFLINE}),
    PresenceState.BREAK: frozenset({PresenceState.AVAILABLE, PresenceState.BREAK, PresenceState.OFFLINE}),
}


class Presence(NamedTuple):
    """An agent's presence. Times are epoch seconds."""

    agent: str
    state: PresenceState
    reason: str | None
    """Why, on a break."""
    since: float
    """Since when in this state."""
    until: float | None
    """When the wrap-up clock runs out."""
    misses: int
    """Offers left unanswered in a row."""
    idle_since: float
    """When she last made herself available, or became so after wrap-up: the order in which agents are rung.
    An offer that comes to nothing does not cost her place in it."""
    gender: str | None = None
    """What a citizen may wish for."""
    groups: str = ""
    """The routing groups she belongs to, with spaces between."""


_COLUMNS = (
    table.c.id,
    table.c.state,
    table.c.reason,
    table.c.since,
    table.c.until,
    table.c.misses,
    table.c.idle_since,
    table.c.gender,
    table.c.groups,
)
selected = select(*_COLUMNS)
"""Agents in the shape that `from_row` reads; add conditions."""
COLUMNS = len(_COLUMNS)
"""So many columns are an agent's, should a statement have more."""
_GET = Statement(selected.where(table.c.id == bindparam("this")))
_INSERT = Statement(
    insert(table), sets=("id", "state", "since", "misses", "idle_since", "lease_until", "interpreter", "groups")
)
_MOVE = Statement(
    update(table).where(table.c.id == bindparam("this"), table.c.state == bindparam("was")),
    sets=("state", "reason", "since", "until", "misses", "idle_since"),
)
_RENEW = Statement(update(table).where(table.c.id == bindparam("this")), sets=("lease_until",))
_RENEW_ALL = Statement(update(table).where(table.c.state != word(PresenceState.OFFLINE)), sets=("lease_until",))


def from_row(row: Row) -> Presence:
    """Read the columns of `selected`."""
    agent, state, *rest = row
    return Presence(agent, PresenceState(state), *rest)


def find(connection: Connection, agent: str) -> Presence | None:
    """The agent's presence, or None for one who has never signed in."""
    row = _GET.row(connection, this=agent)
    return None if row is None else from_row(row)


def get(connection: Connection, agent: str) -> Presence:
    """Raises UnknownAgent."""
    found = find(connection, agent)
    if found is None:
        raise UnknownAgent(agent)
    return found


def new(moment: Moment, agent: str) -> Presence:
    """An agent whom the desk has not seen before, still offline."""
    now = moment.now
    made = Presence(agent, PresenceState.OFFLINE, None, now, None, misses=0, idle_since=now)
    _INSERT.run(
        moment.connection,
        id=agent,
        state=made.state,
        since=now,
        misses=0,
        idle_since=now,
        lease_until=now,
        interpreter=False,
        groups="",
    )
    return made


def move(
    moment: Moment,
    presence: Presence,
    to: PresenceState,
    *,
    reason: str | None = None,
    until: float | None = None,
    misses: int = 0,
    ticket: int | None = None,
) -> Presence:
    """The one way an agent changes state. Raises IllegalMove."""
    fresh = to is PresenceState.AVAILABLE and presence.state is not PresenceState.OFFERED
    moved = presence._replace(
        state=to,
        reason=reason,
        since=moment.now,
        until=until,
        misses=misses,
        idle_since=moment.now if fresh else presence.idle_since,
    )
    changed = to in MOVES[presence.state] and _MOVE.run(
        moment.connection,
        this=presence.agent,
        was=presence.state,
        state=to,
        reason=reason,
        since=moment.now,
        until=until,
        misses=misses,
        idle_since=moved.idle_since,
    )
    if not changed:
        raise IllegalMove("presence", presence.agent, presence.state, to)
    moment.record(
        Kind.PRESENCE,
        presence.state,
        to,
        agent=presence.agent,
        ticket=ticket,
        detail={"reason": reason} if reason else None,
    )
    loosen(moment, moved)
    return moved


def loosen(moment: Moment, presence: Presence) -> None:
    """If she is available, matching will look for a ticket for her at the end of this moment."""
    if presence.state is PresenceState.AVAILABLE:
        moment.held.more(presence.groups.split())
        moment.loose_agents[presence.agent] = presence
    else:
        moment.loose_agents.pop(presence.agent, None)


def renew(connection: Connection, agents: Iterable[str], until: float) -> None:
    """Their desks were heard of: they stay signed in until then. Those who are offline stay offline."""
    _RENEW.run_many(connection, [{"this": agent, "lease_until": until} for agent in sorted(agents)])


def renew_all(connection: Connection, until: float) -> None:
    """As `renew`, for everyone who is signed in."""
    _RENEW_ALL.run(connection, lease_until=until)
