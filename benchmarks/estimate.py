"""How good the estimate of the wait is, on simulated days through the real queue.

    python benchmarks/estimate.py [--days 40]

Prints a table and writes benchmarks/out/estimate.json. Compared at the moment of joining, for tickets that had to
wait and were served: our middle against "queue × mean handling ÷ agents" and against the plain Erlang-A drain,
both of which are told the true means and the rostered agents; and how often the wait fell into our range.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import fmean

from sqlalchemy import Connection, create_engine

from wasl_queue import estimate as estimates
from wasl_queue import standing
from wasl_queue import ticket as tickets
from wasl_queue.scenario import HOUR, Absence, Demand, Scenario, Staff, Surge
from wasl_queue.schema import metadata
from wasl_queue.simulation import POLICY, Simulation, Visitor
from wasl_queue.ticket import TicketState

OUT = Path(__file__).parent / "out" / "estimate.json"
DAY = 24 * HOUR
CHUNK = 10
"""So many days share a database, after one day that only makes history."""
CYCLE, PATIENCE = 360.0, 600.0
"""True means: of a visit with ringing (5 s) and notes (25 s), and until a citizen gives up."""
BASE = Scenario(lines=(Demand(handling=CYCLE - 30, patience=PATIENCE),), staff=(Staff(answer=5, wrap_up=25),))
VARIANTS = {
    "plain": BASE,
    "absence": BASE.model_copy(update={"absences": (Absence(starts=10 * HOUR, ends=12 * HOUR, share=0.25),)}),
    "surge": BASE.model_copy(update={"surges": (Surge(starts=10 * HOUR, ends=11 * HOUR, factor=1.5),)}),
}


@dataclass(frozen=True)
class Told:
    """What one citizen was told when she joined, by each method, and how it came. Seconds."""

    waited: float
    low: float
    high: float
    ours: float
    queue: float
    erlang: float


@dataclass
class Listener:
    """Asks for an estimate whenever somebody joins who has to wait."""

    agents: int
    told: dict[int, tuple[estimates.Estimate, int]]

    def __call__(self, connection: Connection, ticket: int, visitor: Visitor) -> None:
        subject = tickets.get(connection, ticket)
        if subject.state is not TicketState.WAITING:
            return
        found = estimates.estimate(connection, POLICY, subject, visitor.joined_at)
        if found is not None:
            self.told[ticket] = found, standing.ahead(connection, subject)

    def compared(self, visitors: dict[int, Visitor]) -> Iterable[Told]:
        """With what came, for those who were served."""
        for ticket, (found, ahead) in self.told.items():
            if visitors[ticket].served_at is not None:
                rate, giving_up = self.agents / CYCLE, 1 / PATIENCE
                erlang = sum(1 / (rate + still * giving_up) for still in range(ahead + 1))
                waited = visitors[ticket].waited
                yield Told(waited, found.low, found.high, found.middle, (ahead + 1) / rate, erlang)


def days(agents: int, variant: str, first: int, count: int) -> list[Told]:
    """A warm-up day, then so many days one after the other in one database."""
    scenario = VARIANTS[variant].with_agents(agents).with_load(0.98)
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    told: list[Told] = []
    with engine.connect() as connection:
        for day in range(count + 1):
            listener = Listener(agents, {})
            seed = first + day if day else 1_000_000 + first
            simulation = Simulation(scenario, seed=seed, midnight=day * DAY, joined=listener)
            for _ in simulation.run(connection):
                connection.commit()
            told += listener.compared(simulation.visitors) if day else []
    engine.dispose()
    return told


def summary(told: list[Told]) -> dict[str, float]:
    """The figures of the table."""
    return {
        "tickets": len(told),
        "mean_wait_s": fmean(one.waited for one in told),
        "queue_mae_s": fmean(abs(one.queue - one.waited) for one in told),
        "erlang_a_mae_s": fmean(abs(one.erlang - one.waited) for one in told),
        "ours_mae_s": fmean(abs(one.ours - one.waited) for one in told),
        "covered": fmean(one.low <= one.waited <= one.high for one in told),
        "longer_than_told": fmean(one.waited > one.high for one in told),
        "mean_width_s": fmean(one.high - one.low for one in told),
    }


def measured(count: int) -> dict[str, dict[str, float]]:
    """All days, on all cores; by agents and variant."""
    cases = list(product((40, 6), VARIANTS))
    found: dict[str, list[Told]] = {}
    with ProcessPoolExecutor() as pool:
        jobs = [
            (f"{agents} agents, {variant}", pool.submit(days, agents, variant, first, min(CHUNK, count - first)))
            for agents, variant in cases
            for first in range(0, count, CHUNK)
        ]
        for number, (name, job) in enumerate(jobs, 1):
            found.setdefault(name, []).extend(job.result())
            print(f"\r{number} of {len(jobs)} runs of days", end="", flush=True)
    print()
    whole = {
        f"{agents} agents": [one for name in found if name.startswith(f"{agents} ") for one in found[name]]
        for agents in (40, 6)
    }
    every = [one for told in found.values() for one in told]
    return {name: summary(told) for name, told in {**found, **whole, "overall": every}.items()}


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=40, help="simulated days of each kind")
    started = time.monotonic()
    results = measured(parser.parse_args().days)
    print(f"{'':22}{'tickets':>9}{'wait':>7}{'queue×':>9}{'Erlang A':>10}{'ours':>8}{'in range':>10}{'longer':>8}")
    for name, row in results.items():
        print(
            f"{name:22}{row['tickets']:9.0f}{row['mean_wait_s']:7.0f}{row['queue_mae_s']:9.1f}"
            f"{row['erlang_a_mae_s']:10.1f}{row['ours_mae_s']:8.1f}{row['covered']:10.1%}{row['longer_than_told']:8.1%}"
        )
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(results, indent=2) + "\n")
    print(f"wait and mean absolute errors in seconds; {time.monotonic() - started:.0f} s; written to {OUT}")


if __name__ == "__main__":
    main()
