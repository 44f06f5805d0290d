"""The main job in two real browsers: from the front page to a call that both see, hear and type in."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from statistics import median

import pytest
from playwright.async_api import Browser, WebSocketRoute, expect

from livedesk import PATIENCE, DeskProcess, Pages, until
from livepage import SERVICE, LivePage, agent_at_desk, answer, citizen_in_line, citizen_who_joins

pytestmark = pytest.mark.browser
LOOK = """(state) => {
  Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
CAMERA_THAT_WAITS = """
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
const allowed = new Promise((allow) => { window.allow = allow; });
navigator.mediaDevices.getUserMedia = async (wanted) => { await allowed; return ask(wanted); };
"""


async def meet(browser: Browser, desk: DeskProcess) -> tuple[LivePage, LivePage]:
    """A citizen and an agent who see and hear each other."""
    citizen = await citizen_in_line(browser, desk)
    agent = await agent_at_desk(browser, desk)
    await answer(agent)
    await citizen.in_call()
    return citizen, agent


async def test_p2_p4_three_taps_from_the_front_page_into_the_line(browser: Browser, desk: DeskProcess) -> None:
    citizen = await citizen_in_line(browser, desk)
    assert citizen.taps == 3
    root = citizen.page.locator("html")
    await expect(root).to_have_attribute("dir", "rtl")
    await expect(root).to_have_attribute("data-call", "none")
    await expect(citizen.page.locator(".waiting-number")).to_contain_text("١")


async def test_the_button_that_joins_stays_under_a_slow_finger(browser: Browser, desk: DeskProcess) -> None:
    citizen = await LivePage.open(browser, f"{desk.url}/ar/", script=CAMERA_THAT_WAITS)
    await citizen.press("Start")
    await citizen.tap(f"[data-service={SERVICE}]")
    join = citizen.page.locator("[data-act=join]")
    await expect(citizen.page.locator(".outlook-now")).to_be_visible()
    await join.scroll_into_view_if_needed()
    before = await join.bounding_box()
    assert before is not None
    await citizen.page.mouse.move(before["x"] + before["width"] / 2, before["y"] + 4)
    await citizen.page.mouse.down()
    await citizen.page.evaluate("window.allow()")
    await expect(citizen.page.locator("video[data-leg=citizen]")).to_be_visible()
    await expect(citizen.page.locator("meter")).to_be_visible()
    assert await join.bounding_box() == before
    await citizen.page.mouse.up()
    await citizen.on("waiting")


async def test_a_press_while_the_line_comes_back_need_not_be_pressed_again(browser: Browser, desk: DeskProcess) -> None:
    citizen = await LivePage.open(browser, "about:blank")
    held: list[WebSocketRoute] = []
    await citizen.page.route_web_socket("**/socket.io/**", lambda socket: held.append(socket))
    await citizen.page.goto(f"{desk.url}/ar/")
    await citizen.press("Start")
    await citizen.tap(f"[data-service={SERVICE}]")
    await citizen.tap("[data-act=join]")
    await expect(citizen.page.locator("[data-act=join]")).to_be_disabled()
    held[0].connect_to_server()
    await citizen.on("waiting")


async def test_they_see_and_hear_each_other_within_three_seconds(browser: Browser, desk: DeskProcess) -> None:
    citizen, agent = await meet(browser, desk)
    for person in (citizen, agent):
        await person.first_picture_and_sound(seconds=3)
    # A busy test machine makes Chromium send smaller pictures for some seconds, to keep the frame rate.
    for person in (citizen, agent):
        await person.sees_and_hears()
    await expect(citizen.page.locator("video[data-leg=agent]")).to_be_visible()
    await expect(agent.page.locator("video[data-leg=citizen]")).to_be_visible()


async def test_a_hidden_page_is_sent_sound_alone_and_sees_again_at_once(browser: Browser, desk: DeskProcess) -> None:
    citizen, agent = await meet(browser, desk)
    await citizen.sees_and_hears()
    await agent.sees_and_hears()
    took = [await looks_away_and_back(citizen) for _ in range(3)]
    assert min(took) < 1.0, took  # a machine that is busy may hold a picture
    await agent.sees_and_hears()


async def looks_away_and_back(person: LivePage) -> float:
    """Hides the page until only sound comes. Returns after how many seconds there is a picture again."""
    await person.page.evaluate(LOOK, "hidden")
    last = await person.received()

    async def hears_alone() -> bool:
        nonlocal last
        before, last = last, await person.received()
        return last["frames"] == before["frames"] and last["energy"] > before["energy"]

    await until(hears_alone, 10.0)
    await person.page.evaluate(LOOK, "visible")
    looked_at = time.monotonic()

    async def sees() -> bool:
        return (await person.received())["frames"] > last["frames"]

    await until(sees, 10.0)
    return time.monotonic() - looked_at


async def test_text_comes_letter_by_letter_both_ways(browser: Browser, desk: DeskProcess) -> None:
    citizen, agent = await meet(browser, desk)
    await citizen.press("Writing")
    for writer, reader, text in ((citizen, agent, "سلام"), (agent, citizen, "welcome")):
        field, took = writer.page.locator("#conversation-input"), []
        line = reader.page.locator(".conversation-line.received").last
        for count in range(1, len(text) + 1):
            typed_at = time.monotonic()
            await field.press_sequentially(text[count - 1])
            await expect(line).to_contain_text(text[:count], timeout=1_000 * PATIENCE)
            took.append(time.monotonic() - typed_at)
        assert median(took) < 1.0, took  # a machine that is busy may hold single ones
        await field.press("Backspace")
        await expect(line).not_to_contain_text(text, timeout=1_000 * PATIENCE)
        await expect(line).to_contain_text(text[:-1])


async def test_p22_p32_reload_returns_to_the_same_call_and_agent(
    browser: Browser, desk: DeskProcess, pages: Pages
) -> None:
    citizen, agent = await meet(browser, desk)
    await citizen.sees_and_hears()
    wall = await pages.wall(desk)
    before = (await wall.until(lambda state: state["tickets"]))["tickets"][0]
    title = await citizen.page.locator("h1").text_content()
    started = time.monotonic()
    await citizen.page.reload()
    await citizen.in_call()
    await citizen.first_picture_and_sound()
    assert time.monotonic() - started < 5 * PATIENCE
    after = (await wall.until(lambda state: state["tickets"][0]["present"]))["tickets"][0]
    assert (after["id"], after["agent"], after["state"]) == (before["id"], before["agent"], "serving")
    assert await citizen.page.locator("h1").text_content() == title
    await citizen.sees_and_hears()
    await agent.sees_and_hears()


async def test_visit_ends_with_a_reference_on_both_sides(browser: Browser, desk: DeskProcess) -> None:
    citizen, agent = await meet(browser, desk)
    await agent.tap("#finish")
    await agent.page.locator("input[value=completed]").check()
    await agent.page.locator("#closing-note").fill("We will write to you.")
    await agent.press("Finish and end the call")
    await citizen.on("summary")
    await agent.on("wrapup")
    reference = await citizen.page.locator("[data-reference]").get_attribute("data-reference")
    assert re.fullmatch(r"\d{8}", reference or "")
    await expect(citizen.page.locator("main")).to_contain_text("We will write to you.")
    await expect(citizen.page.locator("html")).to_have_attribute("data-call", "none")
    stopped = "() => [...document.querySelectorAll('video')].every((one) => !one.srcObject)"
    assert await citizen.page.evaluate(stopped), "camera and microphone are off after the call"


async def test_p20_leaving_asks_once_and_can_be_undone(browser: Browser, desk: DeskProcess) -> None:
    citizen = await citizen_in_line(browser, desk)
    await citizen.tap("[data-act=leave]")
    await citizen.on("waiting")
    await citizen.tap("[data-act=leave-yes]")
    await citizen.on("closed")
    await citizen.tap("[data-act=undo]")
    await citizen.on("waiting")


async def test_p48_a_hidden_desk_still_rings(browser: Browser, desk: DeskProcess) -> None:
    agent = await agent_at_desk(browser, desk)
    title = await agent.page.title()
    await agent.press("I am available")
    await citizen_who_joins(browser, desk)
    await agent.on("offer")

    async def rings() -> bool:
        return await agent.page.title() != title

    await until(rings)
    assert await agent.page.evaluate("document.activeElement.id") == "accept"


async def test_killed_server_brings_everyone_back(
    browser: Browser, start_desk: Callable[..., Awaitable[DeskProcess]]
) -> None:
    desk = await start_desk()
    talking, agent = await meet(browser, desk)
    first, second = await citizen_in_line(browser, desk), await citizen_in_line(browser, desk)
    await expect(second.page.locator(".waiting-number")).to_contain_text("٢")
    await desk.kill()
    await talking.on("dropped")
    await desk.start()
    await talking.in_call(seconds=20)
    for person in (talking, agent):
        await person.sees_and_hears()
    for person, number in ((first, "١"), (second, "٢")):
        await person.on("waiting")
        await expect(person.page.locator(".waiting-number")).to_contain_text(number)
