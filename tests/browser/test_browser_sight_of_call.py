"""A call on a phone: who matters is seen, at every size of the text, and what is new is in sight without a tap."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from measure_sight import LANGUAGES, SCREENS, SIGNER, WORDS, measure, share
from sight import sight
from staged_views import View, stand
from staging import Layout, Stage, a_stage

pytestmark = pytest.mark.browser
LARGEST = 4
LEAST_SIGNED = 0.6
NEW = {
    "asked-to-record": ("#recording-question", "[data-act=record-yes]", "[data-act=record-no]"),
    "held": ("#hold-title",),
    "trouble-of-citizen": (".trouble",),
    "writing": (".conversation-line:last-child", "#conversation-input"),
}
WHOLE = 0.97
"""Of a box with round corners, all is in sight."""
ROOMY = [Layout(*screen, size) for screen in SCREENS for size in (0, 1) if (screen, size) != (SCREENS[0], 1)]
"""Layouts in which all that is new has room: on the smallest phone with larger text, a long line begins above."""


@pytest.fixture
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """The pages without a desk."""
    async with a_stage(tmp_path_factory.mktemp("films")) as made:
        yield made


@pytest.mark.parametrize("language", LANGUAGES)
async def test_who_matters_has_the_room_at_every_size_of_the_text(
    browser: Browser, stage: Stage, language: str
) -> None:
    """A quarter of the screen with usual text, 15 % with the largest; whoever signs is never covered."""
    actor = await stage.enter(browser, "citizen", language, has_touch=True)
    little = {}
    async for case, layout, seen in measure(actor):
        least = 0.25 if layout.size == 0 else 0.15
        covered = case.matters == SIGNER and seen.free < LEAST_SIGNED
        if share(seen) < least or covered:
            little[f"{case.view} {layout}"] = (round(share(seen), 3), round(seen.free, 2))
    assert little == {}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_is_new_in_a_call_is_in_sight_at_once(browser: Browser, stage: Stage, language: str) -> None:
    actor = await stage.enter(browser, "citizen", language, has_touch=True)
    hidden = {}
    for layout in ROOMY:
        await actor.lay(layout)
        for situation, parts in NEW.items():
            await stand(actor, View("citizen", situation, situation))
            for part in parts:
                if (free := (await sight(actor.page, part)).free) < WHOLE:
                    hidden[f"{part} {layout}"] = free
    assert hidden == {}


async def test_a_question_takes_the_focus_and_gives_it_back(browser: Browser, stage: Stage) -> None:
    actor = await stage.enter(browser, "citizen", "ar")
    focused = "document.activeElement.id || document.activeElement.dataset.act"
    await stand(actor, View("citizen", "call", "call"))
    await actor.page.locator("[data-act=text]").focus()
    await actor.show("asked-to-record")
    assert await actor.page.evaluate(focused) == "recording-question"
    await actor.show("recorded")
    assert await actor.page.evaluate(focused) == "text"


@pytest.mark.parametrize(
    ("situation", "presses", "end"),
    [
        ("call", ("[data-act=more]", "[data-act=hear]"), ".volume"),
        ("captions", ("[data-act=more]", "[data-act=captions]"), ".captions"),
        ("call", ("[data-act=leave]", ".leave .button.main"), "[data-act=leave]"),
        ("waiting", ("[data-act=leave]",), ".leave"),
        ("waiting", ("[data-act=leave]", ".leave .button.main"), "[data-act=leave]"),
    ],
)
async def test_the_focus_never_falls_to_the_body(
    browser: Browser, stage: Stage, situation: str, presses: tuple[str, ...], end: str
) -> None:
    actor = await stage.enter(browser, "citizen", "ar")
    await stand(actor, View("citizen", situation, situation))
    for press in presses:
        await actor.page.locator(press).press("Enter")
        await actor.painted()
    assert await actor.page.evaluate("end => document.activeElement.matches(end)", end)


async def test_the_call_does_not_scroll(browser: Browser, stage: Stage) -> None:
    """Not even enlarged fourfold: the stage stays, and the drawer scrolls."""
    actor = await stage.enter(browser, "citizen", "ar")
    await stand(actor, View("citizen", "writing", "writing"))
    for layout in (Layout(320, 640, LARGEST), Layout(360, 400), Layout(320, 256), Layout(1280, 800)):
        await actor.lay(layout)
        scrolls = "document.documentElement.scrollHeight > innerHeight"
        assert not await actor.page.evaluate(scrolls), layout
        assert (await sight(actor.page, "video[data-leg=agent]")).free == 1, layout


@pytest.mark.parametrize("modality", ["voice", "text"])
async def test_without_pictures_the_conversation_has_the_room(browser: Browser, stage: Stage, modality: str) -> None:
    actor = await stage.enter(browser, "citizen", "ar", Layout(320, 640))
    await stand(actor, View("citizen", modality, modality))
    assert share(await sight(actor.page, WORDS)) > 0.5
