"""A media worker dies in the middle of a call: both real pages see and hear again, without a tap."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable

import psutil
import pytest
from playwright.async_api import Browser

from livedesk import PATIENCE, DeskProcess, media_workers, until
from livepage import LivePage, agent_at_desk, answer, citizen_in_line

pytestmark = [pytest.mark.browser, pytest.mark.fault]
BACK_WITHIN = 5.0  # seconds on a quiet machine
PORT = """async () => {
  const entries = await window.waslStats();
  return entries.find((one) => one.type === "remote-candidate")?.port ?? null;
}"""


async def test_p33_both_see_and_hear_again_after_their_worker_died(
    browser: Browser, start_desk: Callable[..., Awaitable[DeskProcess]]
) -> None:
    desk = await start_desk(media_workers="2")
    assert desk.process is not None
    citizen = await citizen_in_line(browser, desk)
    agent = await agent_at_desk(browser, desk)
    await answer(agent)
    await citizen.in_call()
    for person in (citizen, agent):
        await person.first_picture_and_sound(10)
    ports = {await port_of(person) for person in (citizen, agent)}
    (port,) = ports
    taps = citizen.taps + agent.taps

    died_at = time.monotonic()
    os.kill(worker_at(desk.process.pid, port), signal.SIGKILL)
    took = max(await asyncio.gather(*(back(person, port, died_at) for person in (citizen, agent))))
    print(f"back after {took:.2f} s")
    assert took < BACK_WITHIN * PATIENCE
    assert citizen.taps + agent.taps == taps
    for person in (citizen, agent):
        await person.in_call()


async def back(person: LivePage, port: int, died_at: float) -> float:
    """How many seconds it took until pictures and sound came over another port."""

    async def well() -> bool:
        if await port_of(person) in (port, None):
            return False
        got = await person.received()
        return got["frames"] > 0 and got["energy"] > 0

    await until(well, 3 * BACK_WITHIN)
    return time.monotonic() - died_at


async def port_of(person: LivePage) -> int | None:
    """The port of the worker that this page is connected to."""
    found: int | None = await person.page.evaluate(PORT)
    return found


def worker_at(desk: int, port: int | None) -> int:
    """The media worker of this desk that has this UDP port."""
    (found,) = (
        pid
        for pid in media_workers(desk)
        if port in {open_.laddr.port for open_ in psutil.Process(pid).net_connections("udp")}
    )
    return found
