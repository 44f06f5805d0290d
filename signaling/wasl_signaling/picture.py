"""A simulated day as a picture: waits, the length of the line, agents. Needs the extra `simulate`."""

from __future__ import annotations

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wasl_queue.scenario import HOUR
from wasl_queue.simulation import Simulation


def draw(simulation: Simulation, path: Path) -> None:
    """Write the day to a file, by its ending PNG, SVG or PDF. Raises OSError, ValueError for another ending."""
    figure = Figure(figsize=(10, 8), layout="constrained")
    waits, line, agents = figure.subplots(3, 1, sharex=True)
    _waits(waits, simulation)
    clock = [(sample.at - simulation.midnight) / HOUR for sample in simulation.samples]
    line.step(clock, [sample.waiting for sample in simulation.samples], where="post")
    line.set_ylabel("in line")
    agents.step(clock, [sample.here for sample in simulation.samples], where="post", label="at the desk")
    agents.step(clock, [sample.occupied for sample in simulation.samples], where="post", label="occupied")
    agents.set_ylabel("agents")
    agents.set_xlabel("hour of the day")
    agents.set_ylim(bottom=0)
    agents.legend(loc="lower right")
    figure.savefig(path)


def _waits(axes: Axes, simulation: Simulation) -> None:
    visitors = simulation.visitors.values()
    for label, marker, chosen in (
        ("served", ".", [visitor for visitor in visitors if visitor.served_at is not None]),
        ("gave up", "x", [visitor for visitor in visitors if visitor.left_at is not None]),
    ):
        clock = [(visitor.joined_at - simulation.midnight) / HOUR for visitor in chosen]
        axes.plot(clock, [visitor.waited / 60 for visitor in chosen], marker, markersize=4, label=label)
    axes.set_ylabel("minutes waited")
    axes.legend(loc="upper right")
