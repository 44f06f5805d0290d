"""The server processes that hold the citizens' pages.

A killed process cannot say that its pages are gone; so it holds them by a lease that it renews. Pages of a
process whose lease has run out are gone, and their grace time starts.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, insert, select, update

from wasl_queue.history import Kind
from wasl_queue.moment import Moment
from wasl_queue.schema import is_open, queue_event, server, ticket, word
from wasl_queue.statement import Statement

_RENEW = Statement(update(server).where(server.c.id == bindparam("this")), sets=("lease_until",))
_ENTER = Statement(insert(server), sets=("id", "lease_until"))
_OTHERS = Statement(select(server.c.id).where(server.c.id != bindparam("this")))
_DEAD = Statement(select(server.c.id).where(server.c.lease_until <= bindparam("now")))
_FORGET = Statement(delete(server).where(server.c.id == bindparam("this")))

_held = and_(is_open, ticket.c.server == bindparam("this"), ticket.c.grace_until.is_(None))
_HELD = Statement(select(ticket.c.id, ticket.c.line).where(_held))
_TELL = Statement(
    insert(queue_event).from_select(
        ["at", "kind", "ticket", "line", "from_state", "to_state"],
        select(
            bindparam("now", type_=queue_event.c.at.type),
            word(Kind.PAGE),
            ticket.c.id,
            ticket.c.line,
            word("present"),
            word("absent"),
        ).where(_held),
    )
)
_in_call = ticket.c.state == word("serving")
_kept = and_(ticket.c.callback_at.is_not(None), ticket.c.rung_at.is_(None))


def _let_go(*which: ColumnElement[bool]) -> Statement:
    return Statement(update(ticket).where(_held, *which), sets=("grace_until",))


_LET_GO_CALLS = _let_go(_in_call)
_LET_GO_CALLBACKS = _let_go(~_in_call, _kept)
_LET_GO = _let_go(~_in_call, ~_kept)


def renew(connection: Connection, this: str, until: float) -> None:
    """This process lives, and holds its pages until then."""
    if not _RENEW.run(connection, this=this, lease_until=until):
        _ENTER.run(connection, id=this, lease_until=until)


def others(connection: Connection, this: str) -> list[str]:
    """All other processes that have not been let go."""
    return [row[0] for row in _OTHERS.rows(connection, this=this)]


def dead(connection: Connection, now: float) -> list[str]:
    """Those whose lease has run out."""
    return [row[0] for row in _DEAD.rows(connection, now=now)]


def let_go(moment: Moment, gone: str) -> None:
    """This process is gone, and with it the pages it held: everyone has the full grace time to come back.

    Offers ring on, for their citizens may be back before they are answered.
    """
    connection, now, policy = moment.connection, moment.now, moment.policy
    held = _HELD.rows(connection, this=gone)
    if held:
        _TELL.run(connection, this=gone, now=now)
        _LET_GO_CALLS.run(connection, this=gone, grace_until=now + policy.grace_call)
        _LET_GO_CALLBACKS.run(connection, this=gone, grace_until=now + policy.callback_hold)
        _LET_GO.run(connection, this=gone, grace_until=now + policy.grace_waiting)
        moment.touch({id_ for id_, _ in held}, {line for _, line in held})
    _FORGET.run(connection, this=gone)
