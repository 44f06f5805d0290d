"""What happens to a visit: one function for each thing that people do, each in one transaction.

Here the queue, the calls and the records meet; the floors below do not know each other.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from wasl_locales.catalogue import words
from wasl_queue.queue import Changes, Joined, Queue, Requirements, Skills
from wasl_queue.ticket import TicketState
from wasl_records import staff, transaction
from wasl_records.transaction import State as TransactionState
from wasl_signaling import call as calls
from wasl_signaling import conversation
from wasl_signaling import messages as m
from wasl_signaling.call import UnknownCall
from wasl_signaling.house import House
from wasl_web.errors import Problem

LIVE = frozenset({TicketState.WAITING, TicketState.OFFERED, TicketState.SERVING})


@dataclass(frozen=True)
class Typed:
    """Text that was written down: in which call, by which leg, and the lines that it changed."""

    call: calls.Call
    leg: calls.Leg
    lines: list[conversation.Line]
    names: dict[m.Language, str]
    """What the writer is called, by the reader's language."""


def join(connection: Connection, queue: Queue, request: m.Join, secret: str, now: float) -> Joined:
    """A place in line for a citizen."""
    needs = Requirements(request.service, request.language, request.sign_language, request.modality)
    return queue.join(connection, needs, secret, now)


def sign_in(connection: Connection, house: House, agent: str, now: float) -> Changes:
    """An agent sits down at the desk with the skills of the records."""
    person = staff.get(connection, agent)
    skills = Skills(person.serves(house.catalogue.service_ids), person.languages)
    return house.queue.sign_in(connection, agent, skills, now)


def leave(connection: Connection, queue: Queue, ticket: int, now: float) -> Changes:
    """The citizen gives up her place; in a call she hangs up, and the agent may finish the notes."""
    if queue.ticket(connection, ticket).state is TicketState.SERVING:
        return hang_up(connection, queue, ticket, now)
    return queue.leave(connection, ticket, now)


def hang_up(connection: Connection, queue: Queue, ticket: int, now: float) -> Changes:
    """Ends the ticket's call; the ticket is done and the agent wraps up."""
    if call := calls.live_call(connection, ticket=ticket):
        calls.end_call(connection, call.id, now)
    return queue.finish(connection, ticket, now)


def accept(connection: Connection, queue: Queue, offer: int, agent: str, now: float) -> Changes:
    """The agent answers: the ticket is served, the call is live, a transaction with a reference is open."""
    accepted = queue.accept(connection, offer, agent, now)
    needs = queue.ticket(connection, accepted.ticket).requirements
    calls.open_call(connection, accepted.ticket, agent, m.Modality(needs.modality), now)
    visit = transaction.find_by_ticket(connection, accepted.ticket)
    if visit is None:
        transaction.open(connection, service=needs.service, ticket=accepted.ticket, agent=agent, now=now)
    else:
        transaction.hand_to(connection, visit.id, agent, now)
    return accepted.changes


def finish(connection: Connection, queue: Queue, agent: str, request: m.Finish, now: float) -> Changes:
    """The agent closes the visit with an outcome, from the call or from wrap-up."""
    visit = own_visit(connection, agent, request.ticket)
    call = calls.live_call(connection, agent=agent)
    changes = Changes(tickets=frozenset({request.ticket}), agents=frozenset({agent}))
    if call is not None and call.ticket == request.ticket:
        changes |= hang_up(connection, queue, request.ticket, now)
    transaction.close(connection, visit.id, TransactionState(request.outcome), request.note, now)
    return changes


def write_notes(connection: Connection, agent: str, request: m.Notes, now: float) -> None:
    """Replaces the agent's own notes on a visit."""
    own_visit(connection, agent, request.ticket)
    transaction.set_notes(connection, request.ticket, request.notes, now)


def own_visit(connection: Connection, agent: str, ticket: int) -> transaction.Transaction:
    """The transaction behind a ticket, if this agent served it; UnknownCall otherwise."""
    visit = transaction.find_by_ticket(connection, ticket)
    if visit is None or visit.agent != agent:
        raise UnknownCall(ticket)
    return visit


def name_of(connection: Connection, leg: calls.Leg, language: m.Language) -> str:
    """What a person of a call is called by readers of a language."""
    if leg.role is m.Role.CITIZEN:
        return words(language).gettext("Citizen")
    return staff.get(connection, leg.party).name(language)


def type_text(connection: Connection, party: str, request: m.Type, now: float) -> Typed:
    """Writes down what a person typed; UnknownCall when it is not a live call of hers."""
    call = calls.get_call(connection, request.call)
    leg = call.leg(party)
    fresh = conversation.is_fresh(connection, leg, request.batch)
    lines = conversation.append(connection, call, leg, request.t140, now) if fresh else []
    return Typed(call, leg, lines, {language: name_of(connection, leg, language) for language in ("ar", "en")})


def sweep(connection: Connection, queue: Queue, now: float) -> Changes:
    """Lets time pass in the queue, and ends the calls whose ticket it took away."""
    changes = queue.sweep(connection, now)
    end_orphans(connection, queue, now, changes.tickets)
    return changes


def end_orphans(connection: Connection, queue: Queue, now: float, tickets: frozenset[int]) -> None:
    """Ends live calls of tickets that are no longer served (their agent or citizen stayed away too long)."""
    for ticket in tickets:
        call = calls.live_call(connection, ticket=ticket)
        if call is not None and queue.ticket(connection, ticket).state is not TicketState.SERVING:
            calls.end_call(connection, call.id, now)


def absent(connection: Connection, queue: Queue, ticket: int, now: float) -> Changes:
    """The citizen's page is gone; a ticket that has ended does not mind."""
    if queue.ticket(connection, ticket).state not in LIVE:
        return Changes()
    return queue.absent(connection, ticket, now)


def must_have_ended(connection: Connection, queue: Queue, ticket: int) -> None:
    """Problem `still_open` while the ticket waits or is served."""
    if queue.ticket(connection, ticket).state in LIVE:
        raise Problem("still_open")
