"""A bad line in the middle of a call: whoever is hard to hear or to see is told so on her own page, and it is kept."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from playwright.async_api import Browser, expect
from prometheus_client.parser import text_string_to_metric_families

from badline import BadLine
from livedesk import PATIENCE, DeskProcess, until
from livepage import agent_at_desk, answer, citizen_in_line
from wasl_records.database import Database
from wasl_signaling import tally
from wasl_signaling.tally import Tally

pytestmark = [pytest.mark.browser, pytest.mark.skipif(sys.platform != "linux", reason="needs 127.0.0.2")]
LONG = 30_000 * PATIENCE
"""Milliseconds."""
CITIZEN = -1
"""Her media comes last: agents are connected at sign-in, and her page has checked its line before."""


@pytest.fixture
async def desk(start_desk: Callable[..., Awaitable[DeskProcess]], line: BadLine) -> DeskProcess:
    return await start_desk(**line.settings)


async def metric(desk: DeskProcess, name: str, **labels: str) -> float:
    """One sample of /metrics."""
    async with aiohttp.ClientSession() as http, http.get(f"{desk.url}/metrics") as reply:
        families = text_string_to_metric_families(await reply.text())
    found = [s for family in families for s in family.samples if s.name == name and s.labels == labels]
    return float(found[0].value)


async def kept(desk: DeskProcess) -> list[Tally]:
    """What the database holds of the first call."""
    database = Database.open(f"sqlite:///{desk.data / 'wasl.db'}")
    try:
        return list((await database.read(tally.of_call, 1)).values())
    finally:
        await database.close()


async def both_kept(desk: DeskProcess) -> list[Tally]:
    """The same, when both people are in it."""

    async def both() -> list[Tally] | None:
        found = await kept(desk)
        return found if len(found) == 2 else None

    return list(await until(both, 60))


async def test_p16_who_cannot_be_heard_over_there_is_told_here_and_when_it_is_over(
    browser: Browser, desk: DeskProcess, line: BadLine
) -> None:
    agent = await agent_at_desk(browser, desk)
    citizen = await citizen_in_line(browser, desk)
    await answer(agent)
    await citizen.in_call()
    for person in (agent, citizen):
        await person.sees_and_hears()
        await expect(person.page.locator(".trouble")).to_have_count(0)
    await expect(agent.page.locator(".stage-person[data-speaking=true]")).to_be_visible(timeout=LONG)

    line.person(CITIZEN).loss_to = 0.3  # she hardly hears the agent, who must know; the agent hears her well
    await expect(agent.page.locator(".trouble")).to_be_visible(timeout=LONG)
    await expect(agent.page.locator(".trouble")).to_have_attribute("data-trouble", "gaps", timeout=LONG)
    sentence = await agent.page.locator(".trouble").inner_text()
    assert sentence.startswith("Your voice reaches the other side with gaps.")
    await expect(agent.page.locator("[data-announcer]")).to_contain_text(sentence, timeout=LONG)
    await expect(citizen.page.locator(".trouble")).to_have_count(0)
    await expect(citizen.page.locator(".stage-person figcaption")).to_contain_text("الصوت متقطع")
    assert await metric(desk, "wasl_media_troubles", trouble="gaps") == 1

    line.person(CITIZEN).loss_to = 0.0
    await expect(agent.page.locator(".trouble")).to_have_count(0, timeout=LONG)

    async def told() -> bool:
        return any(each.troubled_seconds and each.seconds for each in await kept(desk))

    await until(told, 60)
    assert await metric(desk, "wasl_media_troubles", trouble="gaps") == 0
    way = {"role": "citizen", "way": "down"}
    little = await metric(desk, "wasl_media_loss_ratio_bucket", le="0.15", **way)
    assert await metric(desk, "wasl_media_loss_ratio_count", **way) >= little + 3
    slow = await metric(desk, "wasl_media_frame_rate_bucket", le="20.0", role="citizen")
    assert await metric(desk, "wasl_media_frame_rate_count", role="citizen") > slow


async def test_what_was_measured_until_a_server_was_killed_is_kept(
    browser: Browser, desk: DeskProcess, line: BadLine
) -> None:
    agent = await agent_at_desk(browser, desk)
    citizen = await citizen_in_line(browser, desk)
    await answer(agent)
    await citizen.in_call()

    before = await both_kept(desk)
    await desk.kill()
    assert len(await kept(desk)) == len(before)


async def test_p17_who_cannot_hear_makes_it_louder_than_the_device_gives(
    browser: Browser, desk: DeskProcess, line: BadLine
) -> None:
    agent = await agent_at_desk(browser, desk)
    citizen = await citizen_in_line(browser, desk)
    await answer(agent)
    await citizen.in_call()
    sound = citizen.page.locator("audio[data-leg=agent]")
    await expect(sound).to_have_js_property("muted", False)
    await citizen.tap("[data-act=more]")
    await citizen.tap("[data-act=hear]")
    for _ in range(2):
        await citizen.tap("[data-act=louder]")
    await expect(citizen.page.locator(".volume-now")).to_contain_text("٢٠٠")
    await expect(sound).to_have_js_property("muted", True)  # what sounds now is the boost
    await expect(sound).to_have_js_property("paused", False)

    heard = agent.page.locator("audio[data-leg=citizen]")  # and so does the agent, who sits in a loud hall
    await expect(heard).to_have_js_property("muted", False)
    await agent.page.locator(".volume-desk > summary").press("Enter")
    await agent.page.locator("[data-act=louder]").press("Enter")
    await expect(agent.page.locator(".volume-desk .volume-now")).to_contain_text("150")
    await expect(heard).to_have_js_property("muted", True)
    await agent.page.reload()
    await expect(agent.page.locator(".volume-desk > summary")).to_contain_text("150")

    await citizen.page.reload()
    await citizen.in_call()
    await citizen.tap("[data-act=more]")
    await citizen.tap("[data-act=hear]")
    await expect(citizen.page.locator(".volume-now")).to_contain_text("٢٠٠")
