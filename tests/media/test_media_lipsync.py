"""Sound and picture of one person stay together: measured with a clap, a flash and a beep that begin at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from statistics import median

import pytest
from playwright.async_api import Browser, Page

from mediapage import join, sees
from wasl_media.process import WorkerProcess

pytestmark = pytest.mark.browser

Until = Callable[..., Awaitable[None]]
Launch = Callable[..., Awaitable[Browser]]
CLAPS = 5
OFFSET = 0.1
"""Seconds, either way; ITU-R BT.1359 calls 45 ms early to 125 ms late not noticeable."""


async def test_sound_and_picture_stay_together_also_after_a_change_of_the_source(
    launch: Launch, site: str, worker: WorkerProcess, until: Until
) -> None:
    browser = await launch()
    viewer = await join(browser, site, worker.relay, "viewer", camera=False)
    for name in ("one", "two"):
        page = await join(browser, site, worker.relay, name, camera=False)
        await page.evaluate("clap()")
    await worker.relay.show("viewer", 1, "one")
    await sees(viewer, "1", until)
    await viewer.evaluate("attend(1)")
    for source in ("one", "two"):
        await worker.relay.show("viewer", 1, source)
        await in_step(viewer, until)


async def in_step(viewer: Page, until: Until) -> None:
    """Wait for five claps in a row whose flash and beep come together; the first seconds may pass before."""

    async def together() -> bool:
        found = await offsets(viewer)
        return len(found) >= CLAPS and abs(median(found[-CLAPS:])) <= OFFSET

    await viewer.evaluate("flashes.length = beeps.length = 0")
    await until(together, 60.0)


async def offsets(viewer: Page) -> list[float]:
    """Seconds that each beep came after its flash."""
    flashes: list[float]
    beeps: list[float]
    flashes, beeps = await viewer.evaluate("[flashes, beeps]")
    nearest = [min(beeps, key=lambda beep: abs(beep - flash), default=None) for flash in flashes]
    found = [beep - flash for flash, beep in zip(flashes, nearest, strict=True) if beep is not None]
    return [one for one in found if abs(one) < 0.5]
