"""Hold: by the table of calls, and at a real desk, where nothing of either side reaches the other meanwhile."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import Connection

from clips import Recipe, make_clip
from insidedesk import InsideDesk, StartInside
from livedesk import Page, Pages, until
from wasl_media.captions import Word
from wasl_media.events import Said
from wasl_media.partner import MediaPartner, SlotMeasure
from wasl_signaling import call as calls
from wasl_signaling import messages as m
from wasl_signaling.call import Call, Leg, UnknownCall
from wasl_signaling.captions import Captions
from wasl_signaling.hold import hold
from wasl_signaling.mailbox import Address
from wasl_signaling.messages import CallState, Modality, Role
from wasl_web.errors import Problem

CLIP_HEIGHT = 320
"""Nobody's camera is so high."""


def a_call(connection: Connection, modality: Modality = Modality.VIDEO) -> int:
    return calls.open_call(connection, 1, "agent1", modality, 10.0, "signer")


def test_it_is_put_on_hold_and_goes_on_and_to_say_the_same_twice_does_nothing(connection: Connection) -> None:
    call = a_call(connection)
    for now in (20.0, 21.0):
        assert hold(connection, "agent1", m.Hold(call=call, on=True), now).state is CallState.HELD
    assert calls.held_since(connection, call) == 20.0
    for now in (30.0, 31.0):
        assert hold(connection, "agent1", m.Hold(call=call, on=False), now).state is CallState.LIVE
    assert calls.get_call(connection, call).started_at == 10.0
    hold(connection, "agent1", m.Hold(call=call, on=True), 40.0)
    assert calls.held_since(connection, call) == 40.0
    calls.end_call(connection, call, 50.0)
    assert calls.get_call(connection, call).state is CallState.ENDED


@pytest.mark.parametrize(
    ("who", "modality"), [("signer", Modality.VIDEO), ("1", Modality.VIDEO), ("agent1", Modality.TEXT)]
)
def test_only_the_agent_holds_and_only_what_is_seen_or_heard(
    connection: Connection, who: str, modality: Modality
) -> None:
    call = a_call(connection, modality)
    with pytest.raises(Problem) as refused:
        hold(connection, who, m.Hold(call=call, on=True), 20.0)
    assert refused.value.code == "not_now"
    assert calls.get_call(connection, call).state is CallState.LIVE


def test_a_stranger_holds_nothing(connection: Connection) -> None:
    call = a_call(connection)
    with pytest.raises(UnknownCall):
        hold(connection, "agent2", m.Hold(call=call, on=True), 20.0)
    calls.end_call(connection, call, 30.0)
    with pytest.raises(Problem):
        hold(connection, "agent1", m.Hold(call=call, on=False), 31.0)


def test_it_keeps_the_citizens_side_from_the_desk_and_nobody_else(connection: Connection) -> None:
    def kept_apart(call: Call) -> set[frozenset[Role]]:
        return {frozenset((one.role, other.role)) for one in legs for other in legs if call.apart(one, other)}

    roles = (Role.CITIZEN, Role.HELPER, Role.AGENT, Role.INTERPRETER)
    legs = [Leg(number, role, str(number)) for number, role in enumerate(roles)]
    call = a_call(connection)
    assert kept_apart(calls.get_call(connection, call)) == set()
    held = hold(connection, "agent1", m.Hold(call=call, on=True), 20.0)
    assert kept_apart(held) == {
        frozenset((ours, theirs)) for ours in (Role.CITIZEN, Role.HELPER) for theirs in (Role.AGENT, Role.INTERPRETER)
    }


def test_on_hold_no_browser_makes_captions(connection: Connection) -> None:
    """What an agent says to her colleague meanwhile is not for the citizen."""
    captions, who, call = Captions(browsers_allowed=True), Address.desk("agent1"), a_call(connection)
    captions.make_in_browser(call, who, True)
    said = m.MakeCaption(call=call, utterance=1, revision=1, text="one moment", confidence=0.5, final=True)
    for on in (True, False):
        now = hold(connection, "agent1", m.Hold(call=call, on=on), 20.0)
        if on:
            with pytest.raises(Problem):
                captions.made(now, now.leg("agent1"), who, said, 21.0)
        else:
            assert captions.made(now, now.leg("agent1"), who, said, 21.0)


class Person:
    """A page with a voice and a face."""

    def __init__(self, page: Page, stack: AsyncExitStack) -> None:
        self.page, self._stack, self._peer = page, stack, ""

    async def connect(self) -> None:
        """Answers the relay's newest offer."""
        offer = await self.page.until_event("media_offer", lambda body: body["peer"] != self._peer)
        self._peer, self.partner = offer["peer"], MediaPartner()
        self._stack.push_async_callback(self.partner.close)
        sdp = await self.partner.answer(offer["sdp"])
        assert await self.page.ask("media_answer", peer=offer["peer"], sdp=sdp) == {"ok": True}

    async def slot(self) -> SlotMeasure:
        return (await self.partner.measure()).slots[0]

    async def goes_on(self, desk: InsideDesk, packets: int = 50) -> None:
        """Waits until so many packets more have come to the relay: a second of sound, and the picture beside it."""

        async def came() -> int:
            stats = [await worker.relay.stats() for worker in desk.parts.switchboard._pool.workers]
            return sum(peer.packets_in for each in stats for peer in each.peers if peer.peer == self._peer)

        before = await came()

        async def more() -> bool:
            return await came() >= before + packets

        await until(more)

    async def sees(self, wanted: Callable[[SlotMeasure], bool], frames: int = 20) -> None:
        """Waits for so many pictures more, the last of this kind."""
        before = (await self.slot()).frames

        async def come() -> bool:
            slot = await self.slot()
            return slot.frames >= before + frames and wanted(slot)

        await until(come, 20)


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One film."""
    folder = tmp_path_factory.mktemp("films")
    make_clip(folder / "hold.ar.webm", Recipe(seconds=1.0, width=240, height=CLIP_HEIGHT))
    return folder


@pytest.fixture
async def cinema(start_inside: StartInside, films: Path) -> InsideDesk:
    """A desk that has a film for those on hold, and two media workers."""
    return await start_inside(clips=films, media_workers=2)


@pytest.fixture
async def people(cinema: InsideDesk, pages: Pages) -> AsyncIterator[tuple[Person, Person]]:
    """A citizen and an agent in a call."""
    async with AsyncExitStack() as stack:
        citizen, agent = Person(await pages.citizen(cinema.door), stack), Person(await pages.agent(cinema.door), stack)
        await citizen.page.ask("join", service="housing-allocation", modality="video", language="ar")
        await agent.page.ask("available")
        offered = await agent.page.until(lambda state: state["offer"])
        assert await agent.page.ask("accept", offer=offered["offer"]["id"]) == {"ok": True}
        for person in (citizen, agent):
            await person.connect()
            await person.page.until(lambda state: state["call"])
        for person in (citizen, agent):
            await person.sees(lambda slot: slot.height != CLIP_HEIGHT)
        yield citizen, agent


def is_clip(slot: SlotMeasure) -> bool:
    return slot.height == CLIP_HEIGHT


async def test_on_hold_neither_side_reaches_the_other_and_a_film_comes_over_and_over(
    people: tuple[Person, Person],
) -> None:
    citizen, agent = people
    call = agent.page.state["call"]
    assert (call["state"], call["hold"], call["may_hold"]) == ("live", None, True)
    assert citizen.page.state["call"]["may_hold"] is False
    assert (await citizen.page.ask("hold", call=call["id"], on=True))["error"]["code"] == "unknown_request"
    assert await agent.page.ask("hold", call=call["id"], on=True) == {"ok": True}
    shown = (await citizen.page.until(lambda state: state["call"]["hold"]))["call"]
    assert (shown["state"], shown["hold"]["clip"]) == ("held", "spoken")
    assert [leg["slot"] for leg in shown["legs"]] == [None, None]
    assert (await agent.page.until(lambda state: state["call"]["hold"]))["call"]["hold"]["clip"] is None
    await citizen.sees(is_clip)
    before = await agent.slot()
    await citizen.sees(is_clip, frames=75)  # 2.5 times its length
    after = await agent.slot()
    assert (after.frames, after.audio_energy) == (before.frames, pytest.approx(before.audio_energy))
    assert await agent.page.ask("hold", call=call["id"], on=False) == {"ok": True}
    for person in people:
        await person.page.until(lambda state: state["call"]["hold"] is None)
        await person.sees(lambda slot: slot.height not in (0, CLIP_HEIGHT))


async def test_supervisors_see_who_is_on_hold(people: tuple[Person, Person], cinema: InsideDesk, pages: Pages) -> None:
    _, agent = people
    wall = await pages.wall(cinema.door)
    call = agent.page.state["call"]["id"]
    assert (await wall.until(lambda state: state["tickets"]))["tickets"][0]["held_since"] is None
    await agent.page.ask("hold", call=call, on=True)
    held = (await agent.page.until(lambda state: state["call"]["hold"]))["call"]["hold"]
    await wall.until(lambda state: state["tickets"][0]["held_since"] == held["since"])
    await agent.page.ask("hold", call=call, on=False)
    await wall.until(lambda state: state["tickets"][0]["held_since"] is None)


async def test_what_is_typed_on_hold_arrives(people: tuple[Person, Person]) -> None:
    citizen, agent = people
    call = agent.page.state["call"]["id"]
    await agent.page.ask("hold", call=call, on=True)
    await citizen.page.until(lambda state: state["call"]["hold"])
    assert await citizen.page.ask("text", call=call, batch="a", t140="are you there?") == {"ok": True}
    await agent.page.until_event("text", lambda body: [line["text"] for line in body["lines"]] == ["are you there?"])


async def test_whoever_lost_the_desk_but_not_the_picture_is_kept_apart_too(
    people: tuple[Person, Person], cinema: InsideDesk
) -> None:
    citizen, agent = people
    await citizen.page.close()
    await agent.page.until(lambda state: not state["call"]["legs"][0]["connected"])
    assert await agent.page.ask("hold", call=agent.page.state["call"]["id"], on=True) == {"ok": True}

    async def kept_apart() -> bool:
        before = await citizen.slot()
        await agent.goes_on(cinema)
        return (await citizen.slot()).frames == before.frames

    await until(kept_apart, 3)  # once what was under way has come


async def test_what_a_machine_still_understands_on_hold_is_not_read_on_the_other_side(
    inside_desk: InsideDesk, pages: Pages
) -> None:
    desk = inside_desk.door
    citizen, agent = await pages.citizen(desk), await pages.agent(desk)
    await citizen.ask("join", service="housing-allocation", modality="video", language="ar")
    await agent.ask("available")
    offered = await agent.until(lambda state: state["offer"])
    await agent.ask("accept", offer=offered["offer"]["id"])
    call = (await agent.until(lambda state: state["call"]))["call"]["id"]
    peer = (await agent.until_event("media_offer", lambda body: True))["peer"]

    async def hears(utterance: int, word: str) -> None:
        words = [Word(text=word, begin=1.0, end=2.0, confidence=0.5)]
        said = {"utterance": utterance, "revision": 1, "begin": 1.0, "end": 2.0, "final": True, "missed": False}
        await inside_desk.parts.said(Said(peer=peer, words=words, **said))

    await agent.ask("hold", call=call, on=True)
    await hears(1, "aside")
    await agent.ask("hold", call=call, on=False)
    await hears(2, "hello")
    await citizen.until_event("caption", lambda body: body["line"]["words"][0]["text"] == "hello")
    read = [body["line"]["words"][0]["text"] for name, body in citizen.events if name == "caption"]
    assert read == ["hello"]


@pytest.mark.fault
async def test_when_a_media_worker_dies_on_hold_the_film_comes_from_another_and_nobody_else(
    people: tuple[Person, Person], cinema: InsideDesk
) -> None:
    citizen, agent = people
    await agent.page.ask("hold", call=agent.page.state["call"]["id"], on=True)
    await citizen.sees(is_clip)
    for pid in cinema.workers:
        os.kill(pid, signal.SIGKILL)
    for person in people:
        await person.connect()
    await citizen.sees(is_clip)
    assert (await agent.slot()).frames == 0
    assert citizen.page.state["call"]["state"] == "held"
