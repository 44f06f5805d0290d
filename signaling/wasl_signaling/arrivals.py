"""How citizens come to have a place: by joining, coming back, coming at a promised time, or leaving a message.

Each function runs in one transaction. What a page claims of an earlier visit counts only with that visit's secret.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection, insert, select

from wasl_queue import booking as bookings
from wasl_queue import line as lines
from wasl_queue import ticket as tickets
from wasl_queue.booking import BookingPolicy, BookingState
from wasl_queue.errors import UnknownTicket
from wasl_queue.queue import Changes, Joined, Queue, Reason, Resumed, Wishes
from wasl_queue.ticket import TicketState
from wasl_records import contact
from wasl_records.contact import Address, Owner, PhoneNumber, Subscription
from wasl_signaling import idempotency, line_check, schema
from wasl_signaling import messages as m
from wasl_signaling.house import House
from wasl_signaling.idempotency import Wish
from wasl_web.errors import DeskClosed, Problem

RETURNS_WITHIN = 1_800.0
"""Seconds in which a citizen who dropped out may come back to a place further up."""
DROPPED = (TicketState.EXPIRED, TicketState.CLOSED)


def join(
    connection: Connection, house: House, request: m.Join, secret: str, now: float, checked: m.CheckView | None = None
) -> Joined:
    """A place in line for a citizen, whose line was `checked` before. Raises DeskClosed, UnknownBooking, Problem."""
    wish = Wish.of(request)
    if (before := idempotency.claim(connection, wish, now)) is not None:
        return Joined(before, resume(connection, house.queue, before, secret, now).changes)
    joined = _join(connection, house, request, secret, now)
    if checked is not None:
        line_check.keep(connection, joined.ticket, checked, now)
    if request.hearing:
        connection.execute(insert(schema.need).values(ticket=joined.ticket, hearing=True))
    idempotency.keep(connection, wish, joined.ticket)
    return joined


def hears_badly(connection: Connection, ticket: int) -> bool:
    """Whether the citizen of this ticket said so."""
    return bool(connection.scalar(select(schema.need.c.hearing).where(schema.need.c.ticket == ticket)))


def _join(connection: Connection, house: House, request: m.Join, secret: str, now: float) -> Joined:
    if request.booking is not None:
        return _arrive(connection, house, request.booking, secret, now)
    must_be_open(house, request.service, now)
    needs = house.needs(request.service, request.language, request.sign_language, request.modality)
    reasons, wishes = _of_last_time(connection, house.queue, request.returning, now)
    return house.queue.join(connection, needs, secret, now, reasons=reasons, wishes=wishes)


def must_be_open(house: House, service: str, now: float) -> None:
    """Raises DeskClosed."""
    opening = house.openings.hours(service).at(now)
    if not opening.open:
        raise DeskClosed(opening)


def _of_last_time(
    connection: Connection, queue: Queue, earlier: m.Earlier | None, now: float
) -> tuple[frozenset[Reason], Wishes]:
    """What an earlier visit gives her: a place further up if she dropped out of it lately, and the same agent."""
    if earlier is None:
        return frozenset(), Wishes()
    try:
        tickets.prove(connection, earlier.ticket, earlier.resume)
    except UnknownTicket:
        return frozenset(), Wishes()  # a page may remember a visit that the desk does not; she joins like anyone
    last = queue.ticket(connection, earlier.ticket)
    dropped = last.state in DROPPED and now - last.since <= RETURNS_WITHIN
    return frozenset([Reason.RETURNED] if dropped else []), Wishes(agent=last.agent)


def _arrive(connection: Connection, house: House, claim: m.Booked, secret: str, now: float) -> Joined:
    booking = bookings.proven(connection, claim.booking, claim.resume)
    if booking.state is not BookingState.BOOKED:
        raise bookings.UnknownBooking(booking.id)
    if now < booking.starts_at - BookingPolicy().reminder_minutes * 60:
        raise Problem("not_your_time")
    needs = lines.get(connection, booking.line)
    joined = house.queue.join(connection, needs, secret, now, reasons=frozenset({Reason.PROMISED}))
    bookings.arrive(connection, booking, joined.ticket, now)
    contact.hand_over(connection, booking.id, joined.ticket)
    return joined


def resume(connection: Connection, queue: Queue, ticket: int, secret: str, now: float) -> Resumed:
    """Her page is back. Raises UnknownTicket."""
    tickets.prove(connection, ticket, secret)
    unattended = queue.ticket(connection, ticket).requirements.modality == m.Modality.MESSAGE
    return (_unattended(queue) if unattended else queue).resume(connection, ticket, secret, now)


def leave_message(
    connection: Connection, house: House, request: m.LeaveMessage, phone: PhoneNumber | None, secret: str, now: float
) -> Joined:
    """A ticket that waits for no page, at any hour."""
    wish = Wish.of(request)
    if (before := idempotency.claim(connection, wish, now)) is not None:
        return Joined(before, Changes())
    needs = house.needs(request.service, request.language, None, m.Modality.MESSAGE)
    reasons = frozenset({Reason.MESSAGE})
    joined = _unattended(house.queue).join(connection, needs, secret, now, reasons=reasons)
    connection.execute(insert(schema.message).values(ticket=joined.ticket, text=request.text, at=now))
    if phone is not None:
        contact.keep(connection, house.vault, Owner("ticket", joined.ticket), phone, request.language, now)
    idempotency.keep(connection, wish, joined.ticket)
    return joined


def message_of(connection: Connection, ticket: int) -> str | None:
    """What the citizen wrote, if this ticket is a message."""
    text: str | None = connection.scalar(select(schema.message.c.text).where(schema.message.c.ticket == ticket))
    return text


def _unattended(queue: Queue) -> Queue:
    """The queue for tickets that no server process holds a page of, and whose place none takes with it."""
    return replace(queue, server=None)


def addresses(house: House, phone: str | None, push: m.Push | None) -> list[Address]:
    """What a page gave to reach the citizen by. Raises BadPhoneNumber, BadSubscription, Problem."""
    if phone is not None and not house.text_messages:
        raise Problem("no_text_messages")
    found: list[Address] = []
    if phone is not None:
        found.append(PhoneNumber.read(phone))
    if push is not None:
        found.append(Subscription.read(push))
    return found


def ask_callback(
    connection: Connection, house: House, ticket: int, found: Iterable[Address], language: str, now: float
) -> Changes:
    """She keeps her place, may go, and is rung there when her turn is near."""
    keep(connection, house, Owner("ticket", ticket), found, language, now)
    return house.queue.ask_callback(connection, ticket, now)


def cancel_callback(connection: Connection, house: House, ticket: int, now: float) -> Changes:
    """She would rather wait on the page; how to reach her is forgotten."""
    contact.forget(connection, Owner("ticket", ticket), now)
    return house.queue.cancel_callback(connection, ticket, now)


def keep(
    connection: Connection, house: House, owner: Owner, found: Iterable[Address], language: str, now: float
) -> None:
    """Remembers the addresses of a ticket or a booking."""
    for address in found:
        contact.keep(connection, house.vault, owner, address, language, now)
