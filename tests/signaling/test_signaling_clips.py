"""Clips for people who wait: offered where there is one, shown when asked for, and gone when it is their turn."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

from clips import Recipe, make_clip
from insidedesk import InsideDesk, StartInside
from livedesk import Page, Pages, until
from wasl_media.partner import MediaPartner, SlotMeasure
from wasl_signaling.__main__ import app
from wasl_signaling.clips import load


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One clip with sound, one that is signed, one that cannot be shown, and one for no occasion."""
    folder = tmp_path_factory.mktemp("clips")
    make_clip(folder / "waiting.ar.webm", Recipe(seconds=3.0))
    make_clip(folder / "waiting.sgn-KW.webm", Recipe(seconds=2.0, audio=None, width=240, height=320))
    (folder / "waiting.en.webm").write_bytes(b"no film at all")
    make_clip(folder / "birthday.ar.webm", Recipe(seconds=0.5))
    return folder


@pytest.fixture
async def cinema(start_inside: StartInside, folder: Path) -> InsideDesk:
    """A desk that has clips, and two media workers."""
    return await start_inside(clips=folder, media_workers=2)


@pytest.fixture
async def partner() -> AsyncIterator[MediaPartner]:
    made = MediaPartner()
    yield made
    await made.close()


async def wait_in_line(desk: InsideDesk, pages: Pages, language: str = "ar", sign: str | None = None) -> Page:
    citizen = await pages.citizen(desk.door)
    body = {"service": "housing-allocation", "modality": "video", "language": language, "sign_language": sign}
    await citizen.ask("join", **body)
    await citizen.until(lambda state: state["wait"])
    return citizen


async def connect(page: Page, partner: MediaPartner, after: str = "") -> str:
    """Answers the newest offer of the relay; returns its name."""
    await page.until_event("media_offer", lambda body: body["peer"] != after)
    offer = [body for name, body in page.events if name == "media_offer"][-1]
    await page.ask("media_answer", peer=offer["peer"], sdp=await partner.answer(offer["sdp"], send=False))
    return str(offer["peer"])


async def sees(partner: MediaPartner, width: int, frames: int = 20) -> SlotMeasure:
    """Waits until this many more pictures of this width came in slot 0."""
    before = (await partner.measure()).slots[0].frames

    async def come() -> SlotMeasure | None:
        slot = (await partner.measure()).slots[0]
        return slot if slot.frames >= before + frames and slot.width == width else None

    found: SlotMeasure = await until(come, 20)
    return found


def test_the_log_tells_which_files_can_be_shown(folder: Path) -> None:
    with capture_logs() as log:
        clips = load(folder)
    told = {entry["event"]: entry for entry in log}
    assert told["clips"]["found"] == ["waiting.ar", "waiting.sgn-KW"]
    assert told["clips"]["missing"] == ["waiting.en", "hold.ar", "hold.en", "hold.sgn-KW"]
    assert told["clip cannot be used"]["file"] == "waiting.en.webm"
    assert told["clip is never shown"]["file"] == "birthday.ar.webm"
    signed = clips.find("waiting", "ar", "sgn-KW")
    assert signed is not None
    assert (signed.name, signed.signed) == ("waiting.sgn-KW", True)
    assert clips.find("waiting", "en", None) is clips.find("hold", "ar", None) is None
    assert load(None).seconds == load(folder / "missing").seconds == {}


def test_the_command_says_what_is_wrong_with_a_file(folder: Path) -> None:
    good = CliRunner().invoke(app, ["clip", "check", str(folder / "waiting.ar.webm")])
    assert good.exit_code == 0
    assert "can be shown; 3.0 s, 320×240, 90 pictures, with sound" in good.output
    bad = CliRunner().invoke(app, ["clip", "check", str(folder / "waiting.ar.webm"), str(folder / "waiting.en.webm")])
    assert bad.exit_code == 1
    assert "The clip cannot be used" in bad.output


async def test_it_is_offered_only_where_there_is_one_for_her(cinema: InsideDesk, pages: Pages) -> None:
    speaks, signs = await wait_in_line(cinema, pages), await wait_in_line(cinema, pages, sign="sgn-KW")
    reads = await wait_in_line(cinema, pages, "en")
    assert speaks.state["wait"]["clip"] == {"signed": False, "seconds": 3, "playing": False}
    assert signs.state["wait"]["clip"] == {"signed": True, "seconds": 2, "playing": False}
    assert reads.state["wait"]["clip"] is None
    assert await reads.ask("clip", wanted=True) == {"ok": True}
    assert await reads.ask("clip", wanted=False) == {"ok": True}
    assert not [name for page in (speaks, signs, reads) for name, _ in page.events if name == "media_offer"]
    assert (await speaks.ask("clip", wanted="perhaps"))["error"]["code"] == "bad_request"


async def test_it_comes_once_when_asked_for_and_can_be_asked_for_again(
    cinema: InsideDesk, pages: Pages, partner: MediaPartner
) -> None:
    citizen = await wait_in_line(cinema, pages)
    await citizen.ask("clip", wanted=True)
    await citizen.until(lambda state: state["wait"]["clip"]["playing"])
    await connect(citizen, partner)
    slot = await sees(partner, 320)
    assert slot.audio_energy > 0
    await citizen.until(lambda state: not state["wait"]["clip"]["playing"])
    await citizen.ask("clip", wanted=True)
    await citizen.until(lambda state: state["wait"]["clip"]["playing"])


async def test_p19_when_it_is_her_turn_it_gives_way_and_does_not_begin_again_by_itself(
    cinema: InsideDesk, pages: Pages, partner: MediaPartner
) -> None:
    citizen = await wait_in_line(cinema, pages)
    await citizen.ask("clip", wanted=True)
    await connect(citizen, partner)
    await sees(partner, 320)
    agent = await pages.agent(cinema.door)
    await agent.ask("available")
    offered = await agent.until(lambda state: state["offer"])
    await citizen.until(lambda state: state["phase"] == "ringing")
    await agent.ask("decline", offer=offered["offer"]["id"])
    state = await citizen.until(lambda state: state["phase"] == "waiting")
    assert not state["wait"]["clip"]["playing"]


@pytest.mark.fault
async def test_when_a_media_worker_dies_it_goes_on_with_another(
    cinema: InsideDesk, pages: Pages, partner: MediaPartner
) -> None:
    citizen = await wait_in_line(cinema, pages)
    await citizen.ask("clip", wanted=True)
    peer = await connect(citizen, partner)
    await sees(partner, 320)
    for pid in cinema.workers:
        os.kill(pid, signal.SIGKILL)
    other = MediaPartner()
    try:
        await connect(citizen, other, after=peer)
        await sees(other, 320)
        assert citizen.state["wait"]["clip"]["playing"]
    finally:
        await other.close()
