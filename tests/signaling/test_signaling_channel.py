"""A channel at its edges: names that only Socket.IO may use, and connections that end before they have begun."""

from __future__ import annotations

import asyncio
import inspect
import json
from typing import Any

import aiohttp
import pytest
import socketio

from insidedesk import InsideDesk
from livedesk import Page, Pages, sign_in, until
from wasl_signaling import arrivals
from wasl_signaling import call as calls
from wasl_signaling.mailbox import Address
from wasl_signaling.sockets import REQUEST, Sockets

JOIN = {"service": "housing-allocation", "modality": "text", "language": "ar"}
POLLING = "/socket.io/?EIO=4&transport=polling"


async def test_a_page_cannot_pretend_that_it_connects_or_is_gone(inside_desk: InsideDesk, pages: Pages) -> None:
    door = inside_desk.door
    citizen, agent, wall = await pages.citizen(door), await pages.agent(door), await pages.wall(door)
    await citizen.ask("join", **JOIN)
    before = list(inside_desk.parts.mailboxes)
    assert len(before) == 3
    for page in (citizen, agent, wall):
        for name in ("connect", "disconnect", REQUEST):
            for body in ({"language": "en"}, "x", None):
                reply = await page.socket.call(name, body, namespace=page.namespace, timeout=5)
                assert reply["error"]["code"] == "unknown_request", (page.namespace, name, body)
    assert list(inside_desk.parts.mailboxes) == before


def test_socketio_still_takes_what_clients_send_the_way_sockets_relies_on() -> None:
    parameters = {
        "_handle_event": ["self", "eio_sid", "namespace", "id", "data"],
        "_handle_connect": ["self", "eio_sid", "namespace", "data"],
        "_handle_disconnect": ["self", "eio_sid", "namespace", "reason"],
    }
    dispatch = inspect.getsource(socketio.AsyncServer._handle_eio_message)
    for name, expected in parameters.items():
        private = getattr(socketio.AsyncServer, name, None)
        assert private is not None, f"python-socketio has no {name} any more, which wasl_signaling.sockets overrides"
        found = list(inspect.signature(private).parameters)
        assert found == expected, f"python-socketio calls {name} in another way; wasl_signaling.sockets has to follow"
        assert f"self.{name}(" in dispatch, (
            f"python-socketio does not hand what clients send to {name} any more; wasl_signaling.sockets has to follow"
        )
    assert "data[0], namespace, sid, *data[1:]" in inspect.getsource(socketio.AsyncServer._handle_event_internal), (
        "python-socketio does not take an event's name from its first value any more, where wasl_signaling.sockets "
        "puts a name of ours"
    )
    sockets = Sockets(async_mode="aiohttp")
    assert sockets.eio.sockets == {}, "python-socketio keeps its transports in another place than eio.sockets"


async def test_a_citizen_who_is_refused_at_the_last_step_is_not_taken_for_present(
    inside_desk: InsideDesk, pages: Pages
) -> None:
    page = await pages.citizen(inside_desk.door)
    joined = await page.ask("join", **JOIN)
    inside_desk.database.fail_next(calls.live_call)
    again = await pages.refused(inside_desk.door, "/citizen", ticket=joined["ticket"], resume=joined["resume"])
    assert again["error"]["kind"] in ("retry", "fault")
    assert list(inside_desk.parts.mailboxes) == []
    assert not (await inside_desk.ticket(joined["ticket"])).present


async def test_an_agent_who_is_refused_at_the_last_step_has_no_mailbox(inside_desk: InsideDesk) -> None:
    cookie, page = await sign_in(inside_desk.door, "agent1"), Page("/desk")
    inside_desk.database.fail_next(calls.live_call)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await page.open(inside_desk.door.url, {"language": "en"}, cookie)
    assert inside_desk.database.refused == ["live_call"]
    assert list(inside_desk.parts.mailboxes) == []
    await page.close()


async def test_a_page_whose_transport_ends_while_it_connects_is_not_taken_for_present(
    inside_desk: InsideDesk, pages: Pages
) -> None:
    page = await pages.citizen(inside_desk.door)
    joined = await page.ask("join", **JOIN)
    await page.close()
    slow = inside_desk.database.hold_next(arrivals.resume)
    async with aiohttp.ClientSession(inside_desk.door.url) as http:
        transport = await opened(http)
        claim = {"language": "en", "ticket": joined["ticket"], "resume": joined["resume"]}
        connecting = asyncio.create_task(post(http, transport, f"40/citizen,{json.dumps(claim)}"))
        await slow.reached()
        await post(http, transport, "1")  # closes the transport
        slow.open()
        await connecting

    async def away() -> bool:
        return not (await inside_desk.ticket(joined["ticket"])).present

    await until(away)
    assert inside_desk.parts.mailboxes.get(Address.citizen(joined["ticket"])) is None


async def opened(http: aiohttp.ClientSession) -> str:
    """A new transport that polls."""
    async with http.get(POLLING) as reply:
        hello: dict[str, Any] = json.loads((await reply.text())[1:])
    return str(hello["sid"])


async def post(http: aiohttp.ClientSession, transport: str, packet: str) -> None:
    """Sends a packet; comes back when it was dealt with."""
    async with http.post(f"{POLLING}&sid={transport}", data=packet) as reply:
        await reply.read()
