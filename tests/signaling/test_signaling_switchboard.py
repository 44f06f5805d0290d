"""The switchboard with a real media worker: one connection a person, whatever comes at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import socketio

from wasl_media.errors import MediaError, MediaErrorCode
from wasl_media.process import Door, WorkerProcess
from wasl_signaling.mailbox import Address, Mailboxes
from wasl_signaling.media_pool import MediaPool, Spot
from wasl_signaling.switchboard import Switchboard

DOOR = Door()
AGENT = Address.desk("agent1")
OTHERS = (Address.citizen(1), Address.desk("signer"))


@pytest.fixture
async def worker() -> AsyncIterator[WorkerProcess]:
    """A media worker."""
    worker = WorkerProcess(
        udp_host="127.0.0.1",
        udp_port=0,
        advertise=["127.0.0.1"],
        on_event=lambda event: None,
        on_restart=lambda: None,
        door=DOOR,
    )
    await worker.start()
    yield worker
    await worker.stop()


@pytest.fixture
async def pool(worker: WorkerProcess) -> AsyncIterator[MediaPool]:
    """A pool of this worker."""
    pool = MediaPool(lambda event: None)
    assert worker.url is not None
    pool.follow([Spot("one", worker.url, DOOR.secret)])
    await pool.connected()
    yield pool
    await pool.close()


@pytest.fixture
def switchboard(pool: MediaPool) -> Switchboard:
    """A switchboard of people whose pages are not there."""
    return Switchboard(pool, Mailboxes(socketio.AsyncServer(async_mode="aiohttp")), "test")


async def peers(worker: WorkerProcess) -> int:
    """How many connections the relay holds."""
    return len((await worker.relay.stats()).peers)


async def test_who_is_connected_from_many_sides_at_once_has_one_connection(
    worker: WorkerProcess, switchboard: Switchboard
) -> None:
    await asyncio.gather(*(switchboard.connect(AGENT) for _ in range(5)))
    assert await peers(worker) == 1


async def test_connections_that_come_and_go_at_once_leave_none_behind(
    worker: WorkerProcess, switchboard: Switchboard
) -> None:
    moves = [switchboard.connect, switchboard.disconnect, switchboard.connect, switchboard.renew]
    await asyncio.gather(*(move(AGENT) for _ in range(5) for move in moves))
    assert await peers(worker) == 1
    await asyncio.gather(switchboard.renew(AGENT), switchboard.disconnect(AGENT), switchboard.renew(AGENT))
    assert await peers(worker) == 0


async def in_one_place(switchboard: Switchboard) -> tuple[Any, list[tuple[int, str | None]]]:
    """An agent and two whom she can see; her relay, and what it is asked to show her from now on."""
    for address in (AGENT, *OTHERS):
        await switchboard.connect(address)
    relay = switchboard.relay_of(AGENT)[0]
    return relay, []


async def test_a_change_that_comes_during_another_has_the_last_word(
    switchboard: Switchboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay, shown = await in_one_place(switchboard)
    show, reached, go_on = relay.show, asyncio.Event(), asyncio.Event()

    async def slow(peer: str, slot: int, source: str | None, kinds: Any = ()) -> None:
        reached.set()
        await go_on.wait()
        shown.append((slot, source))
        await show(peer, slot, source)

    monkeypatch.setattr(relay, "show", slow)
    first = asyncio.create_task(switchboard.route(AGENT, dict(enumerate(OTHERS))))
    await reached.wait()
    second = asyncio.create_task(switchboard.rearrange(AGENT, {}))
    await asyncio.sleep(0)  # it has begun
    go_on.set()
    await asyncio.gather(first, second)
    assert dict(shown) == {0: None, 1: None}, "dark is said last"


async def test_dark_that_could_not_be_said_is_said_again(
    switchboard: Switchboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay, shown = await in_one_place(switchboard)
    await switchboard.route(AGENT, {0: OTHERS[0]})
    show, failing = relay.show, [True]

    async def failing_once(peer: str, slot: int, source: str | None, kinds: Any = ()) -> None:
        if failing.pop() if failing else False:
            raise MediaError(MediaErrorCode.RELAY_DOWN, "for a moment")
        shown.append((slot, source))
        await show(peer, slot, source)

    monkeypatch.setattr(relay, "show", failing_once)
    await switchboard.rearrange(AGENT, {})
    assert shown == []
    await switchboard.rearrange(AGENT, {})
    assert shown == [(0, None)]
