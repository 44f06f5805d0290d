"""A desk in the test's own process, so that a test can look inside and hold up one thing at a time."""

from __future__ import annotations

import asyncio
import gc
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from structlog.testing import capture_logs

from livedesk import PASSWORD, DeskProcess
from wasl_queue.ticket import Ticket
from wasl_records import demo, password
from wasl_records.database import Database
from wasl_records.errors import CannotOpenDatabase
from wasl_signaling import migrate
from wasl_signaling.parts import Parts
from wasl_signaling.server import desk
from wasl_signaling.settings import Settings

LEASE = 3_000.0  # seconds; long, so that no heartbeat of the desk does what a test waits for


@dataclass
class Gate:
    """Holds one answer of the database back until it is opened."""

    _reached: asyncio.Event = field(default_factory=asyncio.Event)
    _opened: asyncio.Event = field(default_factory=asyncio.Event)

    async def reached(self) -> None:
        """Waits until the answer is there."""
        async with asyncio.timeout(10):
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
async def inside(furnished: Path, data: Path) -> AsyncIterator[InsideDesk]:
    """A desk with its own copy of a furnished data folder."""
    shutil.copytree(furnished, data)
    thresholds = gc.get_threshold()
    settings = Settings(data=data, port=0, lease_seconds=LEASE)
    with capture_logs() as log:
        async with desk(settings) as (parts, url):
            database = Turnstile(parts.house.database)
            parts.house.database = database  # type: ignore[assignment]
            yield InsideDesk(parts, database, DeskProcess(data, url=url), log)
    print(*log, sep="\n")  # is shown when the test fails
    gc.unfreeze()
    gc.set_threshold(*thresholds)
