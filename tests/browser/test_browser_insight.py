"""A bad line in the middle of a call: whoever is hard to hear or to see is told so on her own page, and it is kept."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest
from playwright.async_api import Browser, expect
from prometheus_client.parser import text_string_to_metric_families

from badline import BadLine
from livedesk import DeskProcess, until
from livepage import agent_at_desk, answer, citizen_in_line

pytestmark = [pytest.mark.browser, pytest.mark.skipif(sys.platform != "linux", reason="needs 127.0.0.2")]
PATIENCE = 30_000
"""Milliseconds."""
AGENT, CITIZEN = 0, 1
"""In the order in which their media comes: agents are connected at sign-in."""


@pytest.fixture
async def line() -> AsyncIterator[BadLine]:
    async with BadLine() as made:
        yield made


@pytest.fixture
async def desk(start_desk: Callable[..., Awaitable[DeskProcess]], line: BadLine) -> DeskProcess:
    return await start_desk(**line.settings)


async def metric(desk: DeskProcess, name: str, **labels: str) -> float:
    """One sample of /metrics."""
    async with aiohttp.ClientSession() as http, http.get(f"{desk.url}/metrics") as reply:
        families = text_string_to_metric_families(await reply.text())
    found = [s for family in families for s in family.samples if s.name == name and s.labels == labels]
    return float(found[0].value)


async def record(desk: DeskProcess, call: int = 1) -> str:
    """What `wasl call show` says."""
    command = [sys.executable, "-m", "wasl_signaling", "call", "show", str(call), "--data", str(desk.data)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    return said.decode()


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
    await expect(agent.page.locator(".stage-person[data-speaking=true]")).to_be_visible(timeout=PATIENCE)

    line.person(CITIZEN).loss_to = 0.3  # she hardly hears the agent, who must know; the agent hears her well
    await expect(agent.page.locator(".trouble")).to_be_visible(timeout=PATIENCE)
    await expect(agent.page.locator(".trouble")).to_have_attribute("data-trouble", "gaps", timeout=PATIENCE)
    sentence = await agent.page.locator(".trouble").inner_text()
    assert sentence.startswith("Your voice reaches the other side with gaps.")
    await expect(agent.page.locator("[data-announcer]")).to_contain_text(sentence, timeout=PATIENCE)
    await expect(citizen.page.locator(".trouble")).to_have_count(0)
    await expect(citizen.page.locator(".stage-person figcaption")).to_contain_text("الصوت متقطع")
    assert await metric(desk, "wasl_media_troubles", trouble="gaps") == 1

    line.person(CITIZEN).loss_to = 0.0
    await expect(agent.page.locator(".trouble")).to_have_count(0, timeout=PATIENCE)

    async def kept() -> bool:
        return "was told of a trouble" in await record(desk) and "nothing was measured" not in await record(desk)

    await until(kept, 20)
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

    async def kept() -> bool:
        return "nothing was measured" not in await record(desk)

    await until(kept, 30)
    await desk.kill()
    assert await kept()
