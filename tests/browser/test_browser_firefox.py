"""The citizen has Firefox ESR, the agent Chromium: from the front page to a call in which both see and hear."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from driven import on, presses
from firefox import Firefox, find
from livedesk import DeskProcess, until
from livepage import RECEIVED, SERVICE, agent_at_desk, answer
from wasl_signaling.addresses import reachable

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find() is None, reason="no Firefox: apt-get install firefox-esr, or name one in WASL_FIREFOX"),
    pytest.mark.skipif(
        len(reachable("0.0.0.0")) < 2, reason="Firefox does not use the loopback interface, the only one"
    ),
]


@pytest.fixture
async def firefox(tmp_path: Path) -> AsyncIterator[Firefox]:
    started = Firefox(tmp_path)
    await started.start()
    yield started
    await started.stop()


async def test_a_citizen_with_firefox_and_an_agent_with_chromium_see_and_hear_each_other(
    firefox: Firefox, browser: Browser, start_desk: Callable[..., Awaitable[DeskProcess]]
) -> None:
    desk = await start_desk(host="0.0.0.0")
    # Browsers only give cameras to pages of a secure origin, which 127.0.0.1 is without a certificate.
    desk.url = re.sub(r"//[^:/]+", "//127.0.0.1", desk.url)
    await firefox.goto(f"{desk.url}/ar/")
    await on(firefox, "screen", "welcome")
    await presses(firefox, "main .button.main")
    await presses(firefox, f"[data-service={SERVICE}]")
    await presses(firefox, "[data-act=join]")
    await on(firefox, "screen", "waiting")
    agent = await agent_at_desk(browser, desk)
    await answer(agent)
    await on(firefox, "call", "live")
    before: dict[str, Any] = await agent.received()

    async def both() -> bool:
        citizen, seen = await firefox.evaluate(RECEIVED), await agent.received()
        return bool(citizen["frames"] > 60 and citizen["energy"] > 0 and seen["frames"] > before["frames"] + 60)

    await until(both, 60.0)
    assert (await agent.received())["energy"] > before["energy"]
    assert (await firefox.evaluate(RECEIVED))["width"] >= 320
