"""A media worker that dies or hangs takes no call with it, and those of other workers do not notice."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import psutil
import pytest

from livedesk import PATIENCE, DeskProcess, Pages, media_workers, until
from talker import TalkingPage

pytestmark = pytest.mark.fault
SERVICE = "housing-allocation"
BACK_WITHIN = 5.0  # seconds, on a quiet machine
StartDesk = Callable[..., Awaitable[DeskProcess]]


class Call:
    """A citizen and an agent who see and hear each other."""

    def __init__(self, citizen: TalkingPage, agent: TalkingPage) -> None:
        self.people = (citizen, agent)

    @property
    def peers(self) -> list[str]:
        """The present connections."""
        return [person.peers[-1] for person in self.people]

    @property
    def udp_port(self) -> int:
        """Of the one worker that it is on."""
        (port,) = {person.udp_port for person in self.people}
        return port

    async def sees_and_hears(self) -> float:
        """Waits until both do. Returns when the later one did, on the monotonic clock."""
        return max(await asyncio.gather(*(person.sees_and_hears() for person in self.people)))

    async def lost(self) -> list[int]:
        """How many packets each has missed."""
        return [(await person.measure()).lost for person in self.people]


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    """Closes what tests open, before their pages."""
    async with AsyncExitStack() as stack:
        yield stack


async def begin_call(desk: DeskProcess, pages: Pages, stack: AsyncExitStack, agent: str) -> Call:
    """A new call of this agent, with media both ways."""
    people = [TalkingPage(await pages.agent(desk, agent)), TalkingPage(await pages.citizen(desk))]
    employee, citizen = people
    for person in people:
        stack.push_async_callback(person.close)
    await citizen.page.ask("join", service=SERVICE, modality="video", language="ar")
    await employee.page.ask("available")
    offered = await employee.page.until(lambda state: state["offer"])
    await employee.page.ask("accept", offer=offered["offer"]["id"])
    await citizen.page.until(lambda state: state["phase"] == "call")
    call = Call(citizen, employee)
    await call.sees_and_hears()
    return call


def worker_at(pids: list[int], udp_port: int) -> int:
    """The process that has this port."""
    for pid in pids:
        if udp_port in {open_.laddr.port for open_ in psutil.Process(pid).net_connections("udp")}:
            return pid
    raise AssertionError(f"nobody has port {udp_port}")


async def end(process: Process) -> None:
    """Ends it at once, if it has not ended."""
    if process.returncode is None:
        process.kill()
    await process.wait()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hung"])
async def test_a_call_of_a_lost_worker_is_back_and_others_do_not_notice(
    start_desk: StartDesk, pages: Pages, stack: AsyncExitStack, how: signal.Signals
) -> None:
    desk = await start_desk(media_workers="2")
    assert desk.process is not None
    one, other = [await begin_call(desk, pages, stack, agent) for agent in ("agent1", "agent2")]
    assert one.udp_port != other.udp_port, "two calls, two workers"
    workers = media_workers(desk.process.pid)
    before, others_before, lost_before = one.peers, other.peers, await other.lost()
    victim = worker_at(workers, one.udp_port)

    struck_at = time.monotonic()
    os.kill(victim, how)
    await asyncio.gather(*(person.moved(peer, BACK_WITHIN) for person, peer in zip(one.people, before, strict=True)))
    took = await one.sees_and_hears() - struck_at
    print(f"back after {took:.2f} s")
    assert took < BACK_WITHIN * PATIENCE
    assert one.udp_port == other.udp_port, "on the worker that lives"
    assert (other.peers, await other.lost()) == (others_before, lost_before)

    async def another_runs() -> bool:
        assert desk.process is not None
        return victim not in (now := media_workers(desk.process.pid)) and len(now) == 2

    await until(another_runs)
    moved = one.peers
    await begin_call(desk, pages, stack, "agent3")
    assert one.peers == moved, "nobody is moved back"


async def test_workers_of_wasl_media_join_take_calls_and_drain(
    start_desk: StartDesk, pages: Pages, stack: AsyncExitStack
) -> None:
    desk = await start_desk(media_workers="1", drain_seconds="30")
    assert desk.process is not None
    (own,) = media_workers(desk.process.pid)
    # By the machine's name, not by a loopback address: the channel is encrypted, as one beyond the machine is.
    settings = {"WASL_MEDIA_CONTROL": f"{os.uname().nodename}:0", "WASL_MEDIA_ADDRESSES": "127.0.0.1"}
    command = [sys.executable, "-m", "wasl_signaling", "media", "run", "--workers", "1", "--data", str(desk.data)]
    beside = await asyncio.create_subprocess_exec(*command, env=os.environ | settings, stdout=PIPE)
    stack.push_async_callback(end, beside)
    assert beside.stdout is not None
    assert b"1 media workers are ready" in await beside.stdout.readline()

    async def listed() -> list[list[str]]:
        show = [sys.executable, "-m", "wasl_signaling", "media", "list", "--data", str(desk.data)]
        shown = await asyncio.to_thread(subprocess.check_output, show, text=True)
        return [line.split() for line in shown.splitlines()[1:]]

    assert [row[2] for row in await listed()] == ["ready", "ready"]
    own_port = {open_.laddr.port for open_ in psutil.Process(own).net_connections("udp")}.pop()
    calls = [await begin_call(desk, pages, stack, agent) for agent in ("agent1", "agent2")]
    assert len({call.udp_port for call in calls}) == 2, "one call on each"
    there = next(call for call in calls if call.udp_port != own_port)

    beside.terminate()

    async def draining() -> bool:
        return sorted(row[2] for row in await listed()) == ["draining", "ready"]

    await until(draining)
    assert there.udp_port != own_port, "its call goes on"
    citizen, agent = there.people
    await citizen.page.ask("leave")
    await agent.moved(agent.peers[-1])
    assert agent.udp_port == own_port, "whose call has ended moves to a worker that stays"
    async with asyncio.timeout(20 * PATIENCE):
        assert await beside.wait() == 0
    assert sorted(row[2] for row in await listed()) == ["gone", "ready"]
    for call in calls:  # or the desk, asked to stop, would wait for one that goes on
        await call.people[0].page.ask("leave")
