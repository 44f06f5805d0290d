"""The page checks its own line, in the background: what it finds is on the citizen's page and on the agent's card."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from badline import BadLine
from livedesk import PATIENCE, DeskProcess
from livepage import SERVICE, LivePage, agent_at_desk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(sys.platform != "linux", reason="needs 127.0.0.2"),
    pytest.mark.usefixtures("line"),
]
LONG = 30_000 * PATIENCE
"""Milliseconds."""
NO_CAMERA = """() => {
  const ask = MediaDevices.prototype.getUserMedia;
  MediaDevices.prototype.getUserMedia = function (wanted) {
    if (wanted.video) return Promise.reject(new DOMException("Permission denied", "NotAllowedError"));
    return ask.call(this, wanted);
  };
}"""

ONLY_WRITES = """
  localStorage.setItem("wasl.needs", JSON.stringify({ modality: "text", signs: false, hearing: false }));
  window.asked = false;
  MediaDevices.prototype.getUserMedia = () => {
    window.asked = true;
    return Promise.reject(new DOMException("Permission denied", "NotAllowedError"));
  };
"""


@pytest.fixture(scope="module")
def settings(line_of_file: BadLine) -> dict[str, str]:
    return line_of_file.settings


async def at_check(browser: Browser, desk: DeskProcess, script: str | None = None, **context: Any) -> LivePage:
    """A citizen who gets ready."""
    citizen = await LivePage.open(browser, f"{desk.url}/en/", "en", **context)
    if script:
        await citizen.page.evaluate(script)
    await citizen.on("welcome")
    await citizen.press("Start")
    await citizen.tap(f"[data-service={SERVICE}]")
    await citizen.on("check")
    return citizen


async def finds(citizen: LivePage, result: str) -> None:
    await expect(citizen.page.locator("[data-line]")).to_have_attribute("data-line", result, timeout=LONG)


async def is_offered_with_a_weak_line(agent: LivePage) -> None:
    await agent.press("I am available")
    await agent.on("offer")
    await expect(agent.page.locator(".offer-line")).to_contain_text("connection is weak")


async def test_p7_a_good_line_is_checked_without_a_wait_and_nothing_is_said_of_it_the_next_time(
    browser: Browser, desk: DeskProcess
) -> None:
    agent = await agent_at_desk(browser, desk)
    citizen = await at_check(browser, desk)
    await expect(citizen.page.locator("[data-act=join]")).to_be_enabled()
    await finds(citizen, "good")
    await expect(citizen.page.get_by_text("Your connection is good.")).to_be_visible()
    await citizen.page.reload()
    await citizen.press("Start")
    await citizen.tap(f"[data-service={SERVICE}]")
    await finds(citizen, "good")
    await expect(citizen.page.locator(".line-brief")).to_have_text("")
    await citizen.tap("[data-act=join]")
    await citizen.on("waiting")
    await agent.press("I am available")
    await agent.on("offer")
    await expect(agent.page.locator(".offer-line")).to_have_count(0)


async def test_a_weak_line_is_told_to_the_citizen_and_before_she_answers_to_the_agent(
    browser: Browser, desk: DeskProcess, line: BadLine
) -> None:
    agent = await agent_at_desk(browser, desk)
    line.newcomers.loss_from = line.newcomers.loss_to = 0.1
    citizen = await at_check(browser, desk)
    await expect(citizen.page.locator(".outlook-now")).to_be_visible()
    join = citizen.page.locator("[data-act=join]")
    before = await join.bounding_box()
    await finds(citizen, "weak")
    assert await join.bounding_box() == before, "the button moves under a slow finger"
    await expect(citizen.page.locator("[data-cause=lossy]")).to_be_visible()
    await expect(citizen.page.get_by_role("button", name="Talk without a picture")).to_be_visible()
    await citizen.tap("[data-act=join]")
    await citizen.on("waiting")
    await finds(citizen, "weak")
    await is_offered_with_a_weak_line(agent)


async def test_whoever_joins_before_the_verdict_gets_it_in_the_line_and_so_does_the_agent(
    browser: Browser, desk: DeskProcess, line: BadLine
) -> None:
    agent = await agent_at_desk(browser, desk)
    line.newcomers.loss_from = line.newcomers.loss_to = 0.1
    citizen = await at_check(browser, desk)
    await citizen.tap("[data-act=join]")
    await citizen.on("waiting")
    await finds(citizen, "weak")
    await expect(citizen.page.get_by_text("Your camera and microphone are off.")).to_be_visible()
    await is_offered_with_a_weak_line(agent)


async def test_a_line_that_lets_nothing_through_has_its_verdict_within_five_seconds(
    browser: Browser, desk: DeskProcess, line: BadLine
) -> None:
    line.newcomers.loss_from = 1.0
    citizen = await at_check(browser, desk)
    await expect(citizen.page.get_by_text("Checking your connection…")).to_be_visible()
    await expect(citizen.page.locator("[data-line]")).to_have_attribute("data-line", "text", timeout=5_000 * PATIENCE)
    await expect(citizen.page.locator("[data-cause=blocked]")).to_be_visible()
    await citizen.press("Continue in writing")
    await finds(citizen, "good")


async def test_a_check_in_the_line_is_for_whoever_asks_and_uses_what_is_allowed(
    browser: Browser, desk: DeskProcess, line: BadLine
) -> None:
    citizen = await at_check(browser, desk)
    await citizen.tap("[data-act=join]")
    await citizen.on("waiting")
    await finds(citizen, "good")
    line.newcomers.loss_from = 0.3
    await citizen.tap("[data-act=check-line]")
    await finds(citizen, "text")
    line.newcomers.loss_from = 0.0
    await citizen.tap("[data-act=check-line]")
    await finds(citizen, "good")


async def test_p9_a_blocked_camera_is_no_end_and_no_fault_of_the_line(browser: Browser, desk: DeskProcess) -> None:
    citizen = await at_check(browser, desk, NO_CAMERA)
    await finds(citizen, "good")
    await citizen.tap("[data-act=join]")
    await citizen.on("waiting")


async def test_whoever_only_writes_is_checked_without_being_asked_for_anything(
    browser: Browser, desk: DeskProcess
) -> None:
    citizen = await LivePage.open(browser, f"{desk.url}/en/", "en")
    await citizen.page.add_init_script(ONLY_WRITES)
    await citizen.page.reload()
    await citizen.press("Start")
    await citizen.tap(f"[data-service={SERVICE}]")
    await finds(citizen, "good")
    assert not await citizen.page.evaluate("window.asked")
