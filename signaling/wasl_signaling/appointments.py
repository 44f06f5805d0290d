"""Times that are promised ahead, and what a citizen who thinks of joining is told."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from wasl_queue import booking as bookings
from wasl_queue import line as lines
from wasl_queue import outlook as outlooks
from wasl_queue.booking import Booking, BookingPolicy, Slot
from wasl_queue.outlook import Outlook
from wasl_records.contact import Address, Owner
from wasl_signaling import arrivals, idempotency
from wasl_signaling import messages as m
from wasl_signaling.house import House
from wasl_signaling.idempotency import Wish

DAY = 86_400.0
HOURS_AHEAD = 8


def slots(connection: Connection, house: House, request: m.Slots, now: float) -> list[Slot]:
    """The times that can be booked."""
    line, until = _line(connection, house, request), now + BookingPolicy().horizon_days * DAY
    found = bookings.slots(connection, line, now, until, now, house.openings.hours(request.service))
    return [slot for slot in found if slot.free]


def book(
    connection: Connection, house: House, request: m.Book, found: Sequence[Address], secret: str, now: float
) -> Booking:
    """Promises a time. Raises SlotTaken, Problem."""
    wish = Wish.of(request)
    if (before := idempotency.claim(connection, wish, now)) is not None:
        return bookings.proven(connection, before, secret)
    line, hours = _line(connection, house, request), house.openings.hours(request.service)
    made = bookings.book(connection, line, request.starts_at / 1000, secret, now, hours)
    arrivals.keep(connection, house, Owner("booking", made.id), found, request.language, now)
    idempotency.keep(connection, wish, made.id)
    return made


def cancel(connection: Connection, request: m.CancelBooking, now: float) -> None:
    """She needs it no more. Raises UnknownBooking, IllegalMove."""
    bookings.cancel(connection, bookings.proven(connection, request.booking, request.resume), now)


def outlook(connection: Connection, house: House, request: m.Outlook, now: float) -> list[Outlook]:
    """How long she would wait: now, and at the full hours to come in which the service is open."""
    needs = house.needs(request.service, request.language, request.sign_language, request.modality)
    hours = house.openings.hours(request.service)
    points = outlooks.outlook(connection, house.queue.policy, needs, now, hours=HOURS_AHEAD, zone=house.zone)
    return [point for point in points if hours.at(point.at).open]


def _line(connection: Connection, house: House, request: m.Slots | m.Book) -> int:
    needs = house.needs(request.service, request.language, request.sign_language, request.modality)
    return lines.opened(connection, needs)
