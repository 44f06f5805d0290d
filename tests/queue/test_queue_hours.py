"""Opening hours: what a clock on the wall would say, and that the moments named are the right ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasl_queue.hours import ALWAYS, DAYS, BadHours, Hours, Opening, Span

ZONES = ["Asia/Kuwait", "Europe/Berlin", "Africa/Cairo", "America/Havana", "Australia/Lord_Howe", "UTC"]
MORNING = ["08:00-14:00"]
SUNDAY_TO_THURSDAY = dict.fromkeys(["sunday", "monday", "tuesday", "wednesday", "thursday"], MORNING)
EID = {
    "first": date(2026, 5, 26),
    "last": date(2026, 5, 28),
    "hours": [],
    "reason": {"ar": "عيد الأضحى", "en": "Eid al-Adha"},
}
KUWAIT = Hours.of("Asia/Kuwait", SUNDAY_TO_THURSDAY, [EID])


def at(text: str, zone: str = "Asia/Kuwait") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def test_a_week_in_kuwait() -> None:
    sunday = KUWAIT.at(at("2026-11-22 09:00"))
    assert (sunday.open, sunday.until, sunday.opens_at) == (True, at("2026-11-22 14:00"), None)
    early = KUWAIT.at(at("2026-11-22 07:59:59"))
    assert (early.open, early.until, early.opens_at) == (False, None, at("2026-11-22 08:00"))
    weekend = KUWAIT.at(at("2026-11-26 14:00"))
    assert (weekend.open, weekend.opens_at, weekend.reason) == (False, at("2026-11-29 08:00"), None)


def test_a_holiday_says_why() -> None:
    eid = KUWAIT.at(at("2026-05-27 10:00"))
    assert eid.reason == {"ar": "عيد الأضحى", "en": "Eid al-Adha"}
    assert (eid.open, eid.opens_at) == (False, at("2026-05-31 08:00"))


def test_other_hours_for_a_month_and_a_day_within() -> None:
    ramadan = {"first": date(2026, 2, 18), "last": date(2026, 3, 19), "hours": ["10:00-14:00"], "reason": {}}
    opening = {"first": date(2026, 2, 25), "last": date(2026, 2, 25), "hours": ["12:00-13:00"], "reason": {"en": "X"}}
    hours = Hours.of("Asia/Kuwait", SUNDAY_TO_THURSDAY, [ramadan, opening])
    assert hours.at(at("2026-02-24 09:00")).opens_at == at("2026-02-24 10:00")
    assert hours.at(at("2026-02-25 09:00")).opens_at == at("2026-02-25 12:00")
    assert hours.at(at("2026-02-25 12:30")).reason == {"en": "X"}


def test_a_span_past_midnight_belongs_to_the_day_it_begins_on() -> None:
    hours = Hours.of("Asia/Kuwait", {"thursday": ["08:00-12:00", "22:00-02:00"]})
    night = hours.at(at("2026-11-27 01:00"))
    assert (night.open, night.until) == (True, at("2026-11-27 02:00"))
    assert hours.at(at("2026-11-26 12:00")).opens_at == at("2026-11-26 22:00")


def test_spans_that_touch_are_one() -> None:
    hours = Hours.of("Asia/Kuwait", {"monday": ["20:00-24:00"], "tuesday": ["00:00-03:00", "03:00-04:00"]})
    assert hours.at(at("2026-11-23 21:00")).until == at("2026-11-24 04:00")


@pytest.mark.parametrize("now", [0.0, 1_800_000_000.5])
def test_always_never_closes(now: float) -> None:
    opening = ALWAYS.at(now)
    assert (opening.open, opening.until, opening.opens_at, opening.reason) == (True, None, None, None)


def test_round_the_clock_with_a_holiday_closes_for_it() -> None:
    hours = Hours.of("Asia/Kuwait", {day: ["00:00-24:00"] for day in DAYS}, [EID])
    assert hours.at(at("2026-01-01 00:00")).until == at("2026-05-26 00:00")
    assert hours.at(at("2026-05-29 00:00")).until is None


def test_what_never_opens_says_so() -> None:
    assert Hours.of("UTC", {}).at(0) == Opening(False, None, None, None)


def test_the_clocks_go_forward_and_back() -> None:
    hours = Hours.of("Europe/Berlin", {"sunday": ["01:30-02:30"], "monday": ["08:00-09:00"]})
    berlin = "Europe/Berlin"
    assert hours.at(at("2026-03-29 12:00", berlin)).opens_at == at("2026-03-30 08:00", berlin)
    assert at("2026-03-30 08:00", berlin) - at("2026-03-23 08:00", berlin) == (7 * 24 - 1) * 3600
    # 02:30 comes twice on 25 October: open until the second one.
    until = hours.at(at("2026-10-25 01:30", berlin)).until
    assert until == at("2026-10-25 01:30", berlin) + 2 * 3600


@pytest.mark.parametrize(
    "text", ["", "8-14", "08:00", "8:00-14:00", "08:00-08:00", "24:00-02:00", "08:60-09:00", "٠٨:٠٠-٠٩:٠٠"]
)
def test_a_bad_span_is_refused(text: str) -> None:
    with pytest.raises(BadHours) as caught:
        Span.read(text)
    assert (caught.value.field, caught.value.value) == ("week", text)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Hours.of("Asia/Kuweit", {}), "zone"),
        (lambda: Hours.of("../etc", {}), "zone"),
        (lambda: Hours.of("Asia", {}), "zone"),
        (lambda: Hours.of("UTC", {"funday": []}), "week"),
        (lambda: Hours("UTC", ()), "week"),
        (lambda: Hours.of("UTC", {}, [EID | {"last": date(2026, 5, 1)}]), "special"),
    ],
)
def test_bad_hours_are_refused(make: Callable[[], Hours], field: str) -> None:
    with pytest.raises(BadHours) as caught:
        make()
    assert caught.value.field == field


minutes = st.integers(0, 24 * 4 - 1).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
spans = st.lists(
    st.tuples(minutes, minutes).filter(lambda pair: pair[0] != pair[1]).map("-".join) | st.just("00:00-24:00"),
    max_size=3,
)
weeks = st.dictionaries(st.sampled_from(DAYS), spans)
days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
specials = st.lists(
    st.builds(
        lambda first, length, hours: {
            "first": first,
            "last": first + timedelta(days=length),
            "hours": hours,
            "reason": {"en": "so"},
        },
        days,
        st.integers(0, 9),
        spans,
    ),
    max_size=3,
)
hours_ = st.builds(Hours.of, st.sampled_from(ZONES), weeks, specials)
moments = st.builds(
    lambda day, minute: datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("UTC")).timestamp() + minute * 60,
    days,
    st.integers(0, 24 * 60),
)


def wall_says_open(hours: Hours, now: float) -> bool:
    """Looked up by hand: the spans of today, and those of yesterday that reach past midnight."""
    wall = datetime.fromtimestamp(now, ZoneInfo(hours.zone))
    minute = wall.hour * 60 + wall.minute
    for back in (0, 1):
        day = wall.date() - timedelta(days=back)
        named = [special.spans for special in hours.special if special.first <= day <= special.last]
        spans = named[-1] if named else hours.week[day.weekday()]
        if any(span.starts <= minute + back * 24 * 60 < span.ends for span in spans):
            return True
    return False


def is_far_from_a_change(hours: Hours, now: float) -> bool:
    zone = ZoneInfo(hours.zone)
    offsets = {datetime.fromtimestamp(now + hour * 3600, zone).utcoffset() for hour in (-26, 26)}
    return len(offsets) == 1


@given(hours_, moments)
def test_open_is_what_the_wall_clock_says(hours: Hours, now: float) -> None:
    opening = hours.at(now)
    if wall_says_open(hours, now):
        assert opening.open  # on every day, also when the clocks change
    elif is_far_from_a_change(hours, now):
        assert not opening.open


@given(hours_, moments, st.data())
def test_the_moments_named_are_where_it_changes(hours: Hours, now: float, data: st.DataObject) -> None:
    opening = hours.at(now)
    changes_at = opening.until if opening.open else opening.opens_at
    assert (opening.until if not opening.open else opening.opens_at) is None
    horizon = changes_at if changes_at is not None else now + 400 * 86_400
    assert horizon > now
    between = data.draw(st.floats(now, horizon, exclude_max=True))
    assert hours.at(between).open is opening.open
    assert not (changes_at is not None and hours.at(changes_at).open is opening.open)


@given(hours_, moments, st.floats(60, 10 * 86_400), st.data())
def test_intervals_say_what_moments_say(hours: Hours, from_: float, length: float, data: st.DataObject) -> None:
    found = hours.between(from_, from_ + length)
    assert all(starts < ends for starts, ends in found)
    assert all(before[1] < after[0] for before, after in pairwise(found))
    now = data.draw(st.floats(from_, from_ + length, exclude_max=True))
    assert hours.at(now).open is any(starts <= now < ends for starts, ends in found)
