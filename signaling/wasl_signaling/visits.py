"""What happens to a visit: one function for each thing that people do, each in one transaction.

Here the queue, the calls and the records meet; the floors below do not know each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from wasl_locales.catalogue import words
from wasl_queue import notice
from wasl_queue.line import MODALITIES
from wasl_queue.notice import NoticeKind
from wasl_queue.queue import Changes, PresenceState, Queue, Skills
from wasl_queue.ticket import Ticket, TicketState
from wasl_records import staff, transaction
from wasl_records.catalogue import Catalogue
from wasl_records.staff import Role, Staff
from wasl_records.transaction import State as TransactionState
from wasl_signaling import call as calls
from wasl_signaling import conversation, idempotency
from wasl_signaling import messages as m
from wasl_signaling.call import Call, Leg, UnknownCall
from wasl_signaling.house import House
from wasl_signaling.idempotency import Wish
from wasl_web.errors import Problem

LIVE = frozenset({TicketState.WAITING, TicketState.OFFERED, TicketState.SERVING})


@dataclass(frozen=True)
class Typed:
    """Text that was written down: in which call, by which leg, and the lines that it changed."""

    call: calls.Call
    leg: calls.Leg
    t140: str
    """The characters of it that were new."""
    lines: list[conversation.Line]
    typed: int
    """How many characters of this leg are written down."""
    names: dict[m.Language, str]
    """What the writer is called, by the reader's language."""


def sign_in(connection: Connection, house: House, agent: str, now: float) -> Changes:
    """An agent sits down at the desk with the skills of the records."""
    return house.queue.sign_in(connection, agent, skills_of(house.catalogue, staff.get(connection, agent)), now)


def skills_of(catalogue: Catalogue, person: Staff) -> Skills:
    """What somebody can do at the desk. Whoever belongs to a body works for that body only."""
    return Skills(
        person.serves(catalogue.service_ids),
        person.languages,
        MODALITIES | {m.Modality.MESSAGE},
        frozenset([person.body] if person.body else catalogue.by_body),
        interpreter=Role.INTERPRETER in person.roles,
    )


def leave(connection: Connection, queue: Queue, ticket: int, now: float) -> Changes:
    """The citizen gives up her place; in a call she hangs up, and the agent may finish the notes."""
    if queue.ticket(connection, ticket).state is TicketState.SERVING:
        return hang_up(connection, queue, ticket, now)
    return queue.leave(connection, ticket, now)


def hang_up(connection: Connection, queue: Queue, ticket: int, now: float) -> Changes:
    """Ends the ticket's call; the ticket is done and everyone of the desk wraps up."""
    if call := calls.live_call(connection, ticket=ticket):
        calls.end_call(connection, call.id, now)
    return queue.finish(connection, ticket, now)


def accept(
    connection: Connection, queue: Queue, offer: int, agent: str, now: float, wish: Wish | None = None
) -> Changes:
    """The agent, or the interpreter, answers. Once every seat has, the ticket is served, the call is live (a message
    has none), and a transaction with a reference is open."""
    if idempotency.claim(connection, wish, now) is not None:
        return Changes(agents=frozenset({agent}))
    accepted = queue.accept(connection, offer, agent, now)
    if accepted.serving:
        _begin(connection, queue.ticket(connection, accepted.ticket), now)
    return accepted.changes


def _begin(connection: Connection, ticket: Ticket, now: float) -> None:
    assert ticket.agent is not None
    needs, modality = ticket.requirements, m.Modality(ticket.requirements.modality)
    if modality is not m.Modality.MESSAGE:
        calls.open_call(connection, ticket.id, ticket.agent, modality, now, ticket.interpreter)
    visit = transaction.find_by_ticket(connection, ticket.id)
    if visit is None:
        transaction.open(connection, service=needs.service, ticket=ticket.id, agent=ticket.agent, now=now)
    else:
        transaction.hand_to(connection, visit.id, ticket.agent, now)


def finish(connection: Connection, queue: Queue, agent: str, request: m.Finish, now: float) -> Changes:
    """The agent closes the visit with an outcome, from the call or from wrap-up."""
    if idempotency.claim(connection, Wish.of(request, agent), now) is not None:
        return Changes(agents=frozenset({agent}))
    visit = own_visit(connection, agent, request.ticket)
    ticket = queue.ticket(connection, request.ticket)
    changes = Changes(tickets=frozenset({request.ticket}), agents=frozenset({agent}))
    if ticket.state is TicketState.SERVING and ticket.agent == agent:
        changes |= hang_up(connection, queue, request.ticket, now)
    elif ticket.state in LIVE:
        raise UnknownCall(request.ticket)  # she lost the call, or sent the citizen on, who is back in line
    transaction.close(connection, visit.id, TransactionState(request.outcome), request.note, now)
    return changes


def write_notes(connection: Connection, agent: str, request: m.Notes) -> None:
    """Replaces the agents' own notes on a visit."""
    own_visit(connection, agent, request.ticket)
    transaction.set_notes(connection, request.ticket, request.notes)


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
    again = request.at is None and not conversation.is_fresh(connection, leg, request.batch)
    t140 = "" if again else conversation.take(connection, leg, request.t140, request.at)
    lines = conversation.append(connection, call, leg, t140, now) if t140 else []
    names: dict[m.Language, str] = {language: name_of(connection, leg, language) for language in ("ar", "en")}
    return Typed(call, leg, t140, lines, conversation.typed_by(connection, leg), names)


@dataclass(frozen=True)
class Taking:
    """Somebody's part in a live call, and her name for those who read each language."""

    call: Call
    leg: Leg
    names: dict[m.Language, str]


def call_of(connection: Connection, call: int, party: str) -> Taking:
    """This person's part in this call; UnknownCall when it is over or not hers."""
    found = calls.get_call(connection, call)
    if found.state is m.CallState.ENDED:
        raise calls.UnknownCall(call)
    leg = found.leg(party)
    return Taking(found, leg, {language: name_of(connection, leg, language) for language in ("ar", "en")})


def sweep(connection: Connection, queue: Queue, now: float) -> Changes:
    """Lets time pass in the queue, and ends the calls whose ticket it took away."""
    changes = queue.sweep(connection, now)
    end_orphans(connection, queue, now, changes.tickets)
    return changes


def end_orphans(connection: Connection, queue: Queue, now: float, tickets: frozenset[int]) -> None:
    """Ends live calls of tickets that are no longer served (somebody of the desk or the citizen stayed away too long,
    or she was sent on)."""
    for ticket in tickets:
        call = calls.live_call(connection, ticket=ticket)
        if call is not None and queue.ticket(connection, ticket).state is not TicketState.SERVING:
            calls.end_call(connection, call.id, now)


def close(connection: Connection, house: House, now: float) -> Changes:
    """Closes the lines of services that are closed now; citizens who are to be rung are told."""
    closed = house.openings.closed(now)
    changes = house.queue.close(connection, closed, now) if closed else Changes()
    for id_ in changes.tickets:
        ticket = house.queue.ticket(connection, id_)
        if ticket.state is TicketState.CLOSED and ticket.callback_at is not None:
            notice.write(connection, NoticeKind.CLOSED, now, ticket=id_)
    return changes


def reconcile(
    connection: Connection,
    house: House,
    pages: frozenset[int],
    desks: Iterable[str],
    missing: frozenset[int],
    now: float,
) -> tuple[Changes, frozenset[int]]:
    """Hold what the desk believes against the pages and desks that are connected to this process. They differ when
    a write failed as one came or went, or when this process was taken for dead. Returns the tickets without a
    page too: one that is `missing` for a second time is absent (the first time its page may just be coming)."""
    queue, changes = house.queue, Changes()
    held = {ticket.id: ticket for ticket in queue.held(connection)}
    for ticket in held.values():
        if ticket.id in pages and not ticket.present:
            changes |= queue.here(connection, ticket.id, now)
        elif ticket.id not in pages and ticket.present and ticket.id in missing:
            changes |= queue.absent(connection, ticket.id, now)
    for agent in desks:
        if queue.presence(connection, agent).state is PresenceState.OFFLINE:
            changes |= sign_in(connection, house, agent, now)
    return changes, frozenset(held) - pages


def absent(connection: Connection, queue: Queue, ticket: int, now: float) -> Changes:
    """The citizen's page is gone; a ticket that has ended does not mind, and a message waits for no page."""
    subject = queue.ticket(connection, ticket)
    if subject.state not in LIVE or subject.requirements.modality == m.Modality.MESSAGE:
        return Changes()
    return queue.absent(connection, ticket, now)


def must_have_ended(connection: Connection, queue: Queue, ticket: int) -> None:
    """Problem `still_open` while the ticket waits or is served. A message is let alone at any time."""
    subject = queue.ticket(connection, ticket)
    if subject.state in LIVE and subject.requirements.modality != m.Modality.MESSAGE:
        raise Problem("still_open")
