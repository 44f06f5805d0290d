"""What the relay measures of sound and picture, from packets as they are."""

from __future__ import annotations

import struct
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiortc.rtp import RtpPacket
from playwright.async_api import Browser

from fluent import figures_of
from mediapage import flows, join, sees
from wasl_media.events import Measured
from wasl_media.figures import PeerFigures, PictureFigures, SoundFigures
from wasl_media.picture_meter import PictureMeter
from wasl_media.process import WorkerProcess
from wasl_media.sound_meter import SoundMeter

Meeting = Any
Until = Callable[..., Awaitable[None]]
SECOND = 90_000
FRAME = SECOND // 30


def keyframe(width: int, height: int) -> bytes:
    """How a VP8 keyframe begins: RFC 7741's descriptor with a picture id, and RFC 6386's header."""
    return b"\x90\x80\x81\x23" + b"\x10\x02\x00" + b"\x9d\x01\x2a" + struct.pack("<HH", width, height) + b"pixels"


DELTA = b"\x90\x80\x81\x24" + b"\x11\x02\x00pixels"
LATER_PART = b"\x80\x80\x81\x24" + b"more pixels"


class Film:
    """A picture of 30 frames a second, two packets each, as it passes a meter."""

    def __init__(self) -> None:
        self.meter = PictureMeter()
        self.now = 5.0
        self.timestamp = 4_294_967_000
        self.measure()

    def show(self, frames: int, *, first: bytes = DELTA, every: float = 1 / 30) -> None:
        for number in range(frames):
            for payload in (first if number == 0 else DELTA, LATER_PART):
                packet = RtpPacket(97, 0, 1, self.timestamp, 7, payload).serialize()
                self.meter.see(packet, self.timestamp, self.now)
            self.timestamp = (self.timestamp + FRAME) & 0xFFFFFFFF
            self.now += every

    def measure(self) -> PictureFigures:
        return self.meter.measure(0.0, 0.0, self.now)


def test_frame_rate_and_size_are_those_of_the_picture() -> None:
    film = Film()
    film.show(30, first=keyframe(640, 480))
    seen = film.measure()
    assert (seen.frame_rate, seen.width, seen.height) == (pytest.approx(30), 640, 480)
    assert (seen.freezes, seen.standing) == (0, 0)
    film.show(15, first=keyframe(320, 240), every=1 / 15)
    seen = film.measure()
    assert (seen.frame_rate, seen.width, seen.height) == (pytest.approx(15), 320, 240)


def test_a_freeze_is_what_browsers_call_one() -> None:
    film = Film()
    film.show(30, first=keyframe(640, 480))
    film.now += 0.14  # with the usual 33 ms: 173 ms apart, and 183 are needed
    film.show(1)
    assert film.measure().freezes == 0
    film.now += 0.3
    assert film.measure().standing == pytest.approx(1 / 30 + 0.3)
    film.show(30)
    seen = film.measure()
    assert (seen.freezes, seen.frozen, seen.standing) == (1, pytest.approx(1 / 30 + 0.3), 0)


def test_a_slow_picture_that_moves_evenly_does_not_freeze() -> None:
    film = Film()
    film.show(30, first=keyframe(320, 240), every=1 / 8)
    assert (film.measure().freezes, film.measure().standing) == (0, 0)


def test_frames_that_nobody_can_decode_do_not_count() -> None:
    film = Film()
    film.show(30, first=keyframe(640, 480))
    film.measure()
    film.meter.spoil()
    film.show(15)
    film.show(15, first=keyframe(640, 480))
    seen = film.measure()
    assert seen.frame_rate == pytest.approx(15)
    assert (seen.freezes, seen.frozen) == (1, pytest.approx(16 / 30, abs=0.01))


def test_a_frame_that_was_repaired_late_is_no_second_one() -> None:
    film = Film()
    film.show(2, first=keyframe(640, 480))
    film.timestamp = (film.timestamp - 2 * FRAME) & 0xFFFFFFFF
    film.show(1)
    film.now += 28 / 30
    assert film.measure().frame_rate == pytest.approx(2, abs=0.1)


def sound(level: int, *, voiced: bool, plain: bool = True) -> bytes:
    value = bytes([level | (0x80 if voiced else 0)])
    if plain:
        header, extension = bytes.fromhex("90600001 00000002 00000003"), b"\xbe\xde\x00\x01\x20" + value + b"\0\0"
    else:  # with a source that contributes, and another extension before ours
        header = bytes.fromhex("91600001 00000002 00000003 00000004")
        extension = b"\xbe\xde\x00\x02\x00\x51\xff\xff\x20" + value + b"\0\0"
    return header + extension + b"opus"


def heard(*packets: bytes) -> SoundFigures:
    meter = SoundMeter()
    for packet in packets:
        meter.see(packet, 0, 0.0)
    return meter.measure(0.0, 0.0, 1.0)


def test_the_level_is_that_of_the_loud_moments() -> None:
    pauses, speech = [sound(70, voiced=False)] * 30, [sound(24, voiced=True)] * 20
    figures = heard(*pauses, *speech)
    assert (figures.level, figures.speaking) == (-24, True)
    assert heard(*pauses).level == -70
    assert heard(*[sound(127, voiced=False)] * 50).level == -127


def test_a_room_or_a_cough_is_no_speech() -> None:
    room = [sound(60, voiced=True)] * 50
    assert not heard(*room).speaking
    assert not heard(*room, *[sound(20, voiced=True)] * 5).speaking


def test_the_level_is_found_in_any_header_and_not_in_none() -> None:
    assert heard(*[sound(30, voiced=True, plain=False)] * 10).level == -30
    bare = bytes.fromhex("80600001 00000002 00000003") + b"opus"
    empty = bytes.fromhex("90600001 00000002 00000003 bede0000") + b"\x20\x00opus"
    assert heard(bare, empty) == SoundFigures(loss=0, jitter=0, level=None, speaking=False)


def picture(figures: PeerFigures | None) -> PictureFigures | None:
    return None if figures is None else figures.picture


async def test_the_relay_reports_every_peer_each_second(relayed: Meeting, until: Until) -> None:
    one = await relayed.join("one")
    await relayed.join("two")
    await relayed.relay.show("one", 0, "two")
    await relayed.relay.show("two", 0, "one")

    async def fluent() -> bool:
        both = [picture(relayed.figures(name)) for name in ("one", "two")]
        large = all(p is not None and (p.width, p.height) == (640, 480) for p in both)
        return large and await relayed.fluent("one", 0, "two") and await relayed.fluent("two", 0, "one")

    await until(fluent)

    async def told_by_the_viewers() -> bool:
        views = [figures.views for name in ("one", "two") if (figures := relayed.figures(name))]
        return len(views) == 2 and all(
            {view.kind for view in each if view.slot == 0} == {"audio", "video"} for each in views
        )

    await until(told_by_the_viewers)
    one.mute()

    async def stands() -> bool:
        figures = picture(relayed.figures("one"))
        return figures is not None and figures.frame_rate == 0 and figures.standing > 1

    await until(stands)
    one.unmute()

    async def froze() -> bool:
        return any(p.peer == "one" and p.picture and p.picture.freezes for e in relayed.measured for p in e.peers)

    await until(froze)
    assert relayed.relay.port.faults == 0


async def test_loss_is_told_of_both_ways(lossy: Meeting, until: Until) -> None:
    await lossy.join("one")
    await lossy.join("two")
    await lossy.relay.show("two", 0, "one")

    async def noticed() -> bool:
        seen = [p for event in lossy.measured for p in event.peers]
        up = [p.picture.loss for p in seen if p.peer == "one" and p.picture]
        down = [v.loss for p in seen if p.peer == "two" for v in p.views if v.kind == "video"]
        return any(0.01 < loss < 0.2 for loss in up) and any(0.01 < loss < 0.2 for loss in down)

    await until(noticed)


@pytest.mark.browser
async def test_a_page_that_beeps_is_heard_and_one_that_is_silent_is_not(
    launch: Any, site: str, worker: WorkerProcess, measured: list[Measured], until: Until
) -> None:
    browser: Browser = await launch()
    speaker = await join(browser, site, worker.relay, "speaker", camera=True)
    listener = await join(browser, site, worker.relay, "listener", camera=False)
    await worker.relay.show("listener", 0, "speaker")
    await sees(listener, "0", until)
    await flows(listener, "0", until, size=(640, 480))
    del speaker

    async def told() -> bool:
        figures = figures_of(measured, "speaker")
        if figures is None or figures.sound is None or figures.picture is None or figures.sound.level is None:
            return False
        seen = figures.picture
        return figures.sound.level > -50 and seen.frame_rate > 0 and (seen.width, seen.height) == (640, 480)

    await until(told)

    async def both_reported() -> bool:
        silent = figures_of(measured, "listener")
        return silent is not None and {view.kind for view in silent.views} == {"audio", "video"}

    await until(both_reported)
    silent = figures_of(measured, "listener")
    assert silent is not None
    assert (silent.sound, silent.picture) == (None, None)


async def test_a_camera_that_nobody_looks_at_is_not_frozen(relayed: Meeting, until: Until) -> None:
    one = await relayed.join("one")
    await relayed.join("two")

    async def watched(wanted: bool) -> None:
        await relayed.relay.show("two", 0, "one" if wanted else None)

        async def told() -> bool:
            return "one" in relayed.advice and relayed.advice["one"].watched is wanted

        await until(told)

    async def moves() -> bool:
        figures = picture(relayed.figures("one"))
        return figures is not None and figures.frame_rate > 0

    await relayed.relay.show("two", 0, "one")
    await until(moves)
    await watched(False)
    one.mute()  # as a page does that is told so
    seen = len(relayed.measured)

    async def measured() -> bool:
        return len(relayed.measured) >= seen + 4

    await until(measured)
    assert [figures for event in relayed.measured[seen + 1 :] if (figures := of_one(event))] == []
    await watched(True)
    one.unmute()
    await until(moves)
    # A busy machine may stand still for a moment, but not for the seconds in which nobody looked.
    assert sum(figures.frozen for event in relayed.measured[seen + 1 :] if (figures := of_one(event))) < 2.0


def of_one(event: Measured) -> PictureFigures | None:
    return next((peer.picture for peer in event.peers if peer.peer == "one"), None)
