"""The citizen's channel where things cross: two requests at once, a page that goes while its answer is on the way,
an older page that goes while a newer one comes."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from insidedesk import InsideDesk
from livedesk import PATIENCE, Pages, until
from wasl_queue.ticket import Ticket
from wasl_signaling import arrivals
from wasl_signaling.citizen import CitizenChannel
from wasl_signaling.mailbox import Address

JOIN = {"service": "housing-allocation", "modality": "text", "language": "ar"}
SOCKET = "/socket.io/?EIO=4&transport=websocket"


async def open_tickets(desk: InsideDesk) -> list[Ticket]:
    """All tickets that have not ended."""
    house = desk.parts.house
    found: list[Ticket] = await house.database.read(house.queue.open_tickets)
    return found


async def test_two_joins_at_once_on_one_page_make_one_place(inside_desk: InsideDesk, pages: Pages) -> None:
    citizen = await pages.citizen(inside_desk.door)
    replies = await asyncio.gather(*(citizen.ask("join", **JOIN) for _ in range(2)))
    assert [reply["error"]["code"] for reply in replies if "error" in reply] == ["already_in_line"]
    assert len(await open_tickets(inside_desk)) == 1


async def test_a_page_that_goes_while_it_joins_leaves_a_place_that_is_kept_for_the_grace_time(
    inside_desk: InsideDesk,
) -> None:
    slow = inside_desk.database.hold_next(arrivals.join)
    async with aiohttp.ClientSession() as http, http.ws_connect(inside_desk.door.url + SOCKET) as page:
        await page.send_str('40/citizen,{"language":"ar"}')
        await received(page, "40/citizen,")
        await page.send_str('42/citizen,1["join",{"service":"housing-allocation","modality":"text","language":"ar"}]')
        await slow.reached()
        # The socket is answered in order: what says that the new one is connected says that the old one is gone.
        await page.send_str("41/citizen,")
        await page.send_str('40/citizen,{"language":"ar"}')
        await received(page, "40/citizen,")
        slow.open()

        async def away() -> list[Ticket]:
            return [ticket for ticket in await open_tickets(inside_desk) if not ticket.present]

        (ticket,) = await until(away)
        assert ticket.grace_until is not None
        assert list(inside_desk.parts.mailboxes) == []


async def test_an_older_page_that_goes_while_a_newer_one_comes_does_not_make_her_absent(
    inside_desk: InsideDesk, pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    going, gone = asyncio.Event(), asyncio.Event()
    disconnected = CitizenChannel.disconnected

    async def watched(channel: CitizenChannel, sid: str) -> None:
        going.set()
        await disconnected(channel, sid)
        gone.set()

    monkeypatch.setattr(CitizenChannel, "disconnected", watched)
    older = await pages.citizen(inside_desk.door)
    joined = await older.ask("join", **JOIN)
    slow = inside_desk.database.hold_next(arrivals.resume)
    newer = asyncio.create_task(
        pages.citizen(inside_desk.door, ticket=joined["ticket"], resume=joined["resume"]),
    )
    await slow.reached()
    await older.close()
    async with asyncio.timeout(5 * PATIENCE):
        await going.wait()
        slow.open()
        await newer
        await gone.wait()
    assert (await inside_desk.ticket(joined["ticket"])).present
    assert inside_desk.parts.mailboxes.get(Address.citizen(joined["ticket"])) is not None


async def test_a_newer_page_takes_the_place_over_while_the_older_one_is_open(
    inside_desk: InsideDesk, pages: Pages
) -> None:
    older = await pages.citizen(inside_desk.door)
    joined = await older.ask("join", **JOIN)
    # The older one is cut off while the newer one has the ticket to itself: neither may wait for the other.
    newer = await pages.citizen(inside_desk.door, ticket=joined["ticket"], resume=joined["resume"])
    await newer.until(lambda state: state["phase"] == "waiting")
    await older.until_event("replaced", lambda body: True)
    assert (await inside_desk.ticket(joined["ticket"])).present


async def received(page: aiohttp.ClientWebSocketResponse, beginning: str) -> str:
    """The next packet that begins like this."""
    async with asyncio.timeout(5 * PATIENCE):
        while not (packet := str(await page.receive_str())).startswith(beginning):
            pass
    return packet
