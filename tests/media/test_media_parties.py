"""Calls of two, three and four real pages, and pictures that change places."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import cycle
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from mediapage import join, louder, measure, sees, wait_on_page
from wasl_media.process import WorkerProcess

pytestmark = pytest.mark.browser

Until = Callable[..., Awaitable[None]]
Launch = Callable[..., Awaitable[Browser]]
Measured = dict[str, Any]
OF_THIRTY = 29 / 30
WINDOW = 5.0
"""Seconds that are compared."""
SWITCHES = 10
FREEZE = 200.0
"""Milliseconds."""


@pytest.mark.parametrize("parties", [2, 3, 4])
async def test_everybody_sees_every_picture_of_everybody(
    launch: Launch, site: str, worker: WorkerProcess, until: Until, parties: int
) -> None:
    """Of what a page sends: how much it sends is the machine's affair, and 29 of 30 must arrive and be decoded.

    A machine that is busy with something else drops pictures for a moment, so there is time for a good window.
    """
    browser = await launch()
    pages = [await join(browser, site, worker.relay, str(number), camera=True) for number in range(parties)]
    others = {own: [number for number in range(parties) if number != own] for own in range(parties)}
    for own, shown in others.items():
        for slot, other in enumerate(shown):
            await worker.relay.show(str(own), slot, str(other))
    for own, shown in others.items():
        for slot in range(len(shown)):
            await sees(pages[own], str(slot), until)

    async def fluent() -> bool:
        before, after = await window(pages, until)
        return all(
            arrives(before[own]["slots"][str(slot)], after[own]["slots"][str(slot)], encoded(after, before, other))
            for own, shown in others.items()
            for slot, other in enumerate(shown)
        )

    await until(fluent, 90.0)


async def window(pages: list[Page], until: Until) -> tuple[list[Measured], list[Measured]]:
    """What all pages measured at its beginning and at its end."""
    before = await asyncio.gather(*map(measure, pages))
    await wait_on_page(pages[0], WINDOW, until)
    return before, await asyncio.gather(*map(measure, pages))


def encoded(after: list[Measured], before: list[Measured], number: int) -> int:
    """Pictures that a page sent meanwhile."""
    sent: int = after[number]["encoded"] - before[number]["encoded"]
    return sent


def arrives(before: Measured, after: Measured, sent: int) -> bool:
    """Whether nearly all of it was decoded, and heard. The two ends are not read at one moment."""
    came = after["frames"] - before["frames"]
    return sent > WINDOW * 12 and came >= OF_THIRTY * sent - 2 and louder(before, after)


async def test_ten_changes_of_the_source_never_freeze_the_picture(
    launch: Launch, site: str, worker: WorkerProcess, until: Until
) -> None:
    browser = await launch()
    viewer = await join(browser, site, worker.relay, "viewer", camera=False)
    for name in ("one", "two"):
        await join(browser, site, worker.relay, name, camera=True)
    await worker.relay.show("viewer", 1, "one")
    await sees(viewer, "1", until)
    await wait_on_page(viewer, 3.0, until)
    await viewer.evaluate("follow(1)")
    sources = cycle(["two", "one"])

    async def smooth() -> bool:
        await viewer.evaluate("gaps.length = 0")
        for _ in range(SWITCHES):
            began = await pictures(viewer)
            await worker.relay.show("viewer", 1, next(sources))

            async def goes_on(began: int = began) -> bool:
                return await pictures(viewer) > began + 30

            await until(goes_on)
        gaps: list[float] = await viewer.evaluate("gaps")
        assert len(gaps) > SWITCHES * 30
        return max(gaps) <= FREEZE

    await until(smooth, 60.0)  # a busy machine may hold all pages for a moment: a second round then


async def pictures(page: Page) -> int:
    count: Any = await page.evaluate("gaps.length")
    return int(count)


async def test_a_loss_of_one_in_twenty_each_way_is_not_seen(
    launch: Launch, site: str, lossy: Any, until: Until
) -> None:
    browser = await launch()
    pages = [await join(browser, site, lossy.relay, name, camera=True) for name in ("citizen", "agent")]
    await lossy.relay.show("citizen", 0, "agent")
    await lossy.relay.show("agent", 0, "citizen")
    for page in pages:
        await sees(page, "0", until)

    async def fluent() -> bool:
        before, after = await window(pages, until)
        slots = [(before[own]["slots"]["0"], after[own]["slots"]["0"]) for own in range(2)]
        assert all(now["repaired"] > then["repaired"] for then, now in slots)
        return all(
            arrives(then, now, encoded(after, before, 1 - own)) and now["freezes"] == then["freezes"]
            for own, (then, now) in enumerate(slots)
        )

    await until(fluent, 90.0)
