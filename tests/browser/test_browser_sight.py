"""The measure of what is seen of a picture, on pages small enough to know it by hand."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page

from sight import Sight, sight

pytestmark = pytest.mark.browser
PICTURE = "position: absolute; left: 0; top: 0; width: 200px; height: 200px;"
WIDE = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='200' height='100'/>"


@pytest.fixture
async def page(browser: Browser) -> Page:
    """A page of 400 × 400 px."""
    context = await browser.new_context(viewport={"width": 400, "height": 400})
    return await context.new_page()


def box(style: str, content: str = "") -> str:
    """Something that lies over the picture."""
    return f"<div style='position: absolute; inset: 0; width: 200px; height: 200px; {style}'>{content}</div>"


async def seen(page: Page, over: str = "", picture: str = f"<div id=picture style='{PICTURE}'></div>") -> Sight:
    await page.set_content(f"<style>body {{ margin: 0 }}</style>{picture}{over}")
    return await sight(page, "#picture")


@pytest.mark.parametrize(
    ("over", "free"),
    [
        ("", 1.0),
        (box("width: 100px; background: red"), 0.5),
        (box("background: rgb(0 0 0 / 50%)"), 0.0),
        (box(""), 1.0),
        (box("background: red; opacity: 0"), 1.0),
        (box("background: red; visibility: hidden"), 1.0),
        (box("background: red; pointer-events: none"), 0.0),
        ("<svg style='position: absolute; inset: 0' width='200' height='50'></svg>", 0.75),
        (box("box-sizing: border-box; border: 10px solid red"), 0.81),
    ],
    ids=["bare", "half", "half clear", "empty", "opacity", "hidden", "not touchable", "picture", "border"],
)
async def test_what_paints_over_a_picture_covers_it(page: Page, over: str, free: float) -> None:
    assert (await seen(page, over)).free == free


async def test_words_cover_what_they_are_written_on_and_not_the_box_around_them(page: Page) -> None:
    assert 0.5 < (await seen(page, box("font: 100px/100px monospace", "x"))).free < 0.95


async def test_what_lies_outside_is_not_in_sight(page: Page) -> None:
    moved = f"<div id=picture style='{PICTURE} left: 300px'></div>"
    assert await seen(page, picture=moved) == Sight(0.5, 0.125)


async def test_what_is_cut_off_or_scrolled_away_is_not_in_sight(page: Page) -> None:
    cut = box("height: 100px; overflow: auto", f"<div id=picture style='{PICTURE}'></div>")
    assert (await seen(page, picture=cut)).free == 0.5


@pytest.mark.parametrize(("fit", "share"), [("contain", 0.125), ("cover", 0.25), ("fill", 0.25)])
async def test_only_what_is_painted_is_the_picture(page: Page, fit: str, share: float) -> None:
    picture = f'<img id=picture src="{WIDE}" style="{PICTURE} object-fit: {fit}">'
    found = await seen(page, box("height: 50px; background: red"), picture)
    assert (found.free, found.of_viewport) == (1.0 if fit == "contain" else 0.75, share)
