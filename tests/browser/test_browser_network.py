"""A citizen whose network changes in the middle of a call, or is hardly one: in a network namespace of Linux."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from chromium import PLAIN_FLAGS, find
from livedesk import DeskProcess, until
from livepage import LivePage, agent_at_desk, answer, citizen_in_line
from network import POSSIBLE, Network

pytestmark = [
    pytest.mark.browser,
    pytest.mark.fault,
    pytest.mark.skipif(not POSSIBLE, reason="network namespaces need root, and ip and tc of iproute2"),
]
BACK = 2.0
"""Seconds."""


@pytest.fixture
async def network() -> AsyncIterator[Network]:
    async with Network() as made:
        yield made


@pytest.fixture
async def desk(start_desk: Callable[..., Awaitable[DeskProcess]], network: Network) -> DeskProcess:
    return await start_desk(host=network.host)


@pytest.fixture
async def far_and_near(network: Network, desk: DeskProcess, tmp_path: Path) -> AsyncIterator[tuple[Browser, Browser]]:
    """A Chromium in that network, and one here. The desk has no certificate, so they are told to trust it."""
    flags = [*PLAIN_FLAGS, f"--unsafely-treat-insecure-origin-as-secure={desk.url}"]
    async with async_playwright() as playwright:
        far = await playwright.chromium.launch(executable_path=network.browser(tmp_path), args=flags)
        near = await playwright.chromium.launch(executable_path=find(), args=flags)
        yield far, near
        await far.close()
        await near.close()


async def meet(far: Browser, near: Browser, desk: DeskProcess) -> tuple[LivePage, LivePage]:
    citizen = await citizen_in_line(far, desk)
    agent = await agent_at_desk(near, desk)
    await answer(agent)
    await citizen.in_call()
    for person in (citizen, agent):
        await person.sees_and_hears()
    return citizen, agent


async def test_p33_a_call_goes_on_when_the_network_changes(
    far_and_near: tuple[Browser, Browser], desk: DeskProcess, network: Network
) -> None:
    citizen, agent = await meet(*far_and_near, desk)
    await network.cut_first()
    moved_at = time.monotonic()
    before = [await person.received() for person in (citizen, agent)]

    async def both_again() -> bool:
        after = [await person.received() for person in (citizen, agent)]
        return all(now["frames"] > then["frames"] + 5 for then, now in zip(before, after, strict=True))

    await until(both_again, 20.0)
    assert time.monotonic() - moved_at < BACK
