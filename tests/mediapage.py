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


async def rates(page: Page, slot: str, until: Until) -> tuple[float, float]:
    """Over three seconds: pictures decoded a second in a slot, and the sound energy that came with them."""
    before = await measure(page)
    await wait_on_page(page, 3.0, until)
    after = await measure(page)
    frames = after["slots"][slot]["frames"] - before["slots"][slot]["frames"]
    energy = after["slots"][slot]["energy"] - before["slots"][slot]["energy"]
    return frames / (after["at"] - before["at"]), energy
