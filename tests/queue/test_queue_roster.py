"""Who is planned to work when."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from wasl_queue import roster
from wasl_queue.roster import BadShift, Shift, ShiftsOverlap, UnknownShift, on_duty


def test_what_is_planned_is_found_in_order(connection: Connection) -> None:
    late = roster.plan(connection, "amal", 200, 300)
    early = roster.plan(connection, "badr", 100, 250)
    assert roster.planned(connection, 0, 1_000) == [early, late]
    assert roster.planned(connection, 250, 260) == [late]
    assert roster.planned(connection, 300, 400) == []


@pytest.mark.parametrize("times", [(150, 160), (50, 150), (150, 250), (50, 250), (100, 200)])
def test_an_overlap_is_refused(connection: Connection, times: tuple[float, float]) -> None:
    roster.plan(connection, "amal", 100, 200)
    with pytest.raises(ShiftsOverlap) as caught:
        roster.plan(connection, "amal", *times)
    assert (caught.value.agent, caught.value.starts_at, caught.value.ends_at) == ("amal", 100, 200)
    roster.plan(connection, "badr", *times)


def test_shifts_may_touch(connection: Connection) -> None:
    roster.plan(connection, "amal", 100, 200)
    roster.plan(connection, "amal", 200, 300)
    assert on_duty(roster.planned(connection, 0, 1_000), 150, 250) == {"amal"}


def test_a_shift_that_ends_before_it_begins_is_refused(connection: Connection) -> None:
    with pytest.raises(BadShift):
        roster.plan(connection, "amal", 200, 200)


def test_a_shift_is_moved_and_taken_back(connection: Connection) -> None:
    shift = roster.plan(connection, "amal", 100, 200)
    moved = roster.replace(connection, shift, 150, 250)
    assert roster.planned(connection, 0, 1_000) == [moved] == [Shift(150, 250, "amal")]
    roster.remove(connection, "amal", 150)
    assert roster.planned(connection, 0, 1_000) == []
    with pytest.raises(UnknownShift):
        roster.remove(connection, "amal", 150)
    with pytest.raises(UnknownShift):
        roster.replace(connection, moved, 0, 1)


@pytest.mark.parametrize(
    ("times", "here"), [((100, 200), True), ((99, 200), False), ((100, 201), False), ((150, 160), True)]
)
def test_on_duty_is_for_all_of_the_time(times: tuple[float, float], here: bool) -> None:
    assert on_duty([Shift(100, 200, "amal")], *times) == ({"amal"} if here else set())
    assert on_duty([Shift(100, 140, "amal"), Shift(160, 200, "amal")], 130, 170) == set()
