"""The range that a waiting citizen is told, and what somebody is told before joining."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from wasl_queue import estimate as estimates
from wasl_queue import forecast, schema
from wasl_queue.drain import Drain, quantile
from wasl_queue.outlook import outlook
from wasl_queue.queue import Requirements

DEED = Requirements("deed", "ar", None, "video")


def told(desk, ticket: int):
    return desk.queue.estimate(desk.connection, ticket, desk.now)


def seen(desk, visits: int, *, seconds: float = 300, agent: str = "amal") -> None:
    """History: so many visits, one after the other."""
    desk.available(agent)
    for _ in range(visits):
        desk.join()
        desk.visit(agent, seconds)


def busy(desk, *agents: str) -> None:
    for agent in agents:
        desk.available(agent)
        desk.join()
        desk.accept(agent)


# What the mathematics says


def test_the_drain_of_memoryless_visits_is_erlang_a() -> None:
    dice = random.Random(1)
    visits = sorted(dice.expovariate(1 / 300) for _ in range(4000))
    ages = [dice.expovariate(1 / 300) for _ in range(20)]
    drain = Drain(visits, 0.0, 1 / 600, ages, [])
    for ahead in (5, 20, 60, 200):
        erlang = sum(1 / (20 / 300 + still / 600) for still in range(ahead + 1))
        assert drain.until(ahead + 1) == pytest.approx(erlang, rel=0.12)


def test_an_old_visit_ends_sooner_than_a_young_one_of_even_lengths() -> None:
    visits = [290.0 + number for number in range(20)]
    young, old = (Drain(visits, 30.0, 1e-6, [age], []).until(0.5) for age in (10.0, 250.0))
    assert old < 120 < 240 < young


def test_the_quantiles_of_a_gamma_distribution() -> None:
    dice = random.Random(2)
    for steps in (1, 4, 25):
        sums = sorted(dice.gammavariate(steps, 1) for _ in range(20_000))
        for share, deviations in ((0.1, -forecast.TENTH), (0.5, 0.0), (0.9, forecast.TENTH)):
            assert quantile(steps, deviations) == pytest.approx(sums[int(share * 20_000)], rel=0.06, abs=0.03)


# What the desk says


def test_p31_thin_history_says_nothing(desk) -> None:
    seen(desk, 9)
    desk.join()
    assert told(desk, desk.join()) is None


def test_a_thin_line_learns_from_what_the_same_agents_do_elsewhere(desk) -> None:
    seen(desk, 12)
    busy(desk, "amal")
    english = desk.join(Requirements("deed", "en", None, "video"))
    assert told(desk, english) is not None


def test_absence_of_half_of_the_agents_raises_it_at_once(desk) -> None:
    seen(desk, 20)
    agents = ["amal", "badr", "dana", "eman"]
    busy(desk, *agents)
    ticket = [desk.join() for _ in range(12)][-1]
    before = told(desk, ticket)
    for agent in agents[:2]:
        desk.queue.finish(desk.connection, serving(desk, agent), desk.now)
        desk.queue.sign_out(desk.connection, agent, desk.now)
    after = told(desk, ticket)
    assert after.middle > 1.5 * before.middle
    assert after.low > before.low
    assert after.high > before.high


def serving(desk, agent: str) -> int:
    at_desk = desk.queue.agents(desk.connection)
    return next(one.ticket for one in at_desk if one.presence.agent == agent)


def test_a_break_counts_as_absence(desk) -> None:
    seen(desk, 20)
    busy(desk, "amal", "badr")
    ticket = [desk.join() for _ in range(6)][-1]
    before = told(desk, ticket)
    desk.queue.finish(desk.connection, serving(desk, "badr"), desk.now)
    desk.queue.take_break(desk.connection, "badr", "lunch", desk.now)
    assert told(desk, ticket).middle > 1.4 * before.middle


def test_abandonment_lowers_it(desk) -> None:
    seen(desk, 20)
    busy(desk, "amal")
    waiting = [desk.join() for _ in range(30)]
    before = told(desk, waiting[-1])
    for _ in range(15):
        leaver = desk.join()
        desk.now += 20
        desk.queue.leave(desk.connection, leaver, desk.now)
    after = told(desk, waiting[-1])
    assert after.middle < 0.9 * before.middle


def test_rivals_in_a_line_of_the_same_agents_count_and_later_ones_do_not(desk) -> None:
    seen(desk, 20)
    english = Requirements("deed", "en", None, "video")
    busy(desk, "amal")
    for _ in range(5):
        desk.join(english)
    ticket = desk.join()
    alone = told(desk, ticket)
    assert alone.middle > 1000
    for _ in range(20):
        desk.join(english)
    assert told(desk, ticket).middle == pytest.approx(alone.middle, rel=0.15)


def test_whoever_is_rung_for_has_a_moment_to_wait(desk) -> None:
    desk.available("amal")
    ticket = desk.join()
    assert (told(desk, ticket).low, told(desk, ticket).high) == (0, 12)
    desk.accept("amal")
    assert told(desk, ticket) is None


def test_nobody_at_the_desk_is_no_estimate(desk) -> None:
    seen(desk, 20)
    desk.queue.sign_out(desk.connection, "amal", desk.now)
    assert told(desk, desk.join()) is None


def test_one_snapshot_serves_the_whole_line(desk) -> None:
    seen(desk, 20)
    busy(desk, "amal")
    waiting = [desk.join() for _ in range(25)]
    line = desk.ticket(waiting[0]).line
    snapshot = estimates.of_line(desk.connection, desk.policy, line, desk.now)
    assert [snapshot.at(ahead) for ahead in range(25)] == [told(desk, ticket) for ticket in waiting]


def test_errors_of_the_line_widen_its_range(desk) -> None:
    seen(desk, 40)
    busy(desk, "amal")
    ticket = [desk.join() for _ in range(5)][-1]
    before = told(desk, ticket)
    done = list(desk.connection.scalars(select(schema.ticket.c.id).where(schema.ticket.c.state == "done")))
    line = desk.ticket(ticket).line
    for number, served in enumerate(done):  # each waited far longer than was forecast
        visitor = desk.ticket(served)
        forecast.note(desk.connection, line, served, forecast.Raw(-900, -800, -700), visitor.joined_at + number / 100)
    after = told(desk, ticket)
    assert after.high > before.high
    assert after.middle > before.middle


def test_forecasts_are_noted_a_few_times_a_minute(desk) -> None:
    seen(desk, 20)
    busy(desk, "amal")
    last = [desk.join() for _ in range(3)][-1]
    for _ in range(60):
        desk.now += 1
        estimates.note(desk.connection, desk.policy, desk.now)
    rows = desk.connection.execute(select(schema.forecast)).all()
    assert {row.ticket for row in rows} == {last}
    assert len(rows) == 4


# Before joining


def test_outlook_by_hour(desk) -> None:
    monday = datetime(2026, 11, 2, tzinfo=UTC).timestamp()
    desk.available("amal")
    for day in range(3):
        for hour, gap in ((9, 290), (11, 0)):
            desk.now = monday + day * 86_400 + hour * 3600
            desk.available("amal")
            for _ in range(10):
                ticket = desk.join()
                desk.pass_time(gap / 29)
                assert desk.accept("amal") == ticket
                desk.pass_time(200)
                desk.queue.finish(desk.connection, ticket, desk.now)
                desk.queue.available(desk.connection, "amal", desk.now)
    desk.now = monday + 3 * 86_400 + 8.5 * 3600
    desk.pass_time(0)
    now, nine, ten, eleven = outlook(desk.connection, desk.policy, DEED, desk.now, hours=3, zone=UTC)
    assert (now.at, now.low, now.high) == (desk.now, 0, 12)
    assert [datetime.fromtimestamp(one.at, UTC).hour for one in (nine, ten, eleven)] == [9, 10, 11]
    assert ten.high is None
    assert nine.low >= 9
    assert eleven.high <= 2


def test_outlook_at_the_weekend_knows_only_weekends(desk) -> None:
    seen(desk, 40)
    friday = datetime(2026, 11, 6, 8, tzinfo=UTC).timestamp()
    assert [one.high for one in outlook(desk.connection, desk.policy, DEED, friday, hours=4, zone=UTC)][1:] == [
        None
    ] * 4


def test_outlook_of_a_line_nobody_ever_joined(desk) -> None:
    nothing = outlook(desk.connection, desk.policy, DEED, desk.now, hours=2, zone=UTC)
    assert [one.high for one in nothing] == [None] * 3


def test_a_very_long_line_is_told_with_more_doubt(desk) -> None:
    seen(desk, 20)
    busy(desk, "amal")
    line = desk.ticket(desk.join()).line
    snapshot = estimates.of_line(desk.connection, desk.policy, line, desk.now)
    far = snapshot.at(10_000)
    assert far.high - far.low > 0.3 * far.middle


@pytest.mark.parametrize(
    ("visits", "giving_up", "ages"),
    [
        ([1_100.0] * 10, 402 / 1_800, [100.0]),  # somebody joins and leaves hundreds of times
        ([3.0] * 10, 0.001, [300.0]),  # a few tests, and then a real visit
    ],
)
def test_odd_days_do_not_break_the_mathematics(visits: list[float], giving_up: float, ages: list[float]) -> None:
    assert 0 <= Drain(visits, 60.0, giving_up, ages, []).until(3) < math.inf
