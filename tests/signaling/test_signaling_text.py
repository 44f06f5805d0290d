"""Real-time text of a call over data channels, from the page to the database and to everyone else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import aiohttp
import pytest
from aiortc import RTCDataChannel

from insidedesk import InsideDesk
from livedesk import DeskProcess, Page, Pages, until
from wasl_media.partner import MediaPartner
from wasl_signaling.text import _text_so_far


@dataclass
class Talker:
    """A page with a connection to the relay."""

    page: Page
    partner: MediaPartner
    read: dict[str, list[str]] = field(default_factory=dict)
    """What came over channels, by their labels."""

    async def connect(self) -> Talker:
        """Answers the desk's offer."""
        offer = await self.page.until_event("media_offer", lambda body: True)
        self.partner._connection.on("datachannel", self.follow)
        answer = await self.partner.answer(offer["sdp"], send=False)
        await self.page.ask("media_answer", peer=offer["peer"], sdp=answer)
        return self

    def follow(self, channel: RTCDataChannel) -> RTCDataChannel:
        """Keeps what comes."""
        channel.on("message", self.read.setdefault(channel.label, []).append)
        return channel

    async def open(self, label: str, protocol: str = "t140") -> RTCDataChannel:
        """A channel that is open."""
        channel = self.follow(self.partner._connection.createDataChannel(label, protocol=protocol))

        async def opened() -> bool:
            return bool(channel.readyState == "open")

        await until(opened)
        return channel

    async def reads(self, label: str, text: str) -> None:
        """Waits until this came over that channel."""

        async def come() -> bool:
            return "".join(self.read.get(label, [])) == text

        await until(come)

    async def lines(self) -> list[tuple[str, bool]]:
        """The transcript as the events tell it."""
        newest: dict[int, dict[str, Any]] = {}
        for line in [line for name, body in self.page.events if name == "text" for line in body["lines"]]:
            if line["revision"] > newest.get(line["id"], {"revision": 0})["revision"]:
                newest[line["id"]] = line
        return [(line["text"], line["done"]) for _, line in sorted(newest.items()) if line["text"]]

    async def has(self, *lines: tuple[str, bool]) -> None:
        """Waits until the transcript is this."""

        async def same() -> bool:
            return await self.lines() == list(lines)

        await until(same)


@pytest.fixture
async def partners() -> AsyncIterator[list[MediaPartner]]:
    made = [MediaPartner() for _ in range(2)]
    yield made
    for partner in made:
        await partner.close()


@pytest.fixture
async def talkers(desk: DeskProcess, pages: Pages, partners: list[MediaPartner]) -> tuple[Talker, Talker, int]:
    return await in_a_call(desk, pages, partners)


async def in_a_call(desk: DeskProcess, pages: Pages, partners: list[MediaPartner]) -> tuple[Talker, Talker, int]:
    """A citizen and an agent in a call by text, both connected with the relay, and the call."""
    citizen, agent = await pages.citizen(desk), await pages.agent(desk)
    await citizen.ask("join", service="housing-allocation", modality="text", language="ar")
    await agent.ask("available")
    offered = await agent.until(lambda state: state["offer"])
    await agent.ask("accept", offer=offered["offer"]["id"])
    await agent.until(lambda state: state["call"])
    people = [await Talker(page, partner).connect() for page, partner in zip((citizen, agent), partners, strict=True)]
    return people[0], people[1], agent.state["call"]["id"]


async def test_a_page_that_only_knows_rfc_8865_writes_and_reads(talkers: tuple[Talker, Talker, int]) -> None:
    citizen, agent, call = talkers
    plain = await citizen.open("anything")
    plain.send("\ufeffsal")
    await agent.has(("sal", False))
    plain.send("am\r\nhow are")
    await agent.has(("salam", True), ("how are", False))
    await agent.page.ask("text", call=call, batch="a", t140="fine\u0008", at=0)
    await citizen.reads("anything", "fine\u0008")
    plain.close()
    again = await citizen.open("other")
    await citizen.reads("other", "\ufffd")
    await agent.has(("salam", True), ("how are\ufffd", False), ("fin", False))
    again.send("!")
    await agent.has(("salam", True), ("how are\ufffd!", False), ("fin", False))


@pytest.mark.parametrize(("before", "read"), [("h", "\ufffdow"), ("", "ow")])
async def test_what_was_missed_is_marked_where_it_is_missing_and_nothing_else_is(
    inside_desk: InsideDesk, pages: Pages, partners: list[MediaPartner], before: str, read: str
) -> None:
    """A page that only knows letters begins to read while the other side types."""
    citizen, agent, call = await in_a_call(inside_desk.door, pages, partners)
    if before:
        await agent.page.ask("text", call=call, batch="a", t140=before, at=0)
    looked = inside_desk.database.hold_next(_text_so_far)
    await citizen.open("anything")
    await looked.reached()
    typing = asyncio.create_task(agent.page.ask("text", call=call, batch="b", t140="ow", at=len(before)))

    async def written_or_waiting() -> bool:
        return typing.done() or bool(inside_desk.parts.text._calls[call]._waiters)

    await until(written_or_waiting)
    looked.open()
    assert await typing == {"ok": True}
    await citizen.reads("anything", read)


async def test_letters_that_a_full_disk_refused_are_written_when_they_come_again(
    inside_desk: InsideDesk, pages: Pages, partners: list[MediaPartner]
) -> None:
    _, agent, call = await in_a_call(inside_desk.door, pages, partners)
    write = inside_desk.database.write

    async def readiness() -> tuple[int, list[str]]:
        async with aiohttp.ClientSession() as http, http.get(f"{inside_desk.door.url}/readyz") as reply:
            return reply.status, (await reply.json())["missing"]

    await write(lambda connection: connection.exec_driver_sql("PRAGMA max_page_count=1") and None)
    reply, batches = {"ok": True}, count()
    while reply == {"ok": True}:  # until the pages that the file has are full
        reply = await agent.page.ask("text", call=call, batch=f"{next(batches)}", t140="1" * 1_900 + "\u2028", at=None)
    assert reply["error"]["kind"] == "fault"
    assert await readiness() == (503, ["database"])
    await write(lambda connection: connection.exec_driver_sql("PRAGMA max_page_count=1000000") and None)
    assert await agent.page.ask("text", call=call, batch="again", t140="2", at=None) == {"ok": True}
    assert (await agent.lines())[-1] == ("2", False)


async def test_letters_with_their_place_come_once_over_both_ways(talkers: tuple[Talker, Talker, int]) -> None:
    citizen, agent, call = talkers
    channel = await citizen.open(f"wasl:{call}:0")
    lines = await agent.open("", "wasl-lines")
    channel.send("mer")
    await agent.has(("mer", False))
    assert await citizen.page.ask("text", call=call, batch="0", t140="merha", at=0) == {"ok": True}
    channel.send("haba")
    await agent.has(("merhaba", False))
    await citizen.has(("merhaba", False))
    typed = [body["typed"] for name, body in citizen.page.events if name == "text"]
    assert typed == [3, 5, 7]
    assert {body["typed"] for name, body in agent.page.events if name == "text"} == {None}

    async def came() -> bool:
        return '"text":"merhaba"' in "".join(agent.read[""])

    await until(came)
    assert lines.readyState == "open"


async def test_letters_for_a_call_that_is_over_or_another_s_are_nobody_s(talkers: tuple[Talker, Talker, int]) -> None:
    citizen, agent, call = talkers
    wrong = await citizen.open(f"wasl:{call + 1}:0")
    wrong.send("lost")
    right = await citizen.open(f"wasl:{call}:0")
    right.send("x")
    await agent.has(("x", False))
    await citizen.page.ask("leave")
    right.send("too late")
    await citizen.page.until(lambda state: state["phase"] == "summary")
    assert await agent.lines() == [("x", False)]


async def test_the_state_tells_a_page_where_to_go_on(
    talkers: tuple[Talker, Talker, int], pages: Pages, desk: DeskProcess
) -> None:
    citizen, agent, call = talkers
    channel = await agent.open(f"wasl:{call}:0")
    channel.send("one\u2028tw")
    await citizen.has(("one", True), ("tw", False))
    again = await pages.agent(desk)
    state = await again.until(lambda state: state["call"])
    assert state["call"]["typed"] == 6
    await again.ask("text", call=call, batch="b", t140="o", at=6)
    await citizen.has(("one", True), ("two", False))
