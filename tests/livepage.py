"""Real pages in real browsers: what a citizen and an agent do, and what getStats says they see and hear."""

from __future__ import annotations

import asyncio
from typing import Any

from playwright.async_api import Browser, Page, expect

from livedesk import PASSWORD, PATIENCE, DeskProcess, until
from wasl_locales.catalogue import words

expect.set_options(timeout=5_000 * PATIENCE)
SERVICE = "housing-allocation"
RECEIVED = """async () => {
  const entries = await window.waslStats();
  const of = (kind) => entries.filter((one) => one.type === "inbound-rtp" && one.kind === kind);
  const decoded = (one) => one.framesDecoded ?? 0;
  const video = of("video").reduce((most, one) => (decoded(one) > decoded(most) ? one : most), {});
  return {
    at: performance.now(),
    frames: video.framesDecoded ?? 0,
    width: video.frameWidth ?? 0,
    height: video.frameHeight ?? 0,
    energy: of("audio").reduce((sum, one) => sum + (one.totalAudioEnergy ?? 0), 0),
  };
}"""


class LivePage:
    """One person's page, in a browser context of its own."""

    def __init__(self, page: Page, language: str) -> None:
        self.page = page
        self.language = language
        self.taps = 0

    @classmethod
    async def open(cls, browser: Browser, url: str, language: str = "ar", script: str = "", **context: Any) -> LivePage:
        """Opens a page in a new context; `script` runs before its own."""
        page = await (await browser.new_context(**context)).new_page()
        await page.add_init_script(script)
        page.set_default_timeout(15_000 * PATIENCE)
        await page.goto(url)
        return cls(page, language)

    async def on(self, screen: str, seconds: float = 15) -> None:
        """Waits for a screen."""
        try:
            patience = seconds * 1000 * PATIENCE
            await expect(self.page.locator("html")).to_have_attribute("data-screen", screen, timeout=patience)
        except AssertionError as error:
            error.add_note(await self.page.locator("body").inner_text())
            raise

    async def in_call(self, seconds: float = 15) -> None:
        """Waits until the call is live here."""
        await expect(self.page.locator("html")).to_have_attribute(
            "data-call", "live", timeout=seconds * 1000 * PATIENCE
        )

    async def tap(self, selector: str) -> None:
        """Presses something, and counts it."""
        self.taps += 1
        await self.page.locator(selector).click()

    async def press(self, sentence: str) -> None:
        """Presses the button that bears this sentence of the catalogue."""
        self.taps += 1
        name = words(self.language).gettext(sentence)
        await self.page.get_by_role("button", name=name).first.click()

    async def received(self) -> dict[str, float]:
        """What has been decoded so far: frames, their size, audio energy; `at` in milliseconds."""
        found: dict[str, float] = await self.page.evaluate(RECEIVED)
        return found

    async def sees_and_hears(self, seconds: float = 60.0, rate: float = 24.0) -> dict[str, float]:
        """Waits until pictures and sound come: at least `rate` frames a second of 640 × 480, energy that rises."""
        start = await self.received()

        async def well() -> dict[str, float] | None:
            before = await self.received()
            await asyncio.sleep(0.5)  # the measurement itself
            after = await self.received()
            per_second = (after["frames"] - before["frames"]) / (after["at"] - before["at"]) * 1000
            good = per_second >= rate and (after["width"], after["height"]) == (640, 480)
            return after if good and after["energy"] > start["energy"] else None

        return dict(await until(well, seconds))

    async def first_picture_and_sound(self, seconds: float = 3.0) -> None:
        """Waits until pictures are decoded and sound is heard at all."""

        async def come() -> bool:
            got = await self.received()
            return got["frames"] > 0 and got["energy"] > 0

        await until(come, seconds)

    async def close(self) -> None:
        """Closes the page and its context."""
        await self.page.context.close()


async def citizen_who_joins(browser: Browser, desk: DeskProcess, language: str = "ar", **context: Any) -> LivePage:
    """A citizen who takes a place in line, and is rung at once if an agent is available."""
    citizen = await LivePage.open(browser, f"{desk.url}/{language}/", language, **context)
    await citizen.on("welcome")
    await citizen.press("Start")
    await citizen.tap(f"[data-service={SERVICE}]")
    await citizen.tap("[data-act=join]")
    return citizen


async def citizen_in_line(browser: Browser, desk: DeskProcess, language: str = "ar", **context: Any) -> LivePage:
    """A citizen who waits, because no agent is available."""
    citizen = await citizen_who_joins(browser, desk, language, **context)
    await citizen.on("waiting")
    return citizen


async def signing_citizen(browser: Browser, desk: DeskProcess) -> LivePage:
    """A citizen who uses sign language and is about to join the line."""
    citizen = await LivePage.open(browser, f"{desk.url}/ar/")
    await citizen.press("I use sign language, only voice, or only writing")
    await citizen.page.locator("input[type=checkbox]").first.check()
    await citizen.press("Continue")
    await citizen.tap(f"[data-service={SERVICE}]")
    return citizen


async def agent_at_desk(browser: Browser, desk: DeskProcess, username: str = "agent1", **context: Any) -> LivePage:
    """An agent who is signed in."""
    agent = await LivePage.open(browser, f"{desk.url}/desk?language=en", "en", **context)
    await agent.on("signin")
    await agent.page.locator("#username").fill(username)
    await agent.page.locator("#password").fill(PASSWORD)
    await agent.press("Sign in")
    await agent.on("idle")
    return agent


async def answer(agent: LivePage) -> None:
    """The agent becomes available if she is not, is rung and answers."""
    if await agent.page.locator("html").get_attribute("data-screen") == "idle":
        await agent.press("I am available")
    await agent.on("offer")
    await agent.tap("#accept")
    await agent.on("call")
