"""A call on hold in two real browsers: neither sees the other, the citizen is told and shown a film, and it goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from access import barriers
from clips import Recipe, make_clip
from livedesk import PATIENCE, DeskProcess, until
from livepage import LivePage, agent_at_desk, answer, citizen_in_line
from wasl_locales.catalogue import words

pytestmark = pytest.mark.browser

SAID = """() => document.querySelector('[data-announcer]')?.textContent ?? ''"""
FILM = """() => {
  const film = document.querySelector("video[data-leg=clip]");
  return film !== null && film.videoWidth === 240 && film.currentTime > 3.5 && !film.paused;
}"""
"""For longer than a camera that nobody looks at goes on."""
BACK = 2.0
"""Seconds on a quiet machine, as after a change of the network."""


async def says(person: LivePage, sentence: str) -> None:
    """Waits until a screen reader is told this sentence of the catalogue."""
    told = words(person.language).gettext(sentence)

    async def said() -> bool:
        return told in str(await person.page.evaluate(SAID))

    await until(said)


async def on_hold(person: LivePage) -> None:
    await expect(person.page.locator("html")).to_have_attribute("data-call", "held")
    assert await barriers(person.page) == []


async def test_on_hold_she_is_told_and_shown_a_film_and_nobody_sees_her(
    browser: Browser, start_desk: Callable[..., Awaitable[DeskProcess]], tmp_path: Path
) -> None:
    make_clip(tmp_path / "hold.ar.webm", Recipe(seconds=2.0, width=240, height=320))
    desk = await start_desk(clips=str(tmp_path))
    citizen = await citizen_in_line(browser, desk)
    agent = await agent_at_desk(browser, desk)
    await answer(agent)
    for person in (citizen, agent):
        await person.in_call()
        await person.sees_and_hears()
    await agent.page.keyboard.press("Alt+h")
    for person in (citizen, agent):
        await on_hold(person)
    await says(citizen, "Your call is on hold.")
    shown = agent.page.locator("video[data-leg=citizen]")
    await expect(shown).to_have_count(1)
    await expect(shown).to_be_hidden()
    await citizen.page.wait_for_function(FILM)
    await citizen.press("Stop the film")
    await expect(citizen.page.locator("[data-leg=clip]")).to_have_count(0)
    await expect(citizen.page.locator("[data-act=film]")).to_be_focused()
    await citizen.press("Show the film")
    await expect(citizen.page.locator("video[data-leg=clip]")).to_be_visible()
    before = await agent.received()
    await asyncio.sleep(1.0)  # the measurement itself
    after = await agent.received()
    assert (after["frames"], after["energy"]) == (before["frames"], pytest.approx(before["energy"]))
    await expect(agent.page.locator("#hold")).to_be_enabled()
    await agent.press("Go on with the call")
    began = time.monotonic()
    for person in (citizen, agent):
        await person.in_call()

    async def seen_again() -> bool:
        return (await agent.received())["frames"] > after["frames"]

    await until(seen_again)
    assert time.monotonic() - began < BACK * PATIENCE
    await says(citizen, "The call goes on. You can be seen and heard again.")
    await expect(citizen.page.locator("video[data-leg=clip]")).to_have_count(0)
    for person in (citizen, agent):
        await person.sees_and_hears()
