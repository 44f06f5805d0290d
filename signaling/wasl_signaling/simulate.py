"""`wasl simulate`: a day of arrivals, patience, handling and rosters through the real queue."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from ruamel.yaml.error import YAMLError
from sqlalchemy import create_engine

from wasl_queue import figures, scenario
from wasl_queue.figures import LineFigures
from wasl_queue.scenario import Scenario
from wasl_queue.schema import metadata
from wasl_queue.simulation import Simulation


def simulate(
    file: Annotated[Path | None, typer.Argument(help="The day as YAML; else a small hall on a usual day.")] = None,
    agents: Annotated[int | None, typer.Option(min=1, help="So many agents in all, in the same mix.")] = None,
    load: Annotated[float | None, typer.Option(min=0.01, help="Work that arrives, as a share of capacity.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed is another day of the same kind.")] = 1,
    within: Annotated[float, typer.Option(min=0, help="Seconds in which an answer counts as in time.")] = 60,
    picture: Annotated[Path | None, typer.Option(help="Draw waits, line and agents to this PNG.")] = None,
) -> None:
    """Live through a day at the desk on a virtual clock, and print how it went."""
    if picture is not None:
        _check(picture)
    day = Simulation(_scenario(file, agents, load), seed)
    _run(day)
    Console().print(_table(figures.of_day(day, within), within))
    if picture is not None:
        from wasl_signaling.picture import draw

        draw(day, picture)
        typer.echo(f"Drawn: {picture}")


def _check(picture: Path) -> None:
    """Before the long run rather than after it."""
    if picture.suffix != ".png" or not picture.parent.is_dir():
        raise typer.BadParameter("must end in .png, in a folder that exists", param_hint="--picture")
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise typer.BadParameter("needs matplotlib: pip install 'wasl[simulate]'", param_hint="--picture") from error


def _scenario(file: Path | None, agents: int | None, load: float | None) -> Scenario:
    try:
        found = Scenario() if file is None else scenario.read(file)
    except (OSError, YAMLError, ValidationError) as error:
        raise typer.BadParameter(str(error), param_hint="FILE") from error
    found = found if agents is None else found.with_agents(agents)
    return found if load is None else found.with_load(load)


def _run(day: Simulation) -> None:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    opens, closes = day.scenario.opens, day.scenario.closes
    with engine.connect() as connection, Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Simulating", total=closes - opens)
        for now in day.run(connection):
            connection.commit()
            progress.update(task, completed=min(now - day.midnight, closes) - opens)
    engine.dispose()


def _table(lines: list[LineFigures], within: float) -> Table:
    table = Table(box=SIMPLE, collapse_padding=True)
    table.add_column("line", no_wrap=True)
    for heading in ("joined", "served", "gave up", f"in {within:g} s", "mean", "median", "90th", "busy"):
        table.add_column(heading, justify="right")
    for line in lines:
        wants = line.demand
        table.add_row(
            f"{wants.service} · {wants.sign_language or wants.language} · {wants.modality}",
            str(line.joined),
            str(line.served),
            _share(line.abandoned),
            _share(line.in_time),
            *(_minutes(seconds) for seconds in (line.mean_wait, line.median_wait, line.wait_90)),
            _share(line.occupancy),
        )
    return table


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _minutes(seconds: float | None) -> str:
    return "–" if seconds is None else f"{int(seconds) // 60}:{int(seconds) % 60:02}"
