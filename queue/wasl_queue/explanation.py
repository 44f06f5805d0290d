"""Why a ticket waits."""

from __future__ import annotations

from collections.abc import Set
from enum import StrEnum

from sqlalchemy import Connection, bindparam, select

from wasl_queue.schema import agent, serves, skill, word
from wasl_queue.ticket import Ticket


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


_at_desk = agent.c.state != word("offline")
_SERVING_STATES = (
    select(agent.c.state)
    .join(serves, serves.c.agent == agent.c.id)
    .where(serves.c.line == bindparam("line"), _at_desk)
    .distinct()
)
_STAFFED = (
    select(agent.c.id)
    .join(skill, skill.c.agent == agent.c.id)
    .where(skill.c.kind == word("service"), skill.c.name == bindparam("service"), _at_desk)
    .limit(1)
)


def why(connection: Connection, ticket: Ticket) -> Why:
    """Why this ticket waits, from who can serve it and what they are doing."""
    states = set(connection.scalars(_SERVING_STATES, {"line": ticket.line}))
    staffed = connection.scalar(_STAFFED, {"service": ticket.requirements.service}) is not None
    return _reason(states, staffed, signed=ticket.requirements.sign_language is not None)


def _reason(states: Set[str], staffed: bool, *, signed: bool) -> Why:
    """From the states of those who can serve it; `staffed`: whether anyone at all has the service."""
    if not staffed or (not states and not signed):
        return Why.NOBODY_SIGNED_IN
    if states and states <= {"break", "wrap_up"}:
        return Why.ON_BREAK
    return Why.WAITING_FOR_SIGNER if signed else Why.AGENTS_BUSY
