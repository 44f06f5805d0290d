"""A citizen watches the desk's clip in a real page while she waits, is rung, and sees the employee in its place."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from clips import Recipe, make_clip
from livedesk import DeskProcess, until
from livepage import agent_at_desk, answer, citizen_in_line

pytestmark = pytest.mark.browser

BUTTON = "[data-act=clip]"
FILM = "video[data-leg=clip]"
ASKED = "navigator.mediaDevices.getUserMedia = () => { window.asked = true; };"
SHOWN = """() => {
  const film = document.querySelector("video[data-leg=clip]");
  return film !== null && film.videoWidth === 320 && film.currentTime > 0.5 && !film.paused;
}"""


@pytest.fixture
async def cinema(start_desk: Callable[..., Awaitable[DeskProcess]], tmp_path: Path) -> DeskProcess:
    """A desk that has a film for those in line."""
    make_clip(tmp_path / "waiting.ar.webm", Recipe(seconds=20.0))
    return await start_desk(clips=str(tmp_path))


async def test_p19_she_watches_a_clip_unasked_for_nothing_until_it_is_her_turn(
    browser: Browser, cinema: DeskProcess
) -> None:
    citizen = await citizen_in_line(browser, cinema)
    await expect(citizen.page.locator(BUTTON)).to_be_visible()
    await expect(citizen.page.locator(FILM)).to_have_count(0)
    assert (await citizen.page.evaluate("window.waslStats()")) == [], "no connection before she asks"
    await citizen.page.evaluate(f"() => {{ {ASKED} }}")
    await citizen.tap(BUTTON)
    await citizen.page.wait_for_function(SHOWN)

    async def decoded() -> bool:
        got = await citizen.received()
        return got["frames"] >= 30 and got["energy"] > 0

    await until(decoded)
    assert not await citizen.page.evaluate("() => window.asked ?? false"), "her camera stays off"
    await citizen.tap(BUTTON)
    await expect(citizen.page.locator(FILM)).to_have_count(0)
    assert (await citizen.page.evaluate("window.waslStats()")) == []
    await citizen.tap(BUTTON)
    await citizen.page.wait_for_function(SHOWN)
    await citizen.page.evaluate("() => { delete navigator.mediaDevices.getUserMedia; }")
    agent = await agent_at_desk(browser, cinema)
    await agent.press("I am available")
    await citizen.on("ringing")
    await expect(citizen.page.locator(FILM)).to_have_count(0)
    await answer(agent)
    await citizen.in_call()
    await citizen.sees_and_hears()
    await agent.sees_and_hears()


async def test_the_film_goes_on_when_the_desk_was_away(browser: Browser, cinema: DeskProcess) -> None:
    citizen = await citizen_in_line(browser, cinema)
    await citizen.tap(BUTTON)
    await citizen.page.wait_for_function(SHOWN)
    await cinema.kill()
    await cinema.start()

    async def moves() -> bool:
        before = (await citizen.received())["frames"]
        await asyncio.sleep(0.5)  # the measurement itself
        return (await citizen.received())["frames"] > before + 5

    await until(moves, 30)


async def test_where_there_is_no_clip_there_is_no_button(browser: Browser, desk: DeskProcess) -> None:
    citizen = await citizen_in_line(browser, desk)
    await expect(citizen.page.locator(BUTTON)).to_have_count(0)
