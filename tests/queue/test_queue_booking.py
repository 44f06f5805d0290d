"""Bookings: times that are promised only while there are people to keep the promise."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, select

from wasl_queue import booking, notice, roster, schema
from wasl_queue.booking import MOVES, BookingPolicy, BookingState, SlotTaken, UnknownBooking, slots
from wasl_queue.crew import Crew, room, staffable
from wasl_queue.errors import IllegalMove
from wasl_queue.hours import Hours
from wasl_records.database import Database

HOUR = 3600.0
EIGHT = datetime(2026, 11, 22, 8, tzinfo=ZoneInfo("Asia/Kuwait")).timestamp()  # a Sunday
NOW = EIGHT - 24 * HOUR
ALL = BookingPolicy(share=1)
DEED, RENT, SIGNED = 1, 2, 3
Seats = Mapping[str, Sequence[tuple[int, str]]]


def staff(connection: Connection, seats: Seats, hours: float = 1) -> None:
    """These people can fill these seats, and all work from eight."""
    values = {"routing_group": "g", "language": "ar", "modality": "video", "level": 1}
    lines = sorted({line for filled in seats.values() for line, _ in filled} | {DEED, RENT, SIGNED})
    connection.execute(schema.line.insert(), [{**values, "id": line, "service": str(line)} for line in lines])
    person = {"state": "offline", "since": 0, "misses": 0, "idle_since": 0, "lease_until": 0, "interpreter": False}
    for agent, filled in seats.items():
        connection.execute(schema.agent.insert(), {**person, "id": agent, "groups": ""})
        for line, seat in filled:
            connection.execute(schema.serves.insert(), {"agent": agent, "line": line, "seat": seat, "level": 3})
        roster.plan(connection, agent, EIGHT, EIGHT + hours * HOUR)


def free(connection: Connection, line: int, policy: BookingPolicy = ALL) -> list[int]:
    return [slot.free for slot in slots(connection, line, EIGHT, EIGHT + 24 * HOUR, NOW, policy=policy)]


def book(connection: Connection, line: int, starts_at: float = EIGHT, policy: BookingPolicy = ALL) -> booking.Booking:
    return booking.book(connection, line, starts_at, "secret", NOW, policy=policy)


def test_slots_are_where_people_are_planned(connection: Connection) -> None:
    staff(connection, {"amal": [(DEED, "whole")], "badr": [(DEED, "whole")]})
    roster.plan(connection, "amal", EIGHT + HOUR, EIGHT + 1.75 * HOUR)
    found = slots(connection, DEED, 0, EIGHT + 24 * HOUR, NOW, policy=ALL)
    assert [(slot.starts_at - EIGHT, slot.ends_at - EIGHT) for slot in found] == [(0, 1800), (1800, 3600), (3600, 5400)]
    assert [slot.free for slot in found] == [2, 2, 1]


def test_slots_are_where_the_desk_is_open(connection: Connection) -> None:
    staff(connection, {"amal": [(DEED, "whole")]}, hours=24)
    hours = Hours.of("Asia/Kuwait", {"sunday": ["08:15-09:45", "22:30-24:00"], "monday": ["00:00-01:00"]})
    found = slots(connection, DEED, 0, EIGHT + 24 * HOUR, NOW, hours, ALL)
    assert [(slot.starts_at - EIGHT) / HOUR for slot in found] == [0.5, 1, 14.5, 15, 15.5, 16, 16.5]


def test_slots_are_neither_too_near_nor_too_far(connection: Connection) -> None:
    staff(connection, {"amal": [(DEED, "whole")]}, hours=3)

    def first(now: float, policy: BookingPolicy = ALL) -> list[float]:
        return [slot.starts_at - EIGHT for slot in slots(connection, DEED, 0, EIGHT + 24 * HOUR, now, policy=policy)]

    assert first(EIGHT - HOUR)[0] == 0
    assert first(EIGHT - HOUR + 1)[0] == 1800
    assert first(EIGHT + HOUR)[0] == 2 * HOUR
    assert first(EIGHT - 14 * 24 * HOUR) == []
    assert first(EIGHT - 24 * HOUR, BookingPolicy(horizon_days=1, slot_minutes=60)) == []
    assert first(EIGHT - 23 * HOUR, BookingPolicy(horizon_days=1, slot_minutes=60)) == [0]


@pytest.mark.parametrize(
    ("people", "share", "expected"), [(1, 0.5, 1), (2, 0.5, 1), (3, 0.5, 2), (10, 0.1, 1), (2, 0, 0)]
)
def test_a_part_is_kept_for_those_who_come_unannounced(
    connection: Connection, people: int, share: float, expected: int
) -> None:
    staff(connection, {f"agent{number}": [(DEED, "whole")] for number in range(people)}, hours=0.5)
    assert free(connection, DEED, BookingPolicy(share=share)) == [expected]


def test_a_lone_signer_is_booked_once_in_all_her_lines(connection: Connection) -> None:
    staff(connection, {"noura": [(DEED, "whole"), (RENT, "whole")]}, hours=0.5)
    book(connection, DEED)
    assert free(connection, RENT) == [0]
    with pytest.raises(SlotTaken) as caught:
        book(connection, RENT)
    assert (caught.value.line, caught.value.starts_at) == (RENT, EIGHT)


def test_hearing_bookings_leave_the_signer_to_those_who_sign(connection: Connection) -> None:
    signer = {"noura": [(DEED, "whole"), (SIGNED, "whole")]}
    hearing = {f"agent{number}": [(DEED, "whole")] for number in range(3)}
    staff(connection, {**signer, **hearing}, hours=0.5)
    half = BookingPolicy()
    for _ in range(2):
        book(connection, DEED, policy=half)
    assert free(connection, DEED, half) == [0]
    assert free(connection, SIGNED, half) == [1]


def test_an_interpreter_is_shared_and_nobody_takes_two_seats(connection: Connection) -> None:
    staff(
        connection,
        {
            "amal": [(DEED, "whole"), (SIGNED, "agent")],
            "badr": [(DEED, "whole"), (SIGNED, "agent")],
            "dalal": [(SIGNED, "interpreter")],
        },
        hours=0.5,
    )
    assert free(connection, SIGNED) == [1]
    book(connection, SIGNED)
    assert (free(connection, SIGNED), free(connection, DEED)) == ([0], [1])
    book(connection, DEED)
    assert free(connection, DEED) == [0]


@pytest.mark.parametrize("starts_at", [EIGHT - 1800, EIGHT + 60, EIGHT + HOUR, NOW])
def test_only_slots_can_be_booked(connection: Connection, starts_at: float) -> None:
    staff(connection, {"amal": [(DEED, "whole")]})
    with pytest.raises(SlotTaken):
        book(connection, DEED, starts_at)


def test_slots_of_another_length_count_what_was_booked_before(connection: Connection) -> None:
    staff(connection, {"amal": [(DEED, "whole")]}, hours=2)
    book(connection, DEED, EIGHT + 1800)
    longer = BookingPolicy(slot_minutes=60, share=1)
    assert free(connection, DEED, longer) == [0, 1]


def states(connection: Connection) -> list[tuple[str | None, str, int]]:
    event = schema.queue_event.c
    query = select(event.from_state, event.to_state, event.detail).where(event.kind == "booking").order_by(event.seq)
    return [(was, to, json.loads(detail)["booking"]) for was, to, detail in connection.execute(query)]


def test_a_booking_is_made_and_cancelled(connection: Connection) -> None:
    staff(connection, {"amal": [(DEED, "whole")]}, hours=0.5)
    made = book(connection, DEED)
    assert booking.get(connection, made.id) == made
    assert booking.cancel(connection, made, NOW + 1).state is BookingState.CANCELLED
    assert free(connection, DEED) == [1]
    assert states(connection) == [(None, "booked", made.id), ("booked", "cancelled", made.id)]
    assert notice.claim(connection, EIGHT, 60, 10) == []
    assert book(connection, DEED).id != made.id


def test_who_books_is_told_and_reminded(connection: Connection) -> None:
    staff(connection, {"amal": [(DEED, "whole")]})
    made = book(connection, DEED)
    assert [found.kind for found in notice.claim(connection, NOW, 60, 10)] == ["booked"]
    assert notice.claim(connection, EIGHT - 1801, 60, 10)[1:] == []
    (reminder,) = [found for found in notice.claim(connection, EIGHT - 1800, 60, 10) if found.attempts == 1]
    assert (reminder.kind, reminder.booking) == ("booking_near", made.id)


def test_a_booking_belongs_to_whoever_has_its_secret(connection: Connection) -> None:
    staff(connection, {"amal": [(DEED, "whole")]})
    made = book(connection, DEED)
    assert booking.proven(connection, made.id, "secret") == made
    for number, secret in ((made.id, "other"), (made.id + 1, "secret"), (made.id, "")):
        with pytest.raises(UnknownBooking):
            booking.proven(connection, number, secret)
    with pytest.raises(UnknownBooking):
        booking.get(connection, made.id + 1)


def test_she_arrives_or_misses_it(connection: Connection) -> None:
    staff(connection, {"amal": [(DEED, "whole")]})
    first, second = book(connection, DEED), book(connection, DEED, EIGHT + 1800)
    assert booking.due(connection, EIGHT - 300, 299) == []
    assert booking.due(connection, EIGHT - 300, 300) == [first]
    ticket = {"id": 9, "line": DEED, "secret": "", "state": "waiting", "since": 0, "joined_at": 0, "priority": 0}
    connection.execute(schema.ticket.insert(), {**ticket, "reasons": "", "sort_key": 0})
    arrived = booking.arrive(connection, first, 9, EIGHT)
    assert (arrived.state, arrived.ticket) == ("arrived", 9)
    assert booking.get(connection, first.id) == arrived
    assert booking.miss_overdue(connection, EIGHT + HOUR - 1) == []
    (missed,) = booking.miss_overdue(connection, EIGHT + HOUR)
    assert (missed.id, missed.state) == (second.id, "missed")
    assert booking.due(connection, EIGHT + HOUR, 0) == []


@pytest.mark.parametrize(("was", "to"), [(was, to) for was in MOVES for to in BookingState if to not in MOVES[was]])
def test_other_moves_are_refused(connection: Connection, was: BookingState, to: BookingState) -> None:
    staff(connection, {"amal": [(DEED, "whole")]})
    made = book(connection, DEED)
    if was is not BookingState.BOOKED:
        made = booking.move(connection, made, was, NOW)
    with pytest.raises(IllegalMove) as caught:
        booking.move(connection, made, to, NOW)
    assert (caught.value.kind, caught.value.state, caught.value.to) == ("booking", was, to)


def test_a_move_that_comes_second_is_refused(connection: Connection) -> None:
    staff(connection, {"amal": [(DEED, "whole")]})
    made = book(connection, DEED)
    booking.cancel(connection, made, NOW)
    with pytest.raises(IllegalMove):
        booking.arrive(connection, made, 9, NOW)


async def test_two_who_book_at_once_never_get_one_slot(database_url: str) -> None:
    processes = [Database.open(database_url) for _ in range(3)]
    await processes[0].write(schema.metadata.create_all)
    people: Seats = {"noura": [(DEED, "whole"), (RENT, "whole")], "fahad": [(DEED, "whole")]}
    await processes[0].write(staff, people, 1)

    async def attempt(process: Database, line: int, starts_at: float) -> int:
        try:
            await process.write(book, line, starts_at)
        except SlotTaken:
            return 0
        return 1

    tries = [(line, EIGHT + half * 1800) for line in (DEED, RENT) for half in (0, 1)]
    made = await asyncio.gather(*(attempt(p, *this) for p, this in itertools.product(processes, tries * 2)))
    left = [await processes[0].read(free, line) for line in (DEED, RENT)]
    for process in processes:
        await process.close()
    assert sum(made) == 4  # two people, two slots
    assert left == [[0, 0], [0, 0]]


# Against brute force: every way to give each call its people.

names = st.frozensets(st.sampled_from("abcde"), max_size=4)
crews = st.builds(Crew, names, names, names)


def can_be_staffed(calls: Sequence[Crew], taken: frozenset[str] = frozenset()) -> bool:
    if not calls:
        return True
    first, *others = calls
    alone = [{person} for person in first.whole]
    together = [{a, i} for a in first.agent for i in first.interpreter if a != i]
    return any(can_be_staffed(others, taken | chosen) for chosen in alone + together if not taken & chosen)


@given(st.lists(crews, max_size=5))
def test_what_can_be_staffed_is_what_some_seating_shows(calls: list[Crew]) -> None:
    assert staffable(calls) is can_be_staffed(calls)


@given(st.lists(crews, max_size=3), crews)
def test_room_is_as_many_as_can_be_added(made: list[Crew], crew: Crew) -> None:
    more = room(tuple(made), crew)
    assert can_be_staffed([*made, *[crew] * more]) or more == 0
    assert not can_be_staffed([*made, *[crew] * (more + 1)])


def test_giving_up_is_a_no_in_little_time() -> None:
    hard = Crew(frozenset("ab"), frozenset(map(str, range(40))), frozenset(map(str, range(20, 60))))
    assert not staffable([hard] * 40)
    assert room((), hard) >= 30


seats = st.lists(
    st.tuples(st.sampled_from([DEED, RENT, SIGNED]), st.sampled_from(["whole", "agent", "interpreter"])), unique=True
)
plans = st.dictionaries(st.sampled_from(["amal", "badr", "dalal", "fahad", "noura"]), seats, min_size=1)
wishes = st.lists(
    st.tuples(
        st.sampled_from([DEED, RENT, SIGNED]), st.sampled_from([0, 1, 2, 3]), st.sampled_from([30, 60]), st.booleans()
    ),
    max_size=25,
)


@given(plans, wishes, st.sampled_from([0.3, 0.5, 1]))
def test_whatever_is_booked_can_be_staffed(
    people: Seats, wanted: list[tuple[int, int, int, bool]], share: float
) -> None:
    engine = create_engine("sqlite://")
    schema.metadata.create_all(engine)
    with engine.begin() as connection:
        staff(connection, people, hours=2)
        made: list[booking.Booking] = []
        for line, half, length, keep in wanted:
            policy = BookingPolicy(slot_minutes=length, share=share)
            starts_at = EIGHT + half * 1800
            offered = {
                s.starts_at: s.free for s in slots(connection, line, EIGHT, EIGHT + 2 * HOUR, NOW, policy=policy)
            }
            try:
                booked = book(connection, line, starts_at, policy)
            except SlotTaken:
                assert not offered.get(starts_at)
                continue
            assert offered[starts_at] > 0
            if keep:
                made.append(booked)
            else:
                booking.cancel(connection, booked, NOW)
        for moment in (EIGHT + quarter * 900 for quarter in range(8)):
            calls = [crew_of(people, b.line) for b in made if b.starts_at <= moment < b.ends_at]
            assert can_be_staffed(calls)
    engine.dispose()


def crew_of(people: Seats, line: int) -> Crew:
    def who(seat: str) -> frozenset[str]:
        return frozenset(agent for agent, filled in people.items() if (line, seat) in filled)

    return Crew(who("whole"), who("agent"), who("interpreter"))
