"""A citizen's way through the desk: she joins, waits, is served, or leaves."""

from __future__ import annotations

from wasl_queue import line as lines
from wasl_queue import offer as offers
from wasl_queue import presence as presences
from wasl_queue import ticket as tickets
from wasl_queue.errors import IllegalMove, TooLate
from wasl_queue.line import Requirements
from wasl_queue.moment import Moment
from wasl_queue.offer import OfferState
from wasl_queue.presence import PresenceState
from wasl_queue.ticket import Ticket, TicketState


def join(moment: Moment, requirements: Requirements, secret: str, priority: int) -> Ticket:
    """A new place in the line of these requirements."""
    line = lines.opened(moment.connection, requirements)
    return tickets.new(moment, line, requirements, secret, priority)


def leave(moment: Moment, ticket: Ticket) -> None:
    """Give up the place. In a call this is illegal: a call ends by being finished."""
    offer = offers.of_ticket(moment.connection, ticket.id)
    tickets.move(moment, ticket, TicketState.LEFT, undo_until=moment.now + moment.policy.undo_seconds)
    if offer is not None:
        offers.move(moment, offer, OfferState.WITHDRAWN)
        offers.free_agent(moment, offer)


def undo_leave(moment: Moment, ticket: Ticket) -> None:
    """Take the place back, where it was. Raises TooLate."""
    if ticket.state is not TicketState.LEFT:
        raise IllegalMove("ticket", ticket.id, ticket.state, TicketState.WAITING)
    if ticket.undo_until is not None and ticket.undo_until < moment.now:
        raise TooLate(ticket.id, ticket.undo_until)
    tickets.move(moment, ticket, TicketState.WAITING)


def finish(moment: Moment, ticket: Ticket) -> None:
    """The visit is done; the agent writes it up."""
    tickets.move(moment, ticket, TicketState.DONE, agent=ticket.agent, grace_until=ticket.grace_until)
    _wrap_up(moment, ticket)


def expire(moment: Moment, ticket: Ticket) -> None:
    """The grace time ran out. An agent who waited in the call for her goes on to wrap-up."""
    tickets.move(moment, ticket, TicketState.EXPIRED, agent=ticket.agent, grace_until=ticket.grace_until)
    if ticket.state is TicketState.SERVING:
        _wrap_up(moment, ticket)


def lose_agent(moment: Moment, ticket: Ticket) -> None:
    """The agent's machine died in the call: the citizen is back in line, where she was, the agent offline."""
    away_until = None if ticket.present else moment.now + moment.policy.grace_waiting
    tickets.move(moment, ticket, TicketState.WAITING, grace_until=away_until, detail={"reason": "agent_lost"})
    assert ticket.agent is not None
    presence = presences.get(moment.connection, ticket.agent)
    presences.move(moment, presence, PresenceState.OFFLINE, ticket=ticket.id)


def _wrap_up(moment: Moment, ticket: Ticket) -> None:
    assert ticket.agent is not None
    presence = presences.get(moment.connection, ticket.agent)
    until = moment.now + moment.policy.wrap_up_seconds
    presences.move(moment, presence, PresenceState.WRAP_UP, until=until, ticket=ticket.id)
