"""Real Chromium pages through a real worker process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from chromium import LOOPBACK, NO_MDNS
from clips import Recipe, make_clip
from mediapage import flows, join, measure, sees, wait_on_page
from wasl_media.events import Event
from wasl_media.process import WorkerProcess
from wasl_media.relay import CONSENT

pytestmark = pytest.mark.browser

Until = Callable[..., Awaitable[None]]
Launch = Callable[..., Awaitable[Browser]]
Meeting = Any


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
        await flows(page, "0", until, size=(640, 480))


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
    await flows(agent, "0", until)


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
    await flows(page, "0", until)
    slot = (await measure(page))["slots"]["0"]
    assert slot["repaired"] > 0
    stats = {peer.peer: peer for peer in (await lossy.relay.stats()).peers}
    assert stats["page"].recovered > 0
    assert stats["page"].retransmitted > 0


async def test_a_clip_gives_way_to_a_person_and_comes_back_in_one_slot(
    launch: Launch, site: str, worker: WorkerProcess, until: Until, tmp_path: Path
) -> None:
    await worker.relay.load_clip("clip", make_clip(tmp_path / "clip.webm", Recipe(seconds=4.0)))
    browser = await launch()
    citizen = await join(browser, site, worker.relay, "citizen", camera=False)
    await join(browser, site, worker.relay, "agent", camera=True)
    for source, width in (("clip", 320), ("agent", 640), ("clip", 320)):
        before = (await measure(citizen))["slots"].get("0", {})
        if source == "clip":
            await worker.relay.show_clip("citizen", 0, "clip", repeat=True)
        else:
            await worker.relay.show("citizen", 0, source)

        async def comes(before: dict[str, Any] = before, width: int = width) -> bool:
            slot = (await measure(citizen))["slots"].get("0", {})
            more = slot.get("frames", 0) >= before.get("frames", 0) + 60
            return bool(more and slot["width"] == width and slot["energy"] > before.get("energy", 0))

        await until(comes, 30.0)
    # The pauses while the source changes, and between two rounds, are no freezes of a picture that moves.
    gaps_before = (await measure(citizen))["slots"]["0"]["freezes"]
    await wait_on_page(citizen, 2.0, until)
    assert (await measure(citizen))["slots"]["0"]["freezes"] == gaps_before
