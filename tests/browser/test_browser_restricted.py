"""Browsers that are old, restricted or forgotten, and networks that swallow: nobody is left before an empty page."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import aiohttp
import pytest
from playwright.async_api import Browser, expect

from livedesk import DeskProcess
from livepage import SERVICE, LivePage
from staged_views import stand, views
from staging import Stage, a_stage

pytestmark = pytest.mark.browser

OLD = "delete Intl.Segmenter;"
DENIED = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("denied", "SecurityError"); },
});"""
NULL = 'Object.defineProperty(window, "localStorage", { value: null });'
NO_WEBRTC = "delete window.RTCPeerConnection;"
WATCHED = """
  window.asked = 0;
  const ask = MediaDevices.prototype.getUserMedia;
  MediaDevices.prototype.getUserMedia = function (wanted) { window.asked++; return ask.call(this, wanted); };
  window.look = (state) => {
    Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  };
"""


@pytest.fixture
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """The pages without a desk."""
    async with a_stage(tmp_path_factory.mktemp("films")) as made:
        yield made


@pytest.mark.parametrize("restriction", [OLD, DENIED, NULL, NO_WEBRTC], ids=["old", "denied", "null", "no-webrtc"])
async def test_a_restricted_browser_comes_from_the_front_page_into_the_call(
    browser: Browser, stage: Stage, restriction: str
) -> None:
    actor = await stage.enter(browser, "citizen", "en")
    faults: list[str] = []
    actor.page.on("pageerror", lambda error: faults.append(str(error)))
    await actor.page.add_init_script(restriction)
    await actor.page.reload()
    await actor.entered()
    await actor.page.get_by_role("button", name="Start").click()
    await actor.page.locator(f"[data-service={SERVICE}]").click()
    await actor.page.locator("[data-act=join]").wait_for()
    for situation in ("waiting", "ringing", "call", "writing", "summary"):
        await actor.show(situation)
        await expect(actor.page.locator("main h1")).not_to_be_empty()
    assert faults == []


async def test_without_webrtc_the_check_says_so_and_writing_is_chosen(browser: Browser, stage: Stage) -> None:
    actor = await stage.enter(browser, "citizen", "en")
    await actor.page.add_init_script(NO_WEBRTC)
    await actor.page.reload()
    await actor.entered()
    await stand(actor, next(one for one in views("citizen") if one.name == "check"))
    await expect(actor.page.locator("main")).to_contain_text("This browser carries neither sound nor pictures")
    await expect(actor.page.locator("main")).to_contain_text("You will write to the employee.")
    await actor.page.get_by_role("button", name="Voice, writing or sign language").click()
    await expect(actor.page.locator("input[value=text]")).to_be_checked()
    await expect(actor.page.locator("input[value=video]")).to_be_disabled()


async def test_a_forgotten_tab_does_not_take_the_visit_of_another(browser: Browser, stage: Stage) -> None:
    actor = await stage.enter(browser, "citizen", "en")
    await actor.page.evaluate('localStorage.setItem("wasl.ticket", JSON.stringify({ ticket: 7, resume: "secret" }))')
    await stage.drop(actor)
    assert "ticket" not in actor.auth
    await expect(actor.page.locator("html")).to_have_attribute("data-screen", "welcome")
    async with actor.connects():
        await actor.page.get_by_role("button", name="Start").click()
    assert actor.auth["ticket"] == 7


async def test_an_appointment_is_found_by_the_clock_of_the_desk(browser: Browser, stage: Stage) -> None:
    actor = await stage.enter(browser, "citizen", "en")
    now = round(time.time() * 1000)
    booking = {"booking": 1, "resume": "x", "service": SERVICE, "service_name": "Rent", "starts_at": now + 300_000}
    needs = {"modality": "text", "signs": False, "hearing": False}
    await actor.page.evaluate(
        "(booking) => localStorage.setItem('wasl.booking', JSON.stringify(booking))",
        booking | {"ends_at": now + 1_200_000, "needs": needs},
    )
    await actor.page.add_init_script("const now = Date.now; Date.now = () => now() + 12 * 3_600_000;")
    await actor.page.reload()
    await actor.page.get_by_role("button", name="I am here").wait_for()


async def test_a_page_that_nobody_sees_switches_nothing_on(browser: Browser, stage: Stage) -> None:
    actor = await stage.enter(browser, "citizen", "en")
    await actor.page.add_init_script(WATCHED)
    await actor.again()
    await actor.page.evaluate("look('hidden')")
    await actor.show("ringing")
    assert await actor.page.evaluate("asked") == 0
    await actor.page.evaluate("look('visible')")
    await actor.page.wait_for_function("asked > 0")


@asynccontextmanager
async def swallowing(url: str) -> AsyncIterator[str]:
    """A way to a server on which WebSockets get no answer, ever."""
    target = urlsplit(url)
    held: set[asyncio.StreamWriter] = set()

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        held.add(writer)
        if b"transport=websocket" in head:
            return
        there, back = await asyncio.open_connection(target.hostname, target.port)
        held.add(back)
        # One request a connection, so that each one's head is seen.
        back.write(head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n").replace(b"keep-alive", b"close"))
        async with asyncio.TaskGroup() as group:
            group.create_task(pipe(reader, back))
            group.create_task(pipe(there, writer))

    server = await asyncio.start_server(forward, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for writer in held:
            writer.close()


async def test_where_websockets_get_no_answer_the_page_polls(browser: Browser, desk: DeskProcess) -> None:
    async with swallowing(desk.url) as way:
        citizen = await LivePage.open(browser, f"{way}/en/", "en")
        await citizen.on("welcome")
        await citizen.press("Start")
        await citizen.tap(f"[data-service={SERVICE}]")
        await citizen.tap("[data-act=join]")
        await citizen.on("waiting")
        await citizen.page.close()


async def test_an_error_in_a_page_is_counted_at_the_desk(browser: Browser, desk: DeskProcess) -> None:
    citizen = await LivePage.open(browser, f"{desk.url}/en/", "en")
    await citizen.on("welcome")
    async with citizen.page.expect_response("**/api/v1/page-errors") as counting:
        await citizen.page.evaluate("setTimeout(() => { throw new Error('of a test'); })")
    assert (await counting.value).status == 204
    async with aiohttp.ClientSession() as session, session.get(f"{desk.url}/metrics") as reply:
        found = re.findall(r"^wasl_page_errors_total\{(.*)\} 1\.0$", await reply.text(), re.MULTILINE)
    assert [re.sub(r" \d+", "", labels) for labels in found] == ['browser="Chrome",page="citizen",place="other"']
    await citizen.page.close()
