"""Real Chromium pages through a real worker process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright

from chromium import LOOPBACK, NO_MDNS, PLAIN_FLAGS, find
from wasl_media.events import Event
from wasl_media.process import WorkerProcess
from wasl_media.relay import CONSENT, Relay
from wasl_media.remote import RemoteRelay

pytestmark = pytest.mark.browser

Until = Callable[..., Awaitable[None]]
Launch = Callable[..., Awaitable[Browser]]
Meeting = Any
HERE = Path(__file__).parent


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
async def worker(events: list[Event]) -> AsyncIterator[WorkerProcess]:
    made = WorkerProcess(
        udp_host="127.0.0.1",
        udp_port=0,
        advertise=["127.0.0.1"],
        on_event=events.append,
        on_restart=lambda: None,
    )
    await made.start()
    yield made
    await made.stop()


async def show_page(_: web.Request) -> web.FileResponse:
    return web.FileResponse(HERE / "page.html")


@pytest.fixture
async def site() -> AsyncIterator[str]:
    application = web.Application()
    application.router.add_get("/", show_page)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


@pytest.fixture
async def launch() -> AsyncIterator[Callable[..., Awaitable[Browser]]]:
    """Starts browsers, and closes them after the test."""
    async with async_playwright() as playwright:
        started: list[Browser] = []

        async def start(*flags: str) -> Browser:
            started.append(await playwright.chromium.launch(executable_path=find(), args=[*PLAIN_FLAGS, *flags]))
            return started[-1]

        yield start
        for browser in started:
            await browser.close()


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


@pytest.mark.parametrize("flags", [(LOOPBACK, NO_MDNS), ()], ids=["loopback-flags", "as-people-run-it"])
async def test_two_pages_see_and_hear_each_other(
    launch: Launch, site: str, worker: WorkerProcess, until: Until, flags: tuple[str, ...]
) -> None:
    browser = await launch(*flags)
    citizen = await join(browser, site, worker.relay, "citizen", camera=True)
    agent = await join(browser, site, worker.relay, "agent", camera=True)
    await worker.relay.show("citizen", 0, "agent")
    await worker.relay.show("agent", 0, "citizen")
    for page in (citizen, agent):
        await sees(page, "0", until)
    for page in (citizen, agent):
        rate, energy = await rates(page, "0", until)
        assert rate >= 24
        assert energy > 0
        slot = (await measure(page))["slots"]["0"]
        assert (slot["width"], slot["height"]) == (640, 480)


async def test_a_page_without_a_camera_stays_connected_and_turns_it_on_later(
    launch: Launch, site: str, worker: WorkerProcess, events: list[Event], until: Until
) -> None:
    browser = await launch()
    citizen = await join(browser, site, worker.relay, "citizen", camera=False)
    agent = await join(browser, site, worker.relay, "agent", camera=True)
    await worker.relay.show("agent", 0, "citizen")
    await wait_on_page(citizen, CONSENT + 2, until)
    assert [event for event in events if event.kind == "peer_disconnected"] == []
    assert (await measure(citizen))["state"] == "connected"
    await citizen.evaluate("send()")
    await sees(agent, "0", until)
    rate, energy = await rates(agent, "0", until)
    assert rate >= 24
    assert energy > 0


async def test_a_camera_whose_stream_the_answer_did_not_name_is_learnt(
    launch: Launch, site: str, worker: WorkerProcess, until: Until
) -> None:
    browser = await launch()
    citizen = await (await browser.new_context()).new_page()
    await citizen.goto(site)
    answer: str = await citizen.evaluate("sdp => answer(sdp, false)", await worker.relay.open_peer("citizen"))
    assert "a=ssrc:" in answer
    unnamed = [line for line in answer.splitlines() if not line.startswith("a=ssrc")]
    await worker.relay.answer("citizen", "\r\n".join(unnamed) + "\r\n")
    agent = await join(browser, site, worker.relay, "agent", camera=False)
    await worker.relay.show("agent", 0, "citizen")
    await citizen.evaluate("send()")
    await sees(agent, "0", until)


async def test_a_slot_shows_somebody_else_without_a_negotiation(
    launch: Launch, site: str, meeting: Meeting, until: Until
) -> None:
    await meeting.join("blue", shade=60)
    await meeting.join("red", shade=200)
    page = await join(await launch(), site, meeting.relay, "page", camera=False)
    colours = []
    for source in ("blue", "red", "blue"):
        frames = (await measure(page))["slots"].get("1", {}).get("frames", 0)
        await meeting.relay.show("page", 1, source)

        async def shows(frames: int = frames) -> bool:
            slot = (await measure(page))["slots"].get("1", {})
            return bool(slot.get("frames", 0) > frames + 10)

        await until(shows)
        colours.append(await page.evaluate("colour(1)"))
    assert colours[0][0] < 100 < colours[1][0]
    assert abs(colours[2][0] - colours[0][0]) < 20


async def test_loss_is_repaired(launch: Launch, site: str, lossy: Meeting, until: Until) -> None:
    page = await join(await launch(), site, lossy.relay, "page", camera=True)
    await lossy.join("partner")
    await lossy.relay.show("page", 0, "partner")
    await lossy.relay.show("partner", 0, "page")
    await sees(page, "0", until)
    rate, _ = await rates(page, "0", until)
    assert rate >= 24
    slot = (await measure(page))["slots"]["0"]
    assert slot["repaired"] > 0
    stats = {peer.peer: peer for peer in (await lossy.relay.stats()).peers}
    assert stats["page"].recovered > 0
    assert stats["page"].retransmitted > 0
