"""Sending a citizen on: where to, and what her next agent reads."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from wasl_queue import line as lines
from wasl_queue.line import Seat, seats
from wasl_queue.queue import Changes, Queue, Reason
from wasl_queue.ticket import Ticket, TicketState
from wasl_records import staff, transaction
from wasl_signaling import messages as m
from wasl_signaling import visits
from wasl_signaling.call import UnknownCall
from wasl_signaling.house import House

CAN_GO_ON = (Seat.WHOLE, Seat.AGENT)


def targets(connection: Connection, house: House, agent: str, language: m.Language) -> m.TargetsReply:
    """Where the citizen whom this agent serves may go: services that a colleague at the desk serves in her language,
    and colleagues who serve the present one. Raises UnknownCall."""
    ticket = _served_by(connection, house.queue, agent)
    colleagues = [there.presence for there in house.queue.agents(connection) if there.presence.agent != agent]
    skills = {presence.agent: lines.skills_of(connection, presence.agent) for presence in colleagues}
    offered = [
        service
        for service in house.catalogue.services
        if any(_can_go_on(has, house, ticket, service.id) for has in skills.values())
    ]
    return m.TargetsReply(
        services=[m.TargetService(id=service.id, name=service.name[language]) for service in offered],
        agents=[
            m.TargetAgent(
                id=presence.agent,
                name=staff.get(connection, presence.agent).name(language),
                state=m.PresenceState(presence.state),
            )
            for presence in colleagues
            if _can_go_on(skills[presence.agent], house, ticket, ticket.requirements.service)
        ],
    )


def transfer(connection: Connection, house: House, agent: str, request: m.Transfer, now: float) -> Changes:
    """Sends the citizen on: the call ends, she is at the front of her new line, and her new agent reads the notes.

    Raises UnknownCall, UnknownService, AgentNotHere.
    """
    ticket = _served_by(connection, house.queue, agent)
    if ticket.id != request.ticket:
        raise UnknownCall(request.ticket)
    visit = visits.own_visit(connection, agent, ticket.id)
    wants = _wants(house, ticket, request.service or ticket.requirements.service)
    changes = house.queue.transfer(connection, ticket.id, request.agent or wants, now)
    visits.end_orphans(connection, house.queue, now, frozenset({ticket.id}))
    transaction.send_on(connection, visit.id, wants.service, request.note, now)
    return changes


def sender(connection: Connection, queue: Queue, ticket: Ticket) -> str | None:
    """Who sent a waiting citizen on, if that is why she waits."""
    if Reason.TRANSFERRED not in ticket.reasons:
        return None
    back = [event for event in queue.history(connection, ticket.id) if event.from_state == TicketState.SERVING]
    return back[-1].agent if back and back[-1].detail.get("reason") == "transferred" else None


def _served_by(connection: Connection, queue: Queue, agent: str) -> Ticket:
    visit = transaction.last_of(connection, agent)
    ticket = queue.ticket(connection, visit.ticket) if visit else None
    if ticket is None or ticket.state is not TicketState.SERVING or ticket.agent != agent:
        raise UnknownCall(ticket.id if ticket else 0)
    return ticket


def _wants(house: House, ticket: Ticket, service: str) -> lines.Requirements:
    return replace(ticket.requirements, service=service, group=house.catalogue.service(service).body)


def _can_go_on(skills: lines.Skills, house: House, ticket: Ticket, service: str) -> bool:
    return any(seat in CAN_GO_ON for seat in seats(skills, _wants(house, ticket, service)))
