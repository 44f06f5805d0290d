"""Takes the pictures of the README from a real desk: a citizen in a call, in Arabic, and the agent's side of it."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from chromium import FLAGS, find  # noqa: E402
from livedesk import DeskProcess  # noqa: E402
from livepage import agent_at_desk, answer, citizen_in_line  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 980}


async def main() -> None:
    """Writes docs/pictures/*.png."""
    PICTURES.mkdir(exist_ok=True)
    desk = await DeskProcess(Path(tempfile.mkdtemp())).start()
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=find(), args=FLAGS)
            citizen = await citizen_in_line(browser, desk, viewport=PHONE)
            agent = await agent_at_desk(browser, desk, viewport=DESK)
            await answer(agent)
            await citizen.in_call()
            await agent.page.locator("#conversation-input").press_sequentially("أهلاً وسهلاً، كيف أساعدك؟")
            for person in (citizen, agent):
                await person.sees_and_hears(seconds=10)
            await citizen.page.screenshot(path=PICTURES / "citizen.png")
            await agent.page.screenshot(path=PICTURES / "desk.png")
            await browser.close()
    finally:
        await desk.stop()


if __name__ == "__main__":
    asyncio.run(main())
