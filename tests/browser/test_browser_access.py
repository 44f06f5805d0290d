"""Nobody is kept out: axe finds nothing on any screen or panel, in Arabic and in English (P35, P36)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from playwright.async_api import Browser

from access import barriers
from livedesk import PASSWORD, DeskProcess
from livepage import SERVICE, LivePage, answer
from wasl_web import pages as shells

pytestmark = pytest.mark.browser
LANGUAGES = ("ar", "en")
TOO_SMALL = """[...document.querySelectorAll('main .button.main')]
    .filter((button) => button.getBoundingClientRect().height < 60).length"""
# An example is a part of a page; only a page has a heading of the first level and landmarks around everything.
WHOLE_PAGES_ONLY = ("page-has-heading-one", "region", "heading-order", "landmark-one-main", "landmark-unique")


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    """Screens stay until they were looked at."""
    return {"wrap_up_seconds": "300", "offer_seconds": "60"}


@pytest.fixture
async def gallery() -> AsyncIterator[str]:
    """The URL of a small server of the gallery, with the shell that real pages have."""

    async def shell(request: web.Request) -> web.Response:
        return web.Response(
            text=shells.shell("gallery", request.match_info["language"], "Asia/Kuwait"), content_type="text/html"
        )

    app = web.Application()
    app.router.add_get("/{language}", shell)
    app.router.add_static("/static/", shells.STATIC)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_example_of_every_panel(browser: Browser, gallery: str, language: str) -> None:
    page = (await LivePage.open(browser, f"{gallery}/{language}", language)).page
    examples = await page.evaluate("window.waslExamples")
    assert sum(map(len, examples.values())) > 20
    found = {}
    for panel, names in examples.items():
        for name in names:
            await page.evaluate("([panel, example]) => window.waslShow(panel, example)", [panel, name])
            if broken := await barriers(page, without=WHOLE_PAGES_ONLY):
                found[f"{panel}/{name}"] = broken
    assert found == {}


@pytest.mark.parametrize("contrast", ["normal", "high"])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_screen_of_a_visit(browser: Browser, desk: DeskProcess, language: str, contrast: str) -> None:
    found: dict[str, list[str]] = {}

    async def look(person: LivePage, screen: str) -> None:
        await person.on(screen)
        if broken := await barriers(person.page):
            found[f"{person.page.url} {screen}"] = broken

    citizen = await LivePage.open(browser, f"{desk.url}/{language}/", language)
    if contrast == "high":
        await citizen.page.evaluate("document.documentElement.dataset.contrast = 'high'")
    await look(citizen, "welcome")
    await citizen.press("I use sign language, only voice, or only writing")
    await look(citizen, "needs")
    await citizen.page.goto(f"{desk.url}/{language}/")
    await citizen.press("Start")
    await citizen.page.wait_for_selector(f"[data-service={SERVICE}]")
    await look(citizen, "service")
    await citizen.tap(f"[data-service={SERVICE}]")
    await look(citizen, "check")
    await citizen.tap("[data-act=join]")
    await look(citizen, "waiting")
    agent = await LivePage.open(browser, f"{desk.url}/desk?language={language}", language)
    await look(agent, "signin")
    await sign_in(agent, "agent1")
    await look(agent, "idle")
    await agent.press("I am available")
    await look(agent, "offer")
    await look(citizen, "ringing")
    await answer(agent)
    await citizen.in_call()
    await citizen.press("Writing")
    await look(agent, "call")
    await look(citizen, "call")
    wall = await LivePage.open(browser, f"{desk.url}/supervise?language={language}", language)
    await look(wall, "signin")
    await sign_in(wall, "supervisor1")
    await look(wall, "wall")
    await citizen.page.context.set_offline(True)
    await look(citizen, "dropped")
    await citizen.page.context.set_offline(False)
    await citizen.in_call()
    await citizen.tap("[data-act=leave]")
    await citizen.tap("[data-act=leave-yes]")
    await look(citizen, "summary")
    await look(agent, "wrapup")
    assert found == {}


async def sign_in(person: LivePage, username: str) -> None:
    """Through the form, as staff do."""
    await person.page.locator("#username").fill(username)
    await person.page.locator("#password").fill(PASSWORD)
    await person.press("Sign in")


async def test_p35_the_call_can_be_reached_and_left_by_keyboard_alone(browser: Browser, desk: DeskProcess) -> None:
    citizen = await LivePage.open(browser, f"{desk.url}/ar/")
    await citizen.on("welcome")
    keys = citizen.page.keyboard

    async def walk_to(selector: str, most: int = 80) -> None:
        for _ in range(most):
            if await citizen.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
            await keys.press("Tab")
        raise AssertionError(f"{selector} cannot be reached with Tab")

    await walk_to("main .button.main")
    await keys.press("Enter")
    await citizen.page.wait_for_selector(f"[data-service={SERVICE}]")
    assert await citizen.page.evaluate("document.activeElement.tagName") == "H1", "readers begin with the heading"
    await walk_to(f"[data-service={SERVICE}]")
    await keys.press("Enter")
    await citizen.on("check")
    await walk_to("[data-act=join]")
    await keys.press("Enter")
    await citizen.on("waiting")
    await walk_to("[data-act=leave]")
    await keys.press("Enter")
    await walk_to("[data-act=leave-yes]")
    await keys.press("Enter")
    await citizen.on("closed")


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_nothing_is_cut_off_at_any_width_or_size(
    browser: Browser, desk: DeskProcess, language: str, width: int
) -> None:
    size = {"width": width, "height": 740}
    citizen = await LivePage.open(browser, f"{desk.url}/{language}/", language, viewport=size)
    await citizen.on("welcome")
    sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for screen in ("welcome", "service", "check"):
        await citizen.on(screen)
        assert await citizen.page.evaluate(sideways) <= 0, f"{screen} scrolls sideways at {width} px"
        small = await citizen.page.evaluate(TOO_SMALL)
        assert small == 0
        if screen == "welcome":
            await citizen.press("Start")
            await citizen.page.wait_for_selector(f"[data-service={SERVICE}]")
        elif screen == "service":
            await citizen.tap(f"[data-service={SERVICE}]")
