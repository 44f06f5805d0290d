"""A citizen whose network changes in the middle of a call, or is hardly one: in a network namespace of Linux."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from chromium import PLAIN_FLAGS, find
from livedesk import PATIENCE, DeskProcess, until
from livepage import LivePage, agent_at_desk, answer, citizen_in_line, signing_citizen
from network import POSSIBLE, Network

pytestmark = [
    pytest.mark.browser,
    pytest.mark.fault,
    pytest.mark.skipif(not POSSIBLE, reason="network namespaces need root, and ip and tc of iproute2"),
]
BACK = 2.0
"""Seconds on a quiet machine."""
NARROW = 300
"""kbit/s."""


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
    assert time.monotonic() - moved_at < BACK * PATIENCE


async def rates(people: list[LivePage], seconds: float = 5.0) -> list[tuple[float, float]]:
    """Frames a second of each person's best picture, and its width."""
    before = [await person.received() for person in people]
    await asyncio.sleep(seconds)  # the measurement itself
    after = [await person.received() for person in people]
    return [
        (1000 * (now["frames"] - then["frames"]) / (now["at"] - then["at"]), now["width"])
        for then, now in zip(before, after, strict=True)
    ]


async def test_a_narrow_line_still_shows_movement_and_harms_nobody_else(
    far_and_near: tuple[Browser, Browser], desk: DeskProcess, network: Network
) -> None:
    citizen, agent = await meet(*far_and_near, desk)
    await network.throttle(NARROW)

    async def each_gets_what_the_line_takes() -> bool:
        (narrow, _), (wide, width) = await rates([citizen, agent])
        return narrow >= 15 and wide >= 24 and width == 640

    await until(each_gets_what_the_line_takes, 90.0)
    await network.widen()
    for person in (citizen, agent):
        await person.sees_and_hears(90.0)


BETWEEN = """async () => {
  const entries = await window.waslStats();
  const seen = entries.find((one) => one.type === "inbound-rtp" && one.kind === "video" && one.mid === "3");
  const sent = entries.find((one) => one.type === "outbound-rtp" && one.kind === "video" && one.rid !== "l");
  const [own, busy] = [sent?.frameWidth ?? 0, sent?.qualityLimitationReason === "cpu"];
  return { seen: seen?.framesDecoded ?? 0, width: seen?.frameWidth ?? 0, sent: sent?.framesEncoded ?? 0, own, busy };
}"""
"""What an agent sees of an interpreter, or the other way round, and sends: both have the citizen in slot 0. A machine
that is too busy for the full size sends less of it, which is no fault of the line."""

SIZES = """async () => {
  const entries = await window.waslStats();
  return entries.filter((one) => one.type === "inbound-rtp" && one.framesPerSecond > 10).map((one) => one.frameWidth);
}"""
"""Widths of the pictures that come."""
DECODED = """async () => {
  const entries = await window.waslStats();
  const video = entries.filter((one) => one.type === "inbound-rtp" && one.kind === "video");
  return [performance.now(), ...video.map((one) => one.framesDecoded ?? 0)];
}"""


async def best_rate(person: LivePage, seconds: float = 5.0) -> float:
    """Frames a second of the picture that comes best."""
    then: list[float] = await person.page.evaluate(DECODED)
    await asyncio.sleep(seconds)  # the measurement itself
    now: list[float] = await person.page.evaluate(DECODED)
    return 1000 * max(after - before for before, after in zip(then[1:], now[1:], strict=True)) / (now[0] - then[0])


async def signing_call(far: Browser, near: Browser, desk: DeskProcess) -> tuple[LivePage, LivePage, LivePage]:
    """A citizen who signs, an agent who does not, and an interpreter."""
    citizen = await signing_citizen(far, desk)
    await citizen.tap("[data-act=join]")
    await citizen.on("waiting")
    agent = await agent_at_desk(near, desk)
    interpreter = await agent_at_desk(near, desk, "interpreter1")
    for person in (agent, interpreter):
        await person.press("I am available")
    for person in (agent, interpreter):
        await person.on("offer")
        await person.tap("#accept")
    for person in (citizen, agent, interpreter):
        await person.in_call()
        await person.first_picture_and_sound(30.0)
    return citizen, agent, interpreter


async def test_one_narrow_line_of_three_leaves_the_two_others_their_quality(
    far_and_near: tuple[Browser, Browser], desk: DeskProcess, network: Network
) -> None:
    citizen, agent, interpreter = await signing_call(*far_and_near, desk)
    await network.throttle(NARROW)

    async def untouched() -> bool:
        before = [await person.page.evaluate(BETWEEN) for person in (agent, interpreter)]
        narrow = await best_rate(citizen)
        after = [await person.page.evaluate(BETWEEN) for person in (agent, interpreter)]
        print(narrow, before, after)  # shown if it fails
        came = [now["seen"] - then["seen"] for then, now in zip(before, after, strict=True)]
        sent = [now["sent"] - then["sent"] for then, now in zip(before, after, strict=True)]
        whole = all(
            one["width"] == other["own"] and (other["busy"] or other["own"] == 640)
            for one, other in zip(after, reversed(after), strict=True)
        )
        return (
            narrow >= 15
            and whole
            and all(have >= 29 / 30 * gave - 2 and gave > 60 for have, gave in zip(came, reversed(sent), strict=True))
        )

    await until(untouched, 90.0)
    await network.widen()

    async def full_again() -> bool:
        sizes: list[int] = await citizen.page.evaluate(SIZES)
        sent = [(await person.page.evaluate(BETWEEN))["own"] for person in (agent, interpreter)]
        print(sizes, sent)
        return sorted(sizes) == sorted(sent) and min(sent) > 320

    await until(full_again, 90.0)
