"""How long after the employee has answered both sides see each other: a real desk and real Chromium."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright

TESTS = Path(__file__).parents[1] / "tests"
sys.path.insert(0, str(TESTS))
from chromium import FLAGS, find  # noqa: E402
from livedesk import DeskProcess, until  # noqa: E402
from livepage import LivePage, agent_at_desk, citizen_in_line  # noqa: E402

REACTION = 1.0
"""Seconds from the first ring until the employee answers."""
WATCH = """
window.frameAt = null;
window.acceptedAt = null;
const now = () => performance.timeOrigin + performance.now();
addEventListener("click", (event) => {
  if (event.target.closest?.("#accept")) window.acceptedAt = now();
}, { capture: true });
const watch = async (track) => {
  const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    read.value.close();
    window.frameAt ??= now();
  }
};
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...given) {
    super(...given);
    this.addEventListener("track", ({ track }) => {
      if (track.kind === "video") void watch(track);
    });
  }
};
"""
"""Notes when the employee answered, and when the first picture came out of the decoder."""


async def first_frames(calls: int) -> list[float]:
    """For each call the seconds from the answer until the later of both had a picture."""
    with tempfile.TemporaryDirectory() as folder:
        desk = DeskProcess(Path(folder))
        await desk.start()
        try:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=find(), args=FLAGS)
                agent = await agent_at_desk(browser, desk)
                await agent.page.add_init_script(WATCH)
                await agent.page.reload()
                await agent.on("idle")
                took = [await _call(browser, desk, agent) for _ in range(calls)]
                await browser.close()
        finally:
            await desk.stop()
    return took


async def _call(browser: Browser, desk: DeskProcess, agent: LivePage) -> float:
    citizen = await citizen_in_line(browser, desk, script=WATCH)
    await agent.page.keyboard.press("Alt+a")  # the same from the desk and from after a call
    await agent.on("offer")
    await asyncio.sleep(REACTION)
    for person in (agent, citizen):
        await person.page.evaluate("() => { window.frameAt = null; }")
    await agent.tap("#accept")
    seen = max([await _frame_at(person) for person in (agent, citizen)])
    took = (seen - await agent.page.evaluate("() => window.acceptedAt")) / 1000
    await agent.tap("#finish")
    await agent.page.locator("input[value=completed]").check()
    await agent.press("Finish and end the call")
    await agent.on("wrapup")
    await citizen.close()
    return float(took)


async def _frame_at(person: LivePage) -> float:
    async def seen() -> float | None:
        at: float | None = await person.page.evaluate("() => window.frameAt")
        return at

    return float(await until(seen, 30))
