"""How fast the desk matches, and whether the length of the line matters.

    python -P benchmarks/bench_queue.py [--seconds 6]

Prints a table and writes benchmarks/out/queue.json. One *cycle* is a whole visit made durable, in four
transactions: an agent becomes free and is offered the first citizen she can serve, accepts, finishes, and
another citizen joins in the place of the one who went. `free_to_offer` is the time from the moment the agent is
free until her offer is on the disk, at a steady hundred cycles a second (three times what a nation needs at its
peak); `cycles_per_s` is what all can do at once. Two ways that peers go are measured beside it, on the embedded
database: a loop that matches once a second, and an order that is computed when it is asked for.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import random
import resource
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

import uvloop
from sqlalchemy import Connection, bindparam, insert, select

from wasl_queue import line as lines
from wasl_queue import matching, schema
from wasl_queue import ticket as tickets
from wasl_queue.queue import Offer, Queue, Requirements, Skills
from wasl_queue.schema import servable, serves, ticket
from wasl_queue.statement import Statement
from wasl_records.database import Database
from wasl_signaling import migrate

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from postgres import PostgresServer

OUT = Path(__file__).parent / "out" / "queue.json"
LENGTHS = (100, 10_000, 100_000)
GROUPS, SERVICES, AGENTS = 8, 40, 800
"""Government bodies, their services, and who works there."""
PACE = 100
"""Cycles a second at which the time to an offer is taken."""
AT_ONCE = 48
"""Visits under way at once when everything is asked of the desk."""

Seconds = float
QUEUE = Queue()


def _group(service: int) -> str:
    return f"body{service % GROUPS}"


WANTS = [
    Requirements(f"service{number}", language, None, "video", group=_group(number))
    for number in range(SERVICES)
    for language in ("ar", "en")
]


def _skills(agent: int) -> Skills:
    """Three services of her body, in Arabic; every second agent also in English."""
    chance = random.Random(agent)
    own = [number for number in range(SERVICES) if number % GROUPS == agent % GROUPS]
    services = {f"service{number}": 3 for number in chance.sample(own, 3)}
    return Skills(services, {"ar": 5, "en": 4} if agent % 2 else {"ar": 5}, groups=frozenset({_group(agent)}))


def _now() -> float:
    return time.time()


def _staff(connection: Connection, agents: range) -> None:
    for agent in agents:
        QUEUE.sign_in(connection, f"agent{agent}", _skills(agent), _now())


def _fill(connection: Connection, waiting: int) -> None:
    ids = [lines.opened(connection, wants) for wants in WANTS]
    begin = _now() - 3_600
    values = [
        {
            "line": ids[number % len(ids)],
            "secret": "",
            "state": "waiting",
            "since": begin,
            "joined_at": begin + number / waiting * 3_000,
            "reasons": "",
            "sort_key": begin + number / waiting * 3_000,
        }
        for number in range(waiting)
    ]
    for first in range(0, waiting, 5_000):
        connection.execute(insert(schema.ticket), values[first : first + 5_000])


async def prepare(url: str, waiting: int) -> None:
    """A desk with all its agents, on a break, and so many in line."""
    await asyncio.to_thread(migrate.upgrade, url)
    database = Database.open(url)
    await database.write(_fill, waiting)
    for first in range(0, AGENTS, 100):
        await database.write(_staff, range(first, first + 100))
    await database.close()


@dataclass
class Figures:
    """What one process saw."""

    cycles: int = 0
    waits: list[Seconds] = field(default_factory=list)
    cpu: Seconds = 0.0


def _free(connection: Connection, agent: str) -> Offer | None:
    QUEUE.available(connection, agent, _now())
    return QUEUE.offer_for(connection, agent)


def _accept(connection: Connection, offer: Offer) -> None:
    QUEUE.accept(connection, offer.id, offer.agent, _now())


def _rest(connection: Connection) -> None:
    """Whoever is idle, because her lines were empty, takes a break."""
    idle = select(schema.agent.c.id).where(schema.agent.c.state == "available")
    for agent in list(connection.scalars(idle)):
        QUEUE.take_break(connection, agent, "rest", _now())


def _finish(connection: Connection, offer: Offer) -> None:
    QUEUE.finish(connection, offer.ticket, _now())


def _join(connection: Connection, wants: Requirements) -> Offer | None:
    ticket = QUEUE.join(connection, wants, "secret", _now()).ticket
    return next(iter(QUEUE.offers_of(connection, ticket)), None)


@dataclass
class Shift:
    """The agents of one process, who work one visit after the other."""

    database: Database
    resting: deque[str]
    figures: Figures = field(default_factory=Figures)
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    async def cycle(self) -> None:
        """One joins, one is served: the first in the lines of the next agent, or the one who joined, if an agent
        whose lines were empty was idle."""
        offer = await self.database.write(_join, self.chance.choice(WANTS))
        if offer is None and self.resting:
            agent = self.resting.popleft()
            began = time.perf_counter()
            offer = await self.database.write(_free, agent)
            if offer is not None:
                self.figures.waits.append(time.perf_counter() - began)
        if offer is not None:
            await self.database.write(_accept, offer)
            await self.database.write(_finish, offer)
            self.figures.cycles += 1
            self.resting.append(offer.agent)

    async def all_at_once(self, seconds: Seconds, at_once: int) -> None:
        """As many as will go."""
        until = time.perf_counter() + seconds

        async def work() -> None:
            while time.perf_counter() < until:
                await self.cycle()

        await asyncio.gather(*(work() for _ in range(at_once)))

    async def paced(self, seconds: Seconds, per_second: float) -> None:
        """At random moments, so many a second in the mean, whether or not the earlier ones are done."""
        chance = random.Random(1)
        until = time.perf_counter() + seconds
        async with asyncio.TaskGroup() as group:
            while time.perf_counter() < until:
                group.create_task(self.cycle())
                await asyncio.sleep(chance.expovariate(per_second))


def work(url: str, number: int, processes: int, seconds: Seconds, pace: float | None) -> Figures:
    """One process of the desk, in a process of its own."""

    async def run() -> Figures:
        database = Database.open(url)
        agents = [f"agent{agent}" for agent in range(number, AGENTS, processes)]
        random.Random(number).shuffle(agents)
        shift = Shift(database, deque(agents))
        await shift.all_at_once(0.5, 4)  # connections and prepared statements
        shift.figures = Figures()
        cpu = resource.getrusage(resource.RUSAGE_SELF)
        if pace is None:
            await shift.all_at_once(seconds, max(1, AT_ONCE // processes))
        else:
            await shift.paced(seconds, pace / processes)
        after = resource.getrusage(resource.RUSAGE_SELF)
        shift.figures.cpu = after.ru_utime + after.ru_stime - cpu.ru_utime - cpu.ru_stime
        await database.close()
        return shift.figures

    return uvloop.run(run())


async def _reset(url: str) -> None:
    database = Database.open(url)
    await database.write(_rest)
    await database.close()


def measure(url: str, processes: int, seconds: Seconds, pace: float | None) -> Figures:
    """All processes of the desk together."""
    asyncio.run(_reset(url))
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        parts = [pool.submit(work, url, number, processes, seconds, pace) for number in range(processes)]
        found = [part.result() for part in parts]
    return Figures(
        sum(part.cycles for part in found),
        [wait for part in found for wait in part.waits],
        sum(part.cpu for part in found),
    )


def percentile(values: list[Seconds], share: float) -> float:
    """In milliseconds."""
    ordered = sorted(values)
    return 1_000 * ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def report(name: str, waiting: int, all_at_once: Figures, paced: Figures, seconds: Seconds) -> dict[str, float]:
    """A line of the table."""
    row = {
        "cycles_per_s": round(all_at_once.cycles / seconds, 1),
        "free_to_offer_ms_p50": round(percentile(paced.waits, 0.5), 3),
        "free_to_offer_ms_p99": round(percentile(paced.waits, 0.99), 3),
        "saturated_ms_p50": round(percentile(all_at_once.waits, 0.5), 3),
        "saturated_ms_p99": round(percentile(all_at_once.waits, 0.99), 3),
        "cpu_ms_per_cycle": round(1_000 * all_at_once.cpu / max(1, all_at_once.cycles), 3),
    }
    print(f"{name:22} {waiting:>8,}" + "".join(f" {value:>12,.2f}" for value in row.values()), flush=True)
    return row


def growth(short: str, long: str, processes: int) -> float:
    """How much longer a free agent takes in the long line than in the short one: the median of rounds that take
    turns, so that whatever else the machine does weighs on both."""
    ratios = []
    for _ in range(5):
        waits = [percentile(measure(url, processes, 1.5, PACE).waits, 0.5) for url in (short, long)]
        ratios.append(waits[1] / waits[0])
    return round(median(ratios), 3)


def desk(name: str, processes: int, seconds: Seconds, new_url: Callable[[], str]) -> dict[str, Any]:
    """One kind of desk at every length of the line."""
    urls, rows = {}, {}
    for waiting in LENGTHS:
        urls[waiting] = new_url()
        asyncio.run(prepare(urls[waiting], waiting))
        paced = measure(urls[waiting], processes, seconds, PACE)
        rows[waiting] = report(name, waiting, measure(urls[waiting], processes, seconds, None), paced, seconds)
    grown = growth(urls[LENGTHS[0]], urls[LENGTHS[-1]], processes)
    print(f"{name:22} free → offer, 100 → 100,000 waiting: × {grown}", flush=True)
    return rows[LENGTHS[-1]] | {"growth_100_to_100000": grown, "by_length": rows}


# What peers do


_AGED = Statement(
    tickets.selected.add_columns(serves.c.seat)
    .join(serves, serves.c.line == ticket.c.line)
    .where(serves.c.agent == bindparam("agent"), servable)
    .order_by((bindparam("now") - ticket.c.joined_at).desc(), ticket.c.id)
    .limit(1)
)
"""The first ticket by an age that is computed when it is asked for."""


@contextmanager
def computed_order() -> Iterator[None]:
    """Matching, with that order."""
    ours = matching._HEAD
    matching._HEAD = _AGED
    try:
        yield
    finally:
        matching._HEAD = ours


async def _rounds(url: str, rounds: int) -> list[Seconds]:
    database = Database.open(url)
    shift = Shift(database, deque(f"agent{agent}" for agent in range(AGENTS)))
    for _ in range(rounds):
        await shift.cycle()
    await database.close()
    return shift.figures.waits


def computed(url: str, rounds: int) -> list[Seconds]:
    """One agent after the other becomes free."""
    with computed_order():
        return asyncio.run(_rounds(url, rounds))


async def _polled(url: str, seconds: Seconds) -> list[Seconds]:
    """Agents become free at random moments; once a second a loop looks who can be offered to whom."""
    database, chance = Database.open(url), random.Random(1)
    silent = Queue(matching=False)
    agents, since, waits = deque(f"agent{agent}" for agent in range(AGENTS)), dict[str, float](), []
    loop = asyncio.get_running_loop()
    until, tick = loop.time() + seconds, loop.time() + 1
    while loop.time() < until:
        agent = agents.popleft()
        await database.write(silent.available, agent, _now())
        since[agent] = loop.time()
        await asyncio.sleep(chance.expovariate(PACE))
        if loop.time() >= tick:
            tick += 1
            await database.write(QUEUE.renew, [f"agent{number}" for number in range(AGENTS)], _now())
            await database.write(QUEUE.sweep, _now())
            offered = await database.read(_offered)
            waits += [loop.time() - since.pop(name) for name in offered if name in since]
    await database.close()
    return waits


def _offered(connection: Connection) -> list[str]:
    return list(connection.scalars(select(schema.offer.c.agent).where(schema.live)))


def peers(new_url: Callable[[], str]) -> dict[str, Any]:
    """The two other ways, at every length."""
    found: dict[str, Any] = {"computed_order": {}, "poll_each_second": {}}
    for waiting in LENGTHS:
        url = new_url()
        asyncio.run(prepare(url, waiting))
        for name, waits in (("computed_order", computed(url, 60)), ("poll_each_second", asyncio.run(_polled(url, 5)))):
            row = {"free_to_offer_ms_p50": percentile(waits, 0.5), "free_to_offer_ms_p99": percentile(waits, 0.99)}
            found[name][waiting] = {key: round(value, 3) for key, value in row.items()}
            print(f"{name:22} {waiting:>8,} {'':>12}" + "".join(f" {value:>12,.2f}" for value in row.values()))
    return found


def main() -> None:
    """See the top of this file."""
    parser = argparse.ArgumentParser(description="How fast the desk matches.")
    parser.add_argument("--seconds", type=float, default=6)
    seconds = parser.parse_args().seconds
    print(
        f"{'':22} {'waiting':>8} {'cycles/s':>12} {'free→offer':>12} {'99th ms':>12}"
        f" {'full: 50th':>12} {'full: 99th':>12} {'CPU ms/cycle':>12}",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        files = (f"sqlite:///{folder}/{number}.db" for number in range(100))
        results: dict[str, Any] = {"embedded": desk("embedded", 1, seconds, lambda: next(files))}
        results["peers"] = peers(lambda: next(files))
    server = PostgresServer()
    try:
        for processes in (1, 4):
            name = f"postgresql_{processes}"
            results[name] = desk(name, processes, seconds, server.database)
    finally:
        server.remove()
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(results, indent=2) + "\n")
    print(f"written to {OUT}")


if __name__ == "__main__":
    main()
