"""A simulated day: it is the real queue, it adds up, and the estimates in it hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from wasl_queue import estimate as estimates
from wasl_queue import figures, scenario
from wasl_queue import ticket as tickets
from wasl_queue.scenario import HOUR, Absence, Demand, Scenario, Span, Staff
from wasl_queue.simulation import POLICY, Simulation, requirements
from wasl_queue.ticket import TicketState


def lived(connection, day: Scenario, seed: int = 1, **more) -> Simulation:
    simulation = Simulation(day, seed, **more)
    times = list(simulation.run(connection))
    assert times == sorted(times)
    return simulation


SHORT = Scenario(
    opens=8 * HOUR,
    closes=11 * HOUR,
    lines=(Demand(profile=(1.0,), per_hour=60),),
    staff=(Staff(count=6, shift=Span(starts=8 * HOUR, ends=11 * HOUR)),),
)


def test_a_day_adds_up_and_leaves_nobody_behind(connection) -> None:
    simulation = lived(connection, SHORT)
    (line,) = figures.of_day(simulation, within=60)
    assert line.joined == line.served + line.left > 120
    assert 0.5 < line.occupancy <= 1
    assert line.median_wait <= line.mean_wait <= line.wait_90
    ends = {tickets.get(connection, ticket).state for ticket in simulation.visitors}
    assert ends <= {TicketState.DONE, TicketState.LEFT}


def test_the_same_seed_is_the_same_day(connection) -> None:
    days = [[one.waited for one in lived(connection, SHORT, seed).visitors.values()] for seed in (3, 3, 4)]
    assert days[0] == days[1] != days[2]


def test_absence_and_breaks_empty_the_desk_and_lengthen_waits(connection) -> None:
    (staff,) = SHORT.staff
    pause = Span(starts=10 * HOUR, ends=10.5 * HOUR)
    thin = SHORT.model_copy(
        update={
            "absences": (Absence(starts=9 * HOUR, ends=10 * HOUR, share=0.5),),
            "staff": (staff.model_copy(update={"breaks": (pause,)}),),
        }
    )
    full, thinned = lived(connection, SHORT), lived(connection, thin)
    here = {sample.at: sample.here for sample in thinned.samples}
    assert here[8.5 * HOUR] == 6
    assert here[9.75 * HOUR] == 3
    assert here[10.45 * HOUR] <= 1
    assert here[10.75 * HOUR] == 6
    assert mean_wait(thinned) > 2 * mean_wait(full)


def mean_wait(simulation: Simulation) -> float:
    (line,) = figures.of_day(simulation, within=60)
    return line.mean_wait


def test_a_signed_line_is_served_by_pairs(connection) -> None:
    shift = Span(starts=8 * HOUR, ends=11 * HOUR)
    day = Scenario(
        opens=8 * HOUR,
        closes=11 * HOUR,
        lines=(Demand(sign_language="sgn-KW", per_hour=5, profile=(1.0,)),),
        staff=(
            Staff(count=2, shift=shift),
            Staff(
                name="interpreter",
                count=1,
                services=frozenset(),
                languages=frozenset({"ar", "sgn-KW"}),
                interpreter=True,
                shift=shift,
            ),
        ),
    )
    simulation = lived(connection, day)
    (line,) = figures.of_day(simulation, within=60)
    assert line.served > 5
    assert simulation.workers["interpreter-1"].busy > 600


def test_the_range_holds_about_eight_times_in_ten(connection) -> None:
    told = {}

    def ask(connection, ticket, visitor) -> None:
        found = estimates.estimate(connection, POLICY, tickets.get(connection, ticket), visitor.joined_at)
        if found is not None and tickets.get(connection, ticket).state is TicketState.WAITING:
            told[ticket] = found

    crowded = SHORT.with_load(1.1)
    lived(connection, crowded, seed=8)
    today = lived(connection, crowded, seed=9, midnight=24 * HOUR, joined=ask)
    waits = [
        (told[ticket], visitor.waited)
        for ticket, visitor in today.visitors.items()
        if ticket in told and visitor.served_at is not None
    ]
    assert len(waits) > 40
    held = sum(found.low <= waited <= found.high for found, waited in waits) / len(waits)
    assert 0.6 < held < 0.97


def test_load_and_agents_scale_a_day() -> None:
    day = SHORT.with_agents(12).with_load(0.5)
    (staff,), (demand,) = day.staff, day.lines
    assert staff.count == 12
    assert demand.per_hour * (demand.handling + staff.answer + staff.wrap_up) == pytest.approx(0.5 * 12 * HOUR)


def test_a_scenario_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "day.yaml"
    path.write_text('opens: "08:30"\nlines: [{service: deed, per_hour: 10}]\nstaff: [{count: 2}]\n', encoding="utf-8")
    day = scenario.read(path)
    assert (day.opens, day.lines[0].per_hour, day.staff[0].count) == (8.5 * HOUR, 10, 2)
    assert requirements(day.lines[0]).service == "deed"
    path.write_text("liens: []\n", encoding="utf-8")
    with pytest.raises(ValidationError):
        scenario.read(path)
