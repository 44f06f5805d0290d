"""How citizens come to a place, hour by hour: opening hours, coming back, messages, call-backs, bookings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Connection, create_engine, select

from wasl_queue import booking as bookings
from wasl_queue import roster
from wasl_queue import schema as queue_schema
from wasl_queue.queue import PresenceState, Queue, Reason, Skills, TicketState
from wasl_records import catalogue, contact, staff
from wasl_records.contact import BadPhoneNumber, BadSubscription, Owner, PhoneNumber
from wasl_records.database import Database
from wasl_records.staff import EVERY_SERVICE, Role, Staff
from wasl_signaling import appointments, arrivals, migrate, visits
from wasl_signaling import messages as m
from wasl_signaling.house import House, Recordings
from wasl_web.errors import DeskClosed, Problem, error_view
from wasl_web.opening import Openings

CATALOGUE = """
bodies:
  housing:
    name: {ar: السكن, en: Housing}
    icon: house
    hours:
      zone: Asia/Kuwait
      week: {sunday: [08:00-14:00], monday: [08:00-14:00]}
      special: [{first: 2027-02-28, hours: [], reason: {ar: عيد, en: National Day}}]
services:
  deed: {body: housing, name: {ar: صك, en: Deed}, icon: house, duration: 600}
  always: {body: housing, name: {ar: دائم, en: Always}, icon: house, duration: 600, hours: always}
"""
KUWAIT = ZoneInfo("Asia/Kuwait")
PHONE = "٥٠٠١ ١٢٣٤"


def at(day: int, hour: int, minute: int = 0) -> float:
    """A moment of February 2027 in Kuwait; the 21st is a Sunday."""
    return datetime(2027, 2, day, hour, minute, tzinfo=KUWAIT).timestamp()


OPEN = at(21, 9)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    file = tmp_path / "catalogue.yaml"
    file.write_text(CATALOGUE)
    services = catalogue.load(file)
    url = f"sqlite:///{tmp_path / 'test.db'}"
    migrate.upgrade(url)
    vault = Fernet(Fernet.generate_key())
    database = Database.open(url)
    openings, recordings = Openings(services), Recordings(tmp_path)
    yield House(database, Queue(server="here"), services, openings, KUWAIT, vault, recordings, text_messages=True)
    await database.close()


@pytest.fixture
def connection(house: House, tmp_path: Path) -> Iterator[Connection]:
    engine = create_engine(f"sqlite:///{tmp_path / 'test.db'}")
    with engine.begin() as connection:
        house.queue.renew_server(connection, OPEN)
        yield connection
    engine.dispose()


def a_join(service: str = "deed", **more: object) -> m.Join:
    return m.Join.model_validate({"service": service, "modality": "text", "language": "ar", **more})


def join(connection: Connection, house: House, now: float = OPEN, secret: str = "s", **more: object) -> int:
    return arrivals.join(connection, house, a_join(**more), secret, now).ticket


def hire(connection: Connection, house: House, agent: str, now: float) -> None:
    """An agent who has everything, at her desk."""
    person = Staff(
        id=agent,
        name_ar=agent,
        name_en=agent,
        roles=frozenset({Role.AGENT}),
        services={EVERY_SERVICE: 3},
        languages={"ar": 3},
    )
    staff.add(connection, person, "")
    visits.sign_in(connection, house, agent, now)
    house.queue.available(connection, agent, now)


def test_a_place_is_in_the_routing_group_of_the_body(connection: Connection, house: House) -> None:
    ticket = house.queue.ticket(connection, join(connection, house))
    assert ticket.requirements.group == "housing"


@pytest.mark.parametrize(
    ("now", "opens", "reason"),
    [
        (at(21, 7), at(21, 8), None),
        (at(21, 14), at(22, 8), None),
        (at(23, 9), at(22, 8) + 7 * 86_400, None),  # the Sunday between is a holiday
        (at(28, 9), at(22, 8) + 7 * 86_400, "National Day"),
    ],
)
def test_when_it_is_closed_it_is_told_when_it_opens(
    connection: Connection, house: House, now: float, opens: float, reason: str | None
) -> None:
    with pytest.raises(DeskClosed) as closed:
        join(connection, house, now)
    told = error_view(closed.value, "en")
    assert (told.code, told.reason) == ("desk_closed", reason)
    assert told.opens_at == opens * 1000
    join(connection, house, now, service="always")


def test_who_waits_is_sent_home_when_it_closes_and_told(connection: Connection, house: House) -> None:
    waits, rung = join(connection, house), join(connection, house)
    arrivals.ask_callback(connection, house, rung, [PhoneNumber.read(PHONE)], "ar", OPEN)
    assert not visits.close(connection, house, at(21, 13, 59))
    changes = visits.close(connection, house, at(21, 14))
    assert changes.tickets == {waits, rung}
    assert house.queue.ticket(connection, waits).state is TicketState.CLOSED
    notices = connection.execute(select(queue_schema.notice.c.kind, queue_schema.notice.c.ticket)).all()
    assert [tuple(notice) for notice in notices] == [("closed", rung)]


def test_who_dropped_out_lately_returns_further_up_and_to_the_same_agent(connection: Connection, house: House) -> None:
    hire(connection, house, "agent", OPEN)
    ticket = join(connection, house)
    offer = house.queue.offer_for(connection, "agent")
    assert offer is not None
    visits.accept(connection, house.queue, offer.id, "agent", OPEN)
    visits.absent(connection, house.queue, ticket, OPEN)
    house.queue.renew(connection, ["agent"], OPEN + 200)
    visits.sweep(connection, house.queue, OPEN + 200)
    assert house.queue.ticket(connection, ticket).state is TicketState.EXPIRED
    earlier = {"ticket": ticket, "resume": "s"}
    soon = house.queue.ticket(connection, join(connection, house, OPEN + 300, returning=earlier))
    assert (soon.reasons, soon.wishes.agent) == ({Reason.RETURNED}, "agent")
    late = house.queue.ticket(connection, join(connection, house, OPEN + 7_200, returning=earlier))
    assert (late.reasons, late.wishes.agent) == (frozenset(), "agent")
    for claim in ({"ticket": ticket, "resume": "guess"}, {"ticket": 999, "resume": "s"}):
        liar = house.queue.ticket(connection, join(connection, house, OPEN + 300, returning=claim))
        assert (liar.reasons, liar.wishes.agent) == (frozenset(), None)


def test_a_message_waits_without_a_page_and_is_answered_without_a_call(connection: Connection, house: House) -> None:
    night = at(21, 23)
    request = m.LeaveMessage(service="deed", language="ar", text="متى أستلم؟", phone=PHONE)
    ticket = arrivals.leave_message(connection, house, request, PhoneNumber.read(PHONE), "s", night).ticket
    other = Queue(server="there")
    other.recover(connection, night + 60, alone=True)  # the process that took it is gone, and no page with it
    visits.absent(connection, other, ticket, night + 60)
    visits.sweep(connection, other, night + 4_000)
    assert house.queue.ticket(connection, ticket).present
    visits.close(connection, house, night + 4_000)
    citizen = join(connection, house, at(22, 9))
    hire(connection, house, "agent", at(22, 9))
    rung = house.queue.offer_for(connection, "agent")
    assert rung is not None
    assert rung.ticket == citizen, "who waits on her page goes first"
    visits.leave(connection, house.queue, citizen, at(22, 9))
    offer = house.queue.offer_for(connection, "agent")
    assert offer is not None
    assert arrivals.message_of(connection, offer.ticket) == "متى أستلم؟"
    visits.accept(connection, house.queue, offer.id, "agent", at(22, 9))
    finish = m.Finish(ticket=ticket, outcome=m.Outcome.COMPLETED, note="غدًا")
    visits.finish(connection, house.queue, "agent", finish, at(22, 9))
    arrivals.resume(connection, house.queue, ticket, "s", at(22, 10))
    assert house.queue.ticket(connection, ticket).state is TicketState.DONE
    assert contact.masked(connection, house.vault, Owner("ticket", ticket)) == {"sms": "+965 •••• 1234"}


def test_a_callback_keeps_how_to_reach_her_until_she_rather_waits(connection: Connection, house: House) -> None:
    ticket, owner = join(connection, house), Owner("ticket", 1)
    found = arrivals.addresses(house, PHONE, None)
    arrivals.ask_callback(connection, house, ticket, found, "ar", OPEN)
    assert contact.masked(connection, house.vault, owner) == {"sms": "+965 •••• 1234"}
    assert house.queue.ticket(connection, ticket).callback_at == OPEN
    arrivals.cancel_callback(connection, house, ticket, OPEN + 1)
    assert contact.masked(connection, house.vault, owner) == {}
    assert house.queue.ticket(connection, ticket).callback_at is None


def test_addresses_that_cannot_work_are_refused(house: House) -> None:
    with pytest.raises(BadPhoneNumber):
        arrivals.addresses(house, "12", None)
    with pytest.raises(BadSubscription):
        arrivals.addresses(house, None, {"endpoint": "https://evil.example/"})
    with pytest.raises(Problem) as refused:
        arrivals.addresses(replace(house, text_messages=False), PHONE, None)
    assert refused.value.code == "no_text_messages"


def test_a_booking_from_slots_to_her_place_at_the_front(connection: Connection, house: House) -> None:
    saturday = at(20, 12)
    hire(connection, house, "agent", saturday)
    house.queue.take_break(connection, "agent", "rest", saturday)
    for hour in (9, 10):
        roster.plan(connection, "agent", at(21, hour), at(21, hour + 1))
    what = {"service": "deed", "language": "ar", "modality": "text"}
    slots = appointments.slots(connection, house, m.Slots.model_validate(what), saturday)
    assert [slot.starts_at for slot in slots] == [at(21, 9), at(21, 9, 30), at(21, 10), at(21, 10, 30)]
    request = m.Book.model_validate({**what, "starts_at": int(at(21, 10) * 1000), "phone": PHONE})
    found = arrivals.addresses(house, PHONE, None)
    made = appointments.book(connection, house, request, found, "b", saturday)
    with pytest.raises(bookings.SlotTaken):
        appointments.book(connection, house, request, [], "c", saturday)
    booked = {"booking": made.id, "resume": "b"}
    with pytest.raises(Problem) as early:
        join(connection, house, at(21, 9, 20), booking=booked)
    assert early.value.code == "not_your_time"
    first = join(connection, house, at(21, 9, 50))
    ticket = join(connection, house, at(21, 9, 55), booking=booked)
    assert (house.queue.position(connection, ticket), house.queue.position(connection, first)) == (1, 2)
    assert contact.masked(connection, house.vault, Owner("ticket", ticket)) == {"sms": "+965 •••• 1234"}
    with pytest.raises(bookings.UnknownBooking):
        join(connection, house, at(21, 9, 56), booking=booked)


def test_a_booking_is_cancelled_by_its_owner_only(connection: Connection, house: House) -> None:
    hire(connection, house, "agent", at(20, 12))
    roster.plan(connection, "agent", at(21, 9), at(21, 10))
    request = m.Book.model_validate(
        {"service": "deed", "language": "ar", "modality": "text", "starts_at": int(at(21, 9) * 1000)}
    )
    made = appointments.book(connection, house, request, [], "b", at(20, 12))
    with pytest.raises(bookings.UnknownBooking):
        appointments.cancel(connection, m.CancelBooking(booking=made.id, resume="guess"), at(20, 13))
    appointments.cancel(connection, m.CancelBooking(booking=made.id, resume="b"), at(20, 13))
    appointments.book(connection, house, request, [], "c", at(20, 13))


def test_who_comes_early_to_an_appointment_is_not_sent_home(connection: Connection, house: House) -> None:
    hire(connection, house, "agent", at(20, 12))
    roster.plan(connection, "agent", at(21, 8), at(21, 9))
    house.queue.sign_out(connection, "agent", at(20, 13))
    request = m.Book.model_validate(
        {"service": "deed", "language": "ar", "modality": "text", "starts_at": int(at(21, 8) * 1000)}
    )
    made = appointments.book(connection, house, request, [], "b", at(20, 12))
    early = join(connection, house, at(21, 7, 50), booking={"booking": made.id, "resume": "b"})
    visits.close(connection, house, at(21, 7, 51))
    assert house.queue.ticket(connection, early).state is TicketState.WAITING


def test_what_is_connected_and_what_the_desk_believes_are_brought_together(
    connection: Connection, house: House
) -> None:
    hire(connection, house, "agent", OPEN)
    ticket, other, queue = join(connection, house), Queue(server="other"), house.queue
    other.renew_server(connection, OPEN + 1_000)
    other.sweep(connection, OPEN + 1_000)  # takes this process for dead, and all its people with it
    assert not queue.ticket(connection, ticket).present
    assert queue.presence(connection, "agent").state is PresenceState.OFFLINE
    pages = frozenset({ticket})
    changes, missing = visits.reconcile(connection, house, pages, ["agent"], frozenset(), OPEN + 1_001)
    assert (changes.tickets >= pages, missing) == (True, frozenset())
    assert queue.ticket(connection, ticket).present
    assert queue.presence(connection, "agent").state is PresenceState.BREAK
    for present in (True, False):  # her page is gone, and nobody could write that down
        _, missing = visits.reconcile(connection, house, frozenset(), [], missing, OPEN + 1_010)
        assert (missing, queue.ticket(connection, ticket).present) == (pages, present)


def test_the_outlook_ends_with_the_opening_hours(connection: Connection, house: House) -> None:
    what = m.Outlook.model_validate({"service": "deed", "language": "ar", "modality": "text"})
    points = appointments.outlook(connection, house, what, at(21, 11, 20))
    assert [datetime.fromtimestamp(point.at, UTC).astimezone(KUWAIT).hour for point in points] == [11, 12, 13]
    assert {point.high for point in points} == {None}


@pytest.mark.parametrize(
    ("body", "roles", "groups", "interprets"),
    [
        (None, {Role.AGENT}, {"housing"}, False),
        ("justice", {Role.AGENT}, {"justice"}, False),
        (None, {Role.INTERPRETER}, {"housing"}, True),
    ],
)
def test_skills_come_from_the_records(
    house: House, body: str | None, roles: set[Role], groups: set[str], interprets: bool
) -> None:
    person = Staff(
        id="a", name_ar="", name_en="", roles=frozenset(roles), body=body, services={"deed": 4}, languages={"ar": 5}
    )
    modalities = frozenset({"video", "voice", "text", "message"})
    assert visits.skills_of(house.catalogue, person) == Skills(
        {"deed": 4}, {"ar": 5}, modalities, frozenset(groups), interpreter=interprets
    )
