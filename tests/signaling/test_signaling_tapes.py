"""Recording a call at a real desk: asked for, agreed to, kept, cut off, gone on with, filmed and deleted."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import psutil
import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from insidedesk import StartInside
from livedesk import DeskProcess, Page, Pages, until
from wasl_media.partner import MediaPartner
from wasl_media.recording import Entry, EntryKind, Text, read_recording
from wasl_records import audit
from wasl_records.database import Database
from wasl_signaling import footage, safe, schema, timekeeper
from wasl_signaling.__main__ import app
from wasl_signaling.footage import NoFootage

SERVICE = "housing-allocation"
StartDesk = Callable[..., Awaitable[DeskProcess]]


@dataclass
class Person:
    """A page with a voice and a face."""

    page: Page
    stack: AsyncExitStack
    answered: set[str] = field(default_factory=set)
    partner: MediaPartner | None = None

    async def sees(self, frames: int) -> None:
        """Waits for so many pictures more."""
        assert self.partner is not None
        partner, before = self.partner, (await self.partner.measure()).slots[0].frames

        async def seen() -> bool:
            return (await partner.measure()).slots[0].frames >= before + frames

        await until(seen, seconds=20)

    async def connect(self) -> None:
        """Answers the newest offer of the relay, if it has not."""
        offer = await self.page.until_event("media_offer", lambda body: body["peer"] not in self.answered)
        self.answered.add(offer["peer"])
        partner = self.partner = MediaPartner()
        self.stack.push_async_callback(partner.close)
        sdp = await partner.answer(offer["sdp"])
        assert await self.page.ask("media_answer", peer=offer["peer"], sdp=sdp) == {"ok": True}


@dataclass
class Meeting:
    """A citizen and an agent in a call with sound and picture."""

    desk: DeskProcess
    citizen: Person
    agent: Person
    ticket: dict[str, Any]

    @property
    def call(self) -> int:
        number: int = self.agent.page.state["call"]["id"]
        return number

    async def command(self, name: str) -> dict[str, Any]:
        """What the desk says to a request of the agent."""
        return await self.agent.page.ask(name, call=self.call)

    async def says(self, agreed: bool) -> dict[str, Any]:
        """What the desk says to the citizen's answer."""
        asked = await self.citizen.page.until(lambda state: state["call"]["recording"])
        return await self.citizen.page.ask(
            "answer_recording", recording=asked["call"]["recording"]["id"], agreed=agreed
        )

    async def is_(self, state: str, runs: bool) -> None:
        """Waits until both pages show this."""
        for person in (self.citizen, self.agent):
            await person.page.until(
                lambda shown: (
                    shown["call"]["recording"]
                    and (shown["call"]["recording"]["state"], shown["call"]["recording"]["runs"]) == (state, runs)
                )
            )

    async def record(self) -> None:
        """On the record."""
        assert await self.command("ask_recording") == {"ok": True}
        assert await self.says(True) == {"ok": True}
        await self.is_("on", True)

    async def query(self, fn: Callable[..., Any], *args: Any) -> Any:
        """Reads the desk's database."""
        database = Database.open(f"sqlite:///{self.desk.data / 'wasl.db'}")
        try:
            return await database.read(fn, *args)
        finally:
            await database.close()

    def files(self) -> list[str]:
        """The names of all files of recordings."""
        return sorted(os.listdir(self.desk.data / "recordings"))

    async def entries(self, recording: int = 1) -> list[list[Entry]]:
        """What was written so far, by part."""

        def read(connection: Any) -> tuple[bytes, list[footage.Part]]:
            vault = safe.contact_vault(self.desk.data)
            return footage.key_of(connection, vault, recording), footage.parts_of(connection, recording)

        key, parts = await self.query(read)
        folder = self.desk.data / "recordings"
        return [
            list(read_recording(folder / part.name, footage.part_key(key, part.name)))
            for part in parts
            if (folder / part.name).exists()
        ]

    async def grows(self, part: int = 0, packets: int = 100, recording: int = 1) -> None:
        """Waits until so many packets more are in a part."""

        async def count() -> int:
            found = await self.entries(recording)
            return sum(entry.kind is EntryKind.PACKET for entry in found[part]) if len(found) > part else 0

        before = await count()

        async def grown() -> bool:
            return await count() >= before + packets

        await until(grown, seconds=20)


Meet = Callable[..., Awaitable[Meeting]]


@pytest.fixture
async def meet(start_inside: StartInside, pages: Pages) -> AsyncIterator[Meet]:
    """Makes a meeting: at this desk, or at a new one that records."""
    async with AsyncExitStack() as stack:

        async def make(desk: DeskProcess | None = None) -> Meeting:
            desk = desk or (await start_inside(recordings=True)).door
            citizen, agent = await pages.citizen(desk), await pages.agent(desk)
            ticket = await citizen.ask("join", service=SERVICE, modality="video", language="ar")
            await agent.ask("available")
            offered = await agent.until(lambda state: state["offer"])
            assert await agent.ask("accept", offer=offered["offer"]["id"]) == {"ok": True}
            await citizen.until(lambda state: state["call"])
            await agent.until(lambda state: state["call"])
            people = Person(citizen, stack), Person(agent, stack)
            for person in people:
                await person.connect()
            return Meeting(desk, *people, ticket)

        yield make


async def wasl(meeting: Meeting, *arguments: str) -> Result:
    """Runs `wasl recording` beside the desk."""
    command = ["recording", *arguments, "--data", str(meeting.desk.data)]
    return await asyncio.to_thread(CliRunner().invoke, app, command)


async def test_raur14_no_request_starts_it_without_consent(meet: Meet) -> None:
    meeting = await meet()
    refused = await meeting.command("resume_recording")
    assert refused["error"]["code"] == "not_now"
    assert await meeting.command("ask_recording") == {"ok": True}
    shown = (await meeting.citizen.page.until(lambda state: state["call"]["recording"]))["call"]["recording"]
    assert (shown["state"], shown["runs"], shown["your_answer"]) == ("asked", False, None)
    assert shown["question"][0] == "May we record this call?"
    assert "30 days" in shown["question"][1]
    waiting = (await meeting.agent.page.until(lambda state: state["call"]["recording"]))["call"]["recording"]
    assert (waiting["waits_for"], waiting["your_answer"], waiting["question"]) == (["Citizen"], True, [])
    for command, code in [
        ("resume_recording", "consent_missing"),
        ("pause_recording", "not_now"),
        ("ask_recording", "not_now"),
    ]:
        assert (await meeting.command(command))["error"]["code"] == code
    answer = await meeting.agent.page.ask("answer_recording", recording=shown["id"], agreed=True)
    assert answer == {"ok": True}  # for herself: it is not hers to answer for the citizen
    assert (await meeting.command("resume_recording"))["error"]["code"] == "consent_missing"
    assert meeting.files() == []
    assert await meeting.says(False) == {"ok": True}
    await meeting.is_("refused", False)
    assert (await meeting.command("ask_recording"))["error"]["code"] == "recording_refused"
    assert meeting.files() == []


async def test_who_does_not_record_is_not_offered_to(desk: DeskProcess, meet: Meet) -> None:
    meeting = await meet(desk)
    assert meeting.agent.page.state["call"]["may_record"] is None
    assert (await meeting.command("ask_recording"))["error"]["code"] == "recording_off"


async def test_off_the_record_is_not_in_it_and_what_is_typed_is(meet: Meet, tmp_path: Path) -> None:
    meeting = await meet()
    assert meeting.citizen.page.state["call"]["may_record"] is None
    assert "30 days" in meeting.agent.page.state["call"]["may_record"]
    await meeting.record()
    await meeting.grows()

    async def types(batch: str, t140: str) -> None:
        assert await meeting.citizen.page.ask("text", call=meeting.call, batch=batch, t140=t140) == {"ok": True}

    await types("a", "my number is\u2028")
    assert await meeting.command("pause_recording") == {"ok": True}
    await meeting.is_("paused", False)
    await types("b", "two eight\u2028nine")
    await meeting.agent.sees(frames=30)
    assert await meeting.command("resume_recording") == {"ok": True}
    await meeting.is_("on", True)
    await types("c", " one\u2028thank you\u2028")
    await meeting.grows()
    assert await meeting.command("stop_recording") == {"ok": True}
    await meeting.is_("ended", False)
    [part] = await meeting.entries()
    said = [Text.model_validate_json(entry.body) for entry in part if entry.kind is EntryKind.TEXT]
    assert [(text.speaker, text.words) for text in said] == [("citizen", "my number is"), ("citizen", "thank you")]
    kinds = [entry.kind for entry in part]
    paused, resumed = kinds.index(EntryKind.PAUSE), kinds.index(EntryKind.RESUME)
    assert resumed == paused + 1
    assert part[resumed].at - part[paused].at > 0.9
    assert kinds[-1] is EntryKind.END


async def test_on_hold_nothing_is_recorded_and_it_goes_on_by_itself(meet: Meet) -> None:
    meeting = await meet()
    await meeting.record()
    await meeting.grows()
    assert await meeting.agent.page.ask("hold", call=meeting.call, on=True) == {"ok": True}
    await meeting.is_("on", False)
    assert await meeting.agent.page.ask("hold", call=meeting.call, on=False) == {"ok": True}
    await meeting.is_("on", True)
    await meeting.grows()
    [part] = await meeting.entries()
    kinds = [entry.kind for entry in part]
    assert kinds.index(EntryKind.RESUME) == kinds.index(EntryKind.PAUSE) + 1


async def test_what_a_browser_understood_and_what_was_corrected_is_in_it(start_inside: StartInside, meet: Meet) -> None:
    meeting = await meet((await start_inside(recordings=True, browser_captions=True)).door)
    await meeting.record()
    await meeting.grows()
    agent, call = meeting.agent.page, meeting.call
    assert await agent.ask("browser_captions", call=call, on=True) == {"ok": True}

    async def understood(utterance: int, text: str) -> int:
        body = {"call": call, "utterance": utterance, "confidence": 0.5}
        for revision, words, final in [(1, text.split()[0], False), (2, text, True)]:
            assert await agent.ask("caption", **body, revision=revision, text=words, final=final) == {"ok": True}
        told = await agent.until_event("caption", lambda event: _words(event) == text)
        number: int = told["line"]["id"]
        return number

    heard = await understood(1, "the loan is for tea")
    assert await meeting.command("pause_recording") == {"ok": True}
    await meeting.is_("paused", False)
    secret = await understood(2, "in confidence")
    assert await meeting.command("resume_recording") == {"ok": True}
    await meeting.is_("on", True)
    last = await understood(3, "forty days")
    assert await agent.ask("correct", call=call, caption=secret, text="not for the record") == {"ok": True}
    assert await agent.ask("correct", call=call, caption=last, text="fourteen days") == {"ok": True}
    assert await meeting.command("stop_recording") == {"ok": True}
    assert await agent.ask("correct", call=call, caption=heard, text="too late") == {"ok": True}
    await meeting.is_("ended", False)
    [part] = await meeting.entries()
    said = [Text.model_validate_json(entry.body) for entry in part if entry.kind is EntryKind.TEXT]
    assert [(text.speaker, text.words, text.automatic) for text in said] == [
        ("agent", "the loan is for tea", True),
        ("agent", "forty days", True),
        ("agent", "fourteen days", False),
    ]


def _words(event: dict[str, Any]) -> str:
    return " ".join(word["text"] for word in event["line"]["words"])


async def test_she_stops_it_with_one_press_and_nothing_is_left(meet: Meet, monkeypatch: pytest.MonkeyPatch) -> None:
    meeting = await meet()
    await meeting.record()
    await meeting.grows()
    assert await meeting.says(False) == {"ok": True}
    await meeting.is_("withdrawn", False)
    with pytest.raises(NoFootage):
        await meeting.entries()

    async def gone() -> bool:
        return meeting.files() == []

    monkeypatch.setattr(timekeeper, "LOOK_AROUND_EVERY", 0.0)
    await until(gone)
    assert (await meeting.command("ask_recording"))["error"]["code"] == "recording_refused"
    assert await meeting.says(True) == {"ok": True}  # she changes her mind
    await meeting.is_("on", True)
    await meeting.grows(recording=2)


async def test_it_ends_with_the_call_and_nothing_goes_on_in_the_next(meet: Meet, pages: Pages) -> None:
    meeting = await meet()
    await meeting.record()
    await meeting.grows()
    colleague = await pages.agent(meeting.desk, "agent2")
    await colleague.ask("available")
    assert (await meeting.agent.page.ask("transfer", ticket=meeting.ticket["ticket"], agent="agent2")) == {"ok": True}

    async def ended() -> bool:
        return (await meeting.entries())[0][-1].kind is EntryKind.END

    await until(ended)
    offered = await colleague.until(lambda state: state["offer"])
    assert await colleague.ask("accept", offer=offered["offer"]["id"]) == {"ok": True}
    state = await meeting.citizen.page.until(lambda state: state["call"])
    assert state["call"]["recording"] is None
    assert len(meeting.files()) == 1


async def test_a_full_disk_ends_the_recording_where_all_can_see_it(
    start_inside: StartInside, meet: Meet, tmp_path: Path
) -> None:
    desk = await start_inside(recordings=True, media_workers=1)
    meeting = await meet(desk.door)
    await meeting.record()
    await meeting.grows()
    worker = psutil.Process(*desk.workers)
    [file] = meeting.files()
    worker.rlimit(psutil.RLIMIT_FSIZE, (_size(meeting, file) + 10_000, resource.RLIM_INFINITY))
    await meeting.is_("failed", False)
    for person in (meeting.citizen, meeting.agent):
        shown = person.page.state["call"]["recording"]
        assert (shown["failure"], shown["waits_for"], shown["your_answer"]) == ("no_room", [], True)
    size = _size(meeting, file)
    await meeting.agent.sees(frames=30)  # the call goes on
    assert _size(meeting, file) == size
    assert (await wasl(meeting, "film", "1", str(tmp_path / "call.webm"))).exit_code == 0

    worker.rlimit(psutil.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    assert await meeting.command("ask_recording") == {"ok": True}  # as long as there is no room at all

    def tried(state: dict[str, Any]) -> bool:
        return (state["call"]["recording"]["id"], state["call"]["recording"]["state"]) == (2, "failed")

    for person in (meeting.citizen, meeting.agent):
        await person.page.until(tried)
    assert meeting.files() == [file]

    worker.rlimit(psutil.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert await meeting.command("ask_recording") == {"ok": True}
    await meeting.is_("on", True)  # nobody is asked a second time
    await meeting.grows(recording=3)


def _size(meeting: Meeting, file: str) -> int:
    return (meeting.desk.data / "recordings" / file).stat().st_size


@pytest.mark.fault
async def test_a_killed_worker_leaves_what_was_kept_and_the_recording_goes_on(
    start_inside: StartInside, meet: Meet, next_worker: asyncio.Event, tmp_path: Path
) -> None:
    desk = await start_inside(recordings=True, media_workers=1)
    meeting = await meet(desk.door)
    await meeting.record()
    await meeting.grows(packets=200)
    for pid in desk.workers:
        os.kill(pid, signal.SIGKILL)
    await meeting.agent.page.until(lambda state: not state["call"]["recording"]["runs"])
    next_worker.set()
    for person in (meeting.citizen, meeting.agent):
        await person.connect()
    await meeting.is_("on", True)
    await meeting.grows(part=1, packets=200)
    assert await meeting.command("stop_recording") == {"ok": True}
    await meeting.is_("ended", False)
    first, second = await meeting.entries()
    assert (first[-1].kind is EntryKind.END, second[-1].kind is EntryKind.END) == (False, True)
    listed = await wasl(meeting, "list")
    assert "agent1" in listed.stdout
    assert "ended" in listed.stdout
    made = await wasl(meeting, "film", "1", str(tmp_path / "call.webm"))
    assert made.exit_code == 0, made.stderr
    with av.open(str(tmp_path / "call.webm")) as container:
        assert [stream.type for stream in container.streams] == ["audio", "video"] * 2
        frames = sum(1 for frame in container.decode() if isinstance(frame, av.VideoFrame))
    assert frames > 60
    again = await wasl(meeting, "film", "1", str(tmp_path / "call.webm"))
    assert (again.exit_code, "is there already" in again.stderr) == (1, True)
    seen = await meeting.query(audit.read, "recording:1")
    assert seen[-1].action == "recording.seen"


@pytest.mark.fault
async def test_a_killed_server_goes_on_recording_when_all_are_back(
    start_desk: StartDesk, meet: Meet, pages: Pages
) -> None:
    meeting = await meet(await start_desk(recordings="true"))
    await meeting.record()
    await meeting.grows()
    await meeting.desk.kill()
    await meeting.desk.start()
    stack = meeting.citizen.stack
    meeting.citizen = Person(await pages.citizen(meeting.desk, **_proof(meeting.ticket)), stack)
    shown = (await meeting.citizen.page.until(lambda state: state["call"]))["call"]["recording"]
    assert (shown["state"], shown["runs"]) == ("on", False)  # the agent is not back
    meeting.agent = Person(await pages.agent(meeting.desk), stack)
    for person in (meeting.citizen, meeting.agent):
        await person.connect()
    await meeting.is_("on", True)
    await meeting.grows(part=1)
    assert await meeting.agent.page.ask("finish", ticket=meeting.ticket["ticket"], outcome="completed") == {"ok": True}

    async def ended() -> bool:
        return (await meeting.entries())[1][-1].kind is EntryKind.END

    await until(ended)


async def test_a_reload_is_one_more_part_of_the_same_recording(meet: Meet, pages: Pages) -> None:
    meeting = await meet()
    await meeting.record()
    await meeting.grows()
    await meeting.citizen.page.close()
    meeting.citizen = Person(await pages.citizen(meeting.desk, **_proof(meeting.ticket)), meeting.citizen.stack)
    await meeting.citizen.connect()
    await meeting.grows(part=1)
    assert len(await meeting.query(lambda connection: connection.execute(select(schema.recording)).all())) == 1


async def test_the_operator_deletes_it(meet: Meet, tmp_path: Path) -> None:
    meeting = await meet()
    await meeting.record()
    await meeting.grows()
    refused = await wasl(meeting, "delete", "1")
    assert (refused.exit_code, "goes on" in refused.stderr) == (1, True)
    assert await meeting.command("stop_recording") == {"ok": True}
    assert (await wasl(meeting, "delete", "1")).exit_code == 0
    assert meeting.files() == []
    for arguments in (["film", "1", str(tmp_path / "call.webm")], ["delete", "7"], ["film", "7", "x.webm"]):
        refused = await wasl(meeting, *arguments)
        assert (refused.exit_code, "there is n" in refused.stderr.lower()) == (1, True)


def _proof(ticket: dict[str, Any]) -> dict[str, Any]:
    return {"ticket": ticket["ticket"], "resume": ticket["resume"]}
