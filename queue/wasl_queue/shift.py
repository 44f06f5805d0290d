"""An agent's shift: signing in, being available, breaks, going home."""

from __future__ import annotations

from sqlalchemy import bindparam, select, union_all

from wasl_queue import line as lines
from wasl_queue import offer as offers
from wasl_queue import presence as presences
from wasl_queue import ticket as tickets
from wasl_queue import visit
from wasl_queue.errors import IllegalMove
from wasl_queue.history import Kind
from wasl_queue.line import Seat, Skills
from wasl_queue.moment import Moment
from wasl_queue.offer import OfferState
from wasl_queue.presence import Presence, PresenceState
from wasl_queue.schema import agent as table
from wasl_queue.schema import ticket, word
from wasl_queue.statement import Statement
from wasl_queue.ticket import Ticket

_serving = ticket.c.state == word("serving")
_SERVED_BY = Statement(
    tickets.selected.where(
        ticket.c.id.in_(
            union_all(
                select(ticket.c.id).where(ticket.c.agent == bindparam("agent"), _serving),
                select(ticket.c.id).where(ticket.c.interpreter == bindparam("agent"), _serving),
            )
        )
    )
)
_WRAPPED_UP = Statement(
    presences.selected.where(table.c.state == word(PresenceState.WRAP_UP), table.c.until <= bindparam("now")).order_by(
        table.c.until, table.c.id
    )
)
_OUT_OF_LEASE = Statement(
    presences.selected.where(
        table.c.state != word(PresenceState.OFFLINE), table.c.lease_until <= bindparam("now")
    ).order_by(table.c.lease_until, table.c.id)
)


def sign_in(moment: Moment, agent: str, skills: Skills) -> None:
    """The agent's desk is open. One who is signed in already (a page reload) keeps her state."""
    presence = presences.find(moment.connection, agent) or presences.new(moment, agent)
    presences.renew(moment.connection, [agent], moment.now + moment.policy.lease_seconds)
    if presence.state is PresenceState.OFFLINE:
        presences.move(moment, presence, PresenceState.BREAK, reason="signed_in")
    changed = _learn(moment, agent, skills)
    if changed or presence.gender != skills.gender:
        _skills_changed(moment, presences.get(moment.connection, agent))


def enroll(moment: Moment, agent: str, skills: Skills) -> None:
    """She works here, though she may never have signed in. At her desk she has the skills she signed in with."""
    presence = presences.find(moment.connection, agent) or presences.new(moment, agent)
    if presence.state is PresenceState.OFFLINE:
        _learn(moment, agent, skills)


def _learn(moment: Moment, agent: str, skills: Skills) -> bool:
    changed = lines.assign(moment.connection, agent, skills)
    if changed:
        moment.record(Kind.SKILLS, None, "changed", agent=agent, detail=lines.told(skills))
    return changed


def _skills_changed(moment: Moment, presence: Presence) -> None:
    presences.loosen(moment, presence)
    offer = offers.to_agent(moment.connection, presence.agent)
    if offer is None:
        return
    rung = tickets.get(moment.connection, offer.ticket)
    fills = lines.seat_of(moment.connection, rung.line, presence.agent)
    alone = offer.seat is Seat.AGENT and fills is Seat.WHOLE
    in_pair = rung.interpreter is not None and fills is offer.seat
    if not alone and not in_pair:
        offers.empty(moment, offer)
        offers.free_agent(moment, offer)


def available(moment: Moment, presence: Presence) -> None:
    """Ready for the next citizen. Whoever is so already, or is being rung, keeps her place among the idle."""
    if presence.state is PresenceState.BUSY:
        raise IllegalMove("presence", presence.agent, presence.state, PresenceState.AVAILABLE)
    if presence.state not in (PresenceState.AVAILABLE, PresenceState.OFFERED):
        presences.move(moment, presence, PresenceState.AVAILABLE)


def take_break(moment: Moment, presence: Presence, reason: str) -> None:
    """No offers until she is available again. Going on a break while rung declines the offer."""
    _answer(moment, presence, OfferState.DECLINED)
    presences.move(moment, presence, PresenceState.BREAK, reason=reason)


def sign_out(moment: Moment, presence: Presence) -> None:
    """Offline at once. Illegal in a call: it has to be finished first."""
    if presence.state is PresenceState.OFFLINE:
        return
    if presence.state is PresenceState.BUSY:
        raise IllegalMove("presence", presence.agent, presence.state, PresenceState.OFFLINE)
    _answer(moment, presence, OfferState.WITHDRAWN)
    presences.move(moment, presence, PresenceState.OFFLINE)


def lose(moment: Moment, presence: Presence) -> None:
    """Her desk was not heard of for too long: offline, and her citizen, if any, is back at the front."""
    serving = served_by(moment, presence.agent)
    if serving is not None:
        visit.lose(moment, serving, presence.agent)
        return
    _answer(moment, presence, OfferState.WITHDRAWN)
    presences.move(moment, presence, PresenceState.OFFLINE)


def served_by(moment: Moment, agent: str) -> Ticket | None:
    """The ticket this agent, or interpreter, is in a call with."""
    row = _SERVED_BY.row(moment.connection, agent=agent)
    return None if row is None else tickets.from_row(row)


def wrapped_up(moment: Moment) -> list[Presence]:
    """Those whose wrap-up clock has run out."""
    return [presences.from_row(row) for row in _WRAPPED_UP.rows(moment.connection, now=moment.now)]


def out_of_lease(moment: Moment) -> list[Presence]:
    """Those whose desks were not heard of for too long."""
    return [presences.from_row(row) for row in _OUT_OF_LEASE.rows(moment.connection, now=moment.now)]


def _answer(moment: Moment, presence: Presence, state: OfferState) -> None:
    """End the offer that rings at her desk, if one does."""
    offer = offers.to_agent(moment.connection, presence.agent)
    if offer is not None:
        offers.empty(moment, offer, state)
