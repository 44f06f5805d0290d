"""A recorded call in two real browsers: asked, agreed, off the record and on again, stopped, and made into a film."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path

import av
import pytest
from playwright.async_api import Browser, expect

from access import barriers
from livedesk import PATIENCE, DeskProcess, until
from livepage import LivePage, agent_at_desk, answer, citizen_in_line
from wasl_locales.catalogue import words

pytestmark = pytest.mark.browser
OFF = 4.0  # seconds that are in no film
SAID = """() => document.querySelector('[data-announcer]')?.textContent ?? ''"""


async def marked(person: LivePage, state: str) -> None:
    """Waits until the page shows how the recording stands."""
    await expect(person.page.locator(f"[data-recording={state}]")).to_be_visible(timeout=15_000 * PATIENCE)


async def recorded_for(desk: DeskProcess, kilobytes: int) -> None:
    """Waits until so much more was written."""

    def size() -> int:
        return sum(file.stat().st_size for file in (desk.data / "recordings").iterdir())

    before = size()

    async def grown() -> bool:
        return size() > before + 1_000 * kilobytes

    await until(grown, seconds=30)


async def test_raur14_a_call_is_recorded_with_consent_and_not_off_the_record(
    browser: Browser, start_desk: Callable[..., Awaitable[DeskProcess]], tmp_path: Path
) -> None:
    desk = await start_desk(recordings="true")
    citizen = await citizen_in_line(browser, desk)
    agent = await agent_at_desk(browser, desk)
    await answer(agent)
    await citizen.in_call()
    await citizen.sees_and_hears()
    await agent.press("Ask to record")
    question = citizen.page.locator(".recording-question")
    await expect(question).to_be_visible()
    asked = words("ar").gettext("May we record this call?")

    async def said() -> bool:
        return asked in await citizen.page.evaluate(SAID)

    await until(said)
    sizes = [await button.bounding_box() for button in await question.locator("button").all()]
    assert {(box["width"], box["height"]) for box in sizes if box} == {(sizes[0]["width"], sizes[0]["height"])}  # type: ignore[index]
    assert await barriers(citizen.page) == []
    await citizen.tap("[data-act=record-yes]")
    for person in (citizen, agent):
        await marked(person, "runs")
        assert await barriers(person.page) == []
    await recorded_for(desk, 100)
    await agent.page.keyboard.press("Alt+r")
    for person in (citizen, agent):
        await marked(person, "paused")
    before = await citizen.page.evaluate("performance.now()")

    async def off_long_enough() -> bool:
        return float(await citizen.page.evaluate("performance.now()")) > before + 1_000 * OFF

    await until(off_long_enough)
    await agent.page.keyboard.press("Alt+r")
    for person in (citizen, agent):
        await marked(person, "runs")
    await recorded_for(desk, 100)
    await agent.press("Stop the recording")
    for person in (citizen, agent):
        await marked(person, "ended")
        assert await barriers(person.page) == []
    await citizen.sees_and_hears()  # nothing else has changed
    film = tmp_path / "call.webm"
    command = [sys.executable, "-m", "wasl_signaling", "recording", "film", "1", str(film), "--data", str(desk.data)]
    made = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    _look_at(film)
    await citizen.press("Delete what was recorded")
    for person in (citizen, agent):
        await marked(person, "withdrawn")
    await nothing_left(desk)


def _look_at(film: Path) -> None:
    """Both people's sound and picture decode in full, and there is a hole where the call was off the record."""
    times: dict[int, list[float]] = {}
    with av.open(str(film)) as container:
        assert [stream.type for stream in container.streams] == ["audio", "video"] * 2
        for stream in container.streams:
            times[stream.index] = []
    for index, shown in times.items():
        with av.open(str(film)) as container:
            shown += [frame.time for frame in container.decode(container.streams[index]) if frame.time is not None]
        holes = [(one, other) for one, other in pairwise(shown) if other - one > OFF - 0.5]
        assert len(holes) == 1, json.dumps(shown)
        assert len(shown) > 30


async def nothing_left(desk: DeskProcess) -> None:
    """The files are deleted soon after their key."""

    async def gone() -> bool:
        return list((desk.data / "recordings").iterdir()) == []

    await until(gone, seconds=30)


async def test_she_stops_the_recording_with_one_press(
    browser: Browser, start_desk: Callable[..., Awaitable[DeskProcess]]
) -> None:
    desk = await start_desk(recordings="true")
    citizen = await citizen_in_line(browser, desk)
    agent = await agent_at_desk(browser, desk)
    await answer(agent)
    await citizen.in_call()
    await agent.press("Ask to record")
    await citizen.tap("[data-act=record-no]")
    await marked(agent, "refused")
    await expect(agent.page.locator("#recorder-ask")).to_have_count(0)
    await citizen.press("I have changed my mind: you may record")
    await marked(agent, "runs")
    await citizen.press("Stop the recording and delete it")
    for person in (citizen, agent):
        await marked(person, "withdrawn")

    await nothing_left(desk)
    await citizen.in_call()
