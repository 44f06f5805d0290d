"""A desk in the test's own process, so that a test can look inside and hold up one thing at a time."""

from __future__ import annotations

import asyncio
import gc
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import psutil
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from livedesk import PASSWORD, PATIENCE, DeskProcess, until
from mediaworker import SECRET, MediaWorker
from wasl_queue.ticket import Ticket
from wasl_records import catalogue, demo, password
from wasl_records.database import Database
from wasl_records.errors import CannotOpenDatabase
from wasl_signaling import migrate, timekeeper
from wasl_signaling.parts import Parts
from wasl_signaling.server import desk
from wasl_signaling.settings import Settings

StartInside = Callable[..., Awaitable["InsideDesk"]]
LEASE = 3_000.0  # seconds; long, so that no heartbeat of the desk does what a test waits for, nor that it looks around


@dataclass
class Gate:
    """Holds one answer of the database back until it is opened."""

    _reached: asyncio.Event = field(default_factory=asyncio.Event)
    _opened: asyncio.Event = field(default_factory=asyncio.Event)

    async def reached(self) -> None:
        """Waits until the answer is there."""
        async with asyncio.timeout(10 * PATIENCE):
            await self._reached.wait()

    def open(self) -> None:
        """Lets the answer go."""
        self._opened.set()

    async def passed(self) -> None:
        """For the database: comes back when the gate is open."""
        self._reached.set()
        await self._opened.wait()


class Turnstile:
    """The real database of a desk, slow or away when a test says so."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._gates: dict[Callable[..., Any], Gate] = {}
        self._failing: set[Callable[..., Any]] = set()
        self._away = False
        self.refused: list[str] = []
        """The names of the functions that found it away."""

    def hold_next(self, fn: Callable[..., Any]) -> Gate:
        """What this function does next is done at once, and answered when the gate is opened."""
        gate = self._gates[fn] = Gate()
        return gate

    def fail_next(self, fn: Callable[..., Any]) -> None:
        """This function finds the database away, once."""
        self._failing.add(fn)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Nobody reaches the database meanwhile."""
        self._away = True
        yield
        self._away = False

    @property
    def takes_writes(self) -> bool:
        return self._database.takes_writes

    async def write(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await self._ask(self._database.write, fn, *args, **kwargs)

    async def read(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await self._ask(self._database.read, fn, *args, **kwargs)

    async def _ask(self, run: Callable[..., Awaitable[Any]], fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self._away or fn in self._failing:
            self._failing.discard(fn)
            self.refused.append(fn.__name__)
            raise CannotOpenDatabase("the test's database")
        gate = self._gates.pop(fn, None)
        answer = await run(fn, *args, **kwargs)
        if gate is not None:
            await gate.passed()
        return answer


@dataclass(frozen=True)
class InsideDesk:
    """A running desk and what it is made of."""

    parts: Parts
    database: Turnstile
    door: DeskProcess
    """Where pages connect; the process is the test's own."""
    log: list[Any]
    """What the desk has logged."""

    def logged(self, event: str) -> int:
        """How often the desk has logged this."""
        return sum(entry["event"] == event for entry in self.log)

    async def ticket(self, number: int) -> Ticket:
        """A ticket as the database has it."""
        house = self.parts.house
        found: Ticket = await house.database.read(house.queue.ticket, number)
        return found

    @property
    def workers(self) -> list[int]:
        """The process ids of the media workers that the desk is connected with."""
        channels = [worker.relay._socket for worker in self.parts.switchboard._pool.workers]
        ports = {channel.get_extra_info("peername")[1] for channel in channels}
        return [child.pid for child in psutil.Process().children() if _listens(child, ports)]


def furnish(folder: Path) -> None:
    """Makes a data folder with all tables and the demo staff."""
    url = Settings(data=folder).database_url
    migrate.upgrade(url)

    hashed = password.hash_password(PASSWORD)  # once for all: it takes its time
    people = [demo.DemoPerson(person, PASSWORD, hashed) for person, _ in demo.demo_staff(PASSWORD)]

    async def install() -> None:
        database = Database.open(url)
        await database.write(demo.install, people)
        await database.close()

    asyncio.run(install())


@asynccontextmanager
async def inside(furnished: Path, data: Path, lent: MediaWorker, **given: Any) -> AsyncIterator[InsideDesk]:
    """A desk with its own copy of a furnished data folder, and with the settings that are given.

    It uses the lent media worker, unless it is to have `media_workers` of its own, which may be killed.
    """
    shutil.copytree(furnished, data)
    ours = {"data": data, "port": 0, "lease_seconds": LEASE, "media_workers": 0, "media_secret": SecretStr(SECRET)}
    settings = Settings(**ours | given)
    if not settings.media_workers:
        await lent.register(settings.database_url)
    with _as_one_of_many(), capture_logs() as log:
        async with desk(settings) as (parts, url):
            await until(lambda: _nobody_is_connected(parts))
            database = Turnstile(parts.house.database)
            parts.house.database = database  # type: ignore[assignment]
            yield InsideDesk(parts, database, DeskProcess(data, url=url), log)
    print(*log, sep="\n")  # is shown when the test fails


@contextmanager
def _as_one_of_many() -> Iterator[None]:
    """A desk that is not alone in its process, nor the last one there, and that does nothing of its own accord."""
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setattr(gc, "freeze", lambda: None)
        patch.setattr(catalogue, "load", _read_once)
        patch.setattr(timekeeper, "LOOK_AROUND_EVERY", LEASE)
        stack.callback(gc.set_threshold, *gc.get_threshold())
        yield


_read_once = cache(catalogue.load)
"""To read the demo's catalogue takes most of a start, and it never changes."""


async def _nobody_is_connected(parts: Parts) -> bool:
    """The lent worker has let go of those who were at the desk before."""
    stats = [await worker.relay.stats() for worker in parts.switchboard._pool.workers]
    return not any(each.peers for each in stats)


def _listens(process: psutil.Process, ports: Collection[int]) -> bool:
    """Whether one of these ports is of this process."""
    try:
        connections = process.net_connections("tcp")
    except psutil.NoSuchProcess:  # it has just died
        return False
    return any(one.status == psutil.CONN_LISTEN and one.laddr.port in ports for one in connections)
