"""A server process with no pages: random moves as fast as the database takes them.

Started as `queue_worker.py URL LOG NAME ALONE`. Each acknowledged move is one line in LOG, on the disk before
the next one is asked for: when it was made, and the one row of history that it must have left.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import time
from collections.abc import Iterator
from typing import BinaryIO

from sqlalchemy import Connection, select

from wasl_queue.errors import QueueError
from wasl_queue.queue import OfferState, Policy, PresenceState, Queue, Requirements, Skills, Ticket
from wasl_queue.schema import queue_event
from wasl_records.database import Database
from wasl_records.errors import RecordsError

POLICY = Policy(offer_seconds=1, misses_until_break=3, wrap_up_seconds=0.2, lease_seconds=5)
AT_ONCE = 8
"""So many moves are under way in one process."""
MOST_OPEN = 60
LINES = [
    Requirements("deed", "ar", None, "video", group="court"),
    Requirements("deed", "ar", "sgn-KW", "video", group="court"),
    Requirements("rent", "ar", None, "video", group="housing"),
]
COURT, HOUSING = frozenset({"court"}), frozenset({"housing"})
SKILLS = [
    Skills({"deed": 3}, {"ar": 5}, groups=COURT),
    Skills({"deed": 3, "rent": 3}, {"ar": 5}, groups=COURT | HOUSING),
    Skills({}, {"ar": 5, "sgn-KW": 5}, groups=COURT, interpreter=True),
    Skills({"rent": 3}, {"ar": 5}, groups=HOUSING),
]
AGENTS = {f"agent{number:02}": SKILLS[number % len(SKILLS)] for number in range(12)}
MOVES = ["join", "join", "available", "accept", "accept", "accept", "decline", "take_break"]
MOVES += ["finish", "finish", "leave", "absent", "resume", "resume", "transfer"]

Row = tuple[str, int | str, str | None, str]
"""Kind, id, from state, to state."""
Made = tuple[str, int | str, str]
"""The same without the state it came from."""


def move(connection: Connection, queue: Queue, seed: int, now: float) -> Row | None:
    """One random move, and its row of history; None if there was nobody to make it, or another process has just
    made it."""
    made = _made(connection, queue, seed, now)
    if made is None:
        return None
    kind, id_, to = made
    e = queue_event.c
    subject = {"ticket": e.ticket, "page": e.ticket, "presence": e.agent, "offer": e.offer}[kind]
    told = select(e.from_state).where(e.at == now, e.kind == kind, subject == id_, e.to_state == to)
    row = connection.execute(told).first()
    return None if row is None else (kind, id_, row.from_state, to)


def _made(connection: Connection, queue: Queue, seed: int, now: float) -> Made | None:
    """Of what, which, and to which state."""
    chance = random.Random(seed)
    name = chance.choice(MOVES)
    if name in ("available", "take_break", "accept", "decline"):
        return _of_agent(connection, queue, name, chance.choice(list(AGENTS)), now)
    tickets = queue.open_tickets(connection)
    if name == "join":
        if len(tickets) >= MOST_OPEN:
            return None
        return "ticket", queue.join(connection, chance.choice(LINES), "secret", now).ticket, "waiting"
    subjects = [ticket for ticket in tickets if _can(ticket, name)]
    return _of_ticket(connection, queue, name, chance.choice(subjects), chance, now) if subjects else None


def _of_agent(connection: Connection, queue: Queue, name: str, agent: str, now: float) -> Made | None:
    was = queue.presence(connection, agent).state
    offer = queue.offer_for(connection, agent)
    if name == "available" and was in (PresenceState.BREAK, PresenceState.WRAP_UP):
        queue.available(connection, agent, now)
        return "presence", agent, "available"
    if name == "take_break" and was is PresenceState.AVAILABLE:
        queue.take_break(connection, agent, "rest", now)
        return "presence", agent, "break"
    if name == "accept" and offer and offer.state is OfferState.PENDING:
        serving = queue.accept(connection, offer.id, agent, now).serving
        return "offer", offer.id, "accepted" if serving else "held"
    if name == "decline" and offer and offer.state is OfferState.PENDING:
        queue.decline(connection, offer.id, agent, now)
        return "offer", offer.id, "declined"
    return None


def _can(ticket: Ticket, name: str) -> bool:
    if name in ("absent", "resume"):
        return ticket.present is (name == "absent")
    return (ticket.state == "serving") is (name in ("finish", "transfer"))


def _of_ticket(
    connection: Connection, queue: Queue, name: str, ticket: Ticket, chance: random.Random, now: float
) -> Made:
    if name == "resume":
        queue.resume(connection, ticket.id, "secret", now)
        return "page", ticket.id, "present"
    if name == "transfer":
        to: list[Requirements | str] = [*LINES, *AGENTS]
        queue.transfer(connection, ticket.id, chance.choice(to), now)
        return "ticket", ticket.id, "waiting"
    {"finish": queue.finish, "leave": queue.leave, "absent": queue.absent}[name](connection, ticket.id, now)
    if name == "absent":
        return "page", ticket.id, "absent"
    return "ticket", ticket.id, "done" if name == "finish" else "left"


def open_desks(connection: Connection, queue: Queue, now: float) -> None:
    """All agents are at their desks (again)."""
    for agent, skills in AGENTS.items():
        queue.sign_in(connection, agent, skills, now)


def moments() -> Iterator[float]:
    """The time, never twice the same."""
    last = 0.0
    while True:
        last = max(time.time(), last + 1e-6)
        yield last


async def work(database: Database, queue: Queue, log: BinaryIO, clock: Iterator[float]) -> None:
    while True:
        now = next(clock)
        try:
            row = await database.write(move, queue, random.getrandbits(64), now)
        except QueueError:
            continue
        except RecordsError:
            await asyncio.sleep(0.02)  # the database is away
            continue
        if row is not None:
            log.write(json.dumps([now, *row]).encode() + b"\n")
            os.fsync(log.fileno())


async def sweep(database: Database, queue: Queue, clock: Iterator[float]) -> None:
    while True:
        try:
            await database.write(queue.renew_server, next(clock))
            await database.write(queue.renew, AGENTS, next(clock))
            await database.write(open_desks, queue, next(clock))
            await database.write(queue.sweep, next(clock))
        except RecordsError:
            pass  # the database is away
        await asyncio.sleep(0.3)


async def main(url: str, log: BinaryIO, name: str, alone: str) -> None:
    database, queue, clock = Database.open(url), Queue(POLICY, server=name), moments()
    await database.write(queue.recover, next(clock), alone=alone == "alone")
    await database.write(open_desks, queue, next(clock))
    movers = (work(database, queue, log, clock) for _ in range(AT_ONCE))
    await asyncio.gather(sweep(database, queue, clock), *movers)


if __name__ == "__main__":
    url, log, *settings = sys.argv[1:]
    with open(log, "ab", buffering=0) as file:
        asyncio.run(main(url, file, *settings))
