"""Whatever rings, is answered, ends, dies and drains at once: the people of a call are on one worker that lives."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import pytest
import socketio

from wasl_media.errors import MediaError, MediaErrorCode
from wasl_media.relay import Relay
from wasl_media.stats import Load
from wasl_signaling.mailbox import Address, Mailboxes
from wasl_signaling.media_pool import MediaPool, PooledWorker
from wasl_signaling.switchboard import Switchboard

AGENTS = [Address.desk(f"agent{number}") for number in range(6)]
INTERPRETERS = [Address.desk(f"interpreter{number}") for number in range(2)]
Company = tuple[Address, ...]


class NearRelay:
    """A real relay in this process, as one behind a control channel that can break."""

    def __init__(self, relay: Relay) -> None:
        self.relay, self.alive, self.silence = relay, True, 0.0

    @property
    def load(self) -> Load:
        return Load(peers=self.relay.peers)

    def __getattr__(self, name: str) -> Any:
        async def ask(*arguments: Any) -> Any:
            await asyncio.sleep(0)  # over the channel
            if not self.alive:
                raise MediaError(MediaErrorCode.RELAY_DOWN, "the worker is gone")
            return await getattr(self.relay, name)(*arguments)

        return ask


class House:
    """Workers that come and go, and calls between people."""

    def __init__(self) -> None:
        self.pool = MediaPool(lambda event: None)
        mailboxes = Mailboxes(socketio.AsyncServer(async_mode="aiohttp"))
        self.switchboard = Switchboard(self.pool, mailboxes, "test")
        self.relays: list[NearRelay] = []
        self.ringing: list[Company] = []
        self.live: list[Company] = []
        self.numbers, self.versions = count(1), count(1)

    @property
    def taking(self) -> list[PooledWorker]:
        return [worker for worker in self.pool.workers if not worker.draining]

    async def bear(self) -> None:
        """One more worker."""
        relay = await Relay.start(udp_host="127.0.0.1", udp_port=0, advertise=["127.0.0.1"], on_event=lambda _: None)
        near = NearRelay(relay)
        self.relays.append(near)
        name = f"w{next(self.numbers)}"
        self.pool._workers[name] = PooledWorker(name, near)  # type: ignore[arg-type]
        await self.switchboard.worker_joined()

    async def kill(self, rng: random.Random) -> None:
        """A worker dies, unless it is the last that takes calls."""
        worker = rng.choice(list(self.pool.workers))
        if self.taking != [worker]:
            worker.relay.alive = False  # type: ignore[misc]
            del self.pool._workers[worker.id]
            await self.switchboard.worker_lost(worker)

    async def drain(self, rng: random.Random) -> None:
        """A worker takes no new calls, unless it is the last that does."""
        if len(self.taking) > 1:
            worker = rng.choice(self.taking)
            worker.draining = True
            await self.switchboard.worker_draining(worker)

    async def ring(self, rng: random.Random) -> None:
        """A citizen rings at somebody who is free, perhaps at an interpreter too."""
        busy = {person for company in (*self.ringing, *self.live) for person in company}
        free = [agent for agent in AGENTS if agent not in busy]
        if free:
            interpreters = [one for one in INTERPRETERS if one not in busy][: rng.randrange(3)]
            company = (rng.choice(free), *interpreters[:1], Address.citizen(next(self.numbers)))
            self.ringing.append(company)
            version = next(self.versions)
            told = rng.sample(company, len(company))
            await asyncio.gather(*(self.switchboard.connect(person, company, version) for person in told))

    async def answer(self, rng: random.Random) -> None:
        """What has rung longest is answered."""
        if self.ringing:
            company = self.ringing.pop(0)
            self.live.append(company)
            for person in rng.sample(company, len(company)):
                await self.switchboard.connect(person, company, next(self.versions))
                others = [other for other in company if other != person]
                await self.switchboard.route(person, dict(enumerate(others)))

    async def end(self, rng: random.Random) -> None:
        """A call ends."""
        if self.live:
            *staff, citizen = self.live.pop(rng.randrange(len(self.live)))
            await self.switchboard.disconnect(citizen)
            for person in staff:
                await self.switchboard.connect(person, (), next(self.versions))
                await self.switchboard.route(person, {})

    def check(self) -> None:
        """All that must hold when nothing is under way."""
        lines = self.switchboard._lines
        for person, line in lines.items():
            assert line.open, person
            assert line.worker in self.pool.workers, person
            in_call = any(person in company for company in self.live)
            assert in_call or not line.worker.draining, person
        for company in (*self.ringing, *self.live):
            assert len({lines[person].worker.id for person in company}) == 1
        for company in self.live:
            for person in company:
                assert set(lines[person].shown.values()) == {lines[other].peer for other in company if other != person}


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """Two workers, and everybody signed in."""
    made = House()
    for _ in range(2):
        await made.bear()
    for person in (*AGENTS, *INTERPRETERS):
        await made.switchboard.connect(person, (), next(made.versions))
    yield made
    for near in made.relays:
        await near.relay.close()


async def test_people_who_sign_in_are_spread(house: House) -> None:
    assert {near.relay.peers for near in house.relays} == {len(AGENTS + INTERPRETERS) // 2}


@pytest.mark.parametrize("seed", range(6))
async def test_a_call_is_never_on_two_workers_nor_on_a_dead_one(house: House, seed: int) -> None:
    rng = random.Random(seed)
    steps = [house.ring, house.ring, house.answer, house.answer, house.end, house.kill, house.drain]
    for _ in range(40):
        at_once = rng.sample(steps, rng.choice((1, 1, 2, 3)))
        await asyncio.gather(*(step(rng) for step in at_once))
        if len(house.taking) < 2:
            await house.bear()
        house.check()
