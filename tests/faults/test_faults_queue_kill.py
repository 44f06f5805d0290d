"""Server processes that are killed at random moments lose no move that they acknowledged, and double none."""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import Column, Connection, func, select

import queue_worker
from livedesk import PATIENCE
from postgres import PostgresServer
from queue_oracle import seat_of
from queue_worker import AGENTS, POLICY
from wasl_queue.queue import Queue
from wasl_queue.schema import agent, offer, queue_event, ticket
from wasl_records.database import Database
from wasl_signaling import migrate

pytestmark = [pytest.mark.fault, pytest.mark.timeout(3_600)]
SEED = os.environ.get("WASL_TEST_SEED", "0")
KILLS, MANY_KILLS = 8, 240
"""In a quick run, and in a long one."""
BETWEEN = (60, 140)
"""Acknowledged moves between two kills."""
MOVING = 60.0
"""Seconds for so many moves, at the most, on a quiet machine."""


class Workers:
    """Processes that move as fast as they can, each with a log of its own."""

    def __init__(self, url: str, folder: Path, size: int) -> None:
        self.url, self.folder, self.size = url, folder, size
        self.logs: list[Path] = []
        self.running: list[subprocess.Popen[bytes]] = []
        for _ in range(size):
            self.start()

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        while self.running:
            self.kill()

    def start(self) -> None:
        """Another one, which is the only one if this desk has one process."""
        self.logs.append(self.folder / f"log{len(self.logs)}")
        alone = "alone" if self.size == 1 else "among others"
        command = [sys.executable, queue_worker.__file__, self.url, self.logs[-1], self.logs[-1].name, alone]
        with open(self.folder / "errors", "ab") as errors:
            self.running.append(subprocess.Popen(command, stdout=errors, stderr=errors))

    def kill(self) -> None:
        """The one that has run longest."""
        process = self.running.pop(0)
        process.kill()
        process.wait()

    def acknowledged(self) -> list[list[Any]]:
        """What the logs tell; a line that was cut off in the middle was not acknowledged."""
        texts = [log.read_text() for log in self.logs if log.exists()]
        return [json.loads(line) for text in texts for line in text.split("\n")[:-1]]

    def count(self) -> int:
        """How many moves were acknowledged."""
        return sum(log.read_bytes().count(b"\n") for log in self.logs if log.exists())

    def run_until(self, moves: int) -> None:
        until = time.monotonic() + MOVING * PATIENCE
        while self.count() < moves:
            assert all(process.poll() is None for process in self.running), (self.folder / "errors").read_text()
            assert time.monotonic() < until, f"{self.count()} of {moves} moves"
            time.sleep(0.02)


def kill_server(server: PostgresServer) -> None:
    """No goodbyes: what it had not written to the disk is gone."""
    processes = [server.process, *psutil.Process(server.process.pid).children()]
    for process in processes:
        with suppress(psutil.NoSuchProcess):  # it followed its parent
            process.kill()
    for process in processes:
        process.wait()
    server.start()


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    return MANY_KILLS if request.config.getoption("--long") else KILLS


def bad_days(workers: Workers, kills: int, between: Callable[[int], None] = lambda number: None) -> None:
    """Kill after kill; `between` may do more while one is dead."""
    print(f"WASL_TEST_SEED={SEED}")
    chance, moves = random.Random(SEED), 0
    for number in range(kills):
        moves = workers.count() + chance.randint(*BETWEEN)
        workers.run_until(moves)
        workers.kill()
        between(number)
        workers.start()
    workers.run_until(moves + BETWEEN[0])


def stands(connection: Connection) -> None:
    """What must hold at any moment."""
    live = connection.execute(select(offer.c.ticket, offer.c.seat, offer.c.agent).where(_live)).all()
    assert _once((row.ticket, row.seat) for row in live)
    tickets = connection.execute(select(ticket)).all()
    called = [id_ for row in tickets if row.state == "serving" for id_ in (row.agent, row.interpreter) if id_]
    assert _once([*called, *(row.agent for row in live)])
    states = dict(map(tuple, connection.execute(select(agent.c.id, agent.c.state)).all()))
    assert {row.ticket for row in live} == {row.id for row in tickets if row.state == "offered"}
    assert {row.agent for row in live} == {id_ for id_, state in states.items() if state == "offered"}
    assert set(called) == {id_ for id_, state in states.items() if state == "busy"}
    for kind, column, subjects in (
        ("ticket", queue_event.c.ticket, {row.id: row.state for row in tickets}),
        ("presence", queue_event.c.agent, states),
    ):
        assert _last_events(connection, kind, column) == subjects


_live = offer.c.state.in_(["pending", "held"])


def _once(things: Any) -> bool:
    return max(Counter(things).values(), default=0) <= 1


def _last_events(connection: Connection, kind: str, column: Column[Any]) -> dict[Any, str]:
    last = select(func.max(queue_event.c.seq)).where(queue_event.c.kind == kind).group_by(column)
    rows = connection.execute(select(column, queue_event.c.to_state).where(queue_event.c.seq.in_(last)))
    return dict(map(tuple, rows.all()))


def nothing_lost_or_doubled(connection: Connection, moves: list[list[Any]]) -> None:
    """Every acknowledged move left its row of history, once; nobody joined twice by one join."""
    e = queue_event.c
    rows = connection.execute(select(e.at, e.kind, e.ticket, e.agent, e.offer, e.from_state, e.to_state)).all()
    subject = {"ticket": "ticket", "page": "ticket", "presence": "agent", "offer": "offer"}
    told = [row for row in rows if row.kind in subject]
    kept = Counter((r.at, r.kind, getattr(r, subject[r.kind]), r.from_state, r.to_state) for r in told)
    assert [(move, kept[tuple(move)]) for move in moves if kept[tuple(move)] != 1][:20] == []
    joined = connection.execute(select(ticket.c.joined_at)).scalars().all()
    assert _once(joined)
    assert _once(r.ticket for r in rows if r.kind == "ticket" and r.from_state is None)
    assert len(joined) == sum(r.kind == "ticket" and r.from_state is None for r in rows)


def everybody_back(connection: Connection, now: float) -> None:
    """The desk opens again: the pages are back, and one sweep comes."""
    queue = Queue(POLICY, server="last")
    queue.recover(connection, now)
    for open_ticket in queue.open_tickets(connection):
        queue.resume(connection, open_ticket.id, "secret", now)
    queue.sweep(connection, now)


def nobody_stands(connection: Connection, now: float) -> None:
    """No idle agent, or pair, beside a ticket that they can serve and have not just refused."""
    idle = connection.execute(select(agent.c.id, agent.c.idle_since).where(agent.c.state == "available")).all()
    refused = (offer.c.state.in_(["declined", "expired"])) & (offer.c.ended_at > now - POLICY.offer_seconds)
    since = {(row.ticket, row.agent): row.ended_at for row in connection.execute(select(offer).where(refused))}
    queue = Queue(POLICY)
    for waiting in queue.open_tickets(connection):
        if waiting.state == "waiting" and waiting.present and not waiting.wishes.held(now).any:
            able = {
                seat_of(AGENTS[row.id], waiting.requirements)
                for row in idle
                if since.get((waiting.id, row.id), 0.0) < row.idle_since
            }
            assert "whole" not in able
            assert not able >= {"agent", "interpreter"}


async def check(url: str, kills: int, moves: list[list[Any]]) -> None:
    assert len(moves) >= (kills + 1) * BETWEEN[0]
    database = Database.open(url)
    await database.read(stands)
    await database.read(nothing_lost_or_doubled, moves)
    now = time.time()
    await database.write(everybody_back, now)
    await database.read(stands)
    await database.read(nobody_stands, now)
    await database.close()


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """One that may be killed."""
    server = PostgresServer()
    yield server
    server.remove()


def test_one_process_on_sqlite(tmp_path: Path, kills: int) -> None:
    url = f"sqlite:///{tmp_path / 'wasl.db'}"
    migrate.upgrade(url)
    with Workers(url, tmp_path, size=1) as workers:
        bad_days(workers, kills)
    asyncio.run(check(url, kills, workers.acknowledged()))


def test_three_processes_on_postgresql(own_server: PostgresServer, tmp_path: Path, kills: int) -> None:
    url = own_server.migrated()

    def between(number: int) -> None:
        if number % 8 == 7:
            kill_server(own_server)

    with Workers(url, tmp_path, size=3) as workers:
        bad_days(workers, kills, between)
    asyncio.run(check(url, kills, workers.acknowledged()))
