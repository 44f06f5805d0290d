"""Ring me, leave a message, book a time: over the wire of a real desk, with a gateway for text messages."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from insidedesk import StartInside
from livedesk import PASSWORD, DeskProcess, Pages, until

# Apprise loads a module of Python's that is to go in 3.13, and has its own in place of it there.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

SERVICE = "housing-allocation"


@dataclass
class Gateway:
    """Takes what the desk sends to phones."""

    url: str = ""
    taken: list[tuple[str, str]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.taken.append((request.match_info["to"], json.loads(await request.text())["message"]))
        return web.Response()


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    made = Gateway()
    app = web.Application()
    app.router.add_post("/sms/{to}{tail:/?}", made.take)
    server = TestServer(app)
    await server.start_server()
    made.url = f"json://127.0.0.1:{server.port}/sms/{{to}}"
    yield made
    await server.close()


async def test_she_may_go_and_is_rung_when_her_turn_is_near(
    start_inside: StartInside, pages: Pages, gateway: Gateway
) -> None:
    desk = (await start_inside(sms_url=gateway.url, grace_waiting=1, public_url="https://wasl.example")).door
    citizen = await pages.citizen(desk)
    joined = await citizen.ask("join", service=SERVICE, modality="text", language="ar")
    refused = await citizen.ask("callback", wanted=True, phone="12")
    assert refused["error"]["code"] == "bad_phone"
    assert (await citizen.ask("callback", wanted=True))["error"]["code"] == "bad_request"
    assert await citizen.ask("callback", wanted=True, phone="٥٠٠١١٢٣٤") == {"ok": True}
    asked = await citizen.until(lambda state: state["wait"] and state["wait"]["callback"])
    assert asked["wait"]["kept"] == 600, "how long she has to come once she is rung"
    assert asked["wait"]["callback"]["contact"] == "+965 •••• 1234"
    assert asked["wait"]["callback"]["rung_at"] is None
    await citizen.close()
    agent = await pages.agent(desk)
    await agent.ask("available")

    async def rung() -> bool:
        return bool(gateway.taken)

    await until(rung, seconds=20)
    ((number, words),) = gateway.taken
    assert number == "96550011234"
    assert words.startswith("Your turn is near.")
    assert words.endswith("https://wasl.example/en/")
    assert agent.state["offer"] is None, "nobody rings for a citizen who is not there yet"
    back = await pages.citizen(desk, ticket=joined["ticket"], resume=joined["resume"])
    offered = await agent.until(lambda state: state["offer"])
    assert offered["offer"]["ticket"] == joined["ticket"]
    await back.until(lambda state: state["phase"] == "ringing")


async def test_she_rather_waits_on_the_page(start_inside: StartInside, pages: Pages, gateway: Gateway) -> None:
    desk = (await start_inside(sms_url=gateway.url)).door
    citizen = await pages.citizen(desk)
    wall = await pages.wall(desk)
    await citizen.ask("join", service=SERVICE, modality="text", language="ar")
    await citizen.ask("callback", wanted=True, phone="50011234")
    await citizen.until(lambda state: state["wait"]["callback"])
    await wall.until(lambda state: state["tickets"] and state["tickets"][0]["callback_at"])
    assert await citizen.ask("callback", wanted=False) == {"ok": True}
    await citizen.until(lambda state: not state["wait"]["callback"])


async def test_a_desk_without_a_gateway_says_so(desk: DeskProcess, pages: Pages) -> None:
    async with aiohttp.ClientSession() as http, http.get(f"{desk.url}/api/v1/notifications") as reply:
        ways = await reply.json()
    assert (ways["text_messages"], len(ways["push_key"])) == (False, 87)
    citizen = await pages.citizen(desk)
    await citizen.ask("join", service=SERVICE, modality="text", language="ar")
    refused = await citizen.ask("callback", wanted=True, phone="50011234")
    assert refused["error"]["code"] == "no_text_messages"
    foreign = await citizen.ask("callback", wanted=True, push={"endpoint": "https://evil.example/", "keys": {}})
    assert foreign["error"]["code"] == "bad_subscription"


async def test_a_message_is_answered_by_a_note(desk: DeskProcess, pages: Pages) -> None:
    writer = await pages.citizen(desk)
    left = await writer.ask("message", service=SERVICE, language="en", text="When do I get my house?")
    assert left.get("ok"), left
    assert writer.state["phase"] == "none"
    many = [await writer.ask("message", service=SERVICE, language="en", text="And?") for _ in range(6)]
    assert many[-1]["error"]["code"] == "too_many_requests"
    agent = await pages.agent(desk)
    await agent.ask("available")
    offer = (await agent.until(lambda state: state["offer"]))["offer"]
    assert (offer["modality"], offer["message"]) == ("message", "When do I get my house?")
    await agent.ask("accept", offer=offer["id"])
    busy = await agent.until(lambda state: state["visit"])
    assert (busy["call"], busy["visit"]["message"]) == (None, "When do I get my house?")
    reply = await agent.ask("finish", ticket=left["ticket"], outcome="completed", note="In March.")
    assert reply == {"ok": True}
    reader = await pages.citizen(desk, ticket=left["ticket"], resume=left["resume"])
    answered = await reader.until(lambda state: state["summary"])
    assert answered["summary"]["note"] == "In March."


async def test_a_time_is_promised_from_who_is_planned_and_given_back(start_inside: StartInside, pages: Pages) -> None:
    citizen = await pages.citizen((await start_inside(demo=True, demo_password=PASSWORD)).door)
    what: dict[str, Any] = {"service": SERVICE, "language": "ar", "modality": "video", "sign_language": "sgn-KW"}
    times = [slot["starts_at"] for slot in (await citizen.ask("slots", **what))["slots"]]
    assert times[0] / 1000 < time.time() + 2 * 3_600, "the demo's people are planned day and night"
    booked = await citizen.ask("book", **what, starts_at=times[0])
    assert booked["ok"], booked
    assert await citizen.ask("cancel_booking", booking=booked["booking"], resume=booked["resume"]) == {"ok": True}
    taken = await citizen.ask("book", **what, starts_at=2_000_000_000_000)
    assert taken["error"]["code"] == "slot_taken"
    outlook = await citizen.ask("outlook", **what)
    assert [point["estimate"] for point in outlook["points"]] == [None] * 9
    stranger = await citizen.ask("cancel_booking", booking=1, resume="guess")
    assert stranger["error"]["code"] == "unknown_booking"
    assert (await citizen.ask("slots", **{**what, "service": "no-such"}))["error"]["code"] == "unknown_service"
