"""The verdict of a citizen's check, kept by her ticket: the agent who is offered her should know."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from wasl_queue.queue import Changes, Queue
from wasl_signaling import messages as m
from wasl_signaling import schema

_TABLE = schema.line_check


def keep(connection: Connection, ticket: int, verdict: m.CheckView, now: float) -> None:
    """In place of an earlier one."""
    connection.execute(delete(_TABLE).where(_TABLE.c.ticket == ticket))
    connection.execute(insert(_TABLE).values(ticket=ticket, result=verdict.result, cause=verdict.cause, checked_at=now))


def keep_and_tell(connection: Connection, queue: Queue, ticket: int, verdict: m.CheckView, now: float) -> Changes:
    """As `keep`; she is in line already, and those who look at her ticket see it."""
    keep(connection, ticket, verdict, now)
    agents = frozenset(offer.agent for offer in queue.offers_of(connection, ticket))
    return Changes(tickets=frozenset({ticket}), agents=agents, lines=frozenset({queue.ticket(connection, ticket).line}))


def of(connection: Connection, ticket: int) -> m.CheckView | None:
    """The last one; None when there was none."""
    found = connection.execute(select(_TABLE.c.result, _TABLE.c.cause).where(_TABLE.c.ticket == ticket)).first()
    if found is None:
        return None
    return m.CheckView(result=m.CheckResult(found.result), cause=m.CheckCause(found.cause) if found.cause else None)
