"""What reaches eye, ear and keyboard on the real pages, staged: order of digits, focus, what is read out, contrast."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image
from playwright.async_api import Browser, expect

from staged_views import View, stand, views
from staging import Layout, Stage, a_stage

pytestmark = pytest.mark.browser

GROUPS = """(selector) => {
  const node = document.createTreeWalker(document.querySelector(selector), NodeFilter.SHOW_TEXT);
  const found = [];
  while (node.nextNode()) {
    for (const group of node.currentNode.data.matchAll(/[0-9\\u0660-\\u0669]+/g)) {
      const range = document.createRange();
      range.setStart(node.currentNode, group.index);
      range.setEnd(node.currentNode, group.index + group[0].length);
      const digits = group[0].replace(/[\\u0660-\\u0669]/g, (digit) => digit.charCodeAt(0) - 0x660);
      found.push([range.getClientRects()[0].left, digits]);
    }
  }
  return found.sort(([a], [b]) => a - b).map(([, digits]) => digits);
}"""
"""Groups of digits as they stand from the left."""
FOCUSED = "document.activeElement === document.body ? '' : document.activeElement.innerText"
SPOKEN = """
  window.spoken = [];
  speechSynthesis.speak = (utterance) => { window.spoken.push(utterance.text); };
  localStorage.setItem("wasl.preferences", JSON.stringify({ readAloud: true }));
"""


BLOCKED = """
  MediaDevices.prototype.getUserMedia = () => Promise.reject(new DOMException("Permission denied", "NotAllowedError"));
"""
TRANSLATED = """() => {
  const words = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const found = [];
  while (words.nextNode()) found.push(words.currentNode);
  for (const text of found.filter((one) => one.data.trim() !== "")) {
    const [outer, inner] = [document.createElement("font"), document.createElement("font")];
    inner.textContent = `«${text.data}»`;
    outer.append(inner);
    text.replaceWith(outer);
  }
}"""
"""What a browser that translates does to a page."""


@pytest.fixture
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """The pages without a desk."""
    async with a_stage(tmp_path_factory.mktemp("films")) as made:
        yield made


def view(role: str, name: str) -> View:
    return next(one for one in views(role) if one.name == name)


@pytest.mark.parametrize(
    ("role", "situation", "selector"),
    [("citizen", "summary", ".summary-reference"), ("desk", "call", ".visit-reference")],
)
@pytest.mark.parametrize("language", ["ar", "en"])
async def test_a_reference_is_drawn_in_the_order_in_which_it_is_read(
    browser: Browser, stage: Stage, role: str, situation: str, selector: str, language: str
) -> None:
    actor = await stage.enter(browser, role, language, Layout(1280, 800))
    await actor.show(situation)
    (state,) = [body for name, body in actor.told.events if name == "state"]
    reference = (state["summary"] if role == "citizen" else state["visit"])["reference"]
    groups = await actor.page.evaluate(GROUPS, selector)
    assert len(groups) > 1
    assert "".join(groups) == reference


@pytest.mark.parametrize("situation", ["waiting", "ringing"])
async def test_leaving_takes_the_focus_to_its_question_and_back(browser: Browser, stage: Stage, situation: str) -> None:
    actor = await stage.enter(browser, "citizen", "en")
    await actor.show(situation)
    leave = actor.page.locator("[data-act=leave]").first
    words = await leave.inner_text()
    await leave.press("Enter")
    await actor.painted()
    question, *answers = filter(None, (await actor.page.evaluate(FOCUSED)).splitlines())
    assert question.endswith("?")
    assert answers[0] == "No, stay"
    await actor.page.keyboard.press("Tab")
    assert await actor.page.evaluate(FOCUSED) == "No, stay"
    await actor.page.keyboard.press("Enter")
    await actor.painted()
    assert await actor.page.evaluate(FOCUSED) == words


async def test_another_way_to_take_part_does_not_drop_the_focus(browser: Browser, stage: Stage) -> None:
    actor = await stage.enter(browser, "citizen", "en")
    await actor.page.add_init_script(BLOCKED)
    await actor.again()
    await stand(actor, view("citizen", "check"))
    await actor.page.get_by_role("button", name="Continue in writing").first.press("Enter")
    await expect(actor.page.get_by_text("You will write to the employee.")).to_be_visible()
    assert await actor.page.evaluate(FOCUSED)


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_screens_are_read_out(browser: Browser, stage: Stage, language: str) -> None:
    actor = await stage.enter(browser, "citizen", language)
    await actor.page.add_init_script(SPOKEN)
    await actor.again()
    for name in ("needs", "services", "check", "waiting", "ringing", "call", "summary", "left"):
        await actor.page.evaluate("window.spoken = []")
        await stand(actor, view("citizen", name))
        title = await actor.page.locator("h1").inner_text()
        await actor.page.wait_for_function("(title) => window.spoken.some((one) => one === title)", arg=title)
    await stand(actor, view("citizen", "summary"))
    reference = await actor.page.locator("[data-reference]").get_attribute("data-reference")
    arabic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    digits = " ".join((reference or "").translate(arabic if language == "ar" else {}))
    await actor.page.wait_for_function("(digits) => window.spoken.includes(digits)", arg=digits)


async def test_the_title_of_a_new_screen_is_announced(browser: Browser, stage: Stage) -> None:
    actor = await stage.enter(browser, "citizen", "en")
    await actor.show("summary")
    await expect(actor.page.locator("[data-announcer]")).to_contain_text("Your visit is finished")


async def test_what_changes_on_a_page_that_the_browser_translated_is_shown(browser: Browser, stage: Stage) -> None:
    actor = await stage.enter(browser, "citizen", "en")
    await actor.show("waiting")
    number = actor.page.locator(".waiting-number strong")
    for ahead in (8, 5, 3):
        await actor.page.evaluate(TRANSLATED)
        actor.told.state["wait"]["position"] = ahead
        await stage.tell(actor)
        await expect(number).to_have_text(str(ahead))
        await expect(actor.page.locator(".waiting-place")).to_contain_text(f"{ahead - 1} people are ahead of you.")


async def test_high_contrast_shows_which_boxes_are_ticked(browser: Browser, stage: Stage) -> None:
    layout = Layout(360, 740)
    actor = await stage.enter(browser, "citizen", "ar", layout)
    await stand(actor, view("citizen", "needs"))
    await actor.lay(replace(layout, contrast="high"))
    for mark in await actor.page.locator(".choice input:not(:checked)").all():
        picture = Image.open(BytesIO(await mark.screenshot())).convert("L")
        assert picture.getpixel((picture.width // 2, picture.height // 2)) < 100  # type: ignore[operator]
    for mark in await actor.page.locator(".choice input:checked").all():
        picture = Image.open(BytesIO(await mark.screenshot())).convert("L")
        assert picture.getextrema()[1] > 150  # type: ignore[operator]


async def test_in_arabic_pictures_that_point_along_the_line_and_numbered_steps_are_arabic(
    browser: Browser, stage: Stage
) -> None:
    actor = await stage.enter(browser, "citizen", "ar")
    await actor.show("waiting")
    icon = actor.page.locator("[data-act=leave] .icon").first
    assert await icon.evaluate("(one) => getComputedStyle(one).scale") == "-1 1"
    await actor.show("message")
    steps = actor.page.locator("main ol").first
    assert await steps.evaluate("(one) => getComputedStyle(one).listStyleType") == "arabic-indic"
