"""What a citizen arranges when she cannot be served at once, and how she is put through, in real browsers."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from access import barriers
from livedesk import DeskProcess, until
from livepage import SERVICE, LivePage, agent_at_desk, answer, citizen_in_line, citizen_who_joins, signing_citizen
from wasl_locales.catalogue import words
from wasl_records.demo import CATALOGUE

pytestmark = pytest.mark.browser
Start = Callable[..., Awaitable[DeskProcess]]
HOLIDAY = """    hours:
      zone: Asia/Kuwait
      week: {}
      special:
        - {first: 2020-01-01, last: 2099-12-31, reason: {ar: إجازة رسمية, en: Public holiday}}
"""
DAY = 86_400.0
PUT_THROUGH = (
    "The employee has put you through to a colleague who can help you further. You are at the front of the line, "
    "and nothing of what you said is lost."
)


def closed_catalogue(folder: Path) -> str:
    """The demo's services, those of housing on holiday."""
    lines = CATALOGUE.read_text().splitlines(keepends=True)
    body = lines.index("  housing:\n")
    file = folder / "catalogue.yaml"
    file.write_text("".join([*lines[: body + 1], HOLIDAY, *lines[body + 1 :]]))
    return str(file)


async def test_a_page_that_is_loaded_anew_before_its_answer_came_keeps_the_place(
    browser: Browser, start_desk: Start
) -> None:
    """The database is locked while she joins; the answer finds a page that knows nothing of it."""
    desk = await start_desk()
    with sqlite3.connect(desk.data / "wasl.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        citizen = await citizen_who_joins(browser, desk)
        asked = "JSON.parse(sessionStorage.getItem('wasl.wishes') ?? '{}').join?.key"
        await citizen.page.wait_for_function(asked)
        await citizen.page.reload()
        other.execute("ROLLBACK")
    other.close()
    await citizen.on("waiting")
    await citizen.page.wait_for_function("localStorage.getItem('wasl.ticket') !== null")
    await citizen.page.reload()
    await citizen.on("waiting")
    with sqlite3.connect(desk.data / "wasl.db") as look:
        assert look.execute("SELECT count(*) FROM ticket").fetchone() == (1,)
    look.close()
    await citizen.close()


async def at_closed_service(browser: Browser, desk: DeskProcess) -> LivePage:
    """A citizen who chose a service that is closed."""
    citizen = await LivePage.open(browser, f"{desk.url}/ar/")
    await citizen.press("Start")
    service = citizen.page.locator(f"[data-service={SERVICE}]")
    await expect(service).to_contain_text("إجازة رسمية")
    await service.click()
    await citizen.on("closed")
    return citizen


def plan(desk: DeskProcess, agent: str) -> None:
    """Has an agent planned to work for three days."""
    now = time.time()
    with sqlite3.connect(desk.data / "wasl.db") as database:
        database.execute("insert into roster (agent, starts_at, ends_at) values (?, ?, ?)", (agent, now, now + 3 * DAY))


async def no_barriers(person: LivePage) -> None:
    """Axe finds nothing on the screen as it is."""
    assert await barriers(person.page) == []


async def test_keep_my_place_and_ring_me(browser: Browser, start_desk: Start) -> None:
    desk = await start_desk(sms_url="json://127.0.0.1:9/{to}")
    citizen = await citizen_in_line(browser, desk)
    await citizen.tap("[data-act=callback]")
    await no_barriers(citizen)
    await citizen.tap("[data-act=callback-phone]")
    await citizen.tap("[data-act=callback-send]")
    number = citizen.page.locator("#callback-number")
    await expect(number).to_be_focused()
    await expect(number).to_have_attribute("aria-invalid", "true")
    await number.fill("٥٠٠١ ١٢٣٤")
    await citizen.tap("[data-act=callback-send]")
    await expect(citizen.page.locator("[data-contact]")).to_have_text("+965 •••• 1234")
    await no_barriers(citizen)
    await citizen.page.reload()
    await citizen.on("waiting")
    await expect(citizen.page.locator("[data-contact]")).to_have_text("+965 •••• 1234")
    await citizen.tap("[data-act=callback-undo]")
    await expect(citizen.page.locator("[data-act=callback]")).to_be_visible()


async def test_she_who_was_rung_and_comes_back_is_served(browser: Browser, start_desk: Start) -> None:
    desk = await start_desk(sms_url="json://127.0.0.1:9/{to}")
    citizen = await citizen_in_line(browser, desk)
    await citizen.tap("[data-act=callback]")
    await citizen.tap("[data-act=callback-phone]")
    await citizen.page.locator("#callback-number").fill("50011234")
    await citizen.tap("[data-act=callback-send]")
    await expect(citizen.page.locator("[data-contact]")).to_be_visible()
    await citizen.page.goto("about:blank")
    agent = await agent_at_desk(browser, desk)
    await agent.press("I am available")
    await expect(agent.page.locator("html")).to_have_attribute("data-screen", "idle")

    async def rung() -> bool:
        with sqlite3.connect(desk.data / "wasl.db") as database:
            return bool(database.execute("select count(*) from ticket where rung_at is not null").fetchone()[0])

    await until(rung)
    await citizen.page.goto(f"{desk.url}/ar/")
    await agent.on("offer")
    await agent.tap("#accept")
    await citizen.in_call()


async def test_closed_with_its_reason_and_a_message_that_is_answered(
    browser: Browser, start_desk: Start, tmp_path: Path
) -> None:
    desk = await start_desk(catalogue=closed_catalogue(tmp_path))
    citizen = await at_closed_service(browser, desk)
    await expect(citizen.page.locator("main")).to_contain_text("إجازة رسمية")
    await no_barriers(citizen)
    await citizen.tap("[data-act=message]")
    await citizen.on("message")
    await citizen.tap("[data-act=send-message]")
    await expect(citizen.page.locator("#message-text")).to_be_focused()
    await citizen.page.locator("#message-text").fill("متى يصلني بدل الإيجار؟")
    await no_barriers(citizen)
    await citizen.tap("[data-act=send-message]")
    await expect(citizen.page.locator(".message-ticket")).to_be_visible()
    await no_barriers(citizen)
    agent = await agent_at_desk(browser, desk)
    await agent.press("I am available")
    await agent.on("offer")
    await expect(agent.page.locator("main")).to_contain_text("متى يصلني بدل الإيجار؟")
    await no_barriers(agent)
    await agent.tap("#accept")
    await agent.on("call")
    await no_barriers(agent)
    await agent.page.locator("#closing-note").fill("في نهاية الشهر.")
    await agent.page.locator("input[value=completed]").check()
    await agent.press("Send the answer")
    await agent.on("wrapup")
    await citizen.on("summary")
    await expect(citizen.page.locator("main")).to_contain_text("في نهاية الشهر.")
    await expect(citizen.page.locator("h1")).to_have_text(words("ar").gettext("Your message is answered"))
    await expect(citizen.page.locator(".summary-question")).to_have_text("متى يصلني بدل الإيجار؟")


async def test_a_time_is_booked_given_back_and_taken_again(browser: Browser, desk: DeskProcess) -> None:
    plan(desk, "agent1")
    agent = await agent_at_desk(browser, desk)
    citizen = await citizen_in_line(browser, desk)
    await agent.press("Sign out")
    await agent.on("signin")
    await citizen.tap("[data-act=booking]")
    await citizen.on("booking")
    await citizen.page.locator("[data-day]").first.click()
    await no_barriers(citizen)
    await citizen.page.locator("[data-slot]").last.click()
    time_of_day = await citizen.page.locator(".booking-time").text_content()
    await citizen.tap("[data-act=book]")
    await expect(citizen.page.locator("[data-act=cancel-booking]")).to_be_visible()
    assert time_of_day is not None
    await expect(citizen.page.locator(".booking-time")).to_have_text(time_of_day)
    await no_barriers(citizen)
    await citizen.tap("[data-act=cancel-booking]")
    await citizen.tap("[data-act=cancel-booking-yes]")
    await citizen.tap("[data-act=undo-cancel]")
    await expect(citizen.page.locator("[data-act=cancel-booking]")).to_be_visible()
    await citizen.tap("[data-act=back]")
    await citizen.on("waiting")


async def test_put_through_to_a_colleague_who_reads_the_notes(browser: Browser, desk: DeskProcess) -> None:
    citizen = await citizen_in_line(browser, desk)
    agent = await agent_at_desk(browser, desk)
    await answer(agent)
    await citizen.in_call()
    colleague = await agent_at_desk(browser, desk, "agent2")
    await colleague.press("I am available")
    await agent.page.locator("#notes").fill("The contract is fine.")
    await agent.page.keyboard.press("Alt+P")
    await agent.page.locator("input[value='agent:agent2']").check()
    await agent.page.locator("#transfer-note").fill("Please look at the deed.")
    await no_barriers(agent)
    await agent.press("Go on")
    await expect(agent.page.locator("#transfer-question")).to_contain_text("Abdullah Al-Mutairi")
    await agent.press("Yes, put through")
    await agent.on("wrapup")
    await colleague.on("offer")
    for text in ("Maryam Al-Enezi", "The contract is fine.", "Please look at the deed."):
        await expect(colleague.page.locator(".offer-background")).to_contain_text(text)
    await no_barriers(colleague)
    await colleague.page.locator("#decline-reason").select_option("technical")
    await colleague.press("Decline")
    await citizen.on("waiting")
    sentence = words("ar").gettext(PUT_THROUGH)
    await expect(citizen.page.locator("main")).to_contain_text(sentence)
    await no_barriers(citizen)


async def test_agent_and_interpreter_are_both_waited_for_and_all_three_meet(
    browser: Browser, desk: DeskProcess
) -> None:
    """Nobody who is here both serves and signs, so two are asked."""
    citizen = await signing_citizen(browser, desk)
    await citizen.tap("[data-act=join]")
    await citizen.on("waiting")
    agent = await agent_at_desk(browser, desk)
    interpreter = await agent_at_desk(browser, desk, "interpreter1")
    await agent.press("I am available")
    await interpreter.press("I am available")
    await agent.on("offer")
    await agent.tap("#accept")
    await expect(agent.page.locator("h1")).to_have_text("You have accepted. We are waiting for the interpreter.")
    await no_barriers(agent)
    await expect(interpreter.page.locator("h1")).to_have_text("You are asked to interpret")
    await no_barriers(interpreter)
    await interpreter.tap("#accept")
    for person in (citizen, agent, interpreter):
        await person.in_call()
    everyone = {"citizen": citizen, "agent": agent, "interpreter": interpreter}
    for own, person in everyone.items():
        for role in everyone.keys() - {own}:
            await expect(person.page.locator(f"video[data-leg={role}]")).to_be_visible()
    await no_barriers(interpreter)
    await expect(interpreter.page.locator("#notes, #finish, #transfer")).to_have_count(0)


async def test_a_push_message_becomes_a_notice_while_the_page_is_closed(browser: Browser, desk: DeskProcess) -> None:
    """Without a push service: Chromium's developer protocol hands the message to the worker as one would."""
    citizen = await LivePage.open(browser, f"{desk.url}/ar/", permissions=["notifications"])
    devtools = await citizen.page.context.new_cdp_session(citizen.page)
    versions: list[dict[str, Any]] = []
    devtools.on("ServiceWorker.workerVersionUpdated", lambda event: versions.extend(event["versions"]))
    await devtools.send("ServiceWorker.enable")
    await citizen.page.evaluate("navigator.serviceWorker.register('/static/notices.js')")

    async def activated() -> str | None:
        return next((one["registrationId"] for one in versions if one["status"] == "activated"), None)

    words = {"title": "اقترب دورك", "body": "نرجو فتح الصفحة الآن.", "lang": "ar", "dir": "rtl"}
    data = json.dumps({"web_push": 8030, "notification": {**words, "navigate": f"{desk.url}/ar/"}})
    worker = await until(activated)
    message = {"origin": desk.url, "registrationId": worker, "data": data}

    async def shown() -> list[list[str]]:
        # Chromium sometimes drops what comes right after the activation. A second delivery replaces the first.
        await devtools.send("ServiceWorker.deliverPushMessage", message)
        found: list[list[str]] = await citizen.page.evaluate(
            "async () => (await (await navigator.serviceWorker.getRegistration('/static/')).getNotifications())"
            ".map((one) => [one.title, one.body, one.dir])"
        )
        return found

    assert await until(shown) == [["اقترب دورك", "نرجو فتح الصفحة الآن.", "rtl"]]
