"""The page of the relay's browser tests: joins, and tells what it sees and hears."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import Browser, Page

from wasl_media.relay import Relay
from wasl_media.remote import RemoteRelay

Until = Callable[..., Awaitable[None]]


async def join(browser: Browser, site: str, relay: Relay | RemoteRelay, name: str, *, camera: bool) -> Page:
    page = await (await browser.new_context()).new_page()
    await page.goto(site)
    answer = await page.evaluate("([sdp, camera]) => answer(sdp, camera)", [await relay.open_peer(name), camera])
    await relay.answer(name, answer)
    return page


async def measure(page: Page) -> dict[str, Any]:
    measured: dict[str, Any] = await page.evaluate("measure()")
    return measured


async def sees(page: Page, slot: str, until: Until) -> None:
    """Wait for the first picture in a slot."""

    async def has_frames() -> bool:
        return bool((await measure(page))["slots"].get(slot, {}).get("frames"))

    await until(has_frames)


async def wait_on_page(page: Page, seconds: float, until: Until) -> None:
    """Let the page's clock run."""
    began_at = (await measure(page))["at"]

    async def passed() -> bool:
        return bool((await measure(page))["at"] - began_at >= seconds)

    await until(passed)


def louder(then: dict[str, Any], now: dict[str, Any]) -> bool:
    """Whether there was sound between two measurements of a slot; its first may come after the first picture."""
    return bool(now.get("energy", 0) > then.get("energy", 0))


async def flows(page: Page, slot: str, until: Until, size: tuple[int, int] | None = None) -> None:
    """Wait for three good seconds: at least 24 pictures each, of this size, and sound.

    Chromium sends fewer and smaller pictures for a while when the machine is busy with something else, so there is
    time for it to come back.
    """

    async def well() -> bool:
        before = await measure(page)
        await wait_on_page(page, 3.0, until)
        after = await measure(page)
        then, now = before["slots"][slot], after["slots"][slot]
        rate = (now["frames"] - then["frames"]) / (after["at"] - before["at"])
        whole = size is None or (now["width"], now["height"]) == size
        return bool(rate >= 24 and louder(then, now) and whole)

    await until(well, 90.0)
