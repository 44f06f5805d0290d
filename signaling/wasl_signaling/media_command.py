"""`wasl media`: media workers of a desk on this machine, and a look at those of all machines."""

from __future__ import annotations

import asyncio
import signal
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from sqlalchemy import Connection

from wasl_media.errors import MediaError
from wasl_media.stats import Load
from wasl_records import address
from wasl_records.database import Database
from wasl_records.errors import CannotOpenDatabase
from wasl_signaling import certificate, migrate
from wasl_signaling import media_worker as rows
from wasl_signaling.media_host import MediaHost, plan
from wasl_signaling.media_worker import MediaWorker, WorkerState
from wasl_signaling.safe import media_key
from wasl_signaling.settings import Settings

media_app = typer.Typer(no_args_is_help=True, help="Media workers: run some beside a desk, see all of them.")
LOOK_EVERY = 0.5  # seconds
HEADINGS = (
    "worker",
    "machine",
    "state",
    "pages reach it at",
    "people",
    "core",
    "late",
    "packets/s",
    "died",
    "heard of",
)


@media_app.command()
def run(
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="How many; else one for each core.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of the desk's database; WASL_DATA otherwise.")] = None,
) -> None:
    """Run media workers for a desk that runs elsewhere, or beside it. SIGTERM lets their calls end first.

    They need the desk's database (`WASL_DATABASE`) and `WASL_MEDIA_SECRET`, or the desk's data folder.
    """
    given: dict[str, Any] = {"data": data, "media_workers": workers}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    _refuse_absent(settings)
    _refuse_strangers(settings)
    try:
        asyncio.run(serve(settings))
    except MediaError as error:
        _refuse(error.text)
    except CannotOpenDatabase:
        _refuse("The database cannot be reached.")


@media_app.command("list")
def list_workers(
    data: Annotated[Path | None, typer.Option(help="Folder of the desk's database; WASL_DATA otherwise.")] = None,
) -> None:
    """Every media worker, what it does and how busy it is."""
    settings = Settings(data=data) if data else Settings()
    _refuse_absent(settings)
    try:
        table = [HEADINGS, *map(_row, asyncio.run(_read(settings)))]
    except CannotOpenDatabase:
        _refuse("The database cannot be reached.")
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


async def serve(settings: Settings) -> None:
    """Runs media workers until SIGTERM or SIGINT, then until their calls have ended. A second signal ends them at once.

    Raises MediaError, CannotOpenDatabase.
    """
    stop = asyncio.Queue[signal.Signals]()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.put_nowait, name)
    database = Database.open(settings.database_url)
    with tempfile.TemporaryDirectory() as folder:
        door = certificate.door(settings.media_control, Path(folder))
        count = settings.media_workers or settings.cores
        host = MediaHost(database, media_key(settings), plan(settings, count, door), time.time, lambda: None)
        try:
            await database.read(_refuse_other)
            await host.start()
            beating = asyncio.create_task(host.run())
            print(f"{count} media workers are ready.", flush=True)
            await stop.get()
            print("Stopping: no new calls; calls may go on. Once more to stop at once.", flush=True)
            await host.drain()
            await _ended(host, stop, settings.drain_seconds)
            beating.cancel()
            await asyncio.wait([beating])
        finally:
            await host.stop()
            await database.close()


async def _ended(host: MediaHost, stop: asyncio.Queue[signal.Signals], seconds: float) -> None:
    """Returns when nobody is connected any more, at the second signal, or after so many seconds."""
    give_up_at = time.monotonic() + seconds
    while host.peers and stop.empty() and time.monotonic() < give_up_at:  # noqa: ASYNC110 (calls end anywhere)
        await asyncio.sleep(LOOK_EVERY)


async def _read(settings: Settings) -> Sequence[MediaWorker]:
    database = Database.open(settings.database_url)
    try:
        await database.read(_refuse_other)
        return await database.read(rows.list_all)
    finally:
        await database.close()


def _row(worker: MediaWorker) -> tuple[str, ...]:
    standing = worker.standing
    load = standing.load if standing.state is not WorkerState.GONE else Load()
    return (
        worker.id,
        worker.host,
        standing.state,
        standing.place.udp,
        str(load.peers),
        f"{load.cpu:.0%}",
        f"{load.lag * 1000:.0f} ms",
        f"{load.packets:.0f}",
        str(max(0, standing.starts - 1)),
        f"{max(0.0, time.time() - worker.heartbeat_at):.0f} s ago",
    )


def _refuse_absent(settings: Settings) -> None:
    """A file that does not exist would be made by opening it."""
    url = address.parse(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        _refuse(f"There is no desk in {url.database} yet.")


def _refuse_strangers(settings: Settings) -> None:
    if settings.media_secret is None and not (settings.data / "media-key").exists():
        _refuse("Set WASL_MEDIA_SECRET to what the desk has there: without it the desk does not know these workers.")


def _refuse_other(connection: Connection) -> None:
    if not migrate.is_current(connection):
        _refuse("The database is not of this version of Wasl. Start the desk once.")


def _refuse(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(1)
