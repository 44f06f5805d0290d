"""Every situation of every page, staged: nobody is kept out, nothing is cut off, and what matters is large enough."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import product

import pytest
from playwright.async_api import Browser

from access import barriers
from staged_views import stand, views
from staging import SIZES, Actor, Layout, Stage, a_stage

pytestmark = pytest.mark.browser
ROLES = ("citizen", "desk", "supervise")
LANGUAGES = ("ar", "en")
SCREENS = {"citizen": Layout(360, 740), "desk": Layout(1280, 800), "supervise": Layout(1280, 800)}
PHONES_AND_DESKS = [(320, 640), (360, 740), (390, 800), (412, 915), (800, 1280), (1280, 800)]
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
TOO_SMALL = """[...document.querySelectorAll('main .button.main')]
  .map((one) => [one.innerText, one.getBoundingClientRect()])
  .filter(([, box]) => box.height < 60 || box.width < 60).map(([words]) => words)"""


@pytest.fixture
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """The pages without a desk."""
    async with a_stage(tmp_path_factory.mktemp("films")) as made:
        yield made


async def troubles(actor: Actor, *, axe: bool) -> list[str]:
    """What is wrong with how a page stands now."""
    found = await barriers(actor.page) if axe else []
    if (over := await actor.page.evaluate(SIDEWAYS)) > 0:
        found.append(f"scrolls sideways by {over} px")
    small = await actor.page.evaluate(TOO_SMALL) if actor.role == "citizen" else []
    return [*found, *(f"too small: {words}" for words in small)]


async def look_at_all(actor: Actor, layouts: list[Layout], *, axe: bool) -> None:
    """Shows every view in every layout, and fails with all that is wrong in any of them."""
    found: dict[str, list[str]] = {}
    for view in views(actor.role):
        await stand(actor, view)
        for layout in layouts:
            await actor.lay(layout)
            if wrong := await troubles(actor, axe=axe):
                found[f"{view} {layout}"] = wrong
    assert found == {}


@pytest.mark.parametrize(("language", "contrast"), [("ar", "normal"), ("en", "high")])
@pytest.mark.parametrize("role", ROLES)
async def test_no_view_has_a_barrier(browser: Browser, stage: Stage, role: str, language: str, contrast: str) -> None:
    layout = replace(SCREENS[role], contrast=contrast)
    await look_at_all(await stage.enter(browser, role, language, layout), [layout], axe=True)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", ROLES)
async def test_no_view_is_cut_off_at_any_width_or_size(
    browser: Browser, stage: Stage, role: str, language: str
) -> None:
    layouts = [Layout(width, height, size) for (width, height), size in product(PHONES_AND_DESKS, (0, 4))]
    await look_at_all(await stage.enter(browser, role, language), layouts, axe=False)


@pytest.mark.long
@pytest.mark.parametrize("theme", [{}, {"contrast": "high"}, {"forced": True}, {"dark": True}], ids=str)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", ROLES)
async def test_no_view_has_a_barrier_in_any_layout(
    browser: Browser, stage: Stage, role: str, language: str, theme: dict[str, str | bool]
) -> None:
    layouts = [Layout(*screen, size, **theme) for screen, size in product(PHONES_AND_DESKS, range(len(SIZES)))]
    await look_at_all(await stage.enter(browser, role, language), layouts, axe=True)
