"""What several connections do at the same moment, on PostgreSQL: nobody is missed and nobody given twice.

Nothing here sweeps: whoever were missed would stand beside each other for ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sqlalchemy import Connection

from postgres import PostgresServer
from wasl_queue import lock
from wasl_queue.queue import Offer, Policy, Queue, Requirements, Skills
from wasl_records.database import Database

ROUNDS = 500
"""Without what the tests are for, a few rounds are enough to see it: some dozens in a quick run."""
DEED = Requirements("deed", "ar", None, "video", group="court")
RENT = Requirements("rent", "ar", None, "video", group="housing")
BOTH = Skills({"deed": 3, "rent": 3}, {"ar": 5}, groups=frozenset({"court", "housing"}))


class Desk:
    """A queue on PostgreSQL; whatever is written together runs on connections of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.queue = Queue(Policy(wrap_up_seconds=0), server="first")
        self.now = 1_000.0

    async def write(self, move: Callable[..., Any], *args: Any) -> Any:
        self.now += 1
        return await self.database.write(move, *args, self.now)

    async def join(self, wants: Requirements) -> int:
        return int((await self.write(self.queue.join, wants, "secret")).ticket)

    async def available(self, agent: str) -> None:
        await self.write(self.queue.available, agent)

    async def take_break(self, agent: str) -> None:
        await self.write(self.queue.take_break, agent, "rest")

    async def rung(self, agent: str) -> Offer | None:
        return await self.database.read(self.queue.offer_for, agent)

    async def visit(self, agent: str) -> int:
        """The one who rings is served; the agent is available again."""
        offer = await self.rung(agent)
        assert offer is not None
        await self.write(self.queue.accept, offer.id, agent)
        await self.write(self.queue.finish, offer.ticket)
        return offer.ticket

    async def state(self, ticket: int) -> str:
        return str((await self.database.read(self.queue.ticket, ticket)).state)


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> int:
    return ROUNDS if request.config.getoption("--long") else ROUNDS // 8


@pytest.fixture
def url(postgres_server: PostgresServer) -> str:
    return postgres_server.migrated()


@pytest.fixture
async def desk(url: str) -> AsyncIterator[Desk]:
    database = Database.open(url)
    desk = Desk(database)
    await database.write(desk.queue.recover, desk.now)
    await database.write(desk.queue.sign_in, "amal", BOTH, desk.now)
    yield desk
    await database.close()


async def meet(desk: Desk) -> bool:
    """A citizen joins while the agent becomes available. Tells whether they met."""
    await desk.take_break("amal")
    ticket, _ = await asyncio.gather(desk.join(DEED), desk.available("amal"))
    offer = await desk.rung("amal")
    if offer is None:
        await desk.write(desk.queue.leave, ticket)
        return False
    assert await desk.visit("amal") == ticket
    return True


async def test_a_join_and_an_agent_who_become_free_together_never_miss_each_other(desk: Desk, rounds: int) -> None:
    stuck = [number for number in range(rounds) if not await meet(desk)]
    assert stuck == []


async def test_without_the_lock_they_would(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(connection: Connection, *_: object, **__: object) -> lock.Held:
        return lock.Held(connection, None)

    monkeypatch.setattr(lock, "_take", nothing)
    monkeypatch.setattr(lock, "group", nothing)
    for _ in range(ROUNDS):
        if not await meet(desk):
            return
    pytest.fail("the test above would not notice a missing lock")


async def set_free(desk: Desk) -> bool:
    """Whoever rang at the agent's desk leaves, while a citizen of another group joins. Tells whether those met."""
    await desk.take_break("amal")
    rings = await desk.join(DEED)
    _, _, joined = await asyncio.gather(desk.available("amal"), desk.write(desk.queue.leave, rings), desk.join(RENT))
    offer = await desk.rung("amal")
    if offer is None:
        await desk.write(desk.queue.leave, joined)
        return False
    assert await desk.visit("amal") == joined
    return True


async def test_an_agent_set_free_from_one_group_is_found_by_another(desk: Desk, rounds: int) -> None:
    stuck = [number for number in range(rounds) if not await set_free(desk)]
    assert stuck == []


async def test_without_asking_again_she_would_not(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock.Held, "more", lambda held, groups: None)
    for _ in range(10 * ROUNDS):
        if not await set_free(desk):
            return
    pytest.fail("the test above would not notice that a group is not held")


async def test_two_groups_never_get_the_same_agent_and_the_later_one_gets_her_next(desk: Desk, rounds: int) -> None:
    for _ in range(rounds // 2):
        await desk.available("amal")
        tickets = await asyncio.gather(desk.join(DEED), desk.join(RENT))
        offer = await desk.rung("amal")
        assert offer is not None
        (other,) = {*tickets} - {offer.ticket}
        assert [await desk.state(ticket) for ticket in (offer.ticket, other)] == ["offered", "waiting"]
        assert [await desk.visit("amal"), await desk.visit("amal")] == [offer.ticket, other]


async def test_an_agent_who_signs_in_while_her_line_is_opened_serves_it(desk: Desk, rounds: int) -> None:
    for number in range(rounds // 2):
        agent, group = f"agent{number}", f"body{number}"
        wants = Requirements(f"service{number}", "ar", None, "video", group=group)
        skills = Skills({wants.service: 1}, {"ar": 1}, groups=frozenset({group}))
        ticket, _ = await asyncio.gather(desk.join(wants), desk.write(desk.queue.sign_in, agent, skills))
        await desk.available(agent)
        assert await desk.visit(agent) == ticket
