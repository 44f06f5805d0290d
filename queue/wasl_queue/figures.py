"""How a simulated day went, in the figures that desks are measured by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from wasl_queue.line import seats
from wasl_queue.scenario import Demand
from wasl_queue.simulation import Simulation, Visitor, Worker, requirements, skills


@dataclass(frozen=True)
class LineFigures:
    """One line's day. Times are seconds, shares between 0 and 1; None where nobody was there to count."""

    demand: Demand
    joined: int
    served: int
    left: int
    """Those who gave up waiting."""
    in_time: float | None
    """The service level: the share of all who joined that was answered within the time."""
    mean_wait: float | None
    """Of those who were served, as the next two."""
    median_wait: float | None
    wait_90: float | None
    """Nine in ten waited no longer."""
    occupancy: float | None
    """The share of their time at the desk that the line's agents were rung, in visits or writing notes."""

    @property
    def abandoned(self) -> float | None:
        """The share that gave up."""
        return self.left / self.joined if self.joined else None


def of_day(simulation: Simulation, within: float) -> list[LineFigures]:
    """The figures of each line after the day; `within`: the seconds in which an answer is in time."""
    by_line: dict[Demand, list[Visitor]] = {demand: [] for demand in simulation.scenario.lines}
    for visitor in simulation.visitors.values():
        by_line[visitor.demand].append(visitor)
    return [_figures(demand, found, simulation.workers.values(), within) for demand, found in by_line.items()]


def _figures(demand: Demand, visitors: Sequence[Visitor], workers: Iterable[Worker], within: float) -> LineFigures:
    waits = sorted(visitor.waited for visitor in visitors if visitor.served_at is not None)
    return LineFigures(
        demand,
        joined=len(visitors),
        served=len(waits),
        left=sum(visitor.left_at is not None for visitor in visitors),
        in_time=sum(wait <= within for wait in waits) / len(visitors) if visitors else None,
        mean_wait=fmean(waits) if waits else None,
        median_wait=median(waits) if waits else None,
        wait_90=waits[min(len(waits) - 1, int(0.9 * len(waits)))] if waits else None,
        occupancy=_occupancy([worker for worker in workers if seats(skills(worker.staff), requirements(demand))]),
    )


def _occupancy(workers: Sequence[Worker]) -> float | None:
    worked = sum(worker.worked for worker in workers)
    return sum(worker.busy for worker in workers) / worked if worked else None
