"""A citizen's way through the desk: she joins, waits, is served, sent on, or leaves."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, exists, literal_column

from wasl_queue import callback
from wasl_queue import line as lines
from wasl_queue import offer as offers
from wasl_queue import presence as presences
from wasl_queue import ticket as tickets
from wasl_queue.errors import AgentNotHere, IllegalMove, TooLate
from wasl_queue.line import Requirements
from wasl_queue.moment import Moment
from wasl_queue.presence import PresenceState
from wasl_queue.priority import Reason
from wasl_queue.schema import agent as agent_table
from wasl_queue.schema import booking, serves, word
from wasl_queue.schema import ticket as ticket_table
from wasl_queue.statement import Statement
from wasl_queue.ticket import Ticket, TicketState
from wasl_queue.wishes import Wishes

_DESERTED = Statement(
    tickets.selected.where(
        ticket_table.c.state == word(TicketState.WAITING),
        ticket_table.c.line == bindparam("line"),
        ~ticket_table.c.reasons.contains(literal_column(f"'{Reason.MESSAGE}'")),
        ~exists().where(booking.c.ticket == ticket_table.c.id, booking.c.ends_at > bindparam("now")),
        ~exists().where(
            serves.c.line == ticket_table.c.line,
            serves.c.agent == agent_table.c.id,
            agent_table.c.state != word(PresenceState.OFFLINE),
        ),
    )
)


def join(moment: Moment, wants: Requirements, secret: str, reasons: frozenset[Reason], wishes: Wishes) -> Ticket:
    """A new place in the line of these requirements. A wish for an agent who is not at the desk is none."""
    line = lines.opened(moment.connection, wants)
    if wishes.agent is not None and not _is_here(moment, line, wishes.agent):
        wishes = Wishes(gender=wishes.gender, level=wishes.level)
    return tickets.new(moment, line, wants, secret, reasons, wishes)


def leave(moment: Moment, ticket: Ticket) -> None:
    """Give up the place. In a call this is illegal: a call ends by being finished."""
    if ticket.state is TicketState.OFFERED:
        offers.withdraw_all(moment, ticket.id)
        ticket = tickets.get(moment.connection, ticket.id)
    tickets.move(moment, ticket, TicketState.LEFT, undo_until=moment.now + moment.policy.undo_seconds)
    callback.answered(moment, ticket)


def undo_leave(moment: Moment, ticket: Ticket) -> None:
    """Take the place back, where it was; the page is held by the process that writes now. Raises TooLate."""
    if ticket.state is not TicketState.LEFT:
        raise IllegalMove("ticket", ticket.id, ticket.state, TicketState.WAITING)
    if ticket.undo_until is not None and ticket.undo_until < moment.now:
        raise TooLate(ticket.id, ticket.undo_until)
    tickets.back(moment, tickets.move(moment, ticket, TicketState.WAITING))


def finish(moment: Moment, ticket: Ticket) -> None:
    """The visit is done; whoever was in it writes it up."""
    _end(moment, ticket, TicketState.DONE)


def expire(moment: Moment, ticket: Ticket) -> None:
    """The grace time ran out. Those who waited in the call for her go on to wrap-up."""
    _end(moment, ticket, TicketState.EXPIRED)


def close(moment: Moment, line: int) -> None:
    """The line has closed for the day: who waits where nobody is at work any more has to come another time.
    A message is read when it opens again; who has come to her appointment was promised that time."""
    for row in _DESERTED.rows(moment.connection, line=line, now=moment.now):
        tickets.move(moment, tickets.from_row(row), TicketState.CLOSED, detail={"reason": "closed"})


def transfer(moment: Moment, ticket: Ticket, to: Requirements | str) -> None:
    """The agent sends the citizen on, to another line or to one person, at the front, and writes up her part.

    One person is asked alone for a while; then anyone in that line is. Raises IllegalMove outside a call,
    AgentNotHere for somebody who is offline or does not serve the line.
    """
    wants = ticket.requirements if isinstance(to, str) else to
    line, wishes = lines.opened(moment.connection, wants), Wishes()
    if isinstance(to, str):
        if not _is_here(moment, line, to):
            raise AgentNotHere(to)
        wishes = Wishes(agent=to, agent_until=moment.now + moment.policy.transfer_patience)
    _back_in_line(moment, ticket, "transferred")
    tickets.put(
        moment,
        tickets.get(moment.connection, ticket.id),
        line_id=line,
        wants=wants,
        reasons=[Reason.TRANSFERRED],
        wishes=wishes,
    )
    _wrap_up(moment, ticket)


def lose(moment: Moment, ticket: Ticket, lost: str) -> None:
    """The machine of the agent, or of the interpreter, died in the call: the citizen is back in line, before
    those who joined when she did; that one is offline, the other free. If it was the interpreter, the agent
    who knows her case is asked again first. Raises IllegalMove if the lost one is not in this call (any more)."""
    if lost not in _staff(ticket):
        raise IllegalMove("ticket", ticket.id, ticket.state, TicketState.WAITING)
    _back_in_line(moment, ticket, "agent_lost")
    stays = [agent for agent in _staff(ticket) if agent != lost]
    wishes = ticket.wishes
    if ticket.agent in stays:
        wishes = Wishes(agent=ticket.agent, agent_until=moment.now + moment.policy.relax_agent)
    returned = tickets.get(moment.connection, ticket.id)
    tickets.put(moment, returned, reasons=[Reason.RETURNED], wishes=wishes)
    presences.move(moment, presences.get(moment.connection, lost), PresenceState.OFFLINE, ticket=ticket.id)
    for agent in stays:
        presences.move(moment, presences.get(moment.connection, agent), PresenceState.AVAILABLE, ticket=ticket.id)


def _back_in_line(moment: Moment, ticket: Ticket, reason: str) -> None:
    if ticket.state is not TicketState.SERVING:
        raise IllegalMove("ticket", ticket.id, ticket.state, TicketState.WAITING)
    away_until = None if ticket.present else moment.now + moment.policy.grace_waiting
    tickets.move(moment, ticket, TicketState.WAITING, grace_until=away_until, detail={"reason": reason})


def _end(moment: Moment, ticket: Ticket, to: TicketState) -> None:
    tickets.move(moment, ticket, to, agent=ticket.agent, interpreter=ticket.interpreter, grace_until=ticket.grace_until)
    if ticket.state is TicketState.SERVING:
        _wrap_up(moment, ticket)


def _wrap_up(moment: Moment, ticket: Ticket) -> None:
    for agent in _staff(ticket):
        presence = presences.get(moment.connection, agent)
        if moment.policy.wrap_up_seconds:
            until = moment.now + moment.policy.wrap_up_seconds
            presences.move(moment, presence, PresenceState.WRAP_UP, until=until, ticket=ticket.id)
        else:
            presences.move(moment, presence, PresenceState.AVAILABLE, ticket=ticket.id)


def _staff(ticket: Ticket) -> Iterable[str]:
    return [agent for agent in (ticket.agent, ticket.interpreter) if agent is not None]


def _is_here(moment: Moment, line: int, agent: str) -> bool:
    presence = presences.find(moment.connection, agent)
    at_desk = presence is not None and presence.state is not PresenceState.OFFLINE
    return at_desk and lines.seat_of(moment.connection, line, agent) in (lines.Seat.WHOLE, lines.Seat.AGENT)
